"""How every set-up command begins and ends: `python -m scripts.<name> NAME=value …`."""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from rich.console import Console

from scripts.arguments import arguments
from scripts.aws_errors import AwsError, sentence
from scripts.errors import SetupError

INTERRUPTED: Final = 130
"""A shell's exit status for a program that Ctrl-C ended."""

Main = Callable[[Mapping[str, str], Console], int]


def run(name: str, known: Collection[str], main: Main) -> int:
    """Run a command on the words of the command line; its exit status, 1 for an error."""
    try:
        return main(arguments(sys.argv[1:], known), plain_console())
    except SetupError as error:
        problem = str(error)
    except AwsError as error:
        problem = sentence(error)
    except KeyboardInterrupt:
        plain_console(stderr=True).print(f"\n{name}: interrupted")
        return INTERRUPTED
    plain_console(stderr=True).print(f"{name}: {problem}")
    return 1


def plain_console(*, stderr: bool = False) -> Console:
    """Text as it is: an ARN's `:sns:` is no emoji, a long line is the terminal's to break."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)


@contextmanager
def working(console: Console, doing: str) -> Iterator[None]:
    """Say what takes a while: as a spinner on a terminal, as a line elsewhere."""
    if console.is_terminal:
        with console.status(f"{doing} …"):
            yield
    else:
        console.print(f"{doing} …")
        yield
