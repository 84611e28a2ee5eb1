"""Where the parameters are: names below one path of SSM Parameter Store."""

import os

DEFAULT_PATH = "/monitoring-logical-replication/"


def parameter_path() -> str:
    """`SSM_PARAMETER_PATH`, with one slash at either end; that of the README if unset."""
    configured = os.environ.get("SSM_PARAMETER_PATH", "").strip("/")
    return f"/{configured}/" if configured else DEFAULT_PATH
