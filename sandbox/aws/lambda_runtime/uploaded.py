"""Functions that were created by Lambda's API, with the code of their zip. Development only."""

import sys
import threading
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZipFile

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends

from sandbox.aws.functions import Invocation, InvocationResult
from sandbox.aws.lambda_runtime.configuration import FunctionConfig
from sandbox.aws.lambda_runtime.runtime import LambdaRuntime

_RUNTIME: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"


class UnsupportedFunctionError(Exception):
    """Lambda would run the function, this machine does not; the message says why."""


class UploadedFunctions:
    """Runs a function as Lambda's API last described it; others are the runtime's own.

    `environment` is what the stand-in adds to their variables: where its Slack is, and the like.
    """

    def __init__(self, runtime: LambdaRuntime, region: str, account: str) -> None:
        self.environment: dict[str, str] = {}
        self._runtime = runtime
        self._account = account
        self._region = region
        self._unpacked = TemporaryDirectory(prefix="lambda-")
        self._lock = threading.Lock()
        self._deployed: dict[str, FunctionConfig] = {}

    @property
    def invocations(self) -> list[Invocation]:
        return self._runtime.invocations

    def invoke(self, name: str, payload: bytes) -> InvocationResult:
        """As `LambdaRuntime.invoke`. Raises `UnsupportedFunctionError` too."""
        with self._lock:
            self._bring_up_to_date(name)
        return self._runtime.invoke(name, payload)

    def close(self) -> None:
        self._runtime.close()
        self._unpacked.cleanup()

    def _bring_up_to_date(self, name: str) -> None:
        try:
            described = lambda_backends[self._account][self._region].get_function(name)
        except UnknownFunctionException:
            if self._deployed.pop(name, None) is not None:
                self._runtime.remove(name)
            return
        configuration = self._configuration(described)
        if configuration != self._deployed.get(name):
            self._runtime.deploy(configuration)
            self._deployed[name] = configuration

    def _configuration(self, described: LambdaFunction) -> FunctionConfig:
        if described.run_time != _RUNTIME:
            raise UnsupportedFunctionError(
                f"{described.function_name} wants {described.run_time}, here is {_RUNTIME}"
            )
        return FunctionConfig(
            name=described.function_name,
            handler=described.handler,
            code_directory=self._code(described),
            timeout_seconds=described.timeout,
            memory_mb=described.memory_size,
            environment={**described.environment_vars, **self.environment},
            reserved_concurrency=described.reserved_concurrency,
            caller=described.role.rpartition("/")[2],
        )

    def _code(self, described: LambdaFunction) -> Path:
        """Where the code of the zip is, unpacked once for all functions that have it."""
        directory = Path(self._unpacked.name, described.code_digest)
        if not directory.exists():
            with ZipFile(BytesIO(described.code_bytes)) as archive:
                archive.extractall(directory)
        return directory
