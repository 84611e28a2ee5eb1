"""How much work something takes, whatever else the machine does."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if this thread computes for longer, in seconds of the processor."""
    start = thread_time()
    yield
    taken = thread_time() - start
    assert taken <= seconds, f"{taken:.1f} s of the processor"
