from typing import Any

import pytest

from scripts.network import Network, problems
from scripts.preflight.network import without_way_out

NETWORK = Network({"subnet-1": "vpc-1", "subnet-2": "vpc-1"}, {"sg-1": "vpc-1"})


@pytest.mark.parametrize(
    ("subnets", "groups", "network", "expected"),
    [
        pytest.param([], [], Network({}, {}), [], id="no VPC"),
        pytest.param(["subnet-1", "subnet-2"], ["sg-1"], NETWORK, [], id="one VPC"),
        pytest.param(
            ["subnet-1"],
            [],
            NETWORK,
            ["SUBNETS without SECURITY_GROUPS: a function in a VPC needs both"],
            id="no groups",
        ),
        pytest.param(
            [],
            ["sg-1"],
            NETWORK,
            ["SECURITY_GROUPS without SUBNETS: a function in a VPC needs both"],
            id="no subnets",
        ),
        pytest.param(
            ["subnet-9"],
            ["sg-9"],
            Network({}, {}),
            [
                "the subnet subnet-9 does not exist in region eu-west-1",
                "the security group sg-9 does not exist in region eu-west-1",
            ],
            id="neither exists",
        ),
        pytest.param(
            ["subnet-1"],
            ["sg-2"],
            Network({"subnet-1": "vpc-1"}, {"sg-2": "vpc-2"}),
            ["subnets and security groups must be of one VPC: subnet-1 in vpc-1, sg-2 in vpc-2"],
            id="two VPCs",
        ),
    ],
)
def test_problems(
    subnets: list[str], groups: list[str], network: Network, expected: list[str]
) -> None:
    assert expected == problems(subnets, groups, network, "eu-west-1")


def table(target: dict[str, str], *associations: dict[str, Any]) -> dict[str, Any]:
    return {
        "Associations": associations,
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", **target}],
    }


NAT, INTERNET = {"NatGatewayId": "nat-1"}, {"GatewayId": "igw-1"}
MAIN = {"Main": True}


@pytest.mark.parametrize(
    ("tables", "stranded"),
    [
        pytest.param([table(NAT, MAIN)], [], id="the main table's NAT gateway"),
        pytest.param([table(NAT, {"SubnetId": "s"})], [], id="the subnet's own"),
        pytest.param([table({"TransitGatewayId": "tgw-1"}, MAIN)], [], id="a transit gateway"),
        pytest.param([table(INTERNET, MAIN)], ["s"], id="an internet gateway serves no function"),
        pytest.param(
            [table(NAT, MAIN), table(INTERNET, {"SubnetId": "s"})], ["s"], id="own before main"
        ),
        pytest.param([table({**NAT, "State": "blackhole"}, MAIN)], ["s"], id="a deleted gateway"),
        pytest.param([{"Associations": [MAIN], "Routes": []}], ["s"], id="no route"),
        pytest.param([], ["s"], id="no table"),
    ],
)
def test_ways_out(tables: list[dict[str, Any]], stranded: list[str]) -> None:
    assert stranded == without_way_out(["s"], tables)
