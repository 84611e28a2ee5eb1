"""The Web API: the methods the stand-in knows and the checks before each. Development only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sandbox.slack import chat, files
from sandbox.slack.arguments import Arguments
from sandbox.slack.errors import SlackError
from sandbox.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Method:
    """A method, the scope it needs and the arguments it takes; any other argument is refused."""

    run: Callable[[Workspace, Arguments], dict[str, Any]]
    scope: str
    arguments: frozenset[str]


def call(
    workspace: Workspace,
    name: str,
    token: str | None,
    arguments: Arguments,
) -> dict[str, Any]:
    """Carry out a method: its answer, with "ok" true. Raises `SlackError`."""
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", f"the stand-in has no method {name}")
    _check_token(workspace, token)
    _check_scope(workspace, method.scope)
    for argument in sorted(arguments.names - method.arguments):
        raise SlackError("invalid_arguments", f"the stand-in does not support {argument} in {name}")
    return {"ok": True, **method.run(workspace, arguments)}


def _check_token(workspace: Workspace, token: str | None) -> None:
    if not token:
        raise SlackError("not_authed")
    if token != workspace.token:
        raise SlackError("invalid_auth")


def _check_scope(workspace: Workspace, scope: str) -> None:
    if scope not in workspace.scopes:
        provided = ",".join(sorted(workspace.scopes))
        raise SlackError("missing_scope", needed=scope, provided=provided)


METHODS: Final = {
    "chat.postMessage": Method(
        chat.post_message,
        "chat:write",
        frozenset(
            {"channel", "text", "blocks", "thread_ts", "reply_broadcast"}
            | {"unfurl_links", "unfurl_media"},  # change nothing that is kept here
        ),
    ),
    "chat.update": Method(
        chat.update,
        "chat:write",
        frozenset({"channel", "ts", "text", "blocks"}),
    ),
    "files.completeUploadExternal": Method(
        files.complete_upload,
        "files:write",
        frozenset({"files", "channel_id", "thread_ts", "initial_comment"}),
    ),
    "files.getUploadURLExternal": Method(
        files.get_upload_url,
        "files:write",
        frozenset({"filename", "length", "snippet_type"}),
    ),
}
