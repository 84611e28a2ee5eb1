"""What joins a line of the log to a finding, and what keeps them apart."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.catalogue import MAY_BE_ANOTHERS
from functions.notify.log.distinct_errors import distinct_errors
from functions.notify.log.events import log_events
from functions.notify.log.root_cause import MAX_ERROR, is_same_problem, refine, stands_behind
from functions.report import ClusterReport, Evidence, Finding, Status
from tests.unit.notify.logs import CONFLICT, START, conflict, line, row

REFUSED = "could not connect to the publisher: connection to server failed: Connection refused"
NO_ROOM = "out of logical replication worker slots"
TIMEOUT = "terminating logical replication worker due to timeout"


def down(subscription: str = "orders_sub", **evidence: Evidence) -> Finding:
    return Finding("worker_down", f"{subscription} is down.", subscription, evidence)


def finding(cause: str, subscription: str = "orders_sub", **evidence: Evidence) -> Finding:
    return Finding(cause, "The probe's words.", subscription, evidence)


def started(subscription: str, pid: int, second: int = 0) -> str:
    text = f'logical replication apply worker for subscription "{subscription}" has started'
    return line("LOG", text, second, pid)


def busy(slot: str, holder: int) -> str:
    answer = f'replication slot "{slot}" is active for PID {holder}'
    return f"could not start WAL streaming: ERROR:  {answer}"


def found(
    findings: Iterable[Finding], lines: Iterable[str], **more: Any
) -> dict[str | None, Finding]:
    """The refined findings by subscription."""
    cluster = ClusterReport("c", Status.UNHEALTHY, findings=tuple(findings))
    errors = distinct_errors(log_events(row(text) for text in lines))
    return {one.subscription: one for one in refine(cluster, errors, **more).findings}


def causes(findings: Iterable[Finding], lines: Iterable[str], **more: Any) -> dict[Any, str]:
    return {name: one.cause for name, one in found(findings, lines, **more).items()}


def test_without_log_lines_everything_stays() -> None:
    findings = (down(), finding("apply_error", "b"), Finding("no_subscription", "None."))
    cluster = ClusterReport("c", Status.UNHEALTHY, ("/g",), findings, omitted_findings=2)
    assert cluster == refine(cluster, ())


def test_evidence() -> None:
    """The log adds what the probe could not see, and replaces nothing the probe saw."""
    seen = finding("apply_error", apply_error_count=8, worker_pid=None, table="seen.by_probe")
    one = found([seen], [*conflict(0, 1), *conflict(5, 2)])["orders_sub"]
    assert {
        "subscription_oid": 16407,
        "table": "seen.by_probe",
        "apply_error_count": 8,
        "conflict": "insert_exists",
        "constraint": "orders_pkey",
        "key_columns": "id",
        "transaction": "757",
        "finish_lsn": "0/17345B8",
        "origin": "pg_16407",
        "error": CONFLICT,
        "error_times": 2,
        "error_first": "2026-11-22T23:34:00Z",
        "error_last": "2026-11-22T23:34:05Z",
    } == one.evidence
    assert one.summary == (
        "A replicated INSERT collides with a row that table public.orders of the subscriber "
        "already has. The probe's words."
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(down("b"), "apply_conflict", id="by name"),
        pytest.param(down("a"), "worker_down", id="not another one's"),
        pytest.param(down("b", subscription_oid=16407), "apply_conflict", id="by OID"),
        pytest.param(down("b", subscription_oid=99), "worker_down", id="not another one's by OID"),
    ],
)
def test_whose_error_it_is(one: Finding, expected: str) -> None:
    """By OID before the name: subscriptions of two databases may share the latter."""
    lines = [started("b", 1), *conflict(1, 1)]
    assert expected == causes([one, down("z")], lines)[one.subscription]


def test_a_name_learnt_from_one_attempt_holds_for_all() -> None:
    """The start of the newest attempt's worker lies beyond what the query returned."""
    lines = [started("a", 1), *conflict(1, 1), *conflict(9, 2)]
    assert {"a": "apply_conflict", "b": "worker_down"} == causes([down("a"), down("b")], lines)


def test_an_error_without_a_name_belongs_to_the_only_candidate() -> None:
    lines = [line("ERROR", REFUSED)]
    assert {"a": "publisher_unreachable"} == causes([down("a")], lines)
    assert {"a": "worker_down", "b": "worker_down"} == causes([down("a"), down("b")], lines)


