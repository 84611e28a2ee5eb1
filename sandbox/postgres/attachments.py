"""What is attached to a pair while it is broken: a session, a proxy, a load. Development only."""

from contextlib import AbstractContextManager, ExitStack
from typing import TypeVar

_Thing = TypeVar("_Thing")


class Attachments:
    """Things with a beginning and an end, by name; those left end with `close()`."""

    def __init__(self) -> None:
        self._stacks: dict[str, ExitStack] = {}

    def attach(self, name: str, thing: AbstractContextManager[_Thing]) -> _Thing:
        """Begin `thing`, once what had this name before has ended."""
        self.detach(name)
        with ExitStack() as stack:
            begun = stack.enter_context(thing)
            self._stacks[name] = stack.pop_all()
        return begun

    def detach(self, name: str) -> None:
        """End what has this name, if anything has."""
        stack = self._stacks.pop(name, None)
        if stack is not None:
            stack.close()

    def close(self) -> None:
        for name in list(self._stacks):
            self.detach(name)
