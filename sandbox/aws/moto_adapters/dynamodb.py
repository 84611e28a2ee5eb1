"""What DynamoDB does and moto's does not. Development only.

A conditional write is one step; in moto others may write between its look and its write. And
DynamoDB refuses an expression that does not parse or has a placeholder that is not defined (moto
answers with an internal error), a placeholder that is not used, and an attribute value with no
type or two (moto takes them): JSONata makes such values of what is undefined.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, Final

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.responses import DynamoHandler

from sandbox.aws.json_types import JsonObject
from sandbox.aws.moto_adapters.replacement import replaced

_ACTIONS: Final = ("get_item", "put_item", "update_item", "delete_item", "scan", "query")
_EXPRESSIONS: Final = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
_PLACEHOLDER: Final = re.compile(r"[:#]\w+")
_PLACEHOLDERS: Final = (
    (":", "ExpressionAttributeValues", "value used in expression", "value"),
    ("#", "ExpressionAttributeNames", "name used in the document path", "name"),
)

Answer = Callable[[DynamoHandler], Any]


@contextmanager
def install() -> Iterator[None]:
    lock = threading.Lock()

    def checked(upstream: Answer) -> Answer:
        @wraps(upstream)
        def answer(self: DynamoHandler) -> Any:  # noqa: ANN401  moto's
            check(self.body)
            try:
                with lock:
                    return upstream(self)
            except ValueError as error:
                raise MockValidationException(f"Invalid expression: {error}") from error

        return answer

    with ExitStack() as stack:
        for name in _ACTIONS:
            ours = checked(getattr(DynamoHandler, name))
            stack.enter_context(replaced(DynamoHandler, name, ours))
        yield


def check(request: JsonObject) -> None:
    """Raises moto's `MockValidationException` with what DynamoDB says of the request."""
    for part in ("Item", "Key", "ExpressionAttributeValues"):
        _check_values((request.get(part) or {}).values())
    expressions = {name: request[name] for name in _EXPRESSIONS if request.get(name)}
    for sign, part, what, word in _PLACEHOLDERS:
        defined = set(request.get(part) or {})
        if defined and not expressions:
            raise MockValidationException(f"{part} can only be specified when using expressions")
        for name, expression in expressions.items():
            for used in _used(sign, expression):
                if used not in defined:
                    raise MockValidationException(
                        f"Invalid {name}: An expression attribute {what} is not defined; "
                        f"attribute {word}: {used}"
                    )
        unused = defined - {name for text in expressions.values() for name in _used(sign, text)}
        if unused:
            raise MockValidationException(
                f"Value provided in {part} unused in expressions: keys: {{{', '.join(unused)}}}"
            )


def _used(sign: str, expression: str) -> list[str]:
    return [name for name in _PLACEHOLDER.findall(expression) if name.startswith(sign)]


def _check_values(values: Iterable[JsonObject]) -> None:
    for value in values:
        if len(value) != 1:
            problem = "has more than one datatypes set" if value else "is empty"
            raise MockValidationException(
                f"Supplied AttributeValue {problem}, "
                "must contain exactly one of the supported datatypes"
            )
        _check_values(value.get("M", {}).values())
        _check_values(value.get("L", ()))
