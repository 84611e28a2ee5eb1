"""The memory of many clusters as one text: versioned JSON, compressed, in base64. Pure.

Relative times, most in whole seconds, keep it short. It is written to and read from a table that
others could write to as well: what does not read as it was written counts as unreadable, and so
does a value that none can have (`ranges`).
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from functions.check_replication.memory.failure import Failure
from functions.check_replication.memory.idle import IdleSlot, IdleSlots
from functions.check_replication.memory.positions import MOST_POINTS, Point, Positions
from functions.check_replication.memory.ranges import (
    FIRST_SECOND,
    LAST_SECOND,
    MOST_BETWEEN,
    MOST_BYTES,
    MOST_GAP_SECONDS,
    MOST_SECONDS,
    number,
    whole,
)
from functions.check_replication.memory.remembered import (
    CopyProgress,
    RememberedCluster,
    RememberedSubscription,
    Worker,
)
from functions.incidents.times import CLOCK_SKEW

MAX_MEMORY_BYTES: Final = 80_000
"""Of the text. The check's answer carries it beside the report, of the 262,144 bytes that Step
Functions allows; the write of an item costs one unit for each KB."""

_VERSION: Final = "1"
_MAX_UNPACKED_BYTES: Final = 500_000
"""A text can unpack to a thousand times its length; the function's memory is small."""

_COLUMNS: Final = 14
"""Of a subscription; those that are empty at the end of a row are not written."""

_NEVER_WRITTEN: Final = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    zlib.error,
)


class UnreadableMemoryError(Exception):
    """The text is of another version, was cut, or was never written by this."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A text, and the clusters that had no room in it."""

    text: str
    left_out: frozenset[str] = frozenset()


def pack(clusters: Mapping[str, RememberedCluster]) -> Packed:
    """All clusters; where not all have room, without the largest that are not failing.

    Those are judged without memory next time, strictly: nothing of it is taken for healthy.
    """
    kept = sorted(clusters, key=lambda name: _worth_keeping(clusters[name]), reverse=True)
    text, excess = _packed(clusters, kept)
    while excess > 1:
        kept = kept[: int(len(kept) / excess)]
        text, excess = _packed(clusters, kept)
    return Packed(text, frozenset(clusters) - frozenset(kept))


def latest(memories: Iterable[Mapping[str, RememberedCluster]]) -> dict[str, RememberedCluster]:
    """The clusters of all memories, each as its latest check saw it."""
    clusters: dict[str, RememberedCluster] = {}
    for memory in memories:
        for name, remembered in memory.items():
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


def _packed(clusters: Mapping[str, RememberedCluster], kept: Iterable[str]) -> tuple[str, float]:
    """The text of some, and how many times as long it is as it may be."""
    document = {name: _cluster_to_json(clusters[name]) for name in sorted(kept)}
    written = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    text = f"{_VERSION}:{b64encode(zlib.compress(written, 9)).decode()}"
    return text, max((len(written) + 1) / _MAX_UNPACKED_BYTES, len(text) / MAX_MEMORY_BYTES)


def unpack(text: object, now: datetime) -> dict[str, RememberedCluster]:
    """The clusters of a text that was written before the instant `now`.

    Raises `UnreadableMemoryError`.
    """
    version, _, packed = str(text).partition(":")
    if version != _VERSION:
        raise UnreadableMemoryError(f"it is of version {version[:10]!r}, not {_VERSION}")
    try:
        stream = zlib.decompressobj()
        written = stream.decompress(b64decode(packed, validate=True), _MAX_UNPACKED_BYTES)
        if not stream.eof:
            raise UnreadableMemoryError("it was cut, or is larger than any that is written")
        return {
            name: _cluster_from_json(cluster, now) for name, cluster in json.loads(written).items()
        }
    except _NEVER_WRITTEN as error:
        raise UnreadableMemoryError(f"it cannot be read: {type(error).__name__}") from error


def _cluster_to_json(cluster: RememberedCluster) -> list[Any]:
    taken_at = round(cluster.taken_at.timestamp(), 1)
    publishers = [positions.publisher for positions in cluster.positions]
    return [
        round(cluster.checked_at.timestamp(), 1),
        taken_at,
        round(min(cluster.age_seconds, MOST_SECONDS)),
        [
            _subscription_to_json(known, int(taken_at), publishers)
            for known in cluster.subscriptions
        ],
        [_positions_to_json(positions) for positions in cluster.positions],
        [_idle_slots_to_json(slots) for slots in cluster.idle_slots if slots.by_name],
    ]


def _cluster_from_json(document: list[Any], now: datetime) -> RememberedCluster:
    checked_at, taken_at, age, subscriptions, written, idle = document
    number(checked_at, (now + CLOCK_SKEW).timestamp())
    positions = tuple(map(_positions_from_json, written))
    publishers = [each.publisher for each in positions]
    return RememberedCluster(
        _instant(checked_at),
        _instant(taken_at),
        tuple(_subscription_from_json(known, int(taken_at), publishers) for known in subscriptions),
        positions,
        tuple(map(_idle_slots_from_json, idle)),
        number(age, MOST_SECONDS),
    )