def test_a_pid_used_again_is_another_worker() -> None:
    lines = [started("a", 7, 0), line("ERROR", REFUSED, 1, 7), started("b", 7, 30)]
    assert {"a": "publisher_unreachable", "b": "worker_down"} == causes(
        [down("a"), down("b")], lines
    )


def two_faults() -> tuple[list[Finding], list[str]]:
    lines = [
        *(started("a", 1), *conflict(1, 1)),
        *(started("b", 2), line("ERROR", REFUSED, 1, 2)),
    ]
    return [finding("apply_error", "a"), down("b")], lines


@pytest.mark.parametrize("seed", range(10))
def test_two_faults_at_once_in_any_order_of_lines(seed: int) -> None:
    findings, lines = two_faults()
    random.Random(seed).shuffle(lines)  # noqa: S311 - only an order
    assert {"a": "apply_conflict", "b": "publisher_unreachable"} == causes(findings, lines)


def test_ten_workers_interleaved() -> None:
    """Each of ten subscriptions gets its own table, LSN and transaction, or its own lost slot."""
    attempts = []
    for number in range(10):
        told = [text.replace("orders", f"t{number}") for text in conflict(1, number + 1)]
        told = [text.replace("16407", f"{17_000 + number}") for text in told]
        attempts.append([started(f"s{number}", number + 1), *told])
    lines = [text for texts in zip(*attempts, strict=True) for text in texts]
    refined = found([finding("apply_error", f"s{number}") for number in range(10)], lines)
    assert {f"s{number}": f"public.t{number}" for number in range(10)} == {
        name: one.evidence["table"] for name, one in refined.items()
    }


def test_the_newest_error_counts() -> None:
    """A conflict of ten minutes ago is not why the publisher cannot be reached now."""
    lines = [started("a", 1), *conflict(1, 1), started("a", 2, 590), line("ERROR", REFUSED, 591, 2)]
    assert {"a": "publisher_unreachable"} == causes([down("a")], lines)


def test_what_came_along_does_not_hide_the_cause() -> None:
    """An attempt may end in a second error that names no cause."""
    along = "replication origin with ID 2 is already active for PID 1"
    lines = [started("a", 1), *conflict(1, 1), started("a", 2, 2), line("ERROR", along, 3, 2)]
    assert {"a": "apply_conflict"} == causes([down("a")], lines)


def test_an_error_of_no_known_cause_is_shown_all_the_same() -> None:
    one = found([down("a")], [started("a", 1), line("ERROR", "deadlock detected", 1, 1)])["a"]
    assert ("worker_down", "deadlock detected") == (one.cause, one.evidence["error"])
    assert "a is down. Its last error: deadlock detected." == one.summary


def test_an_error_that_was_got_over_explains_nothing() -> None:
    """The worker started again after it; that it is down now has another reason."""
    starts = {"a": [START + timedelta(seconds=30)]}
    checked_at = START + timedelta(seconds=60)
    lines = [started("a", 1), line("WARNING", NO_ROOM, 1, 9), line("ERROR", REFUSED, 2, 1)]
    one = down("a")
    assert {"a": one} == found([one], lines, starts=starts, checked_at=checked_at)


def test_a_timeout_before_a_silence() -> None:
    lines = [started("a", 1), line("ERROR", TIMEOUT, 60, 1), started("a", 2, 62)]
    silent = finding("publisher_lagging", "a", since="2026-11-22T23:35:02+00:00")
    assert {"a": "network_timeout"} == causes([silent], lines)


def test_a_line_cut_off_gives_no_half_numbers() -> None:
    """Neither half an LSN nor half a transaction id is taken for a whole one."""
    error, detail, context = conflict(0, 1)
    for length in range(len(context) - 20, len(context)):
        fields = row(context[:length], length=str(len(context)))
        events = log_events([row(error), row(detail), fields])
        cluster = ClusterReport("c", Status.UNHEALTHY, findings=(down(),))
        (one,) = refine(cluster, distinct_errors(events)).findings
        assert one.evidence.get("finish_lsn") is None
        assert one.evidence.get("transaction") in {None, "757"}
        assert "public.orders" == one.evidence["table"]


def test_values_that_look_like_a_context() -> None:
    """A row's value cannot pass for PostgreSQL's own words."""
    forged = (
        'COPY t, line 1: "processing remote data for replication origin "pg_1" during message type '
        '"INSERT" in transaction 5, finished at 0/5"'
    )
    lines = [line("ERROR", "x", 0, 1), line("CONTEXT", forged, 0, 1)]
    one = found([finding("table_sync_failed")], lines)["orders_sub"]
    assert {"finish_lsn", "transaction"}.isdisjoint(one.evidence)


