"""The functions Step Functions adds to JSONata, and those that tell the time. Development only.

Numbers that jsonata-python hands over may be floats; the errors are `ValueError`s, which the
evaluator turns into `States.QueryEvaluationError`.
"""

import hashlib
import json
import math
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from jsonata.functions import Functions

from sandbox.aws.json_types import Json

_ALGORITHMS: Final = {
    "MD5": hashlib.md5,
    "SHA-1": hashlib.sha1,
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}


def partition(items: list[Any], size: float) -> list[list[Any]]:
    """`items` in chunks of `size`, the last one possibly shorter."""
    if size < 1:
        raise ValueError(f"$partition takes a chunk size of at least 1, not {size}")
    step = int(size)
    return [items[start : start + step] for start in range(0, len(items), step)]


def number_range(first: float, last: float, step: float) -> list[float]:
    """From `first` to `last`, both included."""
    if step == 0:
        raise ValueError("$range takes a step that is not 0")
    count = math.floor((last - first) / step) + 1
    return [first + index * step for index in range(max(count, 0))]


def hexadecimal_hash(text: str, algorithm: str) -> str:
    if algorithm not in _ALGORITHMS:
        known = ", ".join(_ALGORITHMS)
        raise ValueError(f"$hash does not know the algorithm {algorithm!r}, only {known}")
    return _ALGORITHMS[algorithm](text.encode(), usedforsecurity=False).hexdigest()


def random_number(seed: float | None = None) -> float:
    """From 0 up to but not including 1; the same for the same seed."""
    return random.Random(seed).random()  # noqa: S311  JSONata's $random is no cryptography


def parse(text: str) -> Json:
    return json.loads(text)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "partition": partition,
    "range": number_range,
    "hash": hexadecimal_hash,
    "random": random_number,
    "uuid": lambda: str(uuid4()),
    "parse": parse,
}


def time_functions(instant: datetime) -> dict[str, Callable[..., Any]]:
    """JSONata's own `$now` and `$millis`, which give the same instant throughout an expression."""
    milliseconds = round(instant.timestamp() * 1000)

    def now(picture: str | None = None, zone: str | None = None) -> Json:
        return Functions.datetime_from_millis(milliseconds, picture, zone)

    return {"now": now, "millis": lambda: milliseconds}
