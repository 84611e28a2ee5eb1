"""Follows a growing file through truncation and rotation. Development only."""

import os
from io import FileIO
from pathlib import Path
from typing import Self


class FileTail:
    """Reads a file's lines as they are written; a file that is not there yet has none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: FileIO | None = None
        self._unfinished = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lines(self) -> list[bytes]:
        """The lines finished since the last call, without their line feeds."""
        lines = self._read()
        if self._is_replaced():
            lines += self._read() + self.rest()
            self.close()
            lines += self._read()
        return lines

    def rest(self) -> list[bytes]:
        """What was written after the last line feed, as a line."""
        unfinished, self._unfinished = self._unfinished, b""
        return [unfinished] if unfinished else []

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self) -> list[bytes]:
        if self._file is None:
            if not self._path.exists():
                return []
            self._file = FileIO(self._path)
        *lines, self._unfinished = (self._unfinished + self._file.readall()).split(b"\n")
        return lines

    def _is_replaced(self) -> bool:
        """Whether the path now leads to another file, or the file was cut below our place."""
        if self._file is None or not self._path.exists():
            return False
        current = self._path.stat()
        is_other = not os.path.samestat(os.fstat(self._file.fileno()), current)
        return is_other or current.st_size < self._file.tell()
