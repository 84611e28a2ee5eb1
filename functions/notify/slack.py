"""Slack's Web API, as far as Notify uses it.

A Lambda of 60 s has time for every step: a call gets 5 s, and is repeated once, within a second, if
the connection broke or Slack answered 500 or 503. How long Slack asks to wait (Retry-After) is in
the error: the state machine waits, which costs nothing. Should an answer be lost after Slack has
the message, a retry posts it again: chat.postMessage knows no key that would prevent it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from types import MappingProxyType
from urllib.error import HTTPError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    ServerErrorRetryHandler,
)

from functions.notify.alert.message import Message
from functions.notify.event import Posted
from functions.notify.redaction import redact_secrets
from functions.notify.settings import SlackSettings
from functions.notify.text import one_line, shorten


class SlackError(Exception):
    """A call failed; the message has Slack's error code, if there is one, and what to do.

    `retry_after_seconds` is how long Slack asks to wait, None if it does not say.
    """

    def __init__(
        self,
        method: str,
        code: str,
        remedy: str | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(f"Slack {method}: {code}" + (f" ({remedy})" if remedy else ""))
        self.code = code
        self.remedy = remedy
        self.retry_after_seconds = retry_after_seconds


class SlackUnavailableError(SlackError):
    """Slack cannot be reached, is too busy or broken: the same call may work later."""


class SlackRefusedError(SlackError):
    """Slack does not accept the call: it will not work until somebody changes something."""

    @property
    def message_is_gone(self) -> bool:
        """Whether a message that was posted can be changed or replied to no more."""
        return self.code in _GONE


TIMEOUT_SECONDS = 5
DEFAULT_BASE_URL = WebClient.BASE_URL

_CODE = re.compile(r"[a-z0-9_]+")
_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500
_TRANSIENT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
    }
)
_GONE = frozenset(
    {
        "message_not_found",
        "thread_not_found",
        "cant_update_message",
        "edit_window_closed",
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "is_inactive",
    }
)
_NO_LONGER_VALID = (
    "the token in the SSM parameter {token_parameter} is not valid: put a new one there"
)
_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "not_authed": _NO_LONGER_VALID,
        "invalid_auth": _NO_LONGER_VALID,
        "account_inactive": _NO_LONGER_VALID,
        "token_revoked": _NO_LONGER_VALID,
        "token_expired": _NO_LONGER_VALID,
        "missing_scope": "give the app the scope {needed} and install it again",
        "not_in_channel": "invite the app to the channel {channel}: /invite @<name of the app>",
        "channel_not_found": "the SSM parameter {channel_parameter} must hold the id of a channel "
        "the app can see; a private channel must invite the app",
        "is_archived": "the channel {channel} is archived: put another one into the SSM parameter "
        "{channel_parameter}",
        "invalid_blocks": "a defect of the monitor: {details}",
    }
)


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


def api_error(error: SlackApiError, settings: SlackSettings) -> SlackError:
    """The error for an answer of Slack's that says no."""
    response = error.response
    method = str(response.api_url).rpartition("/")[2]
    code = shorten(one_line(str(response.get("error"))), 200)
    wait = retry_after_seconds(response.headers)
    if response.status_code >= _SERVER_ERRORS:
        code = f"HTTP {response.status_code}"
        return SlackUnavailableError(method, code, retry_after_seconds=wait)
    transient = code in _TRANSIENT or not _CODE.fullmatch(code)  # no code: no answer of Slack's own
    if transient or response.status_code == _TOO_MANY_REQUESTS:
        return SlackUnavailableError(method, code, retry_after_seconds=wait)
    return SlackRefusedError(method, code, _remedy(code, error, settings))


def retry_after_seconds(headers: Mapping[str, str]) -> int | None:
    """What Retry-After asks for, in whole seconds; None if it is missing or a date."""
    values = {name.lower(): value for name, value in headers.items()}
    value = values.get("retry-after", "")
    return int(value) if value.isdecimal() else None


def _remedy(code: str, error: SlackApiError, settings: SlackSettings) -> str | None:
    template = _REMEDIES.get(code)
    if template is None:
        return None
    metadata = error.response.get("response_metadata") or {}
    return template.format(
        token_parameter=settings.token_parameter,
        channel_parameter=settings.channel_parameter,
        channel=settings.channel,
        needed=error.response.get("needed"),
        details="; ".join(metadata.get("messages", [])),
    )
