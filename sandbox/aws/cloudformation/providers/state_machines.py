"""AWS::StepFunctions::StateMachine, its definition in a bucket. Development only."""

import re
from collections.abc import Mapping
from typing import Final

from moto.cloudformation.exceptions import ValidationError

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import Json, JsonObject

_PLACEHOLDER: Final = re.compile(r"\$\{(\w+)\}")
_RENAMED: Final = {"StateMachineType": "type", "RoleArn": "roleArn"}


class StateMachineProvider(Provider):
    type = "AWS::StepFunctions::StateMachine"
    service = "stepfunctions"
    attributes = frozenset({"Arn", "Name"})
    name_property = "StateMachineName"

    def create(self, name: str, properties: JsonObject) -> Resource:
        arn = self.client.create_state_machine(name=name, **self._request(properties))[
            "stateMachineArn"
        ]
        return Resource(arn, {"Arn": arn, "Name": name})

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        request = self._request(properties)
        for fixed in ("type", "tags"):
            request.pop(fixed, None)
        arn = resource.physical_resource_id
        self.client.update_state_machine(stateMachineArn=arn, **request)
        return Resource(arn, resource.attributes)

    def delete(self, resource: Resource) -> None:
        self.client.delete_state_machine(stateMachineArn=resource.physical_resource_id)

    def _request(self, properties: JsonObject) -> JsonObject:
        rest = {key: value for key, value in properties.items() if key != "StateMachineName"}
        text = self._text(rest.pop("DefinitionS3Location"))
        substitutions = rest.pop("DefinitionSubstitutions", {})
        request = {_RENAMED.get(key, _lower(key)): _lowered(value) for key, value in rest.items()}
        return {**request, "definition": substituted(text, substitutions)}

    def _text(self, location: Mapping[str, str]) -> str:
        found = self.client_of("s3").get_object(Bucket=location["Bucket"], Key=location["Key"])
        with found["Body"] as body:
            return str(body.read().decode())


def substituted(definition: str, values: Mapping[str, str]) -> str:
    """The definition with `${Name}` replaced. Raises moto's `ValidationError` for one without."""
    if missing := set(_PLACEHOLDER.findall(definition)) - values.keys():
        raise ValidationError(message=f"no DefinitionSubstitutions for {sorted(missing)}")
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), definition)


def _lowered(value: Json) -> Json:
    """Step Functions' API begins its keys with a small letter, CloudFormation with a capital."""
    if isinstance(value, dict):
        return {_lower(key): _lowered(part) for key, part in value.items()}
    return [_lowered(part) for part in value] if isinstance(value, list) else value


def _lower(key: str) -> str:
    return key[0].lower() + key[1:]
