"""What a function is, and the environment Lambda gives it. Development only."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.aws.boto_clients import ACCESS_KEY


@dataclass(frozen=True, slots=True)
class FunctionConfig:
    """A function as deployed: `handler` is `package.module.function` below `code_directory`.

    `reserved_concurrency` is how many invocations may run at once, None for any number; `caller`
    is the name under which the function calls AWS.
    """

    name: str
    handler: str
    code_directory: Path
    timeout_seconds: float = 60
    memory_mb: int = 128
    environment: Mapping[str, str] = field(default_factory=dict)
    reserved_concurrency: int | None = None
    caller: str = ACCESS_KEY


def process_environment(
    function: FunctionConfig, region: str, endpoint_url: str, runtime_api: str, log_stream: str
) -> dict[str, str]:
    """All variables of the function's process: nothing of this process's own but PATH."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group(function.name),
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": function.caller,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "LAMBDA_TASK_ROOT": str(function.code_directory),
        "_HANDLER": function.handler,
        **function.environment,
    }


def log_group(name: str) -> str:
    return f"/aws/lambda/{name}"
