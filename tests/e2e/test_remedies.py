"""The SQL an alert prints, run as printed on the real servers, fixes what it is about."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.postgres.faults import FAULTS
from local.postgres.pair import DATABASE, Pair
from local.stack import Stack
from sandbox.postgres.waiting import wait_until
from sandbox.slack.workspace import Message
from tests.e2e.conftest import alert
from tests.integration.psql import psql


def sql_blocks(message: Message) -> list[str]:
    """The code blocks of a message as a person copies them."""
    return [
        "".join(element["text"] for element in part["elements"])
        for block in message.blocks
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["type"] == "rich_text_preformatted"
    ]


def printed(message: Message, statement: str) -> str:
    """The one block with the statement, whole."""
    found = [block for block in sql_blocks(message) if statement in block]
    assert 1 == len(found), f"no block has {statement!r}: {sql_blocks(message)}"
    return found[0]


def run_on_subscriber(pair: Pair, block: str) -> None:
    """As a person pastes it."""
    said = psql(pair.subscriber, typed=f"{block}\n").stdout
    assert "ERROR:" not in said, said


@contextmanager
def broken(stack: Stack, name: str) -> Iterator[Message]:
    """The alert about a fault; fixed in the end, whatever the remedy did."""
    fault = FAULTS[name]
    with stack.other_parameters(fault.parameters, without_publisher=fault.without_publisher):
        fault.break_(stack.pair)
        try:
            _, message = alert(stack)
            yield message
        finally:
            fault.fix(stack.pair)


def test_skip_with_the_printed_lsn_resumes_replication_after_a_conflict(stack: Stack) -> None:
    with broken(stack, "conflict") as message:
        run_on_subscriber(stack.pair, printed(message, "ALTER SUBSCRIPTION orders_sub SKIP"))
        stack.pair.wait_until_replicated()


def test_enable_resumes_a_disabled_subscription(stack: Stack) -> None:
    with broken(stack, "disabled") as message:
        run_on_subscriber(stack.pair, printed(message, "ALTER SUBSCRIPTION orders_sub ENABLE"))
        stack.pair.wait_until_replicated()


def test_terminating_the_named_blocker_releases_the_worker(stack: Stack) -> None:
    with broken(stack, "blocked_apply") as message:
        run_on_subscriber(stack.pair, printed(message, "SELECT pg_terminate_backend("))
        stack.pair.wait_until_replicated()


@pytest.mark.parametrize(
    ("fault", "statement"),
    [
        ("copy_fails", "TRUNCATE public."),
        ("table_not_refreshed", "ALTER SUBSCRIPTION orders_sub REFRESH PUBLICATION;"),
    ],
)
def test_a_remedy_of_a_table_s_copy_gets_every_table_ready(
    stack: Stack, fault: str, statement: str
) -> None:
    ready = (
        "SELECT bool_and(srsubstate = 'r') AND count(*) > 1 FROM pg_subscription_rel AS relation "
        "JOIN pg_subscription AS subscription ON subscription.oid = relation.srsubid "
        "WHERE subname = 'orders_sub'"
    )
    with broken(stack, fault) as message:
        run_on_subscriber(stack.pair, printed(message, statement))
        wait_until(
            lambda: stack.pair.subscriber.sql(ready, DATABASE) == [[True]],
            that="every table is ready",
            look_at=stack.pair.subscriber.log_tail,
        )
