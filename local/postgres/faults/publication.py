"""Faults of the publication and of what it publishes. Development only."""

from typing import Final

import pg8000.native

from local.postgres.faults.fault import Fault
from local.postgres.pair import DATABASE, PUBLICATION, Pair
from local.postgres.renewal import start_over
from local.postgres.second_table import (
    TABLE,
    create_table,
    insert_return,
    publish_table,
    remove_table,
    subscribe_table,
)
from sandbox.postgres.waiting import wait_until

_NOT_IN_PREREQUISITE_STATE: Final = "55000"


def _break_dropped(pair: Pair) -> None:
    """15 to 17 fail and say so; 18 warns, once, and skips what comes from now on."""
    published = "SELECT FROM pg_publication WHERE pubname = :name"
    if pair.publisher.sql(published, DATABASE, name=PUBLICATION):
        with pair.subscriber.logs(f'publication "{PUBLICATION}"'):
            pair.publisher.sql(f"DROP PUBLICATION {PUBLICATION}", DATABASE)
            pair.place_order()


def _break_not_refreshed(pair: Pair) -> None:
    create_table(pair)
    publish_table(pair)
    insert_return(pair.publisher)


def _fix_second_table(pair: Pair) -> None:
    remove_table(pair)
    pair.wait_until_replicated()


def _break_no_identity(pair: Pair) -> None:
    create_table(pair, columns="id bigint, reason text")
    subscribe_table(pair)
    pair.wait_until_copied()
    wait_until(
        lambda: _update_is_refused(pair),
        that=f"the publisher refuses to update {TABLE}",
        look_at=pair.publisher.log_tail,
    )


def _update_is_refused(pair: Pair) -> bool:
    try:
        pair.publisher.sql(f"UPDATE {TABLE} SET reason = 'none'", DATABASE)  # noqa: S608  ours
    except pg8000.native.DatabaseError as error:
        return bool(error.args[0]["C"] == _NOT_IN_PREREQUISITE_STATE)
    return False


FAULTS: Final = (
    Fault(
        "publication_dropped",
        "Somebody dropped the publication; fixing it copies the table again.",
        "publication_missing",
        _break_dropped,
        start_over,
        watches_publisher=True,
    ),
    Fault(
        "table_not_refreshed",
        "A table was added to the publication, and the subscription was not refreshed.",
        "publication_not_refreshed",
        _break_not_refreshed,
        _fix_second_table,
        watches_publisher=True,
    ),
    Fault(
        "no_identity",
        "A published table has no key: the publisher refuses to update it.",
        "replica_identity_missing",
        _break_no_identity,
        _fix_second_table,
        watches_publisher=True,
    ),
)
