"""Who we are to AWS, and in which region."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import botocore.session
from boto3.session import Session
from botocore.config import Config

from scripts.errors import SetupError

_CONFIG: Final = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3})


class NoRegionError(SetupError):
    """Neither the command line nor the environment nor the profile names a region."""


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    caller: str
    region: str

    def __str__(self) -> str:
        return f"account {self.id}, region {self.region}, as {self.caller}"


def open_session(given: Mapping[str, str]) -> Session:
    """A session for REGION, else AWS_REGION, else what boto3 finds. Raises `NoRegionError`."""
    core = botocore.session.get_session()
    core.set_default_client_config(_CONFIG)
    region = given.get("REGION") or os.environ.get("AWS_REGION") or None
    session = Session(botocore_session=core, region_name=region)
    if not session.region_name:
        raise NoRegionError("no AWS region is chosen: add REGION=…, such as REGION=eu-west-1")
    return session


def identity(session: Session) -> Account:
    """Whose credentials these are. Raises botocore's errors if there are none, or none valid."""
    caller = session.client("sts").get_caller_identity()
    return Account(str(caller["Account"]), str(caller["Arn"]), session.region_name)
