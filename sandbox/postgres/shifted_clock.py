"""A relay that makes a publisher's clock look wrong to its subscribers. Development only.

The time a message was sent stands in the message itself: in XLogData and in the primary's
keepalive (PostgreSQL manual, "Streaming Replication Protocol").
"""

import struct
from collections.abc import Callable, Iterator
from typing import Final

from sandbox.postgres.proxy import Proxy

_HEADER: Final = struct.Struct("!cI")
_TIME: Final = struct.Struct("!q")  # microseconds since 2000
_COPY_DATA: Final = b"d"
_REFUSAL: Final = b"N"  # of TLS or GSS: one byte, no message
_TIME_OFFSETS: Final = {b"w": 1 + 8 + 8, b"k": 1 + 8}


class ClockShiftingProxy(Proxy):
    """Subscribers that connect through it see a clock that is `seconds` ahead."""

    def __init__(self, target_port: int, seconds: float) -> None:
        super().__init__(target_port)
        self._microseconds = round(seconds * 1_000_000)

    def _alteration(self) -> Callable[[bytes], bytes]:
        return _Shift(self._microseconds)


class _Shift:
    """Alters what a server sends on one connection, message by message."""

    def __init__(self, microseconds: int) -> None:
        self._microseconds = microseconds
        self._pending = b""
        self._begun = False

    def __call__(self, chunk: bytes) -> bytes:
        self._pending += chunk
        return b"".join(self._whole_messages())

    def _whole_messages(self) -> Iterator[bytes]:
        while not self._begun and self._pending[:1] == _REFUSAL:
            yield self._take(1)
        while len(self._pending) >= _HEADER.size:
            self._begun = True
            kind, length = _HEADER.unpack_from(self._pending)
            if len(self._pending) <= length:
                return
            message = self._take(1 + length)
            yield self._shifted(message) if kind == _COPY_DATA else message

    def _take(self, count: int) -> bytes:
        taken, self._pending = self._pending[:count], self._pending[count:]
        return taken

    def _shifted(self, message: bytes) -> bytes:
        altered = bytearray(message)
        offset = _TIME_OFFSETS.get(message[_HEADER.size : _HEADER.size + 1])
        if offset is not None:
            (time,) = _TIME.unpack_from(altered, _HEADER.size + offset)
            _TIME.pack_into(altered, _HEADER.size + offset, time + self._microseconds)
        return bytes(altered)
