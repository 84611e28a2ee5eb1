"""Messages that SNS refuses and moto takes. Development only.

A subject has no line breaks or control characters, and neither it nor the message is empty.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from moto.sns.exceptions import InvalidParameterValue
from moto.sns.models import SNSBackend

from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    upstream = SNSBackend.publish

    def publish(self: SNSBackend, message: str, *rest: object, **named: object) -> str:
        check(message, named.get("subject"))
        return str(upstream(self, message, *rest, **named))

    with replaced(SNSBackend, "publish", publish):
        yield


def check(message: str, subject: object) -> None:
    """Raises moto's `InvalidParameterValue` with what SNS says of the message."""
    if not message:
        raise InvalidParameterValue("Invalid parameter: Empty message")
    if subject is not None and (not subject or _breaks(str(subject))):
        raise InvalidParameterValue("Invalid parameter: Subject")


def _breaks(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text)
