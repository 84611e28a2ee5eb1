"""Order and writing of values."""

import pytest

from sandbox.logs.insights.values import Instant, Value, sort_key, text


def test_natural_order() -> None:
    """Absent, then text by runs of digits and other characters, then numbers."""
    ordered: list[Value] = [
        *(
            None,
            "",
            "!",
            "#",
            "*%04",
            "0#",
            "5A",
            "111A",
            "2345_",
            "@",
            "@_",
            "A",
            "A9",
            "A10",
            "a1",
        ),
        *("-2", "0", 1, "1.5", 2, "10"),
    ]
    mixed = ordered[::-1]
    mixed.sort(key=sort_key)
    assert ordered == mixed


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(Instant(0), "1970-01-01 00:00:00.000", id="epoch"),
        pytest.param(Instant(1_795_400_000_007), "2026-11-23 02:13:20.007", id="milliseconds"),
        pytest.param(7, "7", id="number"),
        pytest.param("7", "7", id="string"),
    ],
)
def test_text(value: str | float, written: str) -> None:
    assert written == text(value)
