"""Incidents on a real pair: one message and one thread, whoever checks and however often."""

from collections import Counter

from functions.catalogue import CATALOGUE
from local.postgres.faults import FAULTS
from local.stack import CLUSTER, Stack
from sandbox.slack.threads import Thread
from tests.e2e.conftest import broken, execute


def new_threads(stack: Stack, before: list[Thread]) -> list[Thread]:
    return stack.threads()[len(before) :]


def headline(fault: str) -> str:
    return CATALOGUE[str(FAULTS[fault].cause)].headline


def test_an_outage_is_one_message_and_one_thread_from_its_first_sign_to_its_end(
    stack: Stack,
) -> None:
    before = stack.threads()
    with broken(stack, "table_not_refreshed"):
        execute(stack)
        (opened,) = new_threads(stack, before)
        quiet, _ = execute(stack)
        assert [opened] == new_threads(stack, before)
        with broken(stack, "disabled"):
            execute(stack)
            (changed,) = new_threads(stack, before)
    execute(stack)
    (resolved,) = new_threads(stack, before)
    well, _ = execute(stack)

    first, second = headline("table_not_refreshed"), headline("disabled")
    assert "NothingNew" == quiet.visits[-1].name
    assert f"🔴 {CLUSTER}: orders_sub {first}" == opened.first.text
    assert f"🔴 {CLUSTER}: orders_sub {second}, and 1 more" == changed.first.text
    assert f"*New:*\n• `orders_sub` {second}" in changed.replies[len(opened.replies)].text
    assert f"🟢 {CLUSTER}: replication works again" == resolved.first.text
    assert resolved.replies[-1].text.startswith("Recovered after")
    assert [resolved] == new_threads(stack, before)
    assert "Healthy" == well.visits[-1].name


def test_of_twenty_executions_at_once_one_notifies(stack: Stack) -> None:
    before = stack.threads()
    with broken(stack, "disabled"):
        started = [stack.start() for _ in range(20)]
        ended = [stack.finished(arn) for arn in started]
    (thread,) = new_threads(stack, before)
    ((name, incident),) = stack.incidents().items()
    visits = Counter(visit.name for execution in ended for visit in execution.visits)
    assert Counter(SUCCEEDED=20) == Counter(execution.status for execution in ended)
    assert (20, 1) == (visits["CheckReplication"], visits["Notify"])
    assert (CLUSTER, "open", 1) == (name, incident["status"], incident["notifications"])
    assert (thread.first.channel, thread.first.ts) == (incident["channel"], incident["ts"])
