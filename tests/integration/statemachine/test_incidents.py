"""One alert per outage: claimed, sent, recorded, and tried again when something fails."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.incidents.work import MAX_WORK
from functions.report import ClusterReport
from sandbox.aws.executions import wait_for_end
from sandbox.aws.fake_functions import FunctionError, in_turn
from sandbox.aws.moto_adapters import SimulatedClock
from tests.integration.statemachine.conftest import (
    FINGERPRINT,
    LOG_GROUP,
    Machine,
    MakeMachine,
    Run,
    cluster,
    posted,
    report,
    undelivered,
)

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HEALTHY = report(cluster(status="healthy"))
BROKEN = report(cluster())
MORE = {"cause": "slot_lost", "subscription": "orders_sub", "summary": "Its slot is lost."}
WORSE = report(cluster() | {"findings": [*cluster()["findings"], MORE]})
WORSE_FINGERPRINT = ClusterReport.from_json(WORSE["clusters"][0]).fingerprint
POLLS = 3
"""Of a log query, as the stand-in takes it through Scheduled and Running to Complete."""

CLAIM = {"claimed_by", "claimed_until"}


class World:
    """What CheckReplication and Notify answer, to be changed as the story goes on."""

    def __init__(self, machine: MakeMachine) -> None:
        self.report: dict[str, Any] = HEALTHY
        self.notify: Any = posted
        self.clock = SimulatedClock(START)
        self.machine: Machine = machine(self._check, self._notify, self.clock)

    def _check(self, _: object) -> dict[str, Any]:
        return self.report

    def _notify(self, event: dict[str, Any]) -> Any:
        return self.notify(event)

    @property
    def incident(self) -> dict[str, Any]:
        return self.machine.incidents()["sample-cluster"]

    def minute(self, answer: dict[str, Any] | None = None, **input_: Any) -> Run:
        if answer is not None:
            self.report = answer
        return self.machine.minute(input_)

    def minutes(self, number: int) -> list[Run]:
        return [self.minute() for _ in range(number)]


@pytest.fixture
def world(machine: MakeMachine) -> World:
    return World(machine)


def notified(*runs: Run) -> list[str]:
    return [event["transition"] for run in runs for event in run.notified]


def refuses(**how: Any) -> Any:
    return lambda _: undelivered(**how)


def test_an_outage_is_told_once_and_when_it_changes_and_when_it_ends(world: World) -> None:
    runs = [
        world.minute(answer)
        for answer in (HEALTHY, BROKEN, BROKEN, BROKEN, WORSE, WORSE, HEALTHY, HEALTHY)
    ]
    assert [[], ["opened"], [], [], ["changed"], [], ["resolved"], []] == [
        notified(r) for r in runs
    ]
    ends = "Healthy Notified NothingNew NothingNew Notified NothingNew Notified Healthy"
    assert ends.split() == [run.path[-1] for run in runs]


def test_what_was_told_is_kept_with_the_incident(world: World) -> None:
    world.minute(BROKEN)
    opened = world.incident
    expected = {
        "cluster": "sample-cluster",
        "status": "open",
        "fingerprint": FINGERPRINT,
        "causes": ["apply_error"],
        "channel": "C1",
        "ts": "1700000000.000100",
        "notifications": 1,
        "explained": "true",
    }
    assert expected.items() <= opened.items()
    assert not CLAIM & opened.keys()
    assert opened["opened_at"] <= opened["last_notified_at"]

    (event,) = world.minute(WORSE).notified
    assert (FINGERPRINT, WORSE_FINGERPRINT) == (
        event["incident"]["fingerprint"],
        event["cluster"]["fingerprint"],
    )
    assert opened["ts"] == event["incident"]["ts"]

    (event,) = world.minute(HEALTHY).notified
    assert (2, []) == (event["incident"]["notifications"], event["cluster"]["findings"])
    assert {"status": "closed", "notifications": 3}.items() <= world.incident.items()
    assert opened["opened_at"] == world.incident["opened_at"]


def test_a_resolution_asks_no_log(world: World) -> None:
    world.minute(BROKEN)
    run = world.minute(HEALTHY)
    assert "StartQuery" not in run.path
    assert {"status": None, "error": None, "results": []}.items() <= run.notified[0][
        "query"
    ].items()


def test_reminders(world: World) -> None:
    """After an hour, then every four."""
    heard = []
    world.report = BROKEN
    for hour in range(11):
        for minute in range(3):
            heard += [(hour, minute, transition) for transition in notified(world.minute())]
        world.clock.run(timedelta(minutes=57))
    expected = [(0, 0, "opened"), (1, 1, "reminder"), (5, 2, "reminder"), (10, 0, "reminder")]
    assert expected == heard


def test_a_flap_goes_on_in_the_same_thread(world: World) -> None:
    world.minute(BROKEN)
    first = world.incident
    world.minute(HEALTHY)
    world.minutes(5)
    (event,) = world.minute(BROKEN).notified
    assert "opened" == event["transition"]
    assert first["ts"] == event["incident"]["ts"]
    assert "closed_at" in event["incident"]
    assert first["opened_at"] == world.incident["opened_at"]
    assert not {"closed_at"} & world.incident.keys()


def test_later_than_ten_minutes_it_is_another_outage(world: World) -> None:
    world.minute(BROKEN)
    first = world.incident
    world.minute(HEALTHY)
    world.minutes(10)
    (event,) = world.minute(BROKEN).notified
    assert ("opened", None) == (event["transition"], event["incident"].get("ts"))
    assert first["opened_at"] < world.incident["opened_at"]
    assert 1 == world.incident["notifications"]


def test_a_single_missed_connection_wakes_nobody(world: World) -> None:
    missed = report(cluster(status="unknown"))
    runs = [world.minute(answer) for answer in (missed, HEALTHY, missed, missed, missed)]
    assert [[], [], [], ["opened"], []] == [notified(run) for run in runs]
    first = datetime.fromisoformat(world.incident["opened_at"])
    assert START + timedelta(minutes=2) == first, "the incident began when it was first missed"


def test_a_healthy_run_reads_once_and_writes_what_it_remembers(world: World) -> None:
    before = len(world.machine.aws.gateway.calls)
    world.minute(report(*(cluster(f"c{number}", "healthy") for number in range(50))))
    calls = world.machine.aws.gateway.calls[before:]
    assert ["Scan", "PutItem"] == [call.action for call in calls if call.service == "dynamodb"]
    assert {} == world.machine.incidents()


def test_a_muted_incident_ends_without_a_word_of_its_own(world: World) -> None:
    """Notify hears of it once, and that it is muted; afterwards nothing is open."""
    world.minute(BROKEN)
    muted = report(cluster() | {"findings": [], "muted": cluster()["findings"]})
    (event,) = world.minute(muted).notified
    assert ("resolved", 1) == (event["transition"], len(event["cluster"]["muted"]))
    assert [] == notified(world.minute(), world.minute(HEALTHY))


def test_a_log_that_was_late_is_asked_again_until_it_explains(world: World) -> None:
    """Nothing new is no notification: the reminder's hour runs from the first."""
    world.notify = lambda event: posted(event) | {"explained": False}
    world.minute(BROKEN)
    first = world.incident
    world.notify = lambda event: posted(event) | {"explained": False, "sent": False}
    assert ["changed"] == notified(world.minute())
    assert first["last_notified_at"] == world.incident["last_notified_at"]
    assert 1 == world.incident["notifications"]
    world.notify = lambda event: posted(event) | {"causes": ["apply_conflict"]}
    assert ["changed"] == notified(world.minute())
    assert ["apply_conflict"] == world.incident["causes"]
    assert [] == notified(world.minute())


