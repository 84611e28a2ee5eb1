"""What can go wrong with Slack, by what helps: waiting, or somebody who changes something."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from slack_sdk.errors import SlackApiError

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
