"""How the stand-in refuses a request, in Slack's own terms. Development only."""

from typing import Any


class SlackError(Exception):
    """The request is refused with `{"ok": false, "error": error}`.

    `messages` say why in words (Slack's `response_metadata.messages`); `details` are further keys
    of the answer, such as `needed` and `provided` of `missing_scope`.
    """

    def __init__(self, error: str, *messages: str, **details: str) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.details = details

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"ok": False, "error": self.error, **self.details}
        if self.messages:
            document["errors"] = list(self.messages)
            document["response_metadata"] = {
                "messages": [f"[ERROR] {message}" for message in self.messages],
            }
        return document
