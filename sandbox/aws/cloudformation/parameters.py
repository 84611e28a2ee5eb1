"""A stack's parameters, kept as text. Development only.

moto keeps lists and numbers, which neither DescribeStacks nor UsePreviousValue can pass on, and
splits a list only if it is not the default.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import ResourceMap

from sandbox.aws.json_types import Json
from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    upstream = ResourceMap.load_parameters

    def load_parameters(self: ResourceMap) -> None:
        declared = self._template.get("Parameters", {})
        defaults = {
            name: text_of(slot["Default"]) for name, slot in declared.items() if "Default" in slot
        }
        given = self.input_parameters
        self.input_parameters = {**defaults, **given}
        upstream(self)
        self.input_parameters = given

    def stack_parameters(self: Stack) -> dict[str, str]:
        resolved = self.resource_map.resolved_parameters
        return {name: text_of(value) for name, value in resolved.items()}

    def parameter_list(self: Stack) -> list[dict[str, str]]:
        return [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in stack_parameters(self).items()
        ]

    def has_parameters(self: Stack, other: Mapping[str, str]) -> bool:
        present = stack_parameters(self)
        return {**present, **other} == present

    with ExitStack() as stack:
        stack.enter_context(replaced(ResourceMap, "load_parameters", load_parameters))
        stack.enter_context(replaced(Stack, "stack_parameters", property(stack_parameters)))
        stack.enter_context(replaced(Stack, "parameter_list", property(parameter_list)))
        stack.enter_context(replaced(Stack, "has_parameters", has_parameters))
        yield


def text_of(value: Json) -> str:
    """As CloudFormation passes a parameter on."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
