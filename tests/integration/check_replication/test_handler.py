"""The CheckReplication Lambda by Chalice's test client: real parameters, a real database, TLS."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

from chalice_app import app
from functions.check_replication.check import WITHOUT_PUBLISHER
from functions.check_replication.handler import CHECK_SECONDS
from functions.execution_input import InvalidInput
from functions.telemetry import logger
from local.deployment import PARAMETER_PATH, PROJECT, put_parameters
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair
from sandbox.aws import LocalAws
from sandbox.postgres.certificates import CertificateAuthority
from sandbox.postgres.tls import TlsFront


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def front(pair: Pair, authority: CertificateAuthority) -> Iterator[TlsFront]:
    with TlsFront(pair.subscriber.port, authority.issue("localhost")) as front:
        yield front


@pytest.fixture
def aws(authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalAws]:
    with LocalAws() as aws:
        for name, value in {
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "AWS_DEFAULT_REGION": aws.region,
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "SSM_PARAMETER_PATH": PARAMETER_PATH,
            "SSL_CERT_FILE": str(authority.certificate_path),
        }.items():
            monkeypatch.setenv(name, value)
        yield aws


@pytest.fixture
def parameters(front: TlsFront) -> dict[str, str]:
    return {
        "hostname": "localhost",
        "port": str(front.port),
        "username": MONITOR,
        "dbname": DATABASE,
        "password": MONITOR_PASSWORD,
    }


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the functions' logger writes; it would hold on to the stream it was made with."""
    (handler,) = logger.handlers
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


def configure(aws: LocalAws, cluster: str, parameters: Mapping[str, str]) -> None:
    put_parameters(aws, {f"{cluster}/{name}": value for name, value in parameters.items()})


def check(event: Any = None) -> dict[str, Any]:
    with Client(app) as client:
        report: dict[str, Any] = client.lambda_.invoke("check_replication", event or {}).payload
    return report


