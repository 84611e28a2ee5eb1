"""Every cause is shown by a fault, and every key of evidence is found by somebody.

What is found comes from snapshots and from the logs of real servers, so the glossary neither
promises what nobody finds nor lacks what somebody does.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.catalogue import CATALOGUE, COULD_NOT_BE_CHECKED
from functions.catalogue.evidence import EVIDENCE
from functions.check_replication.check import Probes, check
from functions.check_replication.connection import ProbeError
from functions.check_replication.diagnosis import (
    Publishers,
    PublisherSamples,
    Samples,
    compare,
    diagnose,
    to_remember,
)
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.publisher_snapshot import (
    CopySender,
    Publication,
    Slot,
    StandbySlot,
)
from functions.check_replication.snapshot import Copy, Subscription, Tables
from functions.check_replication.targets import Limits, Login, Target
from functions.report import Finding
from local.postgres.faults import FAULTS
from tests.unit.check_replication.builders import (
    DOWN,
    HEALTHY,
    LIMITS,
    NO_MEMORY,
    NOW,
    PUBLICATION,
    SLOT,
    ago,
    diagnosed,
    publisher,
    snapshot,
    watching,
)
from tests.unit.notify.log.test_real_logs import BREAKS, messages, refined

MAX_LAG = 300.0
NO_SERVER_SHOWS = {"monitor_failed", "undecided", "publisher_went_back"}
"""Errors that nobody foresaw, what one check cannot know of any server, and what takes a backup:
see tests/integration/check_replication/test_restored_publisher.py."""

COPYING = replace(
    HEALTHY,
    sync_error_count=1,
    tables=Tables(frozenset({"public.a", "public.b"}), pending=("public.a", "public.b")),
)
WAITING = replace(HEALTHY, tables=Tables(frozenset({"public.a"}), pending=("public.a",)))
LATE = replace(HEALTHY, last_msg_send_time=ago(400), last_msg_receipt_time=ago(399))
BLOCKED = replace(
    LATE,
    blocked_since=ago(350),
    blocker_pid=99,
    blocker_user="reports",
    blocker_application="psql",
    blocker_query="LOCK TABLE public.orders",
    blocker_age_seconds=360.0,
)
PREPARED = replace(BLOCKED, blocker_pid=0, blocker_gid="pg_gid_16385_777")
STANDBY_GONE = replace(
    SLOT, sender_wait_event_type="Client", sender_wait_event="WaitForStandbyConfirmation"
)
LOST = replace(
    SLOT, active=False, active_pid=None, wal_status="lost", invalidation_reason="wal_removed"
)
IDLE = replace(SLOT, name="idle", active=False, active_pid=None, inactive_since=ago(9000))
ENDANGERED = replace(SLOT, safe_wal_bytes=1e6)


def seen_twice(first: Subscription, latest: Subscription | None = None, **server: int) -> Samples:
    later = latest or first
    return Samples((snapshot(first, **server), snapshot(later, seconds_later=12, **server)))


def of_subscriber() -> Iterator[Finding]:
    failing = replace(HEALTHY, apply_error_count=2)
    for samples in (
        seen_twice(DOWN),
        seen_twice(DOWN, workers_in_use=4),
        seen_twice(HEALTHY, failing),
        seen_twice(replace(DOWN, enabled=False, conflicts={"update_missing": 3}, skip_lsn="0/1")),
        seen_twice(replace(DOWN, enabled=False, disable_on_error=True)),
        seen_twice(BLOCKED),
        seen_twice(PREPARED),
        seen_twice(LATE),
        seen_twice(replace(LATE, wait_event="PgSleep")),
        seen_twice(replace(LATE, last_msg_receipt_time=ago(0))),
        seen_twice(replace(COPYING, sync_error_count=0), COPYING),
        seen_twice(WAITING),
        Samples((snapshot(),)),
        Samples((snapshot(HEALTHY, in_recovery=True),)),
    ):
        yield from diagnosed(samples, MAX_LAG)
    yield from diagnosed(seen_twice(HEALTHY), 10)


def of_memory() -> Iterator[Finding]:
    """A worker that is another one at each of three checks."""
    remembered: RememberedCluster | None = None
    for pid in (1, 2, 3):
        samples = Samples((snapshot(replace(HEALTHY, worker_pid=pid, worker_start=NOW)),))
        histories = compare(samples, Publishers(), remembered, NOW, LIMITS)
        yield from diagnose(samples, LIMITS, Publishers(), histories)
        remembered = to_remember(samples, histories, remembered, NOW)


def of_made_disabled() -> Iterator[Finding]:
    """The last check knew the cluster without it."""
    samples = Samples((snapshot(replace(DOWN, enabled=False)),))
    histories = compare(samples, watching(), RememberedCluster(NOW, NOW), NOW, LIMITS)
    yield from diagnose(samples, LIMITS, watching(), histories)


def of_backlog() -> Iterator[Finding]:
    """Nothing is confirmed while 10 MB a minute are written; then the publisher is restored."""
    remembered: RememberedCluster | None = None
    for minutes, limits in ((0, LIMITS), (9, LIMITS), (9.5, Limits(1e6, 1e6)), (1, LIMITS)):
        samples = Samples((snapshot(replace(HEALTHY, wait_event="PgSleep")),))
        seen = PublisherSamples("p:5432", (publisher(SLOT, wal_bytes=1e6 + 1e7 * minutes),))
        at = NOW + timedelta(minutes=minutes)
        known = remembered and replace(remembered, taken_at=NOW - (at - remembered.checked_at))
        histories = compare(samples, watching(seen), known, at, limits)
        yield from diagnose(samples, limits, watching(seen), histories)
        remembered = to_remember(samples, histories, remembered, at)


def of_waiting() -> Iterator[Finding]:
    """Nothing is sent before a standby has it."""
    standby = StandbySlot("standby", active=False, restart_bytes=None)
    sampled = publisher(STANDBY_GONE, wal_bytes=9e6, standby_slots=(standby,))
    samples, seen = Samples((snapshot(HEALTHY),)), watching(PublisherSamples("p:5432", (sampled,)))
    limits = Limits(MAX_LAG, 1e6)
    histories = compare(samples, seen, None, NOW, limits)
    yield from diagnose(samples, limits, seen, histories)


def of_copies() -> Iterator[Finding]:
    """One waits for a session on the subscriber, one for an old transaction of the publisher."""
    copy = Copy(5, "public.a", 77, ago(400), "Client", "LibpqwalreceiverReceive", bytes=0)
    locked = replace(copy, blocker_pid=99, blocked_since=ago(350))
    sender = CopySender("pg_16400_sync_5_1", ago(400), "Lock", 98, "reports", 7200.0)
    seen = PublisherSamples("p:5432", (publisher(SLOT, copy_senders=(sender,)),))
    for each in (copy, locked):
        tables = Tables(frozenset({"public.a"}), ("public.a",), {5: 77}, frozenset({5}), (each,))
        samples = Samples((snapshot(replace(HEALTHY, tables=tables)),))
        yield from diagnosed(samples, MAX_LAG, seen)


def of_publisher() -> Iterator[Finding]:
    for samples, slots, publications, limit in (
        (seen_twice(DOWN), [], [PUBLICATION], 10),
        (seen_twice(DOWN), [LOST], [PUBLICATION], 10),
        (seen_twice(DOWN), [SLOT], [PUBLICATION], 10),
        (seen_twice(HEALTHY), [SLOT], [], 10),
        (seen_twice(HEALTHY), [replace(IDLE, name=SLOT.name)], [PUBLICATION], 10),
        (seen_twice(HEALTHY), [ENDANGERED, IDLE], [published("public.a", "public.b")], 10),
        (seen_twice(replace(COPYING, sync_error_count=0), COPYING), [SLOT], [PUBLICATION], 1),
    ):
        yield from diagnosed(samples, MAX_LAG, watched(slots, publications, limit))


def published(*tables: str) -> Publication:
    return replace(PUBLICATION, tables=frozenset(tables), without_identity=tables)


def watched(slots: list[Slot], publications: list[Publication], limit: int) -> PublisherSamples:
    seen = [
        publisher(
            *slots,
            publications=tuple(publications),
            seconds_later=seconds,
            wal_bytes=1e6 * seconds,
            max_slots=limit,
            max_slot_wal_keep_bytes=1e9,
        )
        for seconds in (0, 12)
    ]
    return PublisherSamples("publisher.example:5432", tuple(seen))


def of_the_check() -> Iterator[Finding]:
    def no_answer(login: Login) -> PublisherSamples:
        raise ProbeError("database_timeout", f"{login.address} did not answer.")

    login = Login("shop", "monitor", "shop")
    probes = Probes(lambda _, __: Samples((snapshot(HEALTHY),)), no_answer)
    yield from check(
        Target("shop", login, "/logs", {"publisher": login}), probes, NO_MEMORY
    ).report.findings


def of_the_log() -> Iterator[Finding]:
    """By findings that hold nothing themselves: what is in the evidence then is the log's."""
    for name, broken in BREAKS.items():
        for version in broken.versions:
            finding = Finding(broken.probe, "", broken.subscription or f"s_{name}")
            yield refined(finding, messages(version, name))


