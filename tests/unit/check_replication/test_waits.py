"""What holds a subscription up, by the wait events of its worker and its WAL sender."""

from dataclasses import replace

import pytest

from functions.catalogue import CATALOGUE
from functions.check_replication.diagnosis import PublisherSamples, Samples, compare, diagnose
from functions.check_replication.publisher_snapshot import Slot, StandbySlot
from functions.check_replication.snapshot import Subscription
from functions.check_replication.targets import Limits
from functions.report import Finding
from tests.unit.check_replication.builders import (
    HEALTHY,
    NOW,
    SLOT,
    ago,
    publisher,
    snapshot,
    watching,
)

LIMITS = Limits(300.0, 1e6)
GONE = StandbySlot("gone", active=False, restart_bytes=2e6)
MISSING = StandbySlot("missing", active=False, restart_bytes=None)
SLOW = StandbySlot("slow", active=True, restart_bytes=3e6)
SLOWER = StandbySlot("slower", active=True, restart_bytes=2.5e6)
UP_TO_DATE = StandbySlot("up_to_date", active=True, restart_bytes=9e6)
IDLE_AND_UP_TO_DATE = replace(UP_TO_DATE, active=False)


def worker(event_type: str | None, event: str | None) -> Subscription:
    return replace(HEALTHY, wait_event_type=event_type, wait_event=event)


def sender(event_type: str | None, event: str | None) -> Slot:
    return replace(SLOT, sender_wait_event_type=event_type, sender_wait_event=event)


FOR_MESSAGES = worker("Activity", "LogicalApplyMain")
BUSY = worker(None, None)
FOR_STANDBY = sender("Client", "WaitForStandbyConfirmation")
FINISH_HERE = ["Have", "If"]
FINISH_THERE = ["It"]
IDLE = sender("Activity", "WalSenderMain")


def found(
    subscription: Subscription,
    slot: Slot,
    *standbys: StandbySlot,
    sees_activity: bool = True,
) -> Finding:
    """Eight megabytes are not confirmed."""
    samples = Samples((snapshot(subscription, sees_activity=sees_activity),))
    sampled = publisher(slot, wal_bytes=9e6, standby_slots=standbys)
    seen = watching(PublisherSamples("p:5432", (sampled,)))
    (finding,) = diagnose(samples, LIMITS, seen, compare(samples, seen, None, NOW, LIMITS))
    return finding


@pytest.mark.parametrize(
    ("subscription", "slot", "cause", "said"),
    [
        (BUSY, IDLE, "apply_lagging", "Its apply worker computes, its WAL sender has nothing"),
        (
            worker("IO", "DataFileRead"),
            IDLE,
            "apply_lagging",
            "Its apply worker reads or writes the disk (DataFileRead), its WAL sender",
        ),
        (
            worker("Timeout", "PgSleep"),
            sender("Client", "WalSenderWriteData"),
            "apply_lagging",
            "sleeps (PgSleep), its WAL sender waits for the other end to take what it sends.",
        ),
        (
            FOR_MESSAGES,
            sender("Client", "WalSenderWriteData"),
            "publisher_lagging",
            "waits for messages, its WAL sender waits for the other end to take what it sends.",
        ),
        (FOR_MESSAGES, sender(None, None), "publisher_lagging", "its WAL sender decodes WAL."),
        (
            FOR_MESSAGES,
            sender("IO", "ReorderBufferRead"),
            "publisher_lagging",
            "its WAL sender reads or writes the disk (ReorderBufferRead).",
        ),
        (
            FOR_MESSAGES,
            sender("Lock", "relation"),
            "publisher_lagging",
            "its WAL sender waits for a lock (relation).",
        ),
        (
            FOR_MESSAGES,
            sender("LWLock", "WALRead"),
            "publisher_lagging",
            "its WAL sender waits (WALRead).",
        ),
    ],
)
def test_who_is_behind_is_said_with_what_it_waits_for(
    subscription: Subscription, slot: Slot, cause: str, said: str
) -> None:
    finding = found(subscription, slot)
    assert cause == finding.cause
    assert said in finding.summary


@pytest.mark.parametrize(
    ("standbys", "expected"),
    [
        pytest.param([GONE], "gone", id="nobody reads it"),
        pytest.param([MISSING], "missing", id="there is none of that name"),
        pytest.param([SLOW, GONE, MISSING], "gone, missing", id="those that stand still"),
        pytest.param([SLOW, SLOWER, UP_TO_DATE], "slower", id="else the slowest"),
        pytest.param([IDLE_AND_UP_TO_DATE, SLOW], "slow", id="not one that has it all"),
    ],
)
def test_a_standby_that_is_waited_for_is_named(standbys: list[StandbySlot], expected: str) -> None:
    finding = found(FOR_MESSAGES, FOR_STANDBY, *standbys)
    assert ("standby_behind", expected) == (finding.cause, finding.evidence["standby_slots"])


@pytest.mark.parametrize(
    ("subscription", "slot", "standbys", "cause"),
    [
        pytest.param(BUSY, FOR_STANDBY, [GONE], "apply_lagging", id="the worker is at work"),
        pytest.param(FOR_MESSAGES, IDLE, [GONE], "publisher_lagging", id="nobody waits for it"),
        pytest.param(
            FOR_MESSAGES,
            FOR_STANDBY,
            [UP_TO_DATE],
            "publisher_lagging",
            id="confirmed between two glances",
        ),
    ],
)
def test_a_standby_is_not_blamed(
    subscription: Subscription, slot: Slot, standbys: list[StandbySlot], cause: str
) -> None:
    assert cause == found(subscription, slot, *standbys).cause


def test_what_is_not_seen_is_not_said() -> None:
    hidden = replace(SLOT, sender_start=None)
    finding = found(worker(None, None), hidden, sees_activity=False)
    assert "apply_lagging" == finding.cause
    assert (None, None) == (finding.evidence["worker_wait"], finding.evidence["sender_wait"])
    assert finding.summary.endswith("behind its publisher.")


@pytest.mark.parametrize(
    ("gid", "expected", "remedies"),
    [
        ("o'rder 1", "that prepared transaction “o'rder 1” of shopkeeper holds.", FINISH_HERE),
        ("pg_gid_16385_777", "“pg_gid_16385_777” of shopkeeper holds.", FINISH_THERE),
        ("pg_gid_16385_777 of mine", "of mine” of shopkeeper holds.", FINISH_HERE),
        (None, "that a prepared transaction holds.", FINISH_HERE),
    ],
)
def test_a_prepared_transaction_is_named_as_the_blocker(
    gid: str | None, expected: str, remedies: list[str]
) -> None:
    """No session is ended for it; what a subscription has prepared is finished on its publisher."""
    blocked = replace(
        worker("Lock", "relation"),
        blocked_since=ago(80),
        blocker_pid=0,
        blocker_gid=gid,
        blocker_user=gid and "shopkeeper",
    )
    finding = found(blocked, SLOT)
    assert "apply_blocked" == finding.cause
    assert expected in finding.summary
    assert gid == finding.evidence["blocker_gid"]
    fitting = CATALOGUE["apply_blocked"].remedies_for(finding.evidence)
    assert remedies == [remedy.action.partition(" ")[0] for remedy in fitting]
