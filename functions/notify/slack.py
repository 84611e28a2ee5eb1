"""Slack's Web API, as far as Notify uses it.

Waiting is bounded so that a Lambda of 60 s has time for every step: a call gets 5 s, is repeated at
most once, and all waits asked for by Retry-After together get 15 s. Should an answer be lost after
Slack took a message, a retry posts it again: chat.postMessage knows no key that would prevent it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry import (
    ConnectionErrorRetryHandler,
    HttpRequest,
    HttpResponse,
    RateLimitErrorRetryHandler,
    RetryState,
)
from slack_sdk.http_retry.builtin_handlers import ServerErrorRetryHandler

from functions.notify.message import Message
from functions.notify.settings import SlackSettings
from functions.notify.slack_errors import SlackUnavailableError, api_error
from functions.notify.text import one_line, shorten

TIMEOUT_SECONDS = 5
MAX_WAIT_SECONDS = 15
DEFAULT_BASE_URL = WebClient.BASE_URL


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in Slack: the channel's id and the message's timestamp, which is its id there."""

    channel: str
    ts: str


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
                BoundedRateLimitRetryHandler(MAX_WAIT_SECONDS),
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

    def reply(self, posted: Posted, text: str) -> None:
        """Add a message (mrkdwn) to the thread of another."""
        with self._errors("chat.postMessage"):
            self._client.chat_postMessage(
                channel=posted.channel,
                thread_ts=posted.ts,
                text=text,
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
            raise SlackUnavailableError(method, f"HTTP {error.code}") from error
        except (SlackClientError, HTTPException, OSError) as error:
            reason = shorten(one_line(str(error)), 200) or type(error).__name__
            raise SlackUnavailableError(method, reason) from error


class BoundedRateLimitRetryHandler(RateLimitErrorRetryHandler):
    """Honours Retry-After once per call, as long as all waits together stay within a budget."""

    def __init__(self, budget_seconds: float) -> None:
        super().__init__(max_retry_count=1)
        self._left = budget_seconds

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        limited = super()._can_retry(state=state, request=request, response=response, error=error)
        if not limited or response is None:
            return False
        wait = _retry_after(response) + 1  # slack_sdk adds up to a second
        if wait > self._left:
            return False
        self._left -= wait
        return True


def _retry_after(response: HttpResponse) -> float:
    """Seconds; slack_sdk waits one where Slack names none, and fails on what is no number."""
    headers = {name.lower(): values for name, values in response.headers.items()}
    values = headers.get("retry-after") or ["1"]
    return float(values[0]) if values[0].isdecimal() else float("inf")
