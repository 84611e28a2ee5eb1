"""How values are written."""

import pytest

from sandbox.logs.insights.values import Instant, Value, text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(Instant(0), "1970-01-01 00:00:00.000", id="epoch"),
        pytest.param(Instant(1_795_400_000_007), "2026-11-23 02:13:20.007", id="milliseconds"),
        pytest.param(7, "7", id="number"),
        pytest.param("7", "7", id="string"),
    ],
)
def test_text(value: Value, written: str) -> None:
    assert written == text(value)
