"""The state machine's definition in one piece, with the .jsonata files beside it put in.

An expression longer than a line stands in a file of its own, where it can be read, commented and
tested; `${name.jsonata}` in monitor.asl.json is where it belongs.
"""

import json
import re
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[1] / "statemachine" / "monitor.asl.json"

_INCLUDE: Final = re.compile(r"\$\{(\w+\.jsonata)\}")


def definition() -> str:
    """What is deployed: JSON, with CloudFormation's placeholders `${Name}` still in it."""
    return _INCLUDE.sub(lambda match: _as_json_text(expression(match[1])), SOURCE.read_text())


def expression(name: str) -> str:
    """A .jsonata file as one line, without its comments, which stand on lines of their own."""
    lines = (line.strip() for line in SOURCE.with_name(name).read_text().splitlines())
    return " ".join(line for line in lines if line and not line.startswith("/*"))


def _as_json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
