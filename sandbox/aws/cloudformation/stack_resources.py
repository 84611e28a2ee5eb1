"""The resources of a stack, made in order, changed and removed with it. Development only.

moto ignores the Condition of a resource in an update, sees a changed parameter only in a Ref, and
removes resources in any order.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from re import findall
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import ResourceMap
from moto.core.exceptions import ServiceException

from sandbox.aws.cloudformation.models import ProviderModel
from sandbox.aws.json_types import Json, JsonObject
from sandbox.aws.moto_adapters.replacement import replaced


class ResourceFailedError(ValidationError):  # type: ignore[misc]  # moto has no types
    """A service refused a resource; `reason` is what it said."""

    def __init__(self, name: str, resource_type: str, reason: str) -> None:
        super().__init__(message=f"{name}: {reason}")
        self.name = name
        self.type = resource_type
        self.reason = reason


@contextmanager
def install() -> Iterator[None]:
    with replaced(models, "ResourceMap", StackResources):
        yield


class StackResources(ResourceMap):  # type: ignore[misc]  # moto has no types
    """Raises `ResourceFailedError` from `create`, `update` and `delete`."""

    @property
    def resources(self) -> Iterable[str]:
        """The names of those that exist."""
        return [name for name in self._parsed_resources if name in self._resource_json_map]

    def create(self, template: JsonObject) -> bool:
        self._template = template
        self._resource_json_map = template["Resources"]
        self._bring_about()
        return True

    def update(self, template: JsonObject, parameters: dict[str, str] | None = None) -> None:
        existing = {name: self._resource_json_map[name] for name in self.resources}
        self._resource_json_map = {**existing, **template["Resources"]}
        self._template = template
        if parameters is not None:
            self.input_parameters = parameters
        self.load()
        self._bring_about()
        self._resource_json_map = template["Resources"]

    def delete(self) -> None:
        """Remove every resource, each before those it refers to."""
        self._remove(set(self.resources))

    def build_resource_diff(
        self, other_template: JsonObject, parameters: dict[str, Any] | None = None
    ) -> dict[str, list[str]]:
        """What a change set would touch; which resources really change is found as it runs."""
        del parameters
        new, existing = other_template["Resources"], set(self.resources)
        return {
            "Add": [name for name in new if name not in existing],
            "Modify": [name for name in new if name in existing],
            "Remove": sorted(existing - new.keys()),
        }

    def _bring_about(self) -> None:
        wanted = [name for name in _in_order(self._template["Resources"]) if self._is_wanted(name)]
        for name in wanted:
            with self._failing_as(name):
                if name in self._parsed_resources:
                    self._change(name)
                else:
                    self[name]
        self._remove(set(self.resources) - set(wanted))

    def _is_wanted(self, name: str) -> bool:
        condition = self._template["Resources"][name].get("Condition")
        return condition is None or bool(self.lazy_condition_map[condition])

    def _change(self, name: str) -> None:
        self._parsed_resources[name] = parsing.parse_and_update_resource(
            name, self._resource_json_map[name], self, self._account_id, self._region_name
        )

    def _remove(self, names: set[str]) -> None:
        for name in reversed(_in_order(self._resource_json_map)):
            if name in names:
                with self._failing_as(name):
                    self._remove_one(name)
                del self._parsed_resources[name]

    def _remove_one(self, name: str) -> None:
        resource, declaration = self._parsed_resources[name], self._resource_json_map[name]
        model = parsing.resource_class_from_type(declaration["Type"])
        if isinstance(model, ProviderModel):
            model.delete(resource, self._region_name)
        else:
            self._delete_resource(resource, declaration)

    @contextmanager
    def _failing_as(self, name: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, ServiceException) as error:
            kind = self._resource_json_map[name]["Type"]
            raise ResourceFailedError(name, kind, str(error)) from error


def add_event(stack: Stack, failure: ResourceFailedError, status: str) -> None:
    """Tell in the stack's events which resource failed and why."""
    event = models.Event(
        stack_id=stack.stack_id,
        stack_name=stack.name,
        logical_resource_id=failure.name,
        physical_resource_id="",
        resource_type=failure.type,
        resource_status=status,
        resource_status_reason=failure.reason,
        resource_properties=None,
    )
    stack.events.append(event)


def _in_order(declarations: dict[str, JsonObject]) -> list[str]:
    """Each name after those its declaration refers to."""
    graph = {
        name: (_references(declaration) & declarations.keys()) - {name}
        for name, declaration in declarations.items()
    }
    return list(TopologicalSorter(graph).static_order())


def _references(part: Json) -> set[str]:
    if isinstance(part, list):
        return set[str]().union(*map(_references, part))
    if not isinstance(part, dict):
        return set()
    found = set[str]().union(*map(_references, part.values()))
    for key, value in part.items():
        if key in ("Ref", "DependsOn"):
            found.update([value] if isinstance(value, str) else value)
        elif key == "Fn::GetAtt":
            found.add(value[0] if isinstance(value, list) else value.partition(".")[0])
        elif key == "Fn::Sub":
            text = value if isinstance(value, str) else value[0]
            found.update(findall(r"\$\{([\w:]+)", text))
    return found