def test_sessions_explain_nothing() -> None:
    lines = [line("ERROR", CONFLICT, who="10.0.0.1(54058):bob@shop")]
    assert {"orders_sub": "worker_down"} == causes([down()], lines)


@pytest.mark.parametrize("cause", ["subscription_disabled", "slot_at_risk", "database_timeout"])
def test_what_the_log_cannot_explain_stays(cause: str) -> None:
    one = finding(cause)
    assert {"orders_sub": one} == found([one], conflict(0, 1))


def test_errors_of_a_copy_do_not_explain_the_apply_worker() -> None:
    copying = 'logical replication table synchronization worker for subscription "a", table "t"'
    lines = [line("LOG", f"{copying} has started", 0, 1), line("ERROR", CONFLICT, 1, 1)]
    findings = [down("a"), finding("table_sync_failed", "a")]
    cluster = ClusterReport("c", Status.UNHEALTHY, findings=tuple(findings))
    errors = distinct_errors(log_events(map(row, lines)))
    apply, copy = refine(cluster, errors).findings
    assert (findings[0], CONFLICT) == (apply, copy.evidence["error"])


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param([down("b")], {"b": "worker_slots_exhausted"}, id="a worker that is down"),
        pytest.param(
            [finding("table_sync_stalled", "b")], {"b": "table_sync_stalled"}, id="stalled copies"
        ),
        pytest.param([finding("apply_error", "b")], {"b": "apply_error"}, id="not one that ran"),
    ],
)
def test_no_room_for_a_worker(findings: list[Finding], expected: dict[str, str]) -> None:
    """The launcher says it, or the apply worker of another subscription that copies tables."""
    lines = [line("WARNING", NO_ROOM, 0, 1), started("a", 2), line("WARNING", NO_ROOM, 1, 2)]
    assert expected == causes(findings, lines)


def test_a_subscription_with_an_error_of_its_own_has_room() -> None:
    lines = [started("a", 2), line("ERROR", REFUSED, 1, 2), line("WARNING", NO_ROOM, 2, 1)]
    assert {"a": "publisher_unreachable", "b": "worker_slots_exhausted"} == causes(
        [down("a"), down("b")], lines
    )


def test_a_slot_held_by_the_connection_that_timed_out() -> None:
    """The timeout is the cause, and the pid that holds the slot is what the remedy needs."""
    lines = [
        *(started("a", 1), line("ERROR", TIMEOUT, 60, 1)),
        *(started("a", 2, 65), line("ERROR", busy("a", 815), 65, 2)),
    ]
    one = found([down("a")], lines)["a"]
    assert ("network_timeout", 815) == (one.cause, one.evidence["active_pid"])


def test_a_slot_that_somebody_took_long_after_a_timeout() -> None:
    """The worker that started after the timeout had the slot meanwhile."""
    lines = [
        *(started("a", 1), line("ERROR", TIMEOUT, 10, 1), started("a", 2, 15)),
        *(started("a", 3, 60), line("ERROR", busy("a", 815), 60, 3)),
    ]
    starts = {"a": [START + timedelta(seconds=seconds) for seconds in (15, 60)]}
    assert "slot_busy" == found([down("a")], lines, starts=starts)["a"].cause


def test_findings_that_turn_out_to_be_the_same_are_one() -> None:
    """The publisher's check saw that the slot is gone, the log says it too."""
    gone = 'could not start WAL streaming: ERROR:  replication slot "a" does not exist'
    seen = finding("slot_missing", "a", publisher="10.0.0.9:5432")
    one = found([down("a", slot_name="a"), seen], [started("a", 1), line("ERROR", gone, 1, 1)])["a"]
    assert ("slot_missing", "10.0.0.9:5432") == (one.cause, one.evidence["publisher"])
    assert "a" == one.evidence["slot_name"]


@pytest.mark.parametrize("cause", ["slot_missing", "slot_lost", "slot_busy", "publication_missing"])
def test_what_the_own_publisher_does_wins_over_what_the_watched_one_lacks(cause: str) -> None:
    """The slot of that name, or its absence, was another publisher's."""
    seen = finding(cause, "a", publisher="10.0.0.9:5432", active_pid=7)
    one = found([seen], [started("a", 1), line("ERROR", REFUSED, 1, 1)])["a"]
    assert "publisher_unreachable" == one.cause
    assert not {"publisher", "active_pid", "slot_is_ours"} & one.evidence.keys()


