"""Initial copies that stand, told from those that work."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.check_replication.diagnosis import (
    PublisherSamples,
    Samples,
    compare,
    diagnose,
    to_remember,
)
from functions.check_replication.memory.packing import pack, unpack
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.publisher_snapshot import CopySender
from functions.check_replication.snapshot import Copy, Subscription, Tables
from functions.report import Finding
from tests.unit.check_replication.builders import (
    HEALTHY,
    LIMITS,
    NOW,
    PUBLICATION,
    SLOT,
    ago,
    publisher,
    snapshot,
    watching,
)

COPY = Copy(5, "public.a", 77, ago(400), "Client", "LibpqwalreceiverReceive")
LOCKED = replace(
    COPY,
    wait_event_type="Lock",
    wait_event="relation",
    blocker_pid=4242,
    blocker_user="app",
    blocked_since=ago(390),
)
SENDER = CopySender("pg_16400_sync_5_77", ago(399), "Lock", 4343, "reports", 7200.0)
PUBLISHED = replace(PUBLICATION, tables=frozenset())
AT_WORK = replace(SENDER, wait_event_type="IO", blocker_pid=None)


def copying(*copies: Copy) -> Subscription:
    pids = {copy.table_oid: copy.pid for copy in copies}
    names = tuple(copy.table for copy in copies)
    return replace(
        HEALTHY, tables=Tables(frozenset(names), names, pids, frozenset(pids), tuple(copies))
    )


def checked(
    copies: tuple[Copy, ...],
    sender: CopySender | None = None,
    remembered: RememberedCluster | None = None,
    minutes: float = 0,
) -> tuple[tuple[Finding, ...], RememberedCluster]:
    at = NOW + timedelta(minutes=minutes)
    samples = Samples((snapshot(replace(copying(*copies), last_msg_send_time=at), taken_at=at),))
    seen = None
    if sender is not None:
        seen = PublisherSamples(
            "p:5432", (publisher(SLOT, publications=(PUBLISHED,), copy_senders=(sender,)),)
        )
    histories = compare(samples, watching(seen), remembered, at, LIMITS)
    known = to_remember(samples, histories, remembered, at)
    assert known is not None
    packed = pack({"shop": known})
    return diagnose(samples, LIMITS, watching(seen), histories), unpack(packed.text, at)["shop"]


@pytest.mark.parametrize(
    ("copy", "sender", "said"),
    [
        (LOCKED, None, "it waits for a lock that session 4242 of the subscriber holds."),
        (replace(LOCKED, blocker_pid=0), None, "a prepared transaction on the subscriber holds."),
        (replace(LOCKED, blocker_pid=None), None, "it waits for a lock on the subscriber."),
        (COPY, None, "it waits for the publisher."),
        (COPY, SENDER, "the transaction of session 4343 on the publisher, open for 2 hours."),
        (COPY, replace(SENDER, blocker_age_seconds=None), "of session 4343 on the publisher."),
        (
            LOCKED,
            replace(SENDER, wait_event_type="Client"),
            "session 4242 of the subscriber holds.",
        ),
        (LOCKED, AT_WORK, "session 4242 of the subscriber holds."),
        (COPY, replace(SENDER, name="pg_1_sync_5_77"), "it waits for the publisher."),
        (COPY, replace(SENDER, start=ago(9000)), "it waits for the publisher."),
    ],
)
def test_what_a_copy_waits_for_is_said(copy: Copy, sender: CopySender | None, said: str) -> None:
    (finding,), _ = checked((copy,), sender)
    assert "table_sync_blocked" == finding.cause
    assert finding.summary.endswith(said)
    assert ("public.a", 0) == (finding.evidence["table"], finding.evidence["copied_rows"])


@pytest.mark.parametrize(
    ("copy", "sender"),
    [
        pytest.param(replace(COPY, started=ago(200)), None, id="for a short time"),
        pytest.param(replace(COPY, wait_event_type=None), None, id="computes"),
        pytest.param(replace(COPY, wait_event_type="IO"), None, id="writes"),
        pytest.param(replace(COPY, wait_event_type="Timeout"), None, id="sleeps in a trigger"),
        pytest.param(replace(COPY, rows=9), None, id="has rows, and no memory says since when"),
        pytest.param(COPY, AT_WORK, id="the publisher is looking for the first row"),
        pytest.param(replace(COPY, started=None), None, id="not visible"),
    ],
)
def test_a_copy_that_may_be_at_work_is_healthy(copy: Copy, sender: CopySender | None) -> None:
    assert () == checked((copy,), sender)[0]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param({}, [[], [], ["table_sync_blocked"]], id="stands"),
        pytest.param({"rows": 10_000_000}, [[], [], []], id="goes on"),
        pytest.param({"pid": 78}, [[], [], []], id="another worker's"),
        pytest.param({"wait_event_type": "IO"}, [[], [], []], id="at work"),
    ],
)
def test_a_copy_that_has_got_no_row_for_longer_than_the_limit_stands(
    later: dict[str, object], expected: list[list[str]]
) -> None:
    """Checked every four minutes; five are the limit."""
    copy = replace(COPY, rows=9_000_000)
    remembered, causes = None, []
    for minutes, changes in ((0, {}), (4, {}), (8, later)):
        seen = replace(copy, **changes)  # type: ignore[arg-type]
        findings, remembered = checked((seen,), None, remembered, minutes)
        causes.append(
            [finding.cause for finding in findings if finding.cause != "worker_restarting"]
        )
    assert expected == causes


def test_of_several_copies_the_one_that_has_stood_longest_is_named() -> None:
    later = replace(COPY, table_oid=6, table="public.b", pid=78, started=ago(350))
    findings, _ = checked((later, COPY))
    assert ["public.a"] == [finding.evidence["table"] for finding in findings]
