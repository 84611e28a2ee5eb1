"""The memory as one text: what goes in comes out, in few bytes; what is none is refused."""

import itertools
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
    latest,
    pack,
    unpack,
)
from functions.check_replication.memory.positions import Point, Positions, hashed
from functions.check_replication.memory.remembered import (
    CopyProgress,
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
    assert clusters == unpack(pack(clusters).text, NOW)


def test_of_each_publisher_positions_come_out_and_whose_it_is() -> None:
    here = Positions((Point(120.0, 5e9), Point(0.0, 6e9)), None, hashed("a.example:5432"))
    there = Positions((Point(60.5, 7e9),), 8e9, hashed("b.example:5432"))
    subscriptions = (PLAIN, *(replace(WHOLE, publisher=each.publisher) for each in (here, there)))
    clusters = {"shop": replace(cluster(*subscriptions), positions=(here, there))}
    assert clusters == unpack(pack(clusters).text, NOW)


def test_a_publisher_that_is_not_watched_any_more_is_forgotten() -> None:
    clusters = {"shop": cluster(replace(PLAIN, publisher=hashed("a.example:5432")))}
    assert {"shop": cluster(PLAIN)} == unpack(pack(clusters).text, NOW)


@pytest.mark.parametrize("fraction", [0.0, 0.04, 0.5, 0.949, 0.95, 0.96, 0.9999])
def test_what_is_compared_comes_out_exactly_at_any_fraction_of_a_second(fraction: float) -> None:
    """A worker that began a second earlier would be another one, and so would a reset."""
    at = NOW + timedelta(seconds=fraction)
    text = pack({"shop": cluster(WHOLE, at=at)}).text
    assert (WHOLE,) == unpack(text, at)["shop"].subscriptions


def test_idle_slots_and_points_come_out_to_a_tenth_of_a_second() -> None:
    idle = IdleSlots({"orphan": IdleSlot(16_777_216_000.0, 12.3)}, publisher=7)
    whole = replace(cluster(replace(PLAIN, never_enabled_seconds=0.0)), idle_slots=(idle,))
    assert {"shop": whole} == unpack(pack({"shop": whole}).text, NOW)


def test_of_several_memories_the_latest_check_of_a_cluster_counts() -> None:
    """As after the division into shards has changed."""
    old = {"a": cluster(PLAIN), "b": cluster(PLAIN)}
    new = {"a": cluster(WHOLE, at=NOW + timedelta(minutes=1))}
    assert old | new == latest([old, new]) == latest([new, old])


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
    packed = pack(clusters)
    assert len(packed.text) <= MAX_MEMORY_BYTES
    assert frozenset() == packed.left_out
    assert clusters == unpack(packed.text, NOW)


def test_two_hundred_subscriptions_fit() -> None:
    clusters = {"shop": cluster(*map(ordinary, range(200)))}
    assert clusters == unpack(pack(clusters).text, NOW)


def test_where_not_all_have_room_what_fails_is_kept() -> None:
    failing = {
        f"failing-{n}": cluster(replace(ordinary(n), apply_failure=FAILURE)) for n in range(20)
    }
    large = {f"large-{n}": cluster(*map(ordinary, range(40 * n, 40 * n + 40))) for n in range(300)}
    packed = pack(large | failing)
    kept = unpack(packed.text, NOW)
    assert len(packed.text) <= MAX_MEMORY_BYTES
    assert large.keys() | failing.keys() == kept.keys() | packed.left_out
    assert not kept.keys() & packed.left_out
    assert failing.keys() < kept.keys() < large.keys() | failing.keys()


def test_no_more_is_written_than_is_read() -> None:
    """However well it can be compressed."""
    clusters = {f"shop-{n:05}": cluster(*[PLAIN] * 20) for n in range(6_000)}
    packed = pack(clusters)
    assert packed.left_out
    kept = unpack(packed.text, NOW)
    assert len(clusters) == len(kept) + len(packed.left_out)


def test_what_lasts_for_ever_is_written_as_lasting_long() -> None:
    """Each value is readable however long a failure lasts, or a slot is held back."""
    days = 100 * 86_400.0
    ever = Failure(2**62, days, days, days, publisher_position=2.0**64)
    points = (Point(2 * days, 1.0), Point(days, 1.0), Point(0.0, 2.0))
    shop = replace(
        cluster(
            replace(
                PLAIN,
                apply_failure=ever,
                backlog_bytes=2.0**64,
                never_enabled_seconds=days,
                progress={1: CopyProgress(1, 2**62, days)},
            )
        ),
        age_seconds=days,
        idle_slots=(IdleSlots({"orphan": IdleSlot(2.0**64, days)}, 7),),
        positions=(Positions(points, 2.0**64, 2**32 - 1),),
    )
    read = unpack(pack({"shop": shop}).text, NOW)["shop"]
    month = 30 * 86_400.0
    known = read.subscriptions[0].apply_failure
    assert known == Failure(2**62, month, month, month / 2, publisher_position=2.0**64)
    assert known.quiet_needed_seconds <= month
    [positions], [idle] = read.positions, read.idle_slots
    assert month == read.age_seconds == idle.seconds_of("orphan")
    assert [month, month, 0.0] == [point.age_seconds for point in positions.points]
    assert read == unpack(pack({"shop": read}).text, NOW)["shop"]


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_a_server_s_clock_may_be_set_to_anything(year: int) -> None:
    taken_at = datetime(year, 6, 1, tzinfo=UTC)
    worker = Worker(4711, int(datetime(10_000 - year, 6, 1, tzinfo=UTC).timestamp()))
    shop = RememberedCluster(NOW, taken_at, (replace(PLAIN, worker=worker),))
    assert {"shop": shop} == unpack(pack({"shop": shop}).text, NOW)


def test_what_a_check_wrote_a_moment_ahead_is_read() -> None:
    """The clocks of two functions differ."""
    for ahead, is_read in ((50, True), (70, False)):
        text = pack({"shop": cluster(PLAIN, at=NOW + timedelta(seconds=ahead))}).text
        if is_read:
            assert unpack(text, NOW)
        else:
            with pytest.raises(UnreadableMemoryError):
                unpack(text, NOW)


def compressed(written: str) -> str:
    return f"1:{b64encode(zlib.compress(written.encode())).decode()}"


def shop(subscriptions: object = (), **more: object) -> str:
    """A memory of one cluster as the text has it; NaN and Infinity are Python's JSON."""
    values: dict[str, object] = {
        "checked_at": EPOCH - 60,
        "taken_at": EPOCH - 60,
        "age": 300,
        "subscriptions": subscriptions,
        "positions": [],
        "idle": [[0]],
    }
    values |= more
    return compressed(json.dumps({"shop": list(values.values())}))


def positions(*points: object, publisher: object = 0, lost_position: object = None) -> str:
    return shop([[1, *[None] * 10, 0]], positions=[[publisher, lost_position, *points]])


def failure(**more: object) -> str:
    values: dict[str, object] = {
        "count": 1,
        "age": 9,
        "quiet": 1,
        "gap": 2,
        "certain": 1,
        "over": 0,
        "position": 7,
        "latest": 0,
    }
    return shop([[1, None, 0, 0, None, [], list((values | more).values())]])


NAN, INFINITY, HUGE = float("nan"), float("inf"), 10**400
FAR = [NAN, INFINITY, -INFINITY, HUGE, -HUGE, 1e300, -1, "1", [], {}]
"""What no length of time is, no count and no position."""
WRITTEN = pack({"shop": cluster(WHOLE)}).text


@pytest.mark.parametrize("written", [shop(), shop([[1]]), positions([2, 4], [1, 5]), failure()])
def test_what_the_bad_texts_vary_is_readable(written: str) -> None:
    assert {"shop"} == unpack(written, NOW).keys()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1:",
        None,
        7,
        "nothing of the kind",
        WRITTEN[:-9],
        WRITTEN.replace("1:", "2:", 1),
        "1:" + b64encode(b"not compressed").decode(),
        "1:" + b64encode(b64decode(WRITTEN[2:])[:-7]).decode(),
        compressed("[" * 200_000),
        compressed("[]"),
        compressed("7"),
        compressed('{"shop": 7}'),
        compressed('{"shop": []}'),
        compressed(json.dumps({"shop": "0" * 600_000})),
        *map(shop, [7, [[]], [7], ["a"], [["a"]], [{}], [[1] * 14]]),
        shop([[1, {}]]),
        shop([[1, [3]]]),
        shop([[1, 3]]),
        shop([[1, [3, "a"]]]),
        shop([[1, None, 0, 0, None, [7]]]),
        shop([[1, None, 0, 0, None, [], [1, 2]]]),
        shop([[1, None, 0, 0, None, [], {}]]),
        *(shop([row]) for wrong in FAR for row in ([wrong], [1, None, wrong], [1, [wrong, 1]])),
        *(shop([[1, None, 0, 0, None, [[1, wrong]]]]) for wrong in FAR),
        *(shop([[1, [1, wrong]]]) for wrong in FAR if wrong != -1),
        *(shop([[1, None, 0, 0, wrong]]) for wrong in FAR if wrong != -1),
        *(shop([[1, *[None] * 8, wrong]]) for wrong in FAR),
        *(positions(**{name: wrong}) for wrong in FAR for name in ("lost_position", "publisher")),
        *(shop([[1, *[None] * 10, wrong]]) for wrong in (0, *FAR)),
        *(shop(**{name: wrong}) for wrong in FAR[:-2] for name in ("positions", "idle")),
        *(shop(age=wrong) for wrong in FAR),
        *(shop(**{name: wrong}) for wrong in FAR[:-4] for name in ("checked_at", "taken_at")),
        *(shop([[1, *[None] * 11, wrong]]) for wrong in FAR),
        *(shop([[1, *[None] * 12, [[1, 1, 1, wrong]]]]) for wrong in FAR),
        *(shop([[1, *[None] * 12, [[1, 1, wrong, 1]]]]) for wrong in FAR),
        *(shop(idle=[[0, ["slot", wrong, 1]]]) for wrong in FAR),
        *(shop(idle=[[0, ["slot", 1, wrong]]]) for wrong in FAR),
        *(shop(idle=[[wrong]]) for wrong in FAR),
        *(positions([wrong, 1]) for wrong in FAR),
        *(positions([1, wrong]) for wrong in FAR),
        positions([1, 5], [2, 5]),
        positions([2, 5], [1, 4]),
        positions(*([9 - n, n] for n in range(9))),
        *(
            failure(**{name: wrong})
            for wrong in FAR
            for name in ("count", "age", "quiet", "gap", "position")
        ),
        failure(count=0),
        failure(count=2**63),
        failure(age=30 * 86_400 + 1),
        failure(gap=16 * 86_400),
        failure(position=2**65),
    ],
    ids=itertools.count(),
)
def test_what_was_never_written_is_refused(text: str) -> None:
    with pytest.raises(UnreadableMemoryError):
        unpack(text, NOW)
