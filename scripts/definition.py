"""The state machine's definition: the JSON that is deployed, made of monitor.asl.yaml.

The source is YAML because most of its retriers and catchers are alike: an anchor says once what
JSON repeats. Its placeholders are filled in here:

- `${name.jsonata}`: an expression longer than a few lines, which stands in a file of its own, where
  it can be read, commented and tested;
- `${name.txt}`: a text from a file, such as the default log query;
- `${seconds.NAME}`: a time of `functions.incidents.times`, in seconds; several as `1, 2, 3`;
- `${monitor}`, `${memory_bytes}`, `${longest_seen}`: what the functions have as constants.

Those that begin with a capital are CloudFormation's and stay.
"""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from functions.check_replication.memory.packing import MAX_MEMORY_BYTES
from functions.incidents import times
from functions.incidents.asked import MONITOR
from functions.incidents.work import LONGEST_SEEN

SOURCE: Final = Path(__file__).parents[1] / "statemachine" / "monitor.asl.yaml"
DEPLOYED: Final = "monitor.asl.json"
"""Its name in the package, as statemachine/template.yaml has it."""

_PLACEHOLDER: Final = re.compile(r"\$\{([a-z][^}]*)\}")
_SECONDS: Final = "seconds."
_CONSTANTS: Final = {
    "monitor": MONITOR,
    "memory_bytes": str(MAX_MEMORY_BYTES),
    "longest_seen": str(LONGEST_SEEN),
}


def definition() -> str:
    """What is deployed: JSON, with CloudFormation's placeholders `${Name}` still in it.

    Raises `AttributeError` for a time that does not exist, `FileNotFoundError` for a file.
    """
    document = _filled_in(yaml.safe_load(SOURCE.read_text()))
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def expression(name: str) -> str:
    """A .jsonata file as one line, without its comments, which stand on lines of their own."""
    lines = (line.strip() for line in SOURCE.with_name(name).read_text().splitlines())
    text = " ".join(line for line in lines if line and not line.startswith("/*"))
    return _filled_in_text(text)


def _filled_in(document: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(document, dict):
        return {key: _filled_in(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_filled_in(value) for value in document]
    return _filled_in_text(document) if isinstance(document, str) else document


def _filled_in_text(text: str) -> str:
    return _PLACEHOLDER.sub(lambda match: _value(match[1]), text)


def _value(name: str) -> str:
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name.startswith(_SECONDS):
        return _seconds(getattr(times, name.removeprefix(_SECONDS)))
    if name.endswith(".jsonata"):
        return expression(name)
    return SOURCE.with_name(name).read_text().removesuffix("\n")


def _seconds(time: timedelta | tuple[timedelta, ...]) -> str:
    several = time if isinstance(time, tuple) else (time,)
    return ", ".join(str(round(one.total_seconds())) for one in several)
