"""Control over HTTP, for a stand-in that runs in another process. Development only.

`GET /_control/messages` lists what was posted. `POST /_control/fail` orders failures:
`{"method": "chat.postMessage", "failure": "server_error", "value": 503, "times": 2}`, where
`failure` is a constructor of `Failure` and `value` its argument; `value` and `times` (1) may be
missing.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from sandbox.slack.chat import as_json
from sandbox.slack.failures import Answer, Failure
from sandbox.slack.web_api import METHODS
from sandbox.slack.workspace import UPLOAD, Workspace

PREFIX: Final = "/_control/"

_FAILURES: Final[dict[str, Callable[..., Failure]]] = {
    "rate_limited": Failure.rate_limited,
    "server_error": Failure.server_error,
    "timeout": Failure.timeout,
    "error": Failure.error,
    "drop_connection": Failure.drop_connection,
}


def messages(workspace: Workspace) -> Answer:
    posted: list[dict[str, Any]] = [
        {
            "channel": message.channel,
            **as_json(message),
            "files": [
                {"name": file.name, "content": (file.content or b"").decode(errors="replace")}
                for file in message.files
            ],
            "earlier": [as_json(version) for version in message.history],
        }
        for message in workspace.everything()
    ]
    return Answer.json({"messages": posted, "calls": workspace.calls})


def fail(workspace: Workspace, body: bytes) -> Answer:
    """400 and a sentence if the request makes no sense."""
    try:
        order = json.loads(body)
        values = [order["value"]] if "value" in order else []
        failure = _FAILURES[order["failure"]](*values)
        if order["method"] not in {*METHODS, UPLOAD}:
            return Answer.text(400, f"method is one of: {', '.join([*METHODS, UPLOAD])}")
        workspace.fail(order["method"], failure, int(order.get("times", 1)))
    except (ValueError, KeyError, TypeError) as error:
        return Answer.text(400, f"{error!r}; failure is one of: {', '.join(_FAILURES)}")
    return Answer.json({"ok": True})
