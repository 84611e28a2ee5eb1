import pytest

from functions.notify.text import clean, one_line, shorten


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
