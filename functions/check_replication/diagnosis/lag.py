"""Behind, and why: applying is slow or blocked, or the publisher sends too slowly. Pure.

With the publisher's side by what is not confirmed yet (`backlog`), else by the messages' ages.
"""

import re
from typing import Final

from functions.check_replication.diagnosis.backlog import Backlog
from functions.check_replication.diagnosis.findings import finding, instant
from functions.check_replication.diagnosis.history import History
from functions.check_replication.diagnosis.messages import (
    delivery_seconds,
    idle_seconds,
    is_busy,
    is_busy_and_late,
    silent_seconds,
)
from functions.check_replication.diagnosis.samples import Samples
from functions.check_replication.diagnosis.waits import Sender, worker_does, worker_wait
from functions.check_replication.snapshot import Snapshot, Subscription
from functions.check_replication.targets import Limits
from functions.report import Evidence, Finding
from functions.words import duration, size

_DEFAULT_RECEIVER_TIMEOUT = 60.0
_REPLICATED_GID: Final = re.compile(r"pg_gid_\d+_\d+")
"""Of a transaction that an apply worker has prepared (TwoPhaseTransactionGid, 15 to 18)."""


def lag(
    subscription: Subscription, samples: Samples, limits: Limits, history: History
) -> Finding | None:
    """At most one finding; one that is blocked is named as that."""
    latest = samples.latest
    blocked = _blocked_seconds(subscription, latest)
    if history.backlog is None:
        return _by_messages(subscription, samples, limits.lag_seconds, blocked)
    if blocked is not None:
        return _blocked(
            subscription, samples, blocked, limits.lag_seconds, is_behind=history.is_behind
        )
    if history.is_behind:
        return _behind(subscription, samples, limits, history.backlog, history.sender)
    if is_busy(subscription, latest):
        return None
    return _silent(subscription, samples, limits.lag_seconds)


def limit_too_small(samples: Samples, limits: Limits) -> Finding | None:
    """Where the publisher is not watched: below it, an idle one would seem to lag now and then."""
    idle = idle_seconds(samples.latest)
    if idle is None or limits.lag_seconds >= idle:
        return None
    timeout = samples.latest.wal_receiver_timeout_seconds
    return Finding(
        "limit_too_small",
        f"max-lag-seconds is {limits.lag_seconds:g}, but wal_receiver_timeout is {timeout:g} s, "
        f"and an idle publisher may send nothing for half of that, {timeout / 2:g} s. The smallest "
        f"limit that works is {idle:g}: the monitor uses that one instead.",
        evidence={
            "max_lag_seconds": limits.lag_seconds,
            "least_max_lag_seconds": idle,
            "server_version": samples.latest.server_version,
        },
    )


def _behind(
    subscription: Subscription,
    samples: Samples,
    limits: Limits,
    backlog: Backlog,
    sender: Sender | None,
) -> Finding:
    return finding(
        _whose_fault(subscription, samples.latest, sender),
        subscription,
        samples,
        f"{subscription.name} is {_how_far(backlog)} behind its publisher{_trend(backlog)}."
        f"{_what_they_do(subscription, samples.latest, sender)}",
        **_limit(limits, backlog),
        lag_seconds=round(backlog.age_seconds, 1),
        backlog_bytes=round(backlog.size),
        backlog_bytes_per_second=_rounded(backlog.bytes_per_second),
        **_waits(subscription, samples.latest, sender),
        received_lsn=subscription.received_lsn,
        latest_end_lsn=subscription.latest_end_lsn,
    )


def _whose_fault(subscription: Subscription, latest: Snapshot, sender: Sender | None) -> str:
    """The worker shows it: it is at work, or waits for what does not come."""
    if is_busy(subscription, latest):
        return "apply_lagging"
    if sender is not None and sender.standbys:
        return "standby_behind"
    return "publisher_lagging" if latest.sees_activity else "apply_lagging"


def _what_they_do(subscription: Subscription, latest: Snapshot, sender: Sender | None) -> str:
    """At the latest sample, as far as it shows."""
    wait = worker_wait(subscription, latest)
    does = [] if wait is None else [f"its apply worker {worker_does(wait)}"]
    does += [] if sender is None else [f"its WAL sender {sender.does}"]
    said = ", ".join(does)
    return f" {said[0].upper()}{said[1:]}." if said else ""


def _waits(
    subscription: Subscription, latest: Snapshot, sender: Sender | None
) -> dict[str, Evidence]:
    standbys = () if sender is None else sender.standbys
    return {
        "worker_wait": worker_wait(subscription, latest),
        "sender_wait": None if sender is None else sender.wait,
        "standby_slots": ", ".join(standbys) or None,
    }


def _how_far(backlog: Backlog) -> str:
    """`61.0 MiB and 4 minutes`; an age of nothing, at least, says nothing."""
    if backlog.age_is_at_least and backlog.age_seconds < 1:
        return size(backlog.size)
    at_least = "at least " if backlog.age_is_at_least else ""
    return f"{size(backlog.size)} and {at_least}{duration(backlog.age_seconds)}"


def _trend(backlog: Backlog) -> str:
    rate, soon = backlog.bytes_per_second, backlog.seconds_to_catch_up
    if soon is not None:
        return f", caught up in about {duration(soon)} at the present rate"
    if rate is None or rate < 1:
        return ""
    return f", growing by {size(rate)}/s"


