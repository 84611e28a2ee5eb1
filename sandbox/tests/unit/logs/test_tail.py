"""How a growing file is followed."""

from pathlib import Path

import pytest

from sandbox.logs.tail import FileTail


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "postgresql.log"


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def test_a_file_that_is_not_there_yet(path: Path) -> None:
    with FileTail(path) as tail:
        assert [] == tail.lines()
        append(path, b"a\n")
        assert [b"a"] == tail.lines()


def test_growth(path: Path) -> None:
    """A line is given once, when its line feed has been written."""
    append(path, b"a\nb")
    with FileTail(path) as tail:
        assert [b"a"] == tail.lines()
        append(path, b"b\n\nc")
        assert [b"bb", b""] == tail.lines()
        assert [] == tail.lines()
        assert [b"c"] == tail.rest()
        assert [] == tail.rest()


def test_truncation(path: Path) -> None:
    """A file that was cut is read from its start again; an unfinished line counts as finished."""
    append(path, b"a\nunfinished")
    with FileTail(path) as tail:
        tail.lines()
        path.write_bytes(b"b\n")
        assert [b"unfinished", b"b"] == tail.lines()
        append(path, b"c\n")
        assert [b"c"] == tail.lines()


def test_rotation(path: Path) -> None:
    """What was written before the file was moved away is not lost."""
    append(path, b"a\n")
    with FileTail(path) as tail:
        tail.lines()
        append(path, b"b\nc")
        path.rename(path.with_suffix(".1"))
        assert [b"b"] == tail.lines()
        append(path, b"d\n")
        assert [b"c", b"d"] == tail.lines()
