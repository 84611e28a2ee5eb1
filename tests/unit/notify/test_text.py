from datetime import UTC, datetime, timedelta

import pytest

from functions.notify.text import (
    age,
    clean,
    instant,
    one_line,
    parse_instant,
    shorten,
)

NOW = datetime(2026, 11, 22, 23, 46, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("orders_sub", "orders_sub", id="plain"),
        pytest.param("a\x00b\x1bc", "a\ufffdb\ufffdc", id="NUL and escape"),
        pytest.param("a\ud800b", "a\ufffdb", id="lone surrogate"),
        pytest.param("a\u202eb\u2066c", "a\ufffdb\ufffdc", id="bidirectional override"),
        pytest.param("a\r\nb\rc\td", "a\nb\nc\td", id="line ends and tabs"),
        pytest.param("注文 🔴 é", "注文 🔴 é", id="emoji and other scripts"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    """What cannot be encoded or shown is replaced; everything else stays."""
    assert expected == clean(text)


def test_one_line() -> None:
    assert "a b c" == one_line("  a\n\tb \r\n c ")


@pytest.mark.parametrize(
    ("limit", "expected"), [(5, "abcde"), (4, "abc…"), (1, "…")], ids=["fits", "cut", "no room"]
)
def test_shorten(limit: int, expected: str) -> None:
    assert expected == shorten("abcde", limit)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(seconds=40), "40 seconds"),
        (timedelta(seconds=725), "12 minutes"),
        (timedelta(seconds=-3), "less than a second"),
    ],
    ids=["seconds", "whole minutes", "a clock ahead"],
)
def test_age(before: timedelta, expected: str) -> None:
    assert expected == age(NOW - before, NOW)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-11-22T23:34:08Z", "23:34 UTC"),
        ("2026-11-23T01:34:08+02:00", "23:34 UTC"),
        ("2026-11-21T23:34:08Z", "21 Nov 2026, 23:34 UTC"),
    ],
    ids=["today", "another zone", "another day"],
)
def test_instant(time: str, expected: str) -> None:
    assert expected == instant(parse_instant(time), NOW)


@pytest.mark.parametrize(
    "text", ["2026-11-22 23:46:08.000", "2026-11-22T23:46:08Z", "2026-11-23T00:46:08+01:00"]
)
def test_parse_instant(text: str) -> None:
    """An instant without a zone is UTC, as CloudWatch writes it."""
    assert NOW == parse_instant(text)