def _positions_to_json(positions: Positions) -> list[Any]:
    return [
        positions.publisher,
        _rounded(positions.lost_position),
        *(
            [round(min(each.age_seconds, MOST_SECONDS), 1), round(each.position)]
            for each in positions.points
        ),
    ]


def _positions_from_json(values: list[Any]) -> Positions:
    publisher, lost_position, *points = values
    known = tuple(
        Point(number(age, MOST_SECONDS), number(position, MOST_BYTES)) for age, position in points
    )
    in_order = all(
        older.age_seconds >= newer.age_seconds and older.position <= newer.position
        for older, newer in pairwise(known)
    )
    if len(known) > MOST_POINTS or not in_order:
        raise ValueError("too many points, or not the oldest first")
    return Positions(known, _bytes(lost_position), whole(publisher))


def _idle_slots_to_json(slots: IdleSlots) -> list[Any]:
    return [
        slots.publisher,
        *(
            [name, round(slot.confirmed), _seconds_ago(slot.seconds)]
            for name, slot in slots.by_name.items()
        ),
    ]


def _idle_slots_from_json(values: list[Any]) -> IdleSlots:
    publisher, *slots = values
    return IdleSlots(
        {
            str(name): IdleSlot(number(confirmed, MOST_BYTES), number(seconds, MOST_SECONDS))
            for name, confirmed, seconds in slots
        },
        whole(publisher),
    )


def _subscription_to_json(
    known: RememberedSubscription, base: int, publishers: Sequence[int]
) -> list[Any]:
    """Its publisher is written as the number of that one's positions."""
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
        publishers.index(known.publisher) if known.publisher in publishers else None,
        _seconds_ago(known.never_enabled_seconds),
        [
            [table, copy.pid, copy.rows, round(min(copy.stood_seconds, MOST_SECONDS))]
            for table, copy in known.progress.items()
            if copy.stood_seconds or copy.rows
        ],
    ]
    while values[-1] is None or values[-1] == []:
        values.pop()
    return values


def _subscription_from_json(
    values: list[Any], taken_at: int, publishers: Sequence[int]
) -> RememberedSubscription:
    oid, worker, applies, syncs, reset, copying, *others = values + [None] * (
        _COLUMNS - len(values)
    )
    *failures, backlog, is_behind, publisher, disabled, progress = others
    apply_failure, copy_failure, worker_failure = (
        None if failure is None else _failure_from_json(failure) for failure in failures
    )
    return RememberedSubscription(
        oid=whole(oid),
        worker=None if worker is None else Worker(whole(worker[0]), _before(worker[1], taken_at)),
        apply_error_count=None if applies is None else whole(applies),
        sync_error_count=None if syncs is None else whole(syncs),
        stats_reset=_before(reset, taken_at),
        copying={whole(table): whole(pid) for table, pid in copying or ()},
        apply_failure=apply_failure,
        copy_failure=copy_failure,
        worker_failure=worker_failure,
        backlog_bytes=_bytes(backlog),
        is_behind=bool(is_behind),
        publisher=None if publisher is None else publishers[whole(publisher)],
        never_enabled_seconds=None if disabled is None else number(disabled, MOST_SECONDS),
        progress={
            whole(table): CopyProgress(whole(pid), whole(rows), number(stood, MOST_SECONDS))
            for table, pid, rows, stood in progress or ()
        },
    )


def _failure_to_json(failure: Failure) -> list[Any]:
    return [
        failure.count,
        round(min(failure.age_seconds, MOST_SECONDS)),
        round(min(failure.quiet_seconds, MOST_SECONDS)),
        round(min(failure.longest_gap_seconds, MOST_GAP_SECONDS)),
        int(failure.is_certain),
        int(failure.is_over),
        _rounded(failure.publisher_position),
        int(failure.is_latest),
    ]


def _failure_from_json(values: list[Any]) -> Failure:
    count, age, quiet, gap, certain, over, position, latest = values
    return Failure(
        count=whole(count, least=1),
        age_seconds=number(age, MOST_SECONDS),
        quiet_seconds=number(quiet, MOST_SECONDS),
        longest_gap_seconds=number(gap, MOST_GAP_SECONDS),
        is_certain=bool(certain),
        is_over=bool(over),
        publisher_position=_bytes(position),
        is_latest=bool(latest),
    )


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _age(seconds: int | None, now: int) -> int | None:
    return None if seconds is None else now - seconds


def _before(age: object, now: int) -> int | None:
    return None if age is None else now - whole(age, MOST_BETWEEN, -MOST_BETWEEN)


def _seconds_ago(seconds: float | None) -> float | None:
    return None if seconds is None else round(min(seconds, MOST_SECONDS), 1)


def _bytes(value: object) -> float | None:
    return None if value is None else number(value, MOST_BYTES)


def _instant(seconds: object) -> datetime:
    return datetime.fromtimestamp(number(seconds, LAST_SECOND, FIRST_SECOND), UTC)
