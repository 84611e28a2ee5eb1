"""What make's command line gave: words such as STACK=shop. Pure."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from scripts.errors import SetupError


class ArgumentError(SetupError):
    """A word is not understood, or one that is needed is missing."""


def arguments(words: Sequence[str], known: Collection[str]) -> dict[str, str]:
    """`{name: value}`; a value may be empty, which is not the same as not given."""
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in known:
            raise ArgumentError(_unknown(name, known))
        given[name] = value.strip()
    return given


def required(given: Mapping[str, str], *names: str) -> list[str]:
    """The values of `names`. Raises `ArgumentError` naming all that are missing or empty."""
    if missing := [name for name in names if not given.get(name)]:
        wanted = " ".join(f"{name}=…" for name in missing)
        raise ArgumentError(f"{' and '.join(missing)} {_is(missing)} missing: add {wanted}")
    return [given[name] for name in names]


def members(text: str) -> list[str]:
    """The members of a list that is separated by commas."""
    return [member for part in text.split(",") if (member := part.strip())]


def is_yes(given: Mapping[str, str], name: str) -> bool:
    """True for `NAME=1`, `yes` or `true`, False for an absent or empty one, `0`, `no`, `false`."""
    value = given.get(name, "").lower()
    if value not in {"", "0", "no", "false", "1", "yes", "true"}:
        raise ArgumentError(f"{name} is {value!r}, not 1 or 0")
    return value in {"1", "yes", "true"}


def _unknown(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name.upper(), known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}"
    return f"{name} means nothing here: {hint}"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
