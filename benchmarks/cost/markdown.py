"""Tables and figures as a page shows them. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

_CENT: Final = 0.01


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: the first column to the left, the others to the right."""
    rule = ["---", *["---:"] * (len(headings) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))


def dollars(amount: float) -> str:
    """To the cent; less than half of one is told as little, not as nothing."""
    if 0 < amount < _CENT / 2:
        return "< 0.01"
    return f"{amount:,.2f}"