# Slack is down


def test_slack_is_given_ten_minutes_before_the_topic_hears_the_alert(world: World) -> None:
    world.notify = refuses()
    first = world.minute(BROKEN)
    runs = world.minutes(11)
    waits = [seconds for seconds in world.clock.waits if seconds >= 5]
    events = world.machine.notified
    assert [5, 10, 20, 40, 60, 90, 120, 120, 120, 120] == waits
    assert len(waits) + 1 == len(events)
    assert ["NothingNew"] * 11 == [run.path[-1] for run in runs], "the claim is renewed"
    failed = description(world, first)
    assert ("FAILED", "AlertLost") == (failed["status"], failed["error"])
    for words in ("sample-cluster", "no_such_luck", "went to the topic"):
        assert words in failed["cause"]
    [(subject, text)] = world.machine.published
    assert "sample-cluster: orders_sub stopped" == subject
    assert text.startswith("orders_sub stopped.\nRemedy: …")
    assert "no_such_luck" in text


def test_an_alert_slack_did_not_take_is_posted_when_it_is_back(world: World) -> None:
    world.notify = refuses()
    world.minute(BROKEN)
    while "undelivered" not in world.incident:
        world.minute()
    assert "channel" not in world.incident
    world.notify = posted
    world.clock.run(timedelta(minutes=13))
    run = world.minute()
    assert ["opened"] == notified(run)
    assert ("SUCCEEDED", "C1") == (run.status, world.incident["channel"])
    assert "undelivered" not in world.incident
    assert 1 == len(world.machine.published)