def _limit(limits: Limits, backlog: Backlog) -> dict[str, Evidence]:
    """The one that is exceeded."""
    most = limits.backlog_bytes
    if most is not None and backlog.size > most and backlog.age_seconds <= limits.lag_seconds:
        return {"max_backlog_bytes": most}
    return {"max_lag_seconds": limits.lag_seconds}


def _by_messages(
    subscription: Subscription, samples: Samples, max_lag_seconds: float, blocked: float | None
) -> Finding | None:
    """Slow delivery also resembles a silent publisher, so it goes first."""
    delivery = delivery_seconds(subscription)
    silence = silent_seconds(subscription, samples.latest)
    if delivery is None or silence is None:
        return None
    if blocked is not None:
        late = _is_silent(silence, samples, max_lag_seconds)
        return _blocked(subscription, samples, blocked, max_lag_seconds, is_behind=late)
    if is_busy_and_late(subscription, samples.latest, max_lag_seconds):
        return _slow_apply(subscription, samples, silence, max_lag_seconds)
    if delivery > max_lag_seconds:
        return finding(
            "subscriber_lagging",
            subscription,
            samples,
            f"The last message to {subscription.name} arrived {duration(delivery)} after it was "
            f"sent (limit {duration(max_lag_seconds)}), by the clocks of two servers.",
            lag_seconds=round(delivery, 1),
            max_lag_seconds=max_lag_seconds,
            since=instant(subscription.last_msg_send_time),
        )
    return _silent(subscription, samples, max_lag_seconds)


def _silent(subscription: Subscription, samples: Samples, max_lag_seconds: float) -> Finding | None:
    """Nothing came for longer than an idle publisher keeps silent."""
    silence = silent_seconds(subscription, samples.latest)
    if silence is None or not _is_silent(silence, samples, max_lag_seconds):
        return None
    limit = max(max_lag_seconds, idle_seconds(samples.latest) or 0.0)
    return finding(
        "publisher_lagging",
        subscription,
        samples,
        f"The publisher's last message to {subscription.name} was sent {duration(silence)} ago "
        f"(limit {duration(limit)}).",
        lag_seconds=round(silence, 1),
        max_lag_seconds=limit,
        since=instant(subscription.last_msg_send_time),
    )


def _is_silent(silence: float, samples: Samples, max_lag_seconds: float) -> bool:
    """An idle publisher of which nobody asks for a sign of life may keep silent for ever."""
    idle = idle_seconds(samples.latest)
    return idle is not None and silence > max(max_lag_seconds, idle)


def _blocked_seconds(subscription: Subscription, snapshot: Snapshot) -> float | None:
    """pg_locks.waitstart exists from 14 on; before, the last message received is the beginning."""
    if subscription.blocker_pid is None:
        return None
    since = subscription.blocked_since or subscription.last_msg_receipt_time
    return None if since is None else (snapshot.taken_at - since).total_seconds()


def _blocked(
    subscription: Subscription,
    samples: Samples,
    blocked: float,
    max_lag_seconds: float,
    *,
    is_behind: bool,
) -> Finding | None:
    """A short wait is ordinary; one beyond wal_receiver_timeout or the limit of lag is not."""
    patience = samples.latest.wal_receiver_timeout_seconds or _DEFAULT_RECEIVER_TIMEOUT
    if blocked < min(patience, max_lag_seconds) and not is_behind:
        return None
    return finding(
        "apply_blocked",
        subscription,
        samples,
        f"The apply worker of {subscription.name} has waited {duration(blocked)} for a lock that "
        f"{_blocker(subscription)} holds.",
        blocked_seconds=round(blocked, 1),
        **_prepared(subscription),
        blocker_user=subscription.blocker_user,
        blocker_application=subscription.blocker_application,
        blocker_query=subscription.blocker_query,
        blocker_age_seconds=_rounded(subscription.blocker_age_seconds),
        since=instant(subscription.blocked_since or subscription.last_msg_receipt_time),
    )


def _blocker(subscription: Subscription) -> str:
    if not subscription.is_blocked_by_prepared:
        return f"session {subscription.blocker_pid}"
    if subscription.blocker_gid is None:
        return "a prepared transaction"
    return f"prepared transaction “{subscription.blocker_gid}” of {subscription.blocker_user}"


def _prepared(subscription: Subscription) -> dict[str, Evidence]:
    """Who holds the lock; one that a subscription prepared (two_phase) ends as on its publisher."""
    if not subscription.is_blocked_by_prepared:
        return {"blocker_pid": subscription.blocker_pid}
    gid = subscription.blocker_gid
    return {
        "blocker_is_prepared": True,
        "blocker_gid": gid,
        "blocker_is_replicated": True if _REPLICATED_GID.fullmatch(gid or "") else None,
    }


def _slow_apply(
    subscription: Subscription, samples: Samples, behind: float, max_lag_seconds: float
) -> Finding | None:
    """A backlog that shrinks is being caught up; one that does not is a finding."""
    earlier = samples.earlier(subscription)
    before = None if earlier is None else silent_seconds(earlier, samples.first)
    if before is None or behind < before:
        return None
    return finding(
        "apply_lagging",
        subscription,
        samples,
        f"Changes for {subscription.name} are applied {duration(behind)} after they were sent "
        f"(limit {duration(max_lag_seconds)}), and the backlog is not shrinking."
        f"{_what_they_do(subscription, samples.latest, None)}",
        **_waits(subscription, samples.latest, None),
        lag_seconds=round(behind, 1),
        max_lag_seconds=max_lag_seconds,
        received_lsn=subscription.received_lsn,
        latest_end_lsn=subscription.latest_end_lsn,
        since=instant(subscription.last_msg_send_time),
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
