"""Reads single fields of a JSON document; one that is not as it should be is named. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.notify.wording import parse_instant


class InvalidEventError(Exception):
    """A key of the event is missing or has a value Notify cannot use; the message names it."""


def read_object(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object; empty if the key is missing. Raises `InvalidEventError`, like all here."""
    value = document.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidEventError(f'"{key}" must be an object, not {kind(value)}')
    return value


def read_text(document: Mapping[str, Any], parent: str, key: str) -> str | None:
    """A text, None if it is missing or empty; `parent` is the document's own key."""
    value = document.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidEventError(f'"{parent}.{key}" must be text, not {kind(value)}')
    return value or None


def read_instant(document: Mapping[str, Any], parent: str, key: str) -> datetime | None:
    """An ISO 8601 instant, in UTC."""
    written = read_text(document, parent, key)
    try:
        return None if written is None else parse_instant(written)
    except ValueError as error:
        wanted = "an instant such as 2026-11-22T23:34:08Z"
        raise InvalidEventError(f'"{parent}.{key}" must be {wanted}, not {written!r}') from error


def kind(value: object) -> str:
    """What a value is, for a sentence that says what it should be."""
    return "null" if value is None else type(value).__name__
