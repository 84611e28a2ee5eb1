"""The memory as one text: what goes in comes out, in few bytes; what is none is refused."""

import json
import random
import zlib
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.check_replication.memory.failure import Failure
from functions.check_replication.memory.idle import IdleSlot, IdleSlots
from functions.check_replication.memory.packing import (
    MAX_MEMORY_BYTES,
    UnreadableMemoryError,
    pack,
    unpack_all,
)
from functions.check_replication.memory.positions import Point, Positions, hashed
from functions.check_replication.memory.remembered import (
    RememberedCluster,
    RememberedSubscription,
    Worker,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
FAILURE = Failure(3, 120.0, 5.0, 65.0, is_certain=True, publisher_position=16_777_216_000.0)
PLAIN = RememberedSubscription(16_400)
WHOLE = RememberedSubscription(
    oid=4_294_967_295,
    worker=Worker(4711, EPOCH - 5),
    apply_error_count=2**62,
    sync_error_count=0,
    stats_reset=EPOCH - 86_400,
    copying={16_500: 77, 16_501: 78},
    apply_failure=FAILURE,
    copy_failure=replace(FAILURE, is_over=True, publisher_position=None),
    worker_failure=replace(FAILURE, is_certain=False, count=1, longest_gap_seconds=0.0),
)


def cluster(*subscriptions: RememberedSubscription, at: datetime = NOW) -> RememberedCluster:
    return RememberedCluster(at, at - timedelta(seconds=3), subscriptions)


@pytest.mark.parametrize(
    "subscription",
    [
        PLAIN,
        WHOLE,
        replace(PLAIN, apply_error_count=0, sync_error_count=0),
        replace(PLAIN, worker=Worker(1, None)),
        replace(PLAIN, worker_failure=FAILURE),
    ],
)
def test_what_goes_in_comes_out(subscription: RememberedSubscription) -> None:
    clusters = {"shop": cluster(subscription), "empty": cluster(), "Bücher": cluster(PLAIN, WHOLE)}
    assert clusters == unpack_all([pack(clusters)])


def test_of_each_publisher_positions_come_out_and_whose_it_is() -> None:
    here = Positions((Point(120.0, 5e9), Point(0.0, 6e9)), None, hashed("a.example:5432"))
    there = Positions((Point(60.5, 7e9),), 8e9, hashed("b.example:5432"))
    subscriptions = (PLAIN, *(replace(WHOLE, publisher=each.publisher) for each in (here, there)))
    clusters = {"shop": replace(cluster(*subscriptions), positions=(here, there))}
    assert clusters == unpack_all([pack(clusters)])


def test_a_publisher_that_is_not_watched_any_more_is_forgotten() -> None:
    clusters = {"shop": cluster(replace(PLAIN, publisher=hashed("a.example:5432")))}
    assert {"shop": cluster(PLAIN)} == unpack_all([pack(clusters)])


@pytest.mark.parametrize("fraction", [0.0, 0.04, 0.5, 0.949, 0.95, 0.96, 0.9999])
def test_what_is_compared_comes_out_exactly_at_any_fraction_of_a_second(fraction: float) -> None:
    """A worker that began a second earlier would be another one, and so would a reset."""
    at = NOW + timedelta(seconds=fraction)
    packed = pack({"shop": cluster(WHOLE, at=at)})
    assert (WHOLE,) == unpack_all([packed])["shop"].subscriptions


def test_idle_slots_and_points_come_out_to_a_tenth_of_a_second() -> None:
    idle = IdleSlots({"orphan": IdleSlot(16_777_216_000.0, 12.3)}, publisher=7)
    whole = replace(cluster(replace(PLAIN, never_enabled_seconds=0.0)), idle_slots=(idle,))
    assert {"shop": whole} == unpack_all([pack({"shop": whole})])


def test_of_several_memories_the_latest_check_of_a_cluster_counts() -> None:
    """As after the division into shards has changed."""
    old = {"a": cluster(PLAIN), "b": cluster(PLAIN)}
    new = {"a": cluster(WHOLE, at=NOW + timedelta(minutes=1))}
    for texts in ([pack(old), pack(new)], [pack(new), pack(old)]):
        assert old | new == unpack_all(texts)


def ordinary(seed: int) -> RememberedSubscription:
    """All different, as a thousand servers are."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    return RememberedSubscription(
        oid=chance.randrange(16_384, 10_000_000),
        worker=Worker(chance.randrange(300, 99_999), EPOCH - chance.randrange(10_000_000)),
        apply_error_count=chance.randrange(1000),
        sync_error_count=chance.randrange(100),
        stats_reset=EPOCH - chance.randrange(100_000_000) if seed % 3 == 0 else None,
        apply_failure=FAILURE if seed % 50 == 0 else None,
    )


def test_a_thousand_clusters_fit() -> None:
    clusters = {f"production-orders-replica-{n:04}": cluster(ordinary(n)) for n in range(1000)}
    text = pack(clusters)
    assert len(text) <= MAX_MEMORY_BYTES
    assert clusters == unpack_all([text])


def test_two_hundred_subscriptions_fit() -> None:
    clusters = {"shop": cluster(*map(ordinary, range(200)))}
    assert clusters == unpack_all([pack(clusters)])


def test_where_not_all_have_room_what_fails_is_kept() -> None:
    failing = {
        f"failing-{n}": cluster(replace(ordinary(n), apply_failure=FAILURE)) for n in range(20)
    }
    large = {f"large-{n}": cluster(*map(ordinary, range(40 * n, 40 * n + 40))) for n in range(300)}
    text = pack(large | failing)
    kept = unpack_all([text])
    assert len(text) <= MAX_MEMORY_BYTES
    assert failing.keys() < kept.keys() < large.keys() | failing.keys()


def packed(document: object, version: str = "1") -> str:
    return f"{version}:{b64encode(zlib.compress(json.dumps(document).encode())).decode()}"


WRITTEN = pack({"shop": cluster(WHOLE)})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1:",
        "nothing of the kind",
        WRITTEN[:-9],
        WRITTEN.replace("1:", "2:", 1),
        "1:" + b64encode(b"not compressed").decode(),
        "1:" + b64encode(b64decode(WRITTEN[2:])[:-7]).decode(),
        packed([]),
        "1:" + b64encode(zlib.compress(b"[" * 200_000)).decode(),
        packed(7),
        packed({"shop": 7}),
        packed({"shop": [0, 0, [[]]]}),
        packed({"shop": [0, 0, [["a"]]]}),
        packed({"shop": [1e300, 0, []]}),
        packed({"shop": [0, 0, [[1, [3]]]]}),
        packed({"shop": [0, 0, [[1, 3]]]}),
        packed({"shop": [0, 0, [list(range(11))]]}),
        packed({"shop": [0, 0, [[1, None, 0, 0, None, [], [1, 2]]]]}),
        packed({"shop": [0, 0, [[1, None, 0, 0, None, [7]]]]}),
        packed({"shop": "0" * 5_000_000}),
    ],
)
def test_what_was_never_written_is_refused(text: str) -> None:
    with pytest.raises(UnreadableMemoryError):
        unpack_all([WRITTEN, text])
