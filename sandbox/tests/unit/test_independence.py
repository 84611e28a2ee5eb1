"""The sandbox knows nothing of the project around it."""

from pathlib import Path

import pytest

from sandbox.tests.imports import packages

PROJECT = Path(__file__).parents[3]
MODULES = sorted(
    str(path.relative_to(PROJECT)) for path in PROJECT.joinpath("sandbox").rglob("*.py")
)
AROUND = {path.stem for path in PROJECT.iterdir() if path.is_dir() or path.suffix == ".py"} - {
    "sandbox"
}


@pytest.mark.parametrize(
    "code",
    [
        "import elsewhere.stack",
        "from elsewhere import stack",
        "def late():\n    from elsewhere.stack import Stack",
        "if TYPE_CHECKING:\n    import elsewhere",
        "import_module('elsewhere.stack')",
        "run(['python', '-c', 'import sys\\nimport elsewhere'])",
    ],
)
def test_an_import_is_seen_wherever_it_is(code: str) -> None:
    assert "elsewhere" in packages(code)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_nothing_of_the_project_around(module: str) -> None:
    """Neither what the program is made of nor what runs it here."""
    assert set() == packages((PROJECT / module).read_text()) & AROUND
