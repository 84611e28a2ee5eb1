"""The subnets and security groups of CheckReplication."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boto3.session import Session

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef


@dataclass(frozen=True, slots=True)
class Network:
    """What of the wanted subnets and security groups exists: each id with its VPC's."""

    subnets: Mapping[str, str]
    groups: Mapping[str, str]


def look_up(session: Session, subnets: Sequence[str], groups: Sequence[str]) -> Network:
    """Ask by filter: an id that does not exist is not found, instead of failing the others."""
    ec2 = session.client("ec2")
    by_subnet: FilterTypeDef = {"Name": "subnet-id", "Values": list(subnets)}
    by_group: FilterTypeDef = {"Name": "group-id", "Values": list(groups)}
    found_subnets = ec2.describe_subnets(Filters=[by_subnet])["Subnets"] if subnets else []
    found_groups = (
        ec2.describe_security_groups(Filters=[by_group])["SecurityGroups"] if groups else []
    )
    return Network(
        {str(subnet["SubnetId"]): str(subnet["VpcId"]) for subnet in found_subnets},
        {str(group["GroupId"]): str(group["VpcId"]) for group in found_groups},
    )


def problems(
    subnets: Sequence[str], groups: Sequence[str], network: Network, region: str
) -> list[str]:
    """What is wrong with running a function in these; nothing if both lists are empty."""
    if bool(subnets) != bool(groups):
        given, missing = ("SUBNETS", "SECURITY_GROUPS")[:: 1 if subnets else -1]
        return [f"{given} without {missing}: a function in a VPC needs both"]
    found = [
        *_absent("subnet", subnets, network.subnets, region),
        *_absent("security group", groups, network.groups, region),
    ]
    vpcs = {**network.subnets, **network.groups}
    if len(set(vpcs.values())) > 1:
        places = ", ".join(f"{name} in {vpc}" for name, vpc in vpcs.items())
        found.append(f"subnets and security groups must be of one VPC: {places}")
    return found


def _absent(kind: str, wanted: Sequence[str], found: Mapping[str, str], region: str) -> list[str]:
    return [
        f"the {kind} {name} does not exist in region {region}"
        for name in wanted
        if name not in found
    ]
