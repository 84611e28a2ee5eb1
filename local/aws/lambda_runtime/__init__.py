"""Lambda functions in real processes, by AWS's own runtime client. Development only."""

from local.aws.lambda_runtime.configuration import FunctionConfig
from local.aws.lambda_runtime.log_events import LogEvent
from local.aws.lambda_runtime.runtime import LambdaRuntime
from local.aws.lambda_runtime.uploaded import UploadedFunctions

__all__ = ["FunctionConfig", "LambdaRuntime", "LogEvent", "UploadedFunctions"]
