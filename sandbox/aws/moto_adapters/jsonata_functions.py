"""The functions Step Functions adds to JSONata, and those that tell the time. Development only.

Their errors are `ValueError`s, which the evaluator turns into `States.QueryEvaluationError`.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from jsonata.functions import Functions

from sandbox.aws.json_types import Json


def parse(text: str) -> Json:
    return json.loads(text)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "parse": parse,
}
UNSUPPORTED: Final = ("hash", "partition", "random", "range", "uuid")
"""Step Functions has these too; nobody uses them here, and a definition with one is refused."""


def time_functions(instant: datetime) -> dict[str, Callable[..., Any]]:
    """JSONata's own `$now` and `$millis`, which give the same instant throughout an expression."""
    milliseconds = round(instant.timestamp() * 1000)

    def now(picture: str | None = None, zone: str | None = None) -> Json:
        return Functions.datetime_from_millis(milliseconds, picture, zone)

    return {"now": now, "millis": lambda: milliseconds}
