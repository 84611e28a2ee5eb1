"""Whether the subnets and security groups of CheckReplication exist, and lead to SSM."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from boto3.session import Session

from scripts import network
from scripts.preflight.outcome import Outcome, failed, hint, passed

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef

_EVERYWHERE: Final = "0.0.0.0/0"


def check(subnets: Sequence[str], groups: Sequence[str], session: Session) -> Iterator[Outcome]:
    if not subnets and not groups:
        yield hint(
            "CheckReplication runs outside any VPC: it reaches public addresses only",
            "make deploy … SUBNETS=… SECURITY_GROUPS=…",
        )
        return
    found = network.look_up(session, subnets, groups)
    problems = network.problems(subnets, groups, found, session.region_name)
    yield from (
        failed(problem, "make deploy … SUBNETS=… SECURITY_GROUPS=…") for problem in problems
    )
    if problems:
        return
    vpc = next(iter(found.subnets.values()))
    yield passed(f"{len(subnets)} subnets and {len(groups)} security groups exist, all in {vpc}")
    yield from _way_to_ssm(vpc, subnets, session)


def _way_to_ssm(vpc: str, subnets: Sequence[str], session: Session) -> Iterator[Outcome]:
    ec2 = session.client("ec2")
    in_vpc: FilterTypeDef = {"Name": "vpc-id", "Values": [vpc]}
    service = f"com.amazonaws.{session.region_name}.ssm"
    endpoints = ec2.describe_vpc_endpoints(Filters=[in_vpc])["VpcEndpoints"]
    if any(str(endpoint["ServiceName"]).endswith(service) for endpoint in endpoints):
        yield passed(f"{vpc} has an endpoint for SSM, from which the parameters are read")
        return
    tables = ec2.describe_route_tables(Filters=[in_vpc])["RouteTables"]
    if stranded := without_way_out(subnets, tables):
        yield hint(
            f"{vpc} has no endpoint for SSM, and no NAT gateway serves {', '.join(stranded)}: "
            "CheckReplication could not read its parameters there",
            f"create an interface endpoint for {service}, or a route to a NAT gateway",
        )
    else:
        yield passed("the subnets have a way out to SSM")


def without_way_out(subnets: Sequence[str], tables: Sequence[Mapping[str, Any]]) -> list[str]:
    """The subnets whose traffic to the internet goes nowhere.

    `tables` are EC2's route tables of the VPC. An internet gateway does not count: a function has
    no public address.
    """
    main: Mapping[str, Any] = {}
    explicit = {}
    for table in tables:
        for association in table.get("Associations", []):
            if association.get("Main"):
                main = table
            elif "SubnetId" in association:
                explicit[association["SubnetId"]] = table
    return [subnet for subnet in subnets if not _leads_out(explicit.get(subnet, main))]


def _leads_out(table: Mapping[str, Any]) -> bool:
    return any(
        route.get("DestinationCidrBlock") == _EVERYWHERE
        and route.get("State", "active") == "active"
        and not str(route.get("GatewayId", "")).startswith("igw-")
        for route in table.get("Routes", [])
    )
