"""The three steps of an upload, with slack_sdk over HTTP."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from urllib3 import PoolManager

from sandbox.slack import UPLOAD, Workspace
from sandbox.tests.integration.slack.conftest import ALERTS

ERRORS = '[{"message": "duplicate key"}]\n'


def upload(client: WebClient, **changes: Any) -> None:
    arguments: dict[str, Any] = {
        "content": ERRORS,
        "filename": "errors.json",
        "snippet_type": "json",
        "channel": ALERTS,
    }
    client.files_upload_v2(**(arguments | changes))


def test_a_snippet_lands_in_the_thread_with_its_comment(
    client: WebClient,
    workspace: Workspace,
) -> None:
    """One reply, whose text is the comment and whose file has the very bytes."""
    parent = client.chat_postMessage(channel=ALERTS, text="broken")["ts"]
    upload(client, thread_ts=parent, title="Errors", initial_comment="Up to 5 errors")

    [reply] = workspace.thread(ALERTS, parent)
    [file] = reply.files
    assert "Up to 5 errors" == reply.text
    assert ("errors.json", "Errors", "json", ERRORS.encode()) == (
        file.name,
        file.title,
        file.snippet_type,
        file.content,
    )
    assert 1 == workspace.calls[UPLOAD]


def test_without_a_channel_the_file_stays_private(client: WebClient, workspace: Workspace) -> None:
    """It is kept, and shown nowhere."""
    upload(client, channel=None)

    assert ["errors.json"] == [file.title for file in workspace.files]
    assert [] == workspace.everything()


REFUSED_UPLOADS: dict[str, tuple[dict[str, Any], str]] = {
    "empty content": ({"content": ""}, "missing_argument"),
    "unknown snippet type": ({"snippet_type": "poem"}, "unknown_snippet_type"),
    "large snippet": ({"content": "x" * (1024 * 1024 + 1)}, "snippet_too_large"),
    "alternative text": ({"alt_txt": "a picture"}, "alt_txt"),
    "channel by name": ({"channel": "alerts"}, "channel_not_found"),
    "foreign channel": ({"channel": "C0FOREIGN"}, "not_in_channel"),
    "archived channel": ({"channel": "C0ARCHIVE"}, "is_archived"),
    "unknown thread": ({"thread_ts": "1700000000.000100"}, "thread_not_found"),
    "several channels": ({"channels": [ALERTS], "channel": None}, "does not support channels"),
}


@pytest.mark.parametrize(
    ("changes", "error"),
    REFUSED_UPLOADS.values(),
    ids=REFUSED_UPLOADS.keys(),
)
def test_an_upload_that_slack_would_refuse(
    client: WebClient,
    workspace: Workspace,
    changes: dict[str, Any],
    error: str,
) -> None:
    """The error is Slack's, and nothing is shown."""
    with pytest.raises(SlackApiError, match=error):
        upload(client, **changes)

    assert [] == workspace.everything()


COMPLETIONS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "unknown file": ([{"id": "F0NOTHING"}], "file_not_found"),
    "no file": ([], "invalid_arguments"),
    "no id": ([{"title": "x"}], "invalid_arguments"),
}


@pytest.mark.parametrize(
    ("files", "error"),
    COMPLETIONS.values(),
    ids=COMPLETIONS.keys(),
)
def test_a_completion_needs_files(
    client: WebClient,
    files: list[dict[str, Any]],
    error: str,
) -> None:
    """That were announced before."""
    with pytest.raises(SlackApiError, match=error):
        client.files_completeUploadExternal(files=files)


def test_a_completion_needs_the_content(client: WebClient) -> None:
    """An announced file whose second step was left out is not found."""
    announced = client.files_getUploadURLExternal(filename="errors.json", length=3)

    with pytest.raises(SlackApiError, match="file_not_found"):
        client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])


def test_a_completion_happens_once(client: WebClient, workspace: Workspace) -> None:
    """The second one finds no file."""
    upload(client)
    [file] = workspace.files

    with pytest.raises(SlackApiError, match="file_not_found"):
        client.files_completeUploadExternal(files=[{"id": file.id}])


@pytest.mark.parametrize(
    ("content", "headers", "status", "words"),
    [
        (b"abc", {}, 200, "OK - 3"),
        (b"abcd", {}, 400, "3 bytes were announced, 4 came"),
        (b"abc", {"Content-Type": "multipart/form-data; boundary=x"}, 415, "not a form"),
    ],
    ids=["right length", "wrong length", "multipart"],
)
def test_the_upload_url_takes_the_announced_bytes(
    client: WebClient,
    content: bytes,
    headers: dict[str, str],
    status: int,
    words: str,
) -> None:
    """Anything else is said in plain words."""
    url = str(client.files_getUploadURLExternal(filename="errors.json", length=3)["upload_url"])

    with PoolManager() as pool:
        answer = pool.request("POST", url, body=content, headers=headers)

    assert (status, True) == (answer.status, words in answer.data.decode())


def test_an_upload_url_that_was_never_given(client: WebClient) -> None:
    """Is not found."""
    url = str(client.files_getUploadURLExternal(filename="errors.json", length=3)["upload_url"])

    with PoolManager() as pool:
        answer = pool.request("POST", f"{url}X", body=b"abc")

    assert 404 == answer.status
