"""The memory of many clusters as one text: versioned JSON, compressed, in base64. Pure.

Relative times, most in whole seconds, keep it short. It is written to and read from a table that
others could write to as well: what does not read as it was written counts as unreadable.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from functions.check_replication.memory.failure import Failure
from functions.check_replication.memory.idle import IdleSlot, IdleSlots
from functions.check_replication.memory.positions import Point, Positions
from functions.check_replication.memory.remembered import (
    CopyProgress,
    RememberedCluster,
    RememberedSubscription,
    Worker,
)

MAX_MEMORY_BYTES: Final = 80_000
"""Of the text. The check's answer carries it beside the report, of the 262,144 bytes that Step
Functions allows; the write of an item costs one unit for each KB."""

_VERSION: Final = "1"
_MAX_UNPACKED_BYTES: Final = 4_000_000
_COLUMNS: Final = 13
"""Of a subscription; those that are empty at the end of a row are not written."""

_NEVER_WRITTEN: Final = (
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
    zlib.error,
)


class UnreadableMemoryError(Exception):
    """The text is of another version, was cut, or was never written by this."""


def pack(clusters: Mapping[str, RememberedCluster]) -> str:
    """The text; where not all have room, without the largest clusters that are not failing.

    Those are judged without memory next time, strictly: nothing of it is taken for healthy.
    """
    kept = sorted(clusters, key=lambda name: _worth_keeping(clusters[name]), reverse=True)
    while len(text := _packed({name: clusters[name] for name in kept})) > MAX_MEMORY_BYTES:
        kept = kept[: len(kept) * MAX_MEMORY_BYTES // (len(text) + 1)]
    return text


def unpack_all(texts: Iterable[object]) -> dict[str, RememberedCluster]:
    """The clusters of all texts, each as its latest check saw it.

    Raises `UnreadableMemoryError`.
    """
    clusters: dict[str, RememberedCluster] = {}
    for text in texts:
        for name, remembered in _unpacked(str(text)).items():
            known = clusters.get(name)
            if known is None or known.checked_at < remembered.checked_at:
                clusters[name] = remembered
    return clusters


def _worth_keeping(cluster: RememberedCluster) -> tuple[bool, int]:
    failing = any(
        known.apply_failure or known.copy_failure or known.worker_failure
        for known in cluster.subscriptions
    )
    return failing, -len(cluster.subscriptions)


def _packed(clusters: Mapping[str, RememberedCluster]) -> str:
    document = {name: _cluster_to_json(cluster) for name, cluster in sorted(clusters.items())}
    written = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return f"{_VERSION}:{b64encode(zlib.compress(written.encode(), 9)).decode()}"


def _unpacked(text: str) -> dict[str, RememberedCluster]:
    version, _, packed = text.partition(":")
    if version != _VERSION:
        raise UnreadableMemoryError(f"it is of version {version[:10]!r}, not {_VERSION}")
    try:
        stream = zlib.decompressobj()
        written = stream.decompress(b64decode(packed, validate=True), _MAX_UNPACKED_BYTES)
        if not stream.eof:
            raise UnreadableMemoryError("it was cut, or is larger than any that is written")
        return {
            str(name): _cluster_from_json(cluster) for name, cluster in json.loads(written).items()
        }
    except _NEVER_WRITTEN as error:
        raise UnreadableMemoryError(f"it cannot be read: {type(error).__name__}") from error


def _cluster_to_json(cluster: RememberedCluster) -> list[Any]:
    taken_at = round(cluster.taken_at.timestamp(), 1)
    return [
        round(cluster.checked_at.timestamp(), 1),
        taken_at,
        round(cluster.age_seconds),
        [_subscription_to_json(known, int(taken_at)) for known in cluster.subscriptions],
        [[round(each.age_seconds, 1), round(each.position)] for each in cluster.positions.points],
        _rounded(cluster.positions.lost_position),
        cluster.positions.publisher,
        [
            cluster.idle_slots.publisher,
            [
                [name, round(slot.confirmed), round(slot.seconds, 1)]
                for name, slot in cluster.idle_slots.by_name.items()
            ],
        ],
    ]


def _cluster_from_json(document: list[Any]) -> RememberedCluster:
    checked_at, taken_at, age, subscriptions, points, lost_position, publisher, idle = document
    idle_publisher, idle_slots = idle
    return RememberedCluster(
        _instant(checked_at),
        _instant(taken_at),
        tuple(_subscription_from_json(known, int(taken_at)) for known in subscriptions),
        Positions(
            tuple(Point(float(age), float(position)) for age, position in points),
            None if lost_position is None else float(lost_position),
            int(publisher),
        ),
        IdleSlots(
            {
                str(name): IdleSlot(float(confirmed), float(seconds))
                for name, confirmed, seconds in idle_slots
            },
            int(idle_publisher),
        ),
        float(age),
    )


def _subscription_to_json(known: RememberedSubscription, base: int) -> list[Any]:
    values: list[Any] = [
        known.oid,
        known.worker and [known.worker.pid, _age(known.worker.started, base)],
        known.apply_error_count,
        known.sync_error_count,
        _age(known.stats_reset, base),
        [[table, pid] for table, pid in known.copying.items()],
        *(
            failure and _failure_to_json(failure)
            for failure in (known.apply_failure, known.copy_failure, known.worker_failure)
        ),
        _rounded(known.backlog_bytes),
        known.is_behind or None,
        None if known.never_enabled_seconds is None else round(known.never_enabled_seconds, 1),
        [
            [table, copy.pid, copy.rows, round(copy.stood_seconds)]
            for table, copy in known.progress.items()
            if copy.stood_seconds or copy.rows
        ],
    ]
    while values[-1] is None or values[-1] == []:
        values.pop()
    return values


def _subscription_from_json(values: list[Any], taken_at: int) -> RememberedSubscription:
    values = values + [None] * (_COLUMNS - len(values))
    (
        oid,
        worker,
        applies,
        syncs,
        reset,
        copying,
        *failures,
        backlog,
        is_behind,
        disabled,
        progress,
    ) = values
    apply_failure, copy_failure, worker_failure = (
        None if failure is None else _failure_from_json(failure) for failure in failures
    )
    return RememberedSubscription(
        oid=int(oid),
        worker=None if worker is None else Worker(int(worker[0]), _before(worker[1], taken_at)),
        apply_error_count=None if applies is None else int(applies),
        sync_error_count=None if syncs is None else int(syncs),
        stats_reset=_before(reset, taken_at),
        copying={int(table): int(pid) for table, pid in copying or ()},
        apply_failure=apply_failure,
        copy_failure=copy_failure,
        worker_failure=worker_failure,
        backlog_bytes=None if backlog is None else float(backlog),
        is_behind=bool(is_behind),
        never_enabled_seconds=None if disabled is None else float(disabled),
        progress={
            int(table): CopyProgress(int(pid), int(rows), float(stood))
            for table, pid, rows, stood in progress or ()
        },
    )


def _failure_to_json(failure: Failure) -> list[Any]:
    return [
        failure.count,
        round(failure.age_seconds),
        round(failure.quiet_seconds),
        round(failure.longest_gap_seconds),
        int(failure.is_certain),
        int(failure.is_over),
        _rounded(failure.publisher_position),
        int(failure.is_latest),
    ]


def _failure_from_json(values: list[Any]) -> Failure:
    count, age, quiet, gap, certain, over, position, latest = values
    return Failure(
        count=int(count),
        age_seconds=float(age),
        quiet_seconds=float(quiet),
        longest_gap_seconds=float(gap),
        is_certain=bool(certain),
        is_over=bool(over),
        publisher_position=None if position is None else float(position),
        is_latest=bool(latest),
    )


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _age(seconds: int | None, now: int) -> int | None:
    return None if seconds is None else now - seconds


def _before(age: int | None, now: int) -> int | None:
    return None if age is None else now - int(age)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
