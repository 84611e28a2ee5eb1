"""Slack's Web API, as far as Notify uses it.

A Lambda of 60 s has time for every step: a call gets 5 s, and is repeated once, within a second, if
the connection broke or Slack answered 500 or 503. How long Slack asks to wait (Retry-After) is in
the error: the state machine waits, which costs nothing. Should an answer be lost after Slack took a
message, a retry posts it again: chat.postMessage knows no key that would prevent it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from urllib.error import HTTPError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    ServerErrorRetryHandler,
)

from functions.notify.alert.message import Message
from functions.notify.incident import Posted
from functions.notify.redaction import redact_secrets
from functions.notify.settings import SlackSettings
from functions.notify.slack_errors import (
    SlackUnavailableError,
    api_error,
    retry_after_seconds,
)
from functions.notify.text import one_line, shorten

TIMEOUT_SECONDS = 5
DEFAULT_BASE_URL = WebClient.BASE_URL


class Slack:
    """A workspace, seen by a bot. Every method raises `SlackError`."""

    def __init__(
        self,
        settings: SlackSettings,
        base_url: str = DEFAULT_BASE_URL,
        timeout_seconds: int = TIMEOUT_SECONDS,
    ) -> None:
        self._settings = settings
        self._client = WebClient(
            settings.token,
            base_url=base_url,
            timeout=timeout_seconds,
            retry_handlers=[
                ConnectionErrorRetryHandler(),
                ServerErrorRetryHandler(),
            ],
        )

    def post(self, message: Message) -> Posted:
        """Post to the channel of the settings."""
        with self._errors("chat.postMessage"):
            response = self._client.chat_postMessage(
                channel=self._settings.channel,
                text=message.text,
                blocks=message.blocks,
                unfurl_links=False,
                unfurl_media=False,
            )
            return Posted(channel=str(response["channel"]), ts=str(response["ts"]))

    def update(self, posted: Posted, message: Message) -> None:
        """Put another message in the place of a posted one; people are not notified again."""
        with self._errors("chat.update"):
            self._client.chat_update(
                channel=posted.channel,
                ts=posted.ts,
                text=message.text,
                blocks=message.blocks,  # without them the old ones would stay
            )

    def reply(self, posted: Posted, message: Message, *, broadcast: bool = False) -> None:
        """Post into the thread of a message, and if `broadcast` into the channel as well."""
        with self._errors("chat.postMessage"):
            self._client.chat_postMessage(
                channel=posted.channel,
                thread_ts=posted.ts,
                text=message.text,
                blocks=message.blocks or None,
                reply_broadcast=broadcast,
                unfurl_links=False,
                unfurl_media=False,
            )

    def attach(self, posted: Posted, filename: str, content: str, comment: str) -> None:
        """Upload a JSON snippet into the thread of a message."""
        with self._errors("file upload"):
            self._client.files_upload_v2(
                channel=posted.channel,
                thread_ts=posted.ts,
                content=content,
                filename=filename,
                title=filename,
                snippet_type="json",
                initial_comment=comment,
            )

    @contextmanager
    def _errors(self, method: str) -> Iterator[None]:
        """Turn whatever slack_sdk raises, or lets through from urllib, into `SlackError`."""
        try:
            yield
        except SlackApiError as error:
            raise api_error(error, self._settings) from error
        except HTTPError as error:  # the upload's second step, which bypasses the retry handlers
            error.close()
            wait = retry_after_seconds(dict(error.headers.items()))
            code = f"HTTP {error.code}"
            raise SlackUnavailableError(method, code, retry_after_seconds=wait) from error
        except (SlackClientError, HTTPException, OSError) as error:
            reason = shorten(one_line(redact_secrets(str(error))), 200) or type(error).__name__
            raise SlackUnavailableError(method, reason) from error
