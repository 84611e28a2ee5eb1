"""What DescribeExecution says at the end of an execution. Development only.

moto sets the status before the output, the error and the cause, so a poll in between finds an
execution that succeeded with nothing or failed without a reason; and it gives an output that is a
string as it is, where AWS gives JSON.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.eval.program_state import (
    ProgramEnded,
    ProgramError,
    ProgramStopped,
    ProgramTimedOut,
)
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication

from sandbox.aws.moto_adapters.clock import Clock
from sandbox.aws.moto_adapters.replacement import replaced

_STATUS: Final = {
    ProgramEnded: ExecutionStatus.SUCCEEDED,
    ProgramError: ExecutionStatus.FAILED,
    ProgramStopped: ExecutionStatus.ABORTED,
    ProgramTimedOut: ExecutionStatus.TIMED_OUT,
}


@contextmanager
def install(clock: Clock) -> Iterator[None]:
    def reflect(self: BaseExecutionWorkerCommunication) -> None:
        self.execution.stop_date = clock.now()
        _reflect(self)

    with replaced(BaseExecutionWorkerCommunication, "_reflect_execution_status", reflect):
        yield


def _reflect(self: BaseExecutionWorkerCommunication) -> None:
    execution = self.execution
    end = execution.exec_worker.env.program_state()
    if isinstance(end, ProgramEnded):
        output = execution.exec_worker.env.states.get_input()
        execution.output = to_json_str(output, separators=(",", ":"))
    elif isinstance(end, ProgramError):
        details = end.error or {}
        execution.error, execution.cause = details.get("error"), details.get("cause")
    elif isinstance(end, ProgramStopped):
        execution.error, execution.cause = end.error, end.cause
    execution.exec_status = _STATUS[type(end)]
