"""As much of Slack as a preflight asks: a token, its scopes, channels and scheduled messages."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, cast
from urllib.parse import parse_qs

TOKEN = "xoxb-right"


@dataclass
class FakeSlack:
    """Serves inside a `with` block; `channels` are ids with the error that scheduling gets, if any.

    `scheduled` holds the messages not withdrawn, `withdrawal_errors` what withdrawing gets first.
    """

    channels: dict[str, str | None] = field(default_factory=lambda: {"C0123": None})
    scopes: str | None = "chat:write,files:write"
    withdrawal_errors: list[str] = field(default_factory=list)
    scheduled: dict[str, dict[str, str]] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/"

    def answer(self, method: str, token: str, arguments: dict[str, str]) -> dict[str, Any]:
        self.called.append(method)
        if token != TOKEN:
            return {"ok": False, "error": "invalid_auth"}
        match method:
            case "auth.test":
                return {"ok": True, "user": "replication-monitor", "team": "Shop"}
            case "chat.scheduleMessage":
                return self._schedule(arguments)
            case "chat.deleteScheduledMessage":
                return self._withdraw(arguments)
        return {"ok": False, "error": "unknown_method"}

    def _schedule(self, arguments: dict[str, str]) -> dict[str, Any]:
        channel = arguments["channel"]
        if error := self.channels.get(channel, "channel_not_found"):
            return {"ok": False, "error": error}
        message = f"Q{len(self.scheduled)}"
        self.scheduled[message] = arguments
        return {"ok": True, "channel": channel, "scheduled_message_id": message}

    def _withdraw(self, arguments: dict[str, str]) -> dict[str, Any]:
        if self.withdrawal_errors:
            return {"ok": False, "error": self.withdrawal_errors.pop(0)}
        del self.scheduled[arguments["scheduled_message_id"]]
        return {"ok": True}


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for the requests under way

    def __init__(self, slack: FakeSlack) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slack = slack


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        slack = cast("_Server", self.server).slack
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        method = self.path.removeprefix("/api/")
        answer = json.dumps(slack.answer(method, token, self._arguments(body))).encode()
        self.send_response(200)
        if slack.scopes is not None:
            self.send_header("x-oauth-scopes", slack.scopes)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _arguments(self, body: str) -> dict[str, str]:
        if self.headers.get_content_type() == "application/json":
            return {name: str(value) for name, value in json.loads(body or "{}").items()}
        return {name: values[0] for name, values in parse_qs(body).items()}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""
