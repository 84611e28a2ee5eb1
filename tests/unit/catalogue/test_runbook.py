from functions.catalogue import CATALOGUE
from scripts.runbook import RUNBOOK, render


def test_the_runbook_is_up_to_date() -> None:
    """If it is not: `make runbook`."""
    assert render() == RUNBOOK.read_text()


def test_every_cause_has_a_section_to_link_to() -> None:
    """GitHub makes the anchor out of the heading."""
    headings = [line.removeprefix("### ") for line in render().splitlines() if line[:4] == "### "]
    assert list(CATALOGUE) == headings
