"""Commands to a stack that runs in another process, over HTTP on 127.0.0.1. Development only.

`make local` runs the server; `python -m local break|fix|run` are its clients. Where the server is
stands in `build/local.json` below the current directory while it runs.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

ADDRESS_FILE: Final = Path("build/local.json")

Command = Callable[[str], str]
"""Takes the command's argument and returns what to print; raises `CommandError`."""


class CommandError(Exception):
    """The command could not be carried out; the text says why and what to do."""


class NotRunningError(CommandError):
    """No stack is running."""

    def __init__(self) -> None:
        super().__init__("no local stack is running: start one with `make local`")


@contextmanager
def serve(commands: Mapping[str, Command]) -> Iterator[None]:
    """Answer commands of other processes inside the `with` block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(commands))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    ADDRESS_FILE.parent.mkdir(exist_ok=True)
    ADDRESS_FILE.write_text(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}))
    try:
        yield
    finally:
        ADDRESS_FILE.unlink(missing_ok=True)
        server.shutdown()
        thread.join()
        server.server_close()


def send(command: str, argument: str) -> str:
    """Have the running stack carry out a command; what it says. Raises `CommandError`."""
    try:
        url = json.loads(ADDRESS_FILE.read_text())["url"]
        address = f"{url}/{command}"
        with urllib.request.urlopen(address, argument.encode()) as response:  # noqa: S310  ours
            answer: str = response.read().decode()
            return answer
    except urllib.error.HTTPError as error:
        with error:
            raise CommandError(error.read().decode()) from None
    except (FileNotFoundError, urllib.error.URLError):
        raise NotRunningError from None


def _handler(commands: Mapping[str, Command]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            argument = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            command = commands.get(self.path.removeprefix("/"))
            if command is None:
                self._answer(404, f"unknown command {self.path}; there are {', '.join(commands)}")
                return
            try:
                self._answer(200, command(argument))
            except CommandError as error:
                self._answer(400, str(error))

        def _answer(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler
