"""What is said when sampling ended before it was clear."""

from dataclasses import replace

import pytest

from functions.check_replication.check import Probes, check
from functions.check_replication.diagnosis import Interruption, PublisherSamples, Samples
from functions.check_replication.snapshot import Subscription, Tables, Unseen
from functions.check_replication.targets import Login, Target
from functions.report import Status
from tests.unit.check_replication.builders import (
    DOWN,
    HEALTHY,
    NO_MEMORY,
    SLOT,
    diagnosed,
    publisher,
    snapshot,
)

BROKEN = Interruption("database_error", "db.example broke off the query.")
WAITING = replace(HEALTHY, tables=Tables(frozenset({"public.a"}), ("public.a",)))


def cut_short(*seen: Subscription) -> Samples:
    samples = [snapshot(one, seconds_later=number) for number, one in enumerate(seen)]
    return Samples(tuple(samples), BROKEN)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param([DOWN], [], id="one sample of a missing worker"),
        pytest.param([DOWN, DOWN], [], id="it may still come back"),
        pytest.param([DOWN, replace(DOWN, apply_error_count=1)], ["apply_error"], id="it fails"),
        pytest.param([replace(DOWN, enabled=False)], ["subscription_disabled"], id="disabled"),
        pytest.param([WAITING, WAITING], [], id="a worker may still copy"),
        pytest.param(
            [WAITING, replace(WAITING, sync_error_count=1)], ["table_sync_failed"], id="copy fails"
        ),
        pytest.param([replace(DOWN, skip_lsn="0/1")] * 2, ["skip_pending"], id="a warning"),
    ],
)
def test_what_is_certain_is_said_and_what_takes_more_looks_is_not(
    seen: list[Subscription], expected: list[str]
) -> None:
    assert expected == [found.cause for found in diagnosed(cut_short(*seen), 300)]


def test_a_slot_in_use_does_not_explain_what_is_not_clear() -> None:
    at_work = PublisherSamples("p:5432", (publisher(SLOT),))
    assert () == diagnosed(cut_short(DOWN, DOWN), 300, at_work)


def test_another_subscription_is_judged_by_all_looks() -> None:
    failing = replace(HEALTHY, oid=2, name="z")
    samples = Samples(
        (
            snapshot(DOWN, failing),
            snapshot(DOWN, replace(failing, apply_error_count=2), seconds_later=1),
        ),
        BROKEN,
    )
    (finding,) = diagnosed(samples, 300)
    assert ("z", 2) == (finding.subscription, finding.evidence["failures"])


def verdict(samples: Samples, at_work: PublisherSamples | None = None) -> tuple[Status, list[str]]:
    def sample_publisher(_: Login) -> PublisherSamples:
        assert at_work is not None
        return at_work

    login = Login("db.example", "monitor", "shop")
    target = Target("c", login, "/logs", {} if at_work is None else {"publisher": login})
    report = check(target, Probes(lambda *_: samples, sample_publisher), NO_MEMORY).report
    return report.status, [found.summary for found in report.findings]


def test_an_interruption_is_never_healthy_and_stands_beside_what_was_seen() -> None:
    said = "The check was interrupted: db.example broke off the query."
    assert (Status.UNKNOWN, [said]) == verdict(cut_short(DOWN))
    status, summaries = verdict(cut_short(replace(DOWN, enabled=False)))
    assert (Status.UNHEALTHY, 2, said) == (status, len(summaries), summaries[1])


def test_an_interruption_at_the_publisher_is_said_of_it() -> None:
    seen_once = PublisherSamples("p:5432", (publisher(SLOT),), BROKEN)
    expected = "The publisher: The check was interrupted: db.example broke off the query."
    assert (Status.UNKNOWN, [expected]) == verdict(Samples((snapshot(HEALTHY),)), seen_once)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(WAITING.tables, ["database_timeout"], id="tables waited"),
        pytest.param(HEALTHY.tables, [], id="all were ready"),
        pytest.param(None, [], id="never seen"),
    ],
)
def test_a_copy_that_went_out_of_sight_is_not_healthy(
    before: Tables | None, expected: list[str]
) -> None:
    elsewhere = replace(HEALTHY, database="other", tables=None)
    unseen = Unseen("other", "database_timeout", "db.example did not finish the query within 5 s.")
    samples = Samples(
        (
            snapshot(replace(elsewhere, tables=before)),
            replace(snapshot(elsewhere, seconds_later=1), unseen=(unseen,)),
        )
    )
    assert expected == [found.cause for found in diagnosed(samples, 300)]


def test_databases_that_cannot_be_seen_are_named_by_what_they_have_in_common() -> None:
    names = ["a", "b", "c", "d", "e", "f"]
    subscriptions = [
        replace(HEALTHY, oid=number, database=name, tables=None)
        for number, name in enumerate(names)
    ]
    unseen = [Unseen(name, "database_error", "GRANT CONNECT") for name in names[:4]]
    unseen.append(Unseen("e", "database_timeout", f"{'x' * 500}."))
    shown = replace(snapshot(*subscriptions), unseen=tuple(unseen)).not_visible
    expected = (
        "the tables of subscriptions in 4 databases: a, b, c, … (GRANT CONNECT)",
        f"the tables of subscriptions in database e ({'x' * 200})",
        "the tables of subscriptions in database f (not sampled)",
    )
    assert expected == shown
