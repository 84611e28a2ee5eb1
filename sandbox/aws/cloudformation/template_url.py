"""A template in a bucket is found at any address; moto knows localhost only. Development only."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlparse

from moto.cloudformation import responses
from moto.cloudformation.exceptions import ValidationError
from moto.s3.models import s3_backends

from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    with replaced(responses, "get_stack_from_s3_url", template_at):
        yield


def template_at(template_url: str, account_id: str, partition: str) -> str:
    """The text of the object at a path-style URL. Raises moto's `ValidationError`, S3's errors."""
    bucket, _, key = unquote(urlparse(template_url).path).lstrip("/").partition("/")
    found = s3_backends[account_id][partition].get_object(bucket, key)
    if found is None:
        raise ValidationError(message=f"S3 error: there is no object at {template_url}")
    return str(found.value.decode())