FOUND: dict[str, set[str]] = defaultdict(set)
for one in (
    *of_subscriber(),
    *of_memory(),
    *of_made_disabled(),
    *of_backlog(),
    *of_waiting(),
    *of_copies(),
    *of_publisher(),
    *of_the_check(),
    *of_the_log(),
):
    FOUND[one.cause] |= {key for key, value in one.evidence.items() if value is not None}
KEYS = set().union(*FOUND.values())


def test_every_cause_is_shown_by_a_fault() -> None:
    """On real servers: before the log was read or after."""
    shown = {cause for fault in FAULTS.values() for cause in (fault.cause, fault.probe_cause)}
    assert CATALOGUE.keys() - NO_SERVER_SHOWS == shown - {None}


def test_every_cause_is_found_here() -> None:
    """So that what is said of evidence below is said of all."""
    assert set() == CATALOGUE.keys() - COULD_NOT_BE_CHECKED - FOUND.keys()


def test_what_is_found_is_documented() -> None:
    assert set() == KEYS - EVIDENCE.keys()


def test_what_is_documented_is_found() -> None:
    """But for the subscription: a finding has it beside its evidence, and SQL takes it there."""
    assert {"subscription"} == EVIDENCE.keys() - KEYS


@pytest.mark.parametrize("cause", sorted(CATALOGUE.keys() - COULD_NOT_BE_CHECKED))
def test_an_alert_shows_something_that_is_found(cause: str) -> None:
    shown = CATALOGUE[cause].shown or EVIDENCE.keys()
    assert shown <= EVIDENCE.keys()
    assert shown & FOUND[cause]