def test_the_topic_hears_an_alert_once_however_long_slack_is_down(world: World) -> None:
    world.notify = refuses()
    world.report = BROKEN
    world.minutes(60)
    assert 1 == len(world.machine.published)
    world.report = WORSE
    world.minutes(30)
    assert 2 == len(world.machine.published), "other causes are news"


def test_what_slack_refuses_goes_to_the_topic_at_once_and_is_tried_again(world: World) -> None:
    """A revoked token, an archived channel: waiting does not help, somebody might."""
    attempts = in_turn(undelivered(refused=True), undelivered(refused=True), posted)
    world.notify = attempts
    run = world.minute(BROKEN)
    assert run.path.index("PublishAlert") < run.path.index("WaitForSlack")
    assert 1 == len(world.machine.published)
    assert [5, 10] == [seconds for seconds in world.clock.waits if seconds >= 5]
    assert ("SUCCEEDED", "C1") == (run.status, world.incident["channel"])


def test_slack_says_how_long_to_wait(world: World) -> None:
    """Retry-After is kept to, five minutes at most, and no Lambda waits for it."""
    world.notify = in_turn(
        undelivered(retry_after_seconds=42), undelivered(retry_after_seconds=3_600), posted
    )
    world.minute(BROKEN)
    world.minutes(7)
    assert [42, 300] == [seconds for seconds in world.clock.waits if seconds >= 5]
    assert "C1" == world.incident["channel"]


@pytest.mark.parametrize(
    "error", ["KeyError", "Sandbox.Timedout", "AccessDeniedException", "Runtime.ImportModuleError"]
)
def test_a_notify_that_fails_is_told_by_the_topic_too(world: World, error: str) -> None:
    world.notify = in_turn(FunctionError(error, "no_such_luck"))
    world.minute(BROKEN)
    [(subject, text)] = world.machine.published
    assert "Replication opened: sample-cluster" == subject
    for words in ("orders_sub", "apply_error", error, "execution:"):
        assert words in text
    for words in ('says "quoted"', "no_such_luck"):
        assert words not in text
    world.minutes(14)
    assert "undelivered" in world.incident


def test_an_alert_that_neither_slack_nor_the_topic_took_is_tried_again(world: World) -> None:
    world.machine.aws.gateway.fail("sns", "Publish", status=500, code="InternalError")
    world.notify = refuses(refused=True)
    world.minute(BROKEN)
    while "undelivered" not in world.incident:
        world.minute()
    assert [] == world.machine.published
    world.machine.aws.gateway.restore()
    world.minutes(3)
    assert 1 == len(world.machine.published)


def test_a_recovery_slack_did_not_take_is_told_when_it_is_back(world: World) -> None:
    world.minute(BROKEN)
    world.notify = refuses()
    world.minute(HEALTHY)
    world.minutes(13)
    assert "open" == world.incident["status"]
    assert 1 == len(world.machine.published)
    world.notify = posted
    world.clock.run(timedelta(minutes=15))
    world.minutes(1)
    assert "closed" == world.incident["status"]


def test_a_drill_that_slack_does_not_take_fails_at_once(world: World) -> None:
    world.notify = refuses(refused=True)
    run = world.minute(HEALTHY, force_notify=True)
    assert ("FAILED", "AlertLost") == (run.status, run.description["error"])
    assert [] == world.machine.published
    assert {} == world.machine.incidents()


# The incidents table is down


def test_without_the_table_nobody_is_told_and_the_execution_fails(world: World) -> None:
    world.machine.aws.gateway.fail(
        "dynamodb", "Scan", status=500, code="InternalServerError", times=99
    )
    run = world.minute(BROKEN)
    assert ("FAILED", "IncidentsUnreadable") == (run.status, run.description["error"])
    assert "sample-cluster" in run.description["cause"]
    assert [] == run.notified


