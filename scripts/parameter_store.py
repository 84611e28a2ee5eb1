"""The monitor's parameters in SSM Parameter Store, as a person who sets it up sees them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from boto3.session import Session

from functions.parameters import DEFAULT_PATH
from scripts.arguments import ArgumentError
from scripts.aws_errors import AwsError, sentence
from scripts.errors import SetupError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_PATH: Final = re.compile(r"(/[A-Za-z0-9_.-]+)+")
_SECRETS: Final = ("password", "bot-token")


class NotWrittenError(SetupError):
    """Some parameters could not be written; the message says which were and which were not."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A parameter as it is. The value of a secure one is what SSM shows of it: encrypted."""

    value: str = field(repr=False)
    is_secure: bool


Changes = Mapping[str, str | None]
"""New values by full name; None removes the parameter."""


def is_secret(name: str) -> bool:
    return name.rpartition("/")[2] in _SECRETS


def path_of(given: Mapping[str, str]) -> str:
    """PARAMETER_PATH with a slash at its end, the functions' own default if it is not given."""
    path = given.get("PARAMETER_PATH", "").removesuffix("/")
    if not path:
        return DEFAULT_PATH
    if not _PATH.fullmatch(path):
        raise ArgumentError(
            f"PARAMETER_PATH is {path!r}, not such as {DEFAULT_PATH.removesuffix('/')}"
        )
    return f"{path}/"


def read(session: Session, path: str) -> dict[str, Stored]:
    """Every parameter below `path` by its full name, without decrypting any."""
    pages = session.client("ssm").get_paginator("get_parameters_by_path")
    return {
        str(parameter["Name"]): Stored(str(parameter["Value"]), parameter["Type"] == "SecureString")
        for page in pages.paginate(Path=path, Recursive=True, WithDecryption=False)
        for parameter in page["Parameters"]
    }


def write(
    ssm: "SSMClient", changes: Changes, stored: Mapping[str, Stored], kms_key: str | None
) -> None:
    """Secrets first, because a key that may not be used is what fails most; then the rest.

    Raises `NotWrittenError` at the first that fails.
    """
    names = sorted(changes, key=lambda name: (not is_secret(name), name))
    for position, name in enumerate(names):
        try:
            _apply(ssm, name, changes[name], stored.get(name), kms_key)
        except AwsError as error:
            raise _not_written(names[:position], names[position:], sentence(error)) from error


def _apply(
    ssm: "SSMClient", name: str, value: str | None, before: Stored | None, kms_key: str | None
) -> None:
    changes_type = before is not None and before.is_secure != is_secret(name)
    if value is None or changes_type:  # SSM overwrites a value, but never a type
        ssm.delete_parameter(Name=name)
    if value is None:
        return
    if not is_secret(name):
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    elif kms_key:
        ssm.put_parameter(
            Name=name, Value=value, Type="SecureString", KeyId=kms_key, Overwrite=True
        )
    else:
        ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def _not_written(done: list[str], left: list[str], reason: str) -> NotWrittenError:
    written = f"written: {', '.join(done)}" if done else "nothing was written"
    return NotWrittenError(f"{reason}\n  {written}\n  not written: {', '.join(left)}")
