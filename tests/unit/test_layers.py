"""What may import what, from the bottom to the top: the table in CONTRIBUTING.md."""

from pathlib import Path

import pytest

from sandbox.tests.imports import packages

PROJECT = Path(__file__).parents[2]

LAYERS = {
    "functions": set(),
    "chalice_app": {"functions"},
    "scripts": {"functions"},
    "sandbox": set(),
    "local": {"functions", "scripts", "sandbox"},
    "benchmarks": {"functions", "sandbox", "local"},
}


def test_every_package_has_its_layer() -> None:
    """A new one is put where it belongs."""
    found = {path.parent.name for path in PROJECT.glob("[!.]*/__init__.py")}
    assert LAYERS.keys() | {"tests"} == found - {"build"}


@pytest.mark.parametrize("package", LAYERS)
def test_a_package_imports_only_layers_below(package: str) -> None:
    """So there is no circle either."""
    for path in (PROJECT / package).rglob("*.py"):
        imported = packages(path.read_text()) & {*LAYERS, "tests"}
        assert set() == imported - LAYERS[package] - {package}, path