@pytest.mark.parametrize(("cause", "ours"), [("slot_missing", True), ("worker_down", True)])
def test_a_slot_that_the_log_speaks_of_is_its_own(cause: str, *, ours: bool) -> None:
    gone = 'could not start WAL streaming: ERROR:  replication slot "a" does not exist'
    seen = replace(finding(cause, "a"), summary=f"It has no slot. {MAY_BE_ANOTHERS}")
    one = found([seen], [started("a", 1), line("ERROR", gone, 1, 1)])["a"]
    assert ("slot_missing", ours) == (one.cause, one.evidence["slot_is_ours"])
    assert (MAY_BE_ANOTHERS in one.summary) is (cause != "slot_missing")


def test_what_was_seen_on_its_own_publisher_keeps_its_name() -> None:
    seen = finding("publication_missing", "a", slot_is_ours=True)
    one = found([seen], [started("a", 1), line("ERROR", busy("a", 815), 1, 1)])["a"]
    assert "publication_missing" == one.cause


def test_without_the_log_a_slot_may_be_another_s() -> None:
    [one] = found([finding("slot_missing", "a")], []).values()
    assert "slot_is_ours" not in one.evidence


def test_findings_the_probe_told_apart_stay_apart() -> None:
    """Two slots nobody uses are two findings, though of no subscription."""
    slots = [Finding("slot_inactive", "Unused.", evidence={"slot_name": name}) for name in "ab"]
    cluster = ClusterReport("c", Status.UNHEALTHY, findings=(*slots, down("a")))
    errors = distinct_errors(log_events([row(line("ERROR", REFUSED))]))
    assert [*slots, "publisher_unreachable"] == [
        *refine(cluster, errors).findings[:2],
        refine(cluster, errors).findings[2].cause,
    ]


def test_a_remark_on_a_conflict_explains_divergence_only() -> None:
    remark = 'conflict detected on relation "public.t": conflict=update_missing'
    lines = [line("LOG", remark, 0, 1)]
    one = found([finding("silent_divergence", conflict_counts="update_missing 3")], lines)
    assert ("public.t", "update_missing") == (
        one["orders_sub"].evidence["table"],
        one["orders_sub"].evidence["conflict"],
    )
    assert {"orders_sub": "apply_error"} == causes([finding("apply_error")], lines)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(REFUSED, "passing one, so enabling it should be enough", id="transient"),
        pytest.param("permission denied for table t", "The reason lasts", id="lasting"),
        pytest.param("deadlock detected", "Its last error: deadlock detected.", id="unknown"),
    ],
)
def test_why_it_disabled_itself(error: str, expected: str) -> None:
    """Data that fails again is told from a connection that was lost once."""
    disabled = 'subscription "a" has been disabled because of an error'
    lines = [line("ERROR", error, 0, 1), line("LOG", disabled, 0, 1)]
    one = found([finding("disabled_on_error", "a"), down("b")], lines)["a"]
    assert "disabled_on_error" == one.cause
    assert expected in one.summary


def test_a_long_error_is_shortened() -> None:
    one = found([down("a")], [started("a", 1), line("ERROR", "x" * 3_000, 1, 1)])["a"]
    assert MAX_ERROR == len(str(one.evidence["error"]))


@pytest.mark.parametrize(
    "name",
    ["it's", 'a "b" c', "a; DROP TABLE t; --", "注" * 21, 'x" has started'],
    ids=["apostrophe", "quotes", "SQL", "63 bytes", "words of the log"],
)
def test_names_of_any_kind(name: str) -> None:
    lines = [started(name, 1), line("ERROR", REFUSED, 1, 1)]
    assert {name: "publisher_unreachable", "b": "worker_down"} == causes(
        [down(name), down("b")], lines
    )


@pytest.mark.parametrize(
    ("cause", "other", "behind", "same"),
    [
        ("apply_conflict", "apply_error", True, True),
        ("apply_error", "apply_conflict", False, True),
        ("apply_error", "apply_error", False, True),
        ("worker_down", "apply_error", False, True),
        ("slot_inactive", "apply_error", False, False),
        ("apply_conflict", "slot_lost", False, False),
        ("of_a_later_version", "apply_error", False, False),
    ],
)
def test_one_trouble_by_two_names(cause: str, other: str, *, behind: bool, same: bool) -> None:
    """The log's name and the probe's, or those of two samples."""
    assert behind == stands_behind(cause, other)
    assert same == is_same_problem(cause, other)
