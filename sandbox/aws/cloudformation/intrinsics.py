"""What moto makes of intrinsic functions, made strict. Development only.

moto leaves AWS::NoValue in a list as null, and a function it does not know as it stands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.parsing import ResourceMap

from sandbox.aws.moto_adapters.replacement import replaced

_VALUES: Final = {"Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub"}
_CONDITIONS: Final = {"Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"}


@contextmanager
def install() -> Iterator[None]:
    upstream = parsing.clean_json

    def clean_json(value: Any, resources: ResourceMap) -> Any:  # noqa: ANN401  any JSON
        if isinstance(value, list):
            cleaned = (upstream(item, resources) for item in value)
            return [item for item in cleaned if item is not None]
        if isinstance(value, dict):
            _refuse_unknown(value)
        return upstream(value, resources)

    with replaced(parsing, "clean_json", clean_json):
        yield


def _refuse_unknown(value: dict[str, Any]) -> None:
    functions = {name for name in value if name.startswith("Fn::")}
    if unknown := functions - _VALUES - _CONDITIONS:
        raise ValidationError(message=f"{', '.join(sorted(unknown))} is not supported here")
