"""The person at the terminal: what is secret is read without echo, and nothing is remembered."""

import sys
import warnings
from getpass import GetPassWarning, getpass

from scripts.errors import SetupError


class EchoError(SetupError):
    """The terminal would show what is typed."""


class Terminal:
    """An `Asker` on standard input and output; both must be a terminal (`is_there`)."""

    @staticmethod
    def is_there() -> bool:
        return sys.stdin.isatty() and sys.stdout.isatty()

    def show(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")

    def ask(self, question: str) -> str:
        return input(question).strip()

    def ask_secret(self, question: str) -> str:
        """Raises `EchoError` rather than showing anything."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            try:
                return getpass(question)
            except GetPassWarning as warning:
                raise EchoError(
                    "this terminal cannot hide a password: give the values as JSON with STDIN=1"
                ) from warning
