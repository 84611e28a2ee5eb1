"""Every lease, window and wait, named once; the definition of the state machine has them from here.

What is a number of seconds in the definition or in DynamoDB is a whole number of them.
"""

from datetime import timedelta
from typing import Final

LEASE: Final = timedelta(minutes=5)
"""How long a claim keeps other executions away, and what a wait for Slack adds to its own length:
an execution that died keeps an alert back no longer."""

SLACK_WAITS: Final = tuple(timedelta(seconds=wait) for wait in (5, 10, 20, 40, 60, 90, 120))
"""Before each further attempt to notify; the last one repeats."""

LONGEST_SLACK_WAIT: Final = timedelta(minutes=5)
"""Of what Slack's Retry-After asks for, at most this."""

SLACK_PATIENCE: Final = timedelta(minutes=10)
"""After so much waiting for Slack the alert goes to the topic, and to the next execution."""

LONGEST_LEASE: Final = LONGEST_SLACK_WAIT + LEASE

QUERY_WAITS: Final = tuple(timedelta(seconds=wait) for wait in (1, 2, 2, 3, 5, 5, 10, 15, 15))
"""Before each poll of the log query; then it is stopped."""

LOG_IS_LATE: Final = timedelta(minutes=15)
"""After a notification the log is read again for so long, while it may explain more."""

REMIND_AFTER: Final = timedelta(minutes=60)
"""The first reminder, where a cluster has no `remind-after-minutes`."""

REMIND_EVERY: Final = timedelta(minutes=240)
"""Each further one, where `remind-after-minutes` is no longer than this."""

ABANDONED_AFTER: Final = timedelta(days=3)
"""A check that still fails is decided about once in `REMIND_EVERY`, or as often as it is made: one
that has not been for so long is made no more, as after another division into shards."""

KEPT_WHILE_OPEN: Final = timedelta(days=30)
"""Of an open incident's item, from its last claim."""

KEPT_FOR_COMPARISON: Final = timedelta(days=1)
"""Of a memory item: that of another division into shards must not stay for long, for a run of named
clusters reads all there are."""

KEPT_AFTER_CLOSING: Final = timedelta(minutes=10)
"""Broken again within this time, it is the same incident."""

KEPT_WHILE_SUSPECTED: Final = timedelta(days=1)
"""Of a cluster that gave no answer, until it has given none often enough."""

CLOCK_SKEW: Final = timedelta(minutes=1)
"""How far the clocks of those who write an item may be apart."""
