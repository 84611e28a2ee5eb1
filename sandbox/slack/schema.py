"""Rules for JSON values, worded as Slack words its complaints. Development only.

A rule takes a value and the JSON pointer to it and yields what is wrong with it. Pure.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

Rule = Callable[[object, str], Iterator[str]]

_NOTHING: Final[Mapping[str, Rule]] = {}


def string(at_most: int) -> Rule:
    """A string of 1 to `at_most` characters."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _at(pointer, "must provide a string")
        elif not value:
            yield _at(pointer, "must be more than 0 characters")
        elif len(value) > at_most:
            yield _at(pointer, f"must be less than {at_most + 1} characters")

    return check


def boolean(value: object, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _at(pointer, "must provide a boolean")


def array(item: Rule, at_most: int) -> Rule:
    """A list of 1 to `at_most` items, each of which obeys `item`."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _at(pointer, "must provide an array")
            return
        if not value:
            yield _at(pointer, "no fewer than 1 items allowed")
        if len(value) > at_most:
            yield _at(pointer, f"no more than {at_most} items allowed")
        for index, element in enumerate(value):
            yield from item(element, f"{pointer}/{index}")

    return check


def record(
    required: Mapping[str, Rule] = _NOTHING,
    optional: Mapping[str, Rule] = _NOTHING,
    *,
    either: tuple[str, ...] = (),
) -> Rule:
    """An object with these keys and no others; at least one of the keys in `either`, if given."""
    rules = {**required, **optional}

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _at(pointer, "must provide an object")
            return
        for key in required.keys() - value.keys():
            yield _at(pointer, f"missing required field: {key}")
        if either and not value.keys() & set(either):
            yield _at(pointer, f"must define either {' or '.join(f'`{key}`' for key in either)}")
        for key, element in value.items():
            if key in rules:
                yield from rules[key](element, f"{pointer}/{key}")
            else:
                yield _at(pointer, f"invalid additional property: {key}")

    return check


def variant(kinds: Mapping[str, Rule]) -> Rule:
    """An object whose `type` names the rule that its other keys obey."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _at(pointer, "must provide an object")
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in kinds:
            yield _at(f"{pointer}/type", f"unsupported type: {kind}")
            return
        rest = {key: element for key, element in value.items() if key != "type"}
        yield from kinds[kind](rest, pointer)

    return check


def _at(pointer: str, complaint: str) -> str:
    return f"{complaint} [json-pointer:{pointer}]"
