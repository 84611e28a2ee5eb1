"""Whether Slack takes the token, grants the scopes and lets the bot into its channels.

No method shows a membership to an app that has chat:write and files:write only (conversations.info
takes channels:read). So a message is scheduled for tomorrow, which Slack refuses as it refuses to
post (`not_in_channel`, `channel_not_found`, `is_archived`), and withdrawn at once: nobody sees it.
With the scope chat:write.public that would succeed without the membership that files need.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPException
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from functions.notify.settings import SlackSettings
from functions.notify.slack import SlackError, SlackUnavailableError, api_error
from scripts.preflight.outcome import Outcome, failed, not_made, passed

SCOPES: Final = frozenset({"chat:write", "files:write"})

_TIMEOUT_SECONDS: Final = 10
_UNTIL_DUE_SECONDS: Final = 24 * 60 * 60
_WITHDRAWALS: Final = 3
_TEXT: Final = "A check of the replication monitor's set-up, never to be seen: please ignore."


class SlackCheck:
    """Checks the token of `settings`; `channels` are ids with the parameters that hold them."""

    def __init__(self, settings: SlackSettings, channels: dict[str, str], base_url: str) -> None:
        self._settings = settings
        self._channels = channels
        self._client = WebClient(
            settings.token, base_url=base_url, timeout=_TIMEOUT_SECONDS, retry_handlers=[]
        )

    def outcomes(self) -> Iterator[Outcome]:
        try:
            answer = self._call(self._client.auth_test)
        except SlackError as error:
            yield _refused("Slack: the token", error)
            yield not_made("Slack: the scopes and the channels", "they need the token's answer")
            return
        yield passed(f"Slack: the token is {answer.get('user')}'s in {answer.get('team')}")
        scopes = granted(answer)
        yield _scopes(scopes)
        for channel, parameter in self._channels.items():
            yield self._membership(channel, parameter, scopes)

    def _membership(self, channel: str, parameter: str, scopes: frozenset[str] | None) -> Outcome:
        what = f"Slack: the bot's membership of {channel} ({parameter})"
        if scopes is None or "chat:write.public" in scopes:
            return not_made(what, "the scope chat:write.public, which nothing needs, would hide it")
        settings = replace(self._settings, channel=channel, channel_parameter=parameter)
        due = int(time.time()) + _UNTIL_DUE_SECONDS
        try:
            scheduled = self._call(
                lambda: self._client.chat_scheduleMessage(channel=channel, post_at=due, text=_TEXT),
                settings,
            )
        except SlackError as error:
            return _refused(what, error)
        return self._withdrawn(str(scheduled["channel"]), str(scheduled["scheduled_message_id"]))

    def _withdrawn(self, channel: str, message: str) -> Outcome:
        problem: SlackError | None = None
        for _ in range(_WITHDRAWALS):
            try:
                self._call(
                    lambda: self._client.chat_deleteScheduledMessage(
                        channel=channel, scheduled_message_id=message
                    )
                )
            except SlackError as error:
                problem = error
            else:
                return passed(f"Slack: the bot is a member of {channel}")
        return failed(
            f"Slack: the bot is a member of {channel}, but its scheduled message {message} could "
            f"not be withdrawn: {problem}",
            "withdraw it by chat.deleteScheduledMessage, or ignore it when it appears tomorrow",
        )

    def _call(
        self, call: Callable[[], SlackResponse], settings: SlackSettings | None = None
    ) -> SlackResponse:
        """Raises `SlackError`, whatever slack_sdk raises or lets through."""
        try:
            return call()
        except SlackApiError as error:
            raise api_error(error, settings or self._settings) from error
        except (SlackClientError, HTTPException, OSError) as error:
            raise SlackUnavailableError("cannot be reached", str(error)) from error


def granted(answer: SlackResponse) -> frozenset[str] | None:
    """The scopes that Slack's header X-OAuth-Scopes lists; None where it does not come along."""
    headers = {str(name).lower(): value for name, value in answer.headers.items()}
    listed = headers.get("x-oauth-scopes")
    if listed is None:
        return None
    return frozenset(scope.strip() for scope in str(listed).split(",") if scope.strip())


def _scopes(scopes: frozenset[str] | None) -> Outcome:
    if scopes is None:
        return not_made("Slack: the scopes", "Slack's answer does not name them")
    if missing := SCOPES - scopes:
        return failed(
            f"Slack: the app lacks the scopes {', '.join(sorted(missing))}",
            "add them at https://api.slack.com/apps, OAuth & Permissions, and install it again",
        )
    return passed(f"Slack: the app has the scopes {', '.join(sorted(SCOPES))}")


def _refused(what: str, error: SlackError) -> Outcome:
    if isinstance(error, SlackUnavailableError):
        return not_made(what, str(error))
    return failed(f"{what}: Slack says {error.code}", error.remedy or "see Slack's documentation")
