"""The input of an execution: which clusters to check, how far back to read logs. Pure.

`{}`, the console's default input, a raw EventBridge event and a Scheduler payload all mean the
defaults: keys that are not ours are ignored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeGuard

DEFAULT_LOOKBACK_MINUTES = 30
MAX_LOOKBACK_MINUTES = 7 * 24 * 60

_SHOWN_CHARACTERS = 200


class InvalidInput(ValueError):  # noqa: N818  the error's name in the state machine is a contract
    """A known key of the execution input has a wrong value; the execution fails with this name."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Check one part of the clusters, number `index` (from 0) of `of`; see `selection`."""

    index: int
    of: int


@dataclass(frozen=True, slots=True)
class ExecutionInput:
    clusters: tuple[str, ...] | None = None
    lookback_minutes: int = DEFAULT_LOOKBACK_MINUTES
    force_notify: bool = False
    shard: Shard | None = None

    @classmethod
    def from_event(cls, event: object) -> Self:
        """Read the known keys; `InvalidInput` names the key, what came and what is wanted."""
        if not isinstance(event, Mapping):
            raise _invalid(
                "the execution input", event, 'a JSON object, for example {"clusters": []}'
            )
        if "not_an_object" in event:
            raise _invalid(
                "the execution input", event["not_an_object"], "a JSON object, for example {}"
            )
        return cls(
            clusters=_clusters(event.get("clusters")),
            lookback_minutes=_lookback(event.get("lookback_minutes", DEFAULT_LOOKBACK_MINUTES)),
            force_notify=_force_notify(event.get("force_notify", False)),
            shard=_shard(event.get("shard")),
        )


def _clusters(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if (
        isinstance(value, list)
        and value
        and all(isinstance(name, str) and name.strip() for name in value)
    ):
        return tuple(dict.fromkeys(value))
    raise _invalid('"clusters"', value, 'a list of cluster names, for example ["sample-cluster"]')


def _lookback(value: object) -> int:
    if _is_whole(value) and 1 <= value <= MAX_LOOKBACK_MINUTES:
        return value
    raise _invalid('"lookback_minutes"', value, f"a whole number from 1 to {MAX_LOOKBACK_MINUTES}")


def _force_notify(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise _invalid('"force_notify"', value, "true or false")


def _shard(value: object) -> Shard | None:
    if value is None:
        return None
    if isinstance(value, Mapping) and set(value) == {"index", "of"}:
        index, of = value["index"], value["of"]
        if _is_whole(index) and _is_whole(of) and 0 <= index < of:
            return Shard(index, of)
    raise _invalid('"shard"', value, 'an object like {"index": 0, "of": 4}, index below of')


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _invalid(name: str, came: object, wanted: str) -> InvalidInput:
    shown = json.dumps(came, default=str)
    if len(shown) > _SHOWN_CHARACTERS:
        shown = shown[:_SHOWN_CHARACTERS] + "…"
    return InvalidInput(f"{name} must be {wanted}; it is {shown}")
