"""A change set ends as CloudFormation's does: with outputs, or rolled back. Development only.

moto answers an error of a resource to whoever executes the change set and leaves the stack half
made; and the stack of a change set has no outputs.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack

from sandbox.aws.cloudformation.stack_resources import ResourceFailedError, add_event
from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    def execute(
        self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None
    ) -> None:
        del stack_name  # the AWS CLI names change sets by ARN
        change_set = self.describe_change_set(change_set_name)
        change_set.execution_status = "EXECUTE_COMPLETE"
        if change_set.change_set_type == "CREATE":
            _create(change_set, change_set.stack)
        else:
            _update(change_set, change_set.stack)

    with replaced(CloudFormationBackend, "execute_change_set", execute):
        yield


def _create(change_set: ChangeSet, stack: Stack) -> None:
    _enter(stack, "CREATE_IN_PROGRESS", "User Initiated")
    try:
        stack.resource_map.update(change_set.template_dict, change_set.parameters)
    except ResourceFailedError as failure:
        _fail(stack, failure, "CREATE")
        _enter(stack, "ROLLBACK_IN_PROGRESS")
        stack.resource_map.delete()
        _enter(stack, "ROLLBACK_COMPLETE")
    else:
        _adopt(change_set, stack)
        _enter(stack, "CREATE_COMPLETE")


def _update(change_set: ChangeSet, stack: Stack) -> None:
    before = (stack.template_dict, stack.stack_parameters)
    _enter(stack, "UPDATE_IN_PROGRESS", "User Initiated")
    try:
        stack.resource_map.update(change_set.template_dict, change_set.parameters)
    except ResourceFailedError as failure:
        _fail(stack, failure, "UPDATE")
        _enter(stack, "UPDATE_ROLLBACK_IN_PROGRESS")
        stack.resource_map.update(*before)
        _enter(stack, "UPDATE_ROLLBACK_COMPLETE")
    else:
        _adopt(change_set, stack)
        _enter(stack, "UPDATE_COMPLETE")


def _adopt(change_set: ChangeSet, stack: Stack) -> None:
    stack.template = change_set.template
    stack.template_dict = change_set.template_dict
    stack.description = stack.template_dict.get("Description")
    stack.parameters = change_set.parameters
    stack.output_map = stack._create_output_map()  # noqa: SLF001  moto makes it for a new stack


def _fail(stack: Stack, failure: ResourceFailedError, action: str) -> None:
    add_event(stack, failure, f"{action}_FAILED")


def _enter(stack: Stack, status: str, reason: str | None = None) -> None:
    stack.status = status
    stack._add_stack_event(status, resource_status_reason=reason)  # noqa: SLF001  moto's own way
