"""Failures under Step Functions' own names, for moto's interpreter. Development only."""

from moto.stepfunctions.parser.api import (
    EvaluationFailedEventDetails,
    HistoryEventType,
    TaskFailedEventDetails,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails


def query_evaluation_error(env: Environment, cause: str) -> FailureEventException:
    """A JSONata expression could not be evaluated."""
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    details = EvaluationFailedEventDetails(cause=cause, error=name.error_name)
    return FailureEventException(
        failure_event=FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.EvaluationFailed,
            event_details=EventDetails(evaluationFailedEventDetails=details),
        )
    )


def data_limit_exceeded(env: Environment, cause: str) -> FailureEventException:
    """A payload is too large."""
    return _failure(env, StatesErrorNameType.StatesStatesDataLimitExceeded, cause)


def no_choice_matched(env: Environment, cause: str) -> FailureEventException:
    """A Choice has neither a rule that matches nor a default."""
    return _failure(env, StatesErrorNameType.StatesNoChoiceMatched, cause)


def _failure(env: Environment, error: StatesErrorNameType, cause: str) -> FailureEventException:
    name = StatesErrorName(typ=error)
    details = TaskFailedEventDetails(error=name.error_name, cause=cause)
    return FailureEventException(
        failure_event=FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )
    )
