import threading
from dataclasses import replace

import pytest

from functions.check_replication.check import WITHOUT_PUBLISHER, Probes, check, check_all
from functions.check_replication.checked import Memory
from functions.check_replication.connection import ProbeError
from functions.check_replication.diagnosis import PublisherSamples, Samples
from functions.check_replication.memory.remembered import (
    RememberedCluster,
    RememberedSubscription,
)
from functions.check_replication.targets import Login, Misconfigured, Target
from functions.report import ClusterReport, Status
from tests.unit.check_replication.builders import HEALTHY, NO_MEMORY, NOW, snapshot


def target(cluster: str, publisher: str | None = None) -> Target:
    return Target(
        cluster,
        Login(cluster, "monitor", "shop"),
        f"/logs/{cluster}",
        publishers={} if publisher is None else {"publisher": Login(publisher, "monitor", "shop")},
    )


def sample(login: Login, _: float = 300) -> Samples:
    """A database for each case, chosen by the host's name."""
    match login.hostname:
        case "healthy":
            return Samples((snapshot(HEALTHY),))
        case "empty":
            return Samples((snapshot(),))
        case "replica":
            return Samples((snapshot(HEALTHY, in_recovery=True),))
        case "refused":
            raise ProbeError("database_unreachable", "No connection to refused.example:5432.")
        case name:
            raise RuntimeError(f"{name} {login.username} {login.password}")


def sample_publisher(login: Login) -> PublisherSamples:
    raise ProbeError("database_timeout", f"{login.address} did not answer.")


PROBES = Probes(sample, sample_publisher)


def test_each_cluster_gets_its_own_verdict_in_order() -> None:
    """One failing cluster never hides another."""
    names = ["refused", "healthy", "boom", "empty", "replica"]
    checked = check_all(
        [target(name) for name in names], PROBES, time_limit_seconds=30, memory=NO_MEMORY
    )
    expected = [
        ("refused", Status.UNKNOWN, ["database_unreachable"]),
        ("healthy", Status.HEALTHY, []),
        ("boom", Status.UNKNOWN, ["monitor_failed"]),
        ("empty", Status.UNHEALTHY, ["no_subscription"]),
        ("replica", Status.UNKNOWN, ["monitor_misconfigured"]),
    ]
    assert expected == [
        (one.report.cluster, one.report.status, [found.cause for found in one.report.findings])
        for one in checked
    ]


def test_an_unforeseen_failure_names_its_class_but_not_its_text() -> None:
    """The text of an unforeseen exception could hold anything, a password too."""
    (finding,) = check(target("secret-in-message"), PROBES, NO_MEMORY).report.findings
    assert "The check of this cluster failed: RuntimeError." == finding.summary


def test_an_unforeseen_failure_is_logged_without_the_login(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where it happened and its kind are; any value of the login may be a password."""
    login = Login("hunter1", "hunter2", "hunter3", "hunter4")
    with caplog.at_level("ERROR"):
        check(
            Target("c", login, "/logs/c", {"publisher": replace(login, hostname="hunter5")}),
            PROBES,
            NO_MEMORY,
        )
    (logged,) = caplog.records
    traceback = str(vars(logged)["traceback"])
    assert "RuntimeError: <hostname> <username> <password>" in traceback
    assert "test_check.py" in traceback
    assert "hunter" not in repr(vars(logged))


def test_a_misconfigured_cluster_tells_every_problem() -> None:
    checked = check(Misconfigured("c", ("this is missing", "that is malformed")), PROBES, NO_MEMORY)
    assert Status.UNKNOWN == checked.report.status
    assert ("/aws/rds/cluster/c/postgresql",) == checked.report.log_groups
    assert "Not checked: this is missing; that is malformed." == checked.report.findings[0].summary


def test_a_cluster_that_takes_too_long_is_unknown_and_holds_up_nobody() -> None:
    release = threading.Event()

    def slow(login: Login, _: float) -> Samples:
        if login.hostname == "slow":
            release.wait(60)
        return Samples((snapshot(HEALTHY),))

    try:
        checked = check_all(
            [target("slow"), target("fast")],
            Probes(slow, sample_publisher),
            time_limit_seconds=0.5,
            memory=NO_MEMORY,
        )
    finally:
        release.set()
    expected = [("slow", Status.UNKNOWN), ("fast", Status.HEALTHY)]
    assert expected == [(one.report.cluster, one.report.status) for one in checked]
    assert "database_timeout" == checked[0].report.findings[0].cause


REMEMBERED = RememberedCluster(NOW, NOW, (RememberedSubscription(16_400),), age_seconds=300.0)


@pytest.mark.parametrize(
    ("checked", "is_kept"),
    [
        pytest.param(target("refused"), True, id="no answer"),
        pytest.param(target("slow"), True, id="no answer in time"),
        pytest.param(Misconfigured("c", ("this is missing",)), True, id="not checked"),
        pytest.param(target("boom"), False, id="unforeseen"),
    ],
)
def test_what_may_come_from_the_memory_comes_once(
    checked: Target | Misconfigured, *, is_kept: bool
) -> None:
    """A cluster that cannot be checked stays known; what breaks its check may be what is known."""
    release = threading.Event()

    def slow(login: Login, limit: float) -> Samples:
        if login.hostname == "slow":
            release.wait(60)
        return sample(login, limit)

    memory = Memory({checked.cluster: REMEMBERED}, NOW)
    try:
        [result] = check_all([checked], Probes(slow, sample_publisher), 0.5, memory)
    finally:
        release.set()
    assert (REMEMBERED if is_kept else None) == result.remembered
    assert (Status.UNKNOWN, True) == (result.report.status, result.has_memory)


def test_no_targets_no_verdicts() -> None:
    assert [] == check_all([], PROBES, time_limit_seconds=1, memory=NO_MEMORY)


def test_a_publisher_that_cannot_be_reached_is_a_finding_beside_the_subscriber_s() -> None:
    healthy = check(target("healthy", publisher="p"), PROBES, NO_MEMORY).report
    empty = check(target("empty", publisher="p"), PROBES, NO_MEMORY).report
    assert (Status.UNKNOWN, ["database_timeout"]) == verdict_of(healthy)
    assert (Status.UNHEALTHY, ["no_subscription", "database_timeout"]) == verdict_of(empty)
    assert {"side": "publisher"} == healthy.findings[0].evidence
    assert "The publisher: p:5432 did not answer." == healthy.findings[0].summary


def verdict_of(report: ClusterReport) -> tuple[Status, list[str]]:
    return report.status, [found.cause for found in report.findings]


def test_without_a_publisher_it_is_said_that_the_backlog_cannot_be_seen() -> None:
    """Not of a cluster without subscriptions, and not while a watched one does not answer."""
    expected = {("healthy", None): (WITHOUT_PUBLISHER,), ("empty", None): (), ("healthy", "p"): ()}
    assert expected == {
        (host, watched): check(target(host, watched), PROBES, NO_MEMORY).report.not_visible
        for host, watched in expected
    }
