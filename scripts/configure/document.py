"""The parameters as a JSON document, for set-ups without a person. Pure.

`{"cluster": {"hostname": "…", "password": "…", …}, "slack": {"bot-token": "…", …}}`; either key may
be missing, null removes a parameter, and what is not named stays as it is.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from scripts.configure import rules
from scripts.configure.questions import Answers
from scripts.errors import SetupError

_KEYS: Final = ("cluster", rules.SLACK)


class DocumentError(SetupError):
    """Standard input holds something else; the message shows no value of it."""


def parse(text: str) -> tuple[Answers, Answers]:
    """The answers for the cluster and for Slack. Raises `DocumentError`."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"standard input is not JSON (line {error.lineno}, column {error.colno}): {error.msg}"
        ) from None  # its `doc` holds the secrets
    if not isinstance(document, dict):
        raise DocumentError('standard input is not a JSON object such as {"cluster": {…}}')
    if unknown := sorted(set(document) - set(_KEYS)):
        raise DocumentError(f"standard input has the keys {', '.join(unknown)}, not only {_KEYS}")
    cluster, slack = (_answers(key, document.get(key, {})) for key in _KEYS)
    token = slack.get("bot-token")
    if token is not None and (problem := rules.token_problem(token)):
        raise DocumentError(f"slack/bot-token: {problem}")
    return cluster, slack


def _answers(key: str, values: Any) -> Answers:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(values, Mapping):
        raise DocumentError(f"{key} in standard input is not a JSON object")
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            raise DocumentError(f"{key}/{name} in standard input is not a string")
    return {name: None if value is None else str(value) for name, value in values.items()}
