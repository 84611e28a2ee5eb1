import pytest

from functions.words import counted, duration, size


def test_counted() -> None:
    assert ["1 error", "2,000 errors"] == [counted(1, "error"), counted(2000, "error")]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.2, "less than a second"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (61, "1 minute 1 second"),
        (720, "12 minutes"),
        (7_500, "2 hours 5 minutes"),
        (7_201, "2 hours"),
        (86_400 * 3 + 3_600, "3 days 1 hour"),
        (86_400 * 400, "400 days"),
    ],
)
def test_duration(seconds: float, expected: str) -> None:
    assert expected == duration(seconds)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (16 * 2**20, "16.0 MiB"), (3 * 2**50, "3072.0 TiB")],
)
def test_size(count: int, expected: str) -> None:
    assert expected == size(count)
