"""Services under their Step Functions names in `aws-sdk` integrations. Development only.

Step Functions names a service as the AWS SDK for Java 2 does (`cloudwatchlogs`), boto as its
endpoint (`logs`). An error is `<Service>.<Name>`, where <Service> is that SDK's class prefix and
<Name> ends in Exception: an error of the service's model keeps its own name
(`CloudWatchLogs.ThrottlingException`, `CloudWatchLogs.AccessDeniedException`: both are in the
model of CloudWatch Logs), and one that the model lacks has the name of the SDK's base class
(`CloudWatchLogs.CloudWatchLogsException`, like the `S3.S3Exception` that real executions show).
moto already tells the two apart by boto's exception classes, which come from the same model;
it lacks the service's two names only.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_aws_sdk,
)

from sandbox.aws.moto_adapters.replacement import replaced

_BOTO_NAMES: Final = {"cloudwatchlogs": "logs"}
_ERROR_NAMES: Final = {"cloudwatchlogs": "CloudWatchLogs", "ssm": "Ssm", "sns": "Sns"}


@contextmanager
def install() -> Iterator[None]:
    service = state_task_service.StateTaskService
    boto = "_SERVICE_NAME_SFN_TO_BOTO_OVERRIDES"
    errors = "_SERVICE_ERROR_NAMES"
    with ExitStack() as stack:
        for owner, name, ours in (
            (service, boto, _BOTO_NAMES),
            (state_task_service_aws_sdk, errors, _ERROR_NAMES),
        ):
            stack.enter_context(replaced(owner, name, {**getattr(owner, name), **ours}))
        yield
