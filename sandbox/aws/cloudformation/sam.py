"""AWS::Serverless becomes CloudFormation's own resources, by AWS's translator. Development only."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import cache
from typing import Any, Final

from boto3.session import Session
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, Stack

from sandbox.aws.json_types import JsonObject
from sandbox.aws.moto_adapters.replacement import replaced

logging.getLogger("samtranslator").addHandler(logging.NullHandler())

_SERVERLESS: Final = "AWS::Serverless-2016-10-31"


@contextmanager
def install() -> Iterator[None]:
    upstream = Stack.parse_template

    @cache
    def parsed(template: str, region: str) -> JsonObject:
        return translated(upstream(template), region)

    def parse_stack(self: Stack) -> None:
        self.template_dict = deepcopy(parsed(self.template, _region(self.stack_id)))

    def has_template(self: Stack, other: str) -> bool:
        region = _region(self.stack_id)
        return bool(self.template) and parsed(self.template, region) == parsed(other, region)

    def parse_change_set(self: ChangeSet) -> None:
        self.template_dict = deepcopy(parsed(self.template, _region(self.stack_id)))

    with ExitStack() as stack:
        stack.enter_context(replaced(Stack, "_parse_template", parse_stack))
        stack.enter_context(replaced(Stack, "has_template", has_template))
        stack.enter_context(replaced(ChangeSet, "_parse_template", parse_change_set))
        yield


def translated(template: JsonObject, region: str) -> JsonObject:
    """The template after its transform; as it is if it has none.

    Raises moto's `ValidationError` for another transform and for what the translator refuses.
    """
    transform = template.get("Transform")
    if transform is None:
        return template
    if transform != _SERVERLESS:
        raise ValidationError(message=f"Transform {transform} is not supported here")
    # a third of a second to load, for those who need it
    from samtranslator.model.exceptions import InvalidDocumentException  # type: ignore[import-untyped]  # noqa: PLC0415
    from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]  # noqa: PLC0415

    managed_policies: dict[str, str] = {}  # those of AWS by name: we use none
    translator = Translator(managed_policies, Parser(), boto_session=Session(region_name=region))
    try:
        document: dict[str, Any] = translator.translate(deepcopy(template), parameter_values={})
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes)
        raise ValidationError(message=f"Transform {_SERVERLESS} failed with: {causes}") from error
    document.pop("Transform", None)
    return document


def _region(stack_id: str) -> str:
    return stack_id.split(":")[3]
