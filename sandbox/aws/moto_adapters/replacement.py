"""Put something else in the place of a part of moto, for a while. Development only."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def replaced(owner: object, name: str, value: object) -> Iterator[None]:
    """Make `owner.name` be `value` inside the block. Raises `AttributeError` if there is none."""
    upstream = vars(owner)[name] if name in vars(owner) else getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, upstream)
