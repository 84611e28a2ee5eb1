"""A first message that can be changed no more: somebody deleted it, or its channel is closed."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.slack import Channel, Workspace
from tests.integration.notify.conftest import ALERTS, CHANNEL_PARAMETER, put
from tests.integration.notify.teller import FAILS, STORIES, Teller

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
    teller: Teller, ssm: Any, story: str, shown: str, lose: Callable[[Workspace], None]
) -> None:
    """In the channel of the settings, once, and the story goes on there."""
    event = teller.last_of(STORIES[story])
    teller.workspace.channels[OTHER] = Channel(OTHER, "other")
    put(ssm, {CHANNEL_PARAMETER: OTHER})
    lose(teller.workspace)
    answer = teller.notify(event)
    (message,) = teller.workspace.messages(OTHER)
    assert shown in message.text
    assert (OTHER, message.ts) == (answer["channel"], answer["ts"])
    assert answer == teller.notify(event)
    teller.record(event, answer)
    teller.told("reminder", FAILS)
    assert "Still" in teller.workspace.thread(OTHER, message.ts)[-1].text
    assert 1 == len(teller.workspace.messages(OTHER))


@pytest.mark.parametrize(
    ("lose", "code"),
    [
        (archive_the_channel, "is_archived"),
        (remove_the_bot, "not_in_channel"),
        (delete_the_channel, "channel_not_found"),
    ],
)
def test_no_other_channel(teller: Teller, lose: Callable[[Workspace], None], code: str) -> None:
    """Nothing helps but somebody who changes something, and the answer says what."""
    event = teller.last_of(STORIES["changed"])
    lose(teller.workspace)
    answer = teller.notify(event)
    assert (False, True) == (answer["delivered"], answer["refused"])
    assert f"{code} (" in answer["problem"]


def test_a_muted_one_is_not_missed(teller: Teller) -> None:
    teller.told("opened", FAILS)
    delete_the_message(teller.workspace)
    answer = teller.notify(teller.event("resolved", muted=[FAILS]))
    assert (True, None) == (answer["delivered"], answer["channel"])
    assert [] == teller.workspace.messages(ALERTS)
