"""A first message that can be changed no more: somebody deleted it, or its channel is closed."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.slack import Channel, Workspace
from tests.integration.notify.conftest import ALERTS, CHANNEL_PARAMETER, put
from tests.integration.notify.notifier import FAILS, STORIES, Notifier

OTHER = "C0OTHER"


def archive_the_channel(workspace: Workspace) -> None:
    workspace.channels[ALERTS] = Channel(ALERTS, "alerts", is_archived=True)


def remove_the_bot(workspace: Workspace) -> None:
    workspace.channels[ALERTS] = Channel(ALERTS, "alerts", is_member=False)


def delete_the_channel(workspace: Workspace) -> None:
    del workspace.channels[ALERTS]


def delete_the_message(workspace: Workspace) -> None:
    workspace.delete(workspace.messages(ALERTS)[0])


@pytest.mark.parametrize(
    ("story", "shown"),
    [("changed", "🔴"), ("reminder", "🔴"), ("resolved", "🟢"), ("reopened", "🔴")],
)
@pytest.mark.parametrize(
    "lose", [archive_the_channel, remove_the_bot, delete_the_channel, delete_the_message]
)
def test_a_new_one_takes_its_place(
    notifier: Notifier, ssm: Any, story: str, shown: str, lose: Callable[[Workspace], None]
) -> None:
    """In the channel of the settings, once, and the story goes on there."""
    event = notifier.last_of(STORIES[story])
    notifier.workspace.channels[OTHER] = Channel(OTHER, "other")
    put(ssm, {CHANNEL_PARAMETER: OTHER})
    lose(notifier.workspace)
    answer = notifier.notify(event)
    (message,) = notifier.workspace.messages(OTHER)
    assert shown in message.text
    assert (OTHER, message.ts) == (answer["channel"], answer["ts"])
    assert answer == notifier.notify(event)
    notifier.record(event, answer)
    notifier.notified("reminder", FAILS)
    assert "Still" in notifier.workspace.thread(OTHER, message.ts)[-1].text
    assert 1 == len(notifier.workspace.messages(OTHER))


@pytest.mark.parametrize(
    ("lose", "code"),
    [
        (archive_the_channel, "is_archived"),
        (remove_the_bot, "not_in_channel"),
        (delete_the_channel, "channel_not_found"),
    ],
)
def test_no_other_channel(notifier: Notifier, lose: Callable[[Workspace], None], code: str) -> None:
    """Nothing helps but somebody who changes something, and the answer says what."""
    event = notifier.last_of(STORIES["changed"])
    lose(notifier.workspace)
    answer = notifier.notify(event)
    assert (False, True) == (answer["delivered"], answer["refused"])
    assert f"{code} (" in answer["problem"]


def test_a_muted_one_is_not_missed(notifier: Notifier) -> None:
    notifier.notified("opened", FAILS)
    delete_the_message(notifier.workspace)
    answer = notifier.notify(notifier.event("resolved", muted=[FAILS]))
    assert (True, None) == (answer["delivered"], answer["channel"])
    assert [] == notifier.workspace.messages(ALERTS)