def test_a_read_that_fails_in_passing_is_repeated(world: World) -> None:
    world.machine.aws.gateway.fail(
        "dynamodb", "Scan", status=500, code="InternalServerError", times=2
    )
    assert ["opened"] == notified(world.minute(BROKEN))


def test_a_claim_that_cannot_be_written_fails_the_execution(world: World) -> None:
    gateway = world.machine.aws.gateway
    gateway.fail("dynamodb", "PutItem", status=400, code="AccessDeniedException")
    run = world.minute(BROKEN)
    assert ("AlertLost", []) == (run.description["error"], run.notified)
    assert "sample-cluster" in run.description["cause"]


def test_a_record_that_cannot_be_written_is_made_up_for(world: World) -> None:
    """Notify is asked again, with the same incident, once the lease is over."""
    gateway = world.machine.aws.gateway
    gateway.fail("dynamodb", "UpdateItem", status=400, code="AccessDeniedException")
    run = world.minute(BROKEN)
    assert "AlertLost" == run.description["error"]
    gateway.restore()
    runs = world.minutes(6)
    assert ["opened"] == notified(*runs)
    again = next(run.notified[0] for run in runs if run.notified)
    assert run.notified[0]["incident"]["opened_at"] == again["incident"]["opened_at"]
    assert 1 == world.incident["notifications"]


# Many at once


def test_of_twenty_executions_at_once_one_tells(machine: MakeMachine) -> None:
    made = machine(lambda _: BROKEN)
    executions = [made.start() for _ in range(20)]
    client = made.aws.client("stepfunctions")
    ended = [wait_for_end(client, execution)["status"] for execution in executions]
    assert Counter(SUCCEEDED=20) == Counter(ended)
    assert 1 == len(made.notified)
    (incident,) = made.incidents().values()
    assert ("open", 1) == (incident["status"], incident["notifications"])


def test_a_claim_of_an_execution_that_died_ends_by_itself(world: World) -> None:
    """Five minutes after it was made; the incident keeps its beginning."""
    world.notify = refuses()
    world.report = BROKEN
    execution = world.machine.start()
    world.clock.run(timedelta(seconds=1))
    world.machine.aws.client("stepfunctions").stop_execution(executionArn=execution)
    assert CLAIM <= world.incident.keys()
    begun = world.incident["opened_at"]
    world.notify = posted
    runs = world.minutes(7)
    assert [[], [], [], [], [], ["opened"], []] == [notified(run) for run in runs]
    assert begun == world.incident["opened_at"]


@pytest.mark.parametrize("clusters", [1, 50])
def test_state_transitions(world: World, clusters: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that notifies nobody costs the same five, however many clusters there are.

    Forty are notified of in one execution, the others in the next.
    """
    names = [f"c{number}" for number in range(clusters)]
    for name in names:
        world.machine.aws.client("logs").create_log_group(logGroupName=LOG_GROUP.format(name))
    healthy = report(*(cluster(name, "healthy") for name in names))
    broken = report(*(cluster(name) for name in names))
    stories = {"healthy": healthy, "opening": broken, "the others": broken, "quiet": broken}
    counts = {name: len(world.minute(answer).visits) for name, answer in stories.items()}
    with capsys.disabled():
        print(f"\nstate transitions, {clusters} cluster(s): {counts}")  # noqa: T201  a figure to report
    assert (5, 5) == (counts["healthy"], counts["quiet"])
    assert clusters == len(world.machine.incidents())
    at_once, later = min(clusters, MAX_WORK), max(0, clusters - MAX_WORK)
    assert 7 + (9 + 3 * POLLS) * at_once == counts["opening"]
    assert (7 + (9 + 3 * POLLS) * later if later else 5) == counts["the others"]


def description(world: World, run: Run) -> dict[str, Any]:
    client = world.machine.aws.client("stepfunctions")
    return dict(client.describe_execution(executionArn=run.description["executionArn"]))


def test_the_table_is_read_consistently_and_without_what_has_expired(world: World) -> None:
    """An item of another time counts as absent, also for the claim's condition."""
    item = {"cluster": {"S": "sample-cluster"}, "expires_at": {"N": "1"}, "status": {"S": "open"}}
    world.machine.put(item)
    (event,) = world.minute(BROKEN).notified
    assert ("opened", 0) == (event["transition"], event["incident"]["notifications"])
