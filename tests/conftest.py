"""What tests of several kinds share: the deployment package, built once."""

from pathlib import Path

import pytest

from scripts.package import build


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory `make package` fills."""
    output = tmp_path_factory.mktemp("package")
    build(output)
    return output
