"""The state machine's definition in one piece, with what stands elsewhere put in.

An expression longer than a line stands in a file of its own, where it can be read, commented and
tested; `${name.jsonata}` in monitor.asl.json is where it belongs. `${monitor}`, there and in the
expressions, is `MONITOR`, the name CheckReplication uses too.
"""

import json
import re
from pathlib import Path
from typing import Final

from functions.check_replication.selection import MONITOR

SOURCE: Final = Path(__file__).parents[1] / "statemachine" / "monitor.asl.json"

_INCLUDE: Final = re.compile(r"\$\{(\w+\.jsonata)\}")
_MONITOR: Final = "${monitor}"


def definition() -> str:
    """What is deployed: JSON, with CloudFormation's placeholders `${Name}` still in it."""
    text = _INCLUDE.sub(lambda match: _as_json_text(expression(match[1])), SOURCE.read_text())
    return text.replace(_MONITOR, MONITOR)


def expression(name: str) -> str:
    """A .jsonata file as one line, without its comments, which stand on lines of their own."""
    lines = (line.strip() for line in SOURCE.with_name(name).read_text().splitlines())
    text = " ".join(line for line in lines if line and not line.startswith("/*"))
    return text.replace(_MONITOR, MONITOR)


def _as_json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
