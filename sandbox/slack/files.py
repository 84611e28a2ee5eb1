"""files.*: the three steps of an upload. Development only.

files.getUploadURLExternal announces a file, a POST to the URL it gives brings the content, and
files.completeUploadExternal shares it.
"""

from dataclasses import replace
from typing import Any, Final, cast

from sandbox.slack import chat
from sandbox.slack.arguments import Arguments
from sandbox.slack.errors import SlackError
from sandbox.slack.failures import Answer
from sandbox.slack.schema import array, record, string
from sandbox.slack.workspace import File, Message, Workspace

UPLOAD_PATH: Final = "/upload/v1/"
MAX_SNIPPET_BYTES: Final = 1024 * 1024

_SNIPPET_TYPES: Final = ("json", "shell", "sql", "text", "yaml")
_FILES: Final = array(record({"id": string(255)}, {"title": string(255)}), at_most=10)


def get_upload_url(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    name = arguments.required("filename")
    length = arguments.integer("length")
    snippet_type = arguments.string("snippet_type")
    if length <= 0:
        raise SlackError("missing_argument", "length must be more than 0 bytes")
    if snippet_type is not None and snippet_type not in _SNIPPET_TYPES:
        raise SlackError("unknown_snippet_type", f"here: one of {', '.join(_SNIPPET_TYPES)}")
    if snippet_type is not None and length > MAX_SNIPPET_BYTES:
        raise SlackError("snippet_too_large")
    file = workspace.announce(name, length, snippet_type)
    return {"file_id": file.id, "upload_url": f"{workspace.url}{UPLOAD_PATH}{file.id}"}


def receive(workspace: Workspace, file_id: str, content: bytes) -> Answer:
    """Take the content of an announced file: 200, or 4xx with a sentence."""
    try:
        file = workspace.file(file_id)
    except SlackError:
        return Answer.text(404, f"no upload was announced for {file_id}")
    if len(content) != file.length:
        return Answer.text(400, f"{file.length} bytes were announced, {len(content)} came")
    workspace.keep(replace(file, content=content))
    return Answer.text(200, f"OK - {len(content)}")


def complete_upload(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    files = [
        _completed(workspace, entry["id"], entry.get("title"))
        for entry in _entries(arguments.structure("files"))
    ]
    channel_id = arguments.string("channel_id")
    if channel_id is not None:
        _share(workspace, channel_id, files, arguments)
    for file in files:
        workspace.keep(file)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _entries(value: object) -> list[dict[str, str]]:
    if problems := list(_FILES(value, "/files")):
        raise SlackError("invalid_arguments", *problems)
    return cast("list[dict[str, str]]", value)


def _completed(workspace: Workspace, file_id: str, title: str | None) -> File:
    file = workspace.file(file_id)
    if file.content is None or file.is_complete:
        raise SlackError("file_not_found", f"{file_id} was not uploaded, or is complete already")
    return replace(file, title=title or file.name)


def _share(
    workspace: Workspace,
    channel_id: str,
    files: list[File],
    arguments: Arguments,
) -> Message:
    channel = workspace.channel(channel_id)
    chat.check_may_post(channel)
    thread_ts = arguments.string("thread_ts")
    chat.check_thread(workspace, channel, thread_ts)
    comment = chat.check_length(
        arguments.string("initial_comment") or "",
        chat.MAX_POSTED_CHARACTERS,
    )
    draft = Message(channel.id, comment, thread_ts=thread_ts, files=tuple(files))
    return workspace.post(draft)
