from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandbox.postgres.attachments import Attachments


@pytest.fixture
def events() -> list[str]:
    return []


@contextmanager
def thing(events: list[str], name: str) -> Iterator[str]:
    events.append(f"{name} begins")
    yield name
    events.append(f"{name} ends")


def test_what_is_attached_again_ends_first(events: list[str]) -> None:
    """There is one thing of a name at a time; detaching ends it, once."""
    attachments = Attachments()

    assert "first" == attachments.attach("a lock", thing(events, "first"))
    assert "second" == attachments.attach("a lock", thing(events, "second"))
    attachments.detach("a lock")
    attachments.detach("a lock")

    assert ["first begins", "first ends", "second begins", "second ends"] == events


def test_closing_ends_what_is_left(events: list[str]) -> None:
    attachments = Attachments()
    attachments.attach("a lock", thing(events, "lock"))
    attachments.attach("a load", thing(events, "load"))

    attachments.close()

    assert ["lock begins", "load begins", "lock ends", "load ends"] == events
