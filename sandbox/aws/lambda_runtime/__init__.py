"""Lambda functions in real processes, by AWS's own runtime client. Development only."""

from sandbox.aws.lambda_runtime.configuration import FunctionConfig
from sandbox.aws.lambda_runtime.log_events import LogEvent
from sandbox.aws.lambda_runtime.runtime import LambdaRuntime
from sandbox.aws.lambda_runtime.uploaded import UploadedFunctions

__all__ = ["FunctionConfig", "LambdaRuntime", "LogEvent", "UploadedFunctions"]
