"""The CheckReplication Lambda: reads the request and the parameters, returns the report."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from chalice.app import Blueprint

from functions.check_replication.answer import answer
from functions.check_replication.check import Probes, check_all
from functions.check_replication.checked import Checked, Memory
from functions.check_replication.diagnosis import PublisherSamples, Samples
from functions.check_replication.measures import publish_measures
from functions.check_replication.memory.packing import UnreadableMemoryError, latest, unpack
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.probe import sample, sample_publisher
from functions.check_replication.selection import select
from functions.check_replication.targets import Login, by_cluster, unknown_names
from functions.execution_input import ExecutionInput
from functions.parameters import parameter_path
from functions.telemetry import identify_execution, logger, tracer

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

CHECK_SECONDS = 50
"""For all checks together, of the function's 60 s (.chalice/config.json)."""

blueprint = Blueprint(__name__)


@blueprint.lambda_function(name="check_replication")
@tracer.capture_lambda_handler(capture_response=False)
def check_replication(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001  Lambda's signature
    """Check the clusters the execution input asks for; see `functions.check_replication.answer`.

    Raises `InvalidInput` for a wrong input, botocore's errors if the parameters cannot be read.
    """
    identify_execution(event)
    request = ExecutionInput.from_event(event)
    path = parameter_path()
    clusters = by_cluster(read_parameters(boto3.client("ssm"), path), path)
    for cluster, parameters in clusters.items():
        if names := unknown_names(parameters):
            logger.warning("parameters without a meaning", cluster=cluster, parameters=names)
    now = datetime.now(UTC)
    memory = Memory(latest(_memories(event, now)), now)
    checked = check_all(select(clusters, request, path), PROBES, CHECK_SECONDS, memory)
    _publish(checked)
    document = answer(event, checked, datetime.now(UTC))
    if "not_remembered" in document:
        logger.warning(
            "clusters not remembered: divide them into shards", clusters=document["not_remembered"]
        )
    return document


def _memories(event: Mapping[str, Any], now: datetime) -> Iterator[Mapping[str, RememberedCluster]]:
    """Without what is not readable: another version wrote it, or nobody of us did."""
    for text in event.get("remembered") or []:
        try:
            yield unpack(text, now)
        except UnreadableMemoryError as error:
            logger.warning("memory not readable", reason=str(error))


def read_parameters(ssm: "SSMClient", path: str) -> dict[str, str]:
    """Every parameter below the path, decrypted: `{full name: value}`. Raises botocore's errors."""
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path=path, Recursive=True, WithDecryption=True
    )
    return {
        parameter["Name"]: parameter["Value"] for page in pages for parameter in page["Parameters"]
    }


def _sample(login: Login, max_lag_seconds: float) -> Samples:
    return sample(login, _password(login), max_lag_seconds)


def _sample_publisher(login: Login) -> PublisherSamples:
    return sample_publisher(login, _password(login))


def _password(login: Login) -> str:
    """Its own, or a token for RDS IAM authentication (15 minutes; signed here, without a call)."""
    if login.password is not None:
        return login.password
    return boto3.client("rds").generate_db_auth_token(
        DBHostname=login.hostname, Port=login.port, DBUsername=login.username
    )


PROBES = Probes(_sample, _sample_publisher)


def _publish(checked: Sequence[Checked]) -> None:
    for cluster in checked:
        logger.info(
            "checked",
            cluster=cluster.report.cluster,
            status=cluster.report.status,
            causes=sorted({finding.cause for finding in cluster.report.findings}),
        )
    publish_measures(checked)
