"""Healthy set-ups with slots that are inactive and wanted all the same. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.pair import DATABASE, Pair
from local.postgres.renewal import drop_slot, slot_is
from sandbox.postgres.wal import fill_segments

_BATCH: Final = "nightly_batch"


def _read_in_batches(pair: Pair) -> None:
    """Read just now; until the next time its slot is inactive, and keeps WAL."""
    if not slot_is(pair.publisher, _BATCH, "true"):
        create = "SELECT pg_create_logical_replication_slot(:name, 'pgoutput')"
        pair.publisher.sql(create, DATABASE, name=_BATCH)
    advance = "SELECT pg_replication_slot_advance(:name, pg_current_wal_lsn())"
    pair.publisher.sql(advance, DATABASE, name=_BATCH)
    fill_segments(pair.publisher, 2)


def _drop_batch(pair: Pair) -> None:
    drop_slot(pair.publisher, _BATCH)
    pair.wait_until_replicated()


SETUPS: Final = (
    Fault(
        "batch_consumer",
        "Another consumer reads its slot now and then, the last time just now.",
        None,
        _read_in_batches,
        _drop_batch,
        watches_publisher=True,
    ),
)
