"""The environment of a workstation with credentials for the local AWS."""

from typing import Final

import pytest

from sandbox.aws import LocalAws

_LEFT_OVER: Final = ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE")


def set_up(environment: pytest.MonkeyPatch, aws: LocalAws) -> None:
    """Programs that a test starts inherit it, the AWS CLI among them; nobody's own files count."""
    for name in _LEFT_OVER:
        environment.delenv(name, raising=False)
    environment.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
    environment.setenv("AWS_ACCESS_KEY_ID", "engineer")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "engineer")
    environment.setenv("AWS_DEFAULT_REGION", aws.region)
    environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
    environment.setenv("AWS_CONFIG_FILE", "/nonexistent")
    environment.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    environment.setenv("NO_PROXY", "127.0.0.1,localhost")
