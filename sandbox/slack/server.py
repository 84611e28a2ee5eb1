"""The HTTP server: `SlackServer`, a stand-in for Slack on 127.0.0.1. Development only."""

import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self, cast

from sandbox.slack import arguments, control, files, web_api
from sandbox.slack.errors import SlackError
from sandbox.slack.failures import Answer
from sandbox.slack.workspace import UPLOAD, Workspace

logger = logging.getLogger(__name__)

_API: Final = "/api/"


class SlackServer:
    """Serves a workspace on a free port from construction to `close`; a context manager.

    slack_sdk reaches it with `WebClient(token=server.workspace.token, base_url=server.base_url)`.
    """

    def __init__(self, workspace: Workspace | None = None) -> None:
        self.workspace = workspace or Workspace()
        self._server = _Server(self.workspace)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"{self.workspace.url}{_API}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop; requests held by a failure are let go and closed without an answer."""
        self._server.shutdown()
        self._thread.join()
        self.workspace.failures.clear()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for the requests under way

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.workspace = workspace
        workspace.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    timeout = 5  # seconds for a client that connects and sends nothing

    @property
    def _workspace(self) -> Workspace:
        return cast("_Server", self.server).workspace

    def do_GET(self) -> None:
        if self.path == f"{control.PREFIX}messages":
            self._send(control.messages(self._workspace))
        else:
            self._send(Answer.text(404, f"nothing to GET at {self.path}"))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == f"{control.PREFIX}fail":
            self._send(control.fail(self._workspace, body))
        elif self.path.startswith(files.UPLOAD_PATH):
            self._serve(UPLOAD, body)
        elif self.path.startswith(_API):
            self._serve(self.path.removeprefix(_API), body)
        else:
            self._send(Answer.text(404, f"nothing to POST to at {self.path}"))

    def _serve(self, method: str, body: bytes) -> None:
        self._workspace.count(method)
        failure = self._workspace.failures.take(method)
        if failure is None:
            self._send(self._upload(body) if method == UPLOAD else self._call(method, body))
            return
        failure.hold()
        if failure.answer is not None:
            self._send(failure.answer)

    def _upload(self, body: bytes) -> Answer:
        if self.headers.get_content_type() == "multipart/form-data":
            return Answer.text(415, "the stand-in takes the bytes as they are, not a form")
        return files.receive(self._workspace, self.path.removeprefix(files.UPLOAD_PATH), body)

    def _call(self, method: str, body: bytes) -> Answer:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            parsed = arguments.parse(self.headers.get_content_type(), body)
            return Answer.json(web_api.call(self._workspace, method, token, parsed))
        except SlackError as error:
            return Answer.json(error.to_json())

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        logger.debug(format, *args)