def verdicts(report: Mapping[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {
        cluster["cluster"]: (cluster["status"], [found["cause"] for found in cluster["findings"]])
        for cluster in report["clusters"]
    }


def test_a_healthy_cluster_is_reported_as_the_contract_says(
    aws: LocalAws, parameters: dict[str, str]
) -> None:
    configure(aws, "sample-cluster", parameters)
    report = check()
    (cluster,) = report["clusters"]
    assert report["healthy"] is True
    assert {"checked_at", "healthy", "clusters"} == set(report)
    keys = {"cluster", "status", "fingerprint", "log_groups", "findings", "not_visible"}
    assert keys == set(cluster)
    assert [WITHOUT_PUBLISHER] == cluster["not_visible"]
    assert ["/aws/rds/cluster/sample-cluster/postgresql"] == cluster["log_groups"]


def test_a_memory_that_is_unreadable_hides_no_other(
    aws: LocalAws, parameters: dict[str, str], log: io.StringIO
) -> None:
    """A run of named clusters is given several; the reason is logged."""
    configure(aws, "sample-cluster", parameters)
    event = {"execution": {"id": "arn:1"}, "incidents": []}
    written = check(event | {"remembered": []})["memory"]
    remembered = ["7:of another version", written, None]
    again = check(event | {"remembered": remembered, "clusters": ["sample-cluster"]})
    assert again["healthy"]
    assert 2 == log.getvalue().count("memory not readable")
    for reason in ("of version '7'", "of version 'None'"):
        assert reason in log.getvalue()


def test_clusters_that_are_not_remembered_are_logged(
    aws: LocalAws, parameters: dict[str, str], log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.check_replication.memory.packing.MAX_MEMORY_BYTES", 60)
    for name in ("a", "b"):
        configure(aws, name, parameters)
    event = {"execution": {"id": "arn:1"}, "incidents": [], "remembered": []}
    left_out = check(event)["not_remembered"]
    [line] = [line for line in log.getvalue().splitlines() if "clusters not remembered" in line]
    assert left_out == json.loads(line)["clusters"]
    assert left_out in (["a"], ["b"], ["a", "b"])


def test_parameters_of_every_page_are_read_and_one_failing_cluster_hides_none(
    aws: LocalAws, parameters: dict[str, str]
) -> None:
    """GetParametersByPath answers ten at a time; here are twenty-three."""
    configure(aws, "a-healthy", parameters)
    configure(aws, "b-wrong-password", parameters | {"password": "wrong"})
    configure(aws, "c-no-database", parameters | {"dbname": "nowhere"})
    configure(aws, "d-refused", parameters | {"port": "1"})
    configure(aws, "e-no-host", {"username": "x", "dbname": "y"})
    configure(aws, "slack", {"channel-id": "C1"})
    expected = {
        "a-healthy": ("healthy", []),
        "b-wrong-password": ("unknown", ["database_auth_failed"]),
        "c-no-database": ("unknown", ["database_error"]),
        "d-refused": ("unknown", ["database_unreachable"]),
        "e-no-host": ("unknown", ["monitor_misconfigured"]),
    }
    report = check()
    assert expected == verdicts(report)
    assert report["healthy"] is False


@pytest.mark.parametrize(
    ("change", "expected", "words"),
    [
        pytest.param({}, "healthy", "", id="verify-full"),
        pytest.param({"sslmode": "require"}, "healthy", "", id="require"),
        pytest.param({"hostname": "127.0.0.1"}, "unknown", "IP address mismatch", id="wrong name"),
        pytest.param({"sslmode": "disable"}, "unknown", "no encryption", id="server wants TLS"),
        pytest.param(
            {"hostname": "no-such-host.invalid"},
            "unknown",
            "No connection to <hostname>:",
            id="DNS",
        ),
    ],
)
def test_tls_is_verified_unless_told_otherwise(
    aws: LocalAws, parameters: dict[str, str], change: dict[str, str], expected: str, words: str
) -> None:
    configure(aws, "c", parameters | change)
    (cluster,) = check()["clusters"]
    assert expected == cluster["status"]
    assert words in json.dumps(cluster["findings"])


def test_an_unknown_authority_is_refused(
    aws: LocalAws, pair: Pair, parameters: dict[str, str], tmp_path: Path
) -> None:
    stranger = CertificateAuthority(tmp_path, "stranger").issue("localhost")
    with TlsFront(pair.subscriber.port, stranger) as front:
        configure(aws, "c", parameters | {"port": str(front.port)})
        (finding,) = check()["clusters"][0]["findings"]
    assert "database_unreachable" == finding["cause"]
    assert "certificate" in finding["summary"]


def test_a_server_without_tls_is_not_talked_to_in_the_clear(
    aws: LocalAws, pair: Pair, parameters: dict[str, str]
) -> None:
    configure(aws, "c", parameters | {"port": str(pair.subscriber.port)})
    (finding,) = check()["clusters"][0]["findings"]
    assert "database_unreachable" == finding["cause"]
    assert "SSL" in finding["summary"]


def test_without_a_password_an_iam_token_is_sent(aws: LocalAws, parameters: dict[str, str]) -> None:
    """The database here knows no tokens: that it refuses the login shows that one was tried."""
    del parameters["password"]
    configure(aws, "c", parameters)
    assert {"c": ("unknown", ["database_auth_failed"])} == verdicts(check())


def test_a_query_that_is_held_up_ends_by_its_time_limit(
    aws: LocalAws, pair: Pair, parameters: dict[str, str]
) -> None:
    configure(aws, "c", parameters)
    with pair.subscriber.connect(database=DATABASE) as blocker:
        blocker.run("BEGIN")
        blocker.run("LOCK TABLE pg_subscription IN ACCESS EXCLUSIVE MODE")
        report = check()
        blocker.run("ROLLBACK")
    assert {"c": ("unknown", ["database_timeout"])} == verdicts(report)
    assert "within 5 s" in report["clusters"][0]["findings"][0]["summary"]


def test_only_the_clusters_asked_for_are_checked_and_unknown_ones_are_told(
    aws: LocalAws, parameters: dict[str, str]
) -> None:
    configure(aws, "one", parameters)
    configure(aws, "two", parameters)
    expected = {"one": ("healthy", []), "typo": ("unknown", ["monitor_misconfigured"])}
    report = check({"clusters": ["one", "typo"]})
    assert expected == verdicts(report)
    assert f"{PARAMETER_PATH}typo/" in report["clusters"][1]["findings"][0]["summary"]


@pytest.mark.usefixtures("aws")
def test_an_empty_parameter_path_is_told() -> None:
    report = check()
    assert {"the monitor": ("unknown", ["monitor_misconfigured"])} == verdicts(report)


def test_a_wrong_input_is_refused(aws: LocalAws, parameters: dict[str, str]) -> None:
    configure(aws, "c", parameters)
    with pytest.raises(InvalidInput, match='"clusters" must be'):
        check({"clusters": 7})


def test_log_lines_carry_the_execution_and_metrics_the_lag(
    aws: LocalAws,
    parameters: dict[str, str],
    log: io.StringIO,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(aws, "c", parameters | {"password": "wrong", "hostnam": "typo"})
    configure(aws, "d", parameters)
    check({"execution": {"id": "arn:execution:1"}})
    logs = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {"arn:execution:1"} == {line["execution_id"] for line in logs}
    assert ["hostnam"] in [line.get("parameters") for line in logs]
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [1.0] in [line.get("Findings") for line in metrics if line.get("cluster") == "c"]
    (lag,) = [line["LagSeconds"] for line in metrics if "LagSeconds" in line]
    assert 0 <= lag[0] < 60
    (not_checked,) = [line for line in metrics if "ClustersNotChecked" in line]
    assert [1.0] == not_checked["ClustersNotChecked"]
    assert "cluster" not in not_checked


def test_secrets_are_in_no_report_and_no_log_line(
    aws: LocalAws,
    parameters: dict[str, str],
    log: io.StringIO,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(aws, "c", parameters | {"password": "hunter2-wrong"})
    configure(aws, "d", parameters)
    output = json.dumps(check()) + log.getvalue() + "".join(capsys.readouterr())
    assert "<hostname> refused the login of <username>" in log.getvalue()
    for secret in (MONITOR_PASSWORD, "hunter2-wrong"):
        assert secret not in output


SECRET = "Zq-hunter2"
SECRETS = (SECRET, f"{SECRET}-{'x' * 60}", f"a'b\"{SECRET}\n{SECRET}")


@pytest.mark.parametrize("side", ["", "publisher/"], ids=["subscriber", "publisher"])
def test_a_password_in_the_wrong_parameter_is_told_nowhere(
    aws: LocalAws,
    parameters: dict[str, str],
    log: io.StringIO,
    capsys: pytest.CaptureFixture[str],
    side: str,
) -> None:
    """The server, the resolver and the driver repeat what they were given."""
    cases = product(("hostname", "username", "dbname"), ("verify-full", "disable"), SECRETS)
    for number, (name, sslmode, value) in enumerate(cases):
        misplaced = parameters | {"sslmode": sslmode, name: value}
        own = {f"{side}{one}": text for one, text in misplaced.items()}
        configure(aws, f"c-{number}", parameters | own)
    report = check()
    assert {"unknown"} == {cluster["status"] for cluster in report["clusters"]}
    assert "hunter2" not in json.dumps(report) + log.getvalue() + "".join(capsys.readouterr())


def test_the_time_for_checks_ends_before_the_function_s() -> None:
    functions = json.loads((PROJECT / ".chalice" / "config.json").read_text())["lambda_functions"]
    assert functions["check_replication"]["lambda_timeout"] >= CHECK_SECONDS + 5
