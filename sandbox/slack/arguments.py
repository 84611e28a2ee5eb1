"""The arguments of a Web API call, from a JSON or a form-encoded body. Development only."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from sandbox.slack.errors import SlackError

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Arguments:
    """Arguments by name. The readers raise `SlackError` `invalid_arguments`, which names one."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._values)

    def string(self, name: str) -> str | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, str):
            raise SlackError("invalid_arguments", f"must provide a string [json-pointer:/{name}]")
        return value

    def required(self, name: str) -> str:
        value = self.string(name)
        if not value:
            raise SlackError("invalid_arguments", f"missing required field: {name}")
        return value

    def integer(self, name: str) -> int:
        try:
            return int(str(self._values[name]))
        except (KeyError, ValueError):
            raise SlackError(
                "invalid_arguments",
                f"must provide an integer [json-pointer:/{name}]",
            ) from None

    def boolean(self, name: str) -> bool:
        """False if the argument is missing; a form spells it out."""
        value = self._values.get(name, False)
        known = {True: True, "true": True, "1": True, False: False, "false": False, "0": False}
        if not isinstance(value, bool | str) or value not in known:
            raise SlackError("invalid_arguments", f"must provide a boolean [json-pointer:/{name}]")
        return known[value]

    def structure(self, name: str) -> object:
        """A list or an object; in a form it comes as JSON. None if the argument is missing."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        try:
            decoded: object = json.loads(value)
        except ValueError:
            raise SlackError("invalid_arguments", f"no valid JSON [json-pointer:/{name}]") from None
        return decoded


def parse(content_type: str, body: bytes) -> Arguments:
    """Raises `SlackError`: `invalid_post_type`, `invalid_json`, `invalid_form_data`."""
    if not body:
        return Arguments({})
    if content_type == JSON:
        return Arguments(_parsed_json(body))
    if content_type == FORM:
        return Arguments(_parsed_form(body))
    raise SlackError("invalid_post_type", f"the stand-in does not read {content_type!r}")


def _parsed_json(body: bytes) -> dict[str, object]:
    try:
        document = json.loads(body)
        json.dumps(document, ensure_ascii=False).encode()  # half of a surrogate pair fails here
    except ValueError as error:
        raise SlackError("invalid_json", str(error)) from None
    if not isinstance(document, dict):
        raise SlackError("json_not_object")
    return document


def _parsed_form(body: bytes) -> dict[str, object]:
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise SlackError("invalid_form_data", str(error)) from None
