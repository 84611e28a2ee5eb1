"""What the zip holds, and that its handlers need nothing but it and the Lambda runtime."""

import re
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZipFile

import pytest

from scripts.package import PROJECT, sizes
from tests.integration.package.conftest import Run

FUNCTIONS = ("CheckReplication", "Notify")


def test_every_file_of_the_functions_is_packaged(archive: ZipFile) -> None:
    """Code, SQL and certificates: all below functions/ and chalice_app/, no more and no less."""
    ours = {
        path.relative_to(PROJECT).as_posix()
        for top in ("chalice_app", "functions")
        for path in (PROJECT / top).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    packaged = {
        name for name in archive.namelist() if name.startswith(("chalice_app/", "functions/"))
    }
    assert ours == packaged


@pytest.mark.parametrize(
    "name",
    [
        "app.py",
        "functions/check_replication/handler.py",
        "functions/check_replication/subscriber.sql",
        "functions/check_replication/errors_13.sql",
        "functions/check_replication/errors_15.sql",
        "functions/check_replication/publisher.sql",
        "functions/check_replication/publisher_13.sql",
        "functions/check_replication/publisher_15.sql",
        "functions/check_replication/rds-global-bundle.pem",
        "functions/notify/handler.py",
    ],
)
def test_what_the_functions_need_is_packaged(archive: ZipFile, name: str) -> None:
    """A handler, an SQL file and the certificates are where the code looks for them."""
    assert name in archive.namelist()


def test_the_package_runs_on_another_processor(archive: ZipFile, run_in_lambda: Run) -> None:
    """The one compiled module is optional: on arm64 its file name does not fit, as if missing."""
    compiled = [name for name in archive.namelist() if name.endswith(".so")]
    assert {"wrapt/_wrappers"} == {name.partition(".")[0] for name in compiled}
    finished = run_in_lambda(
        "sys.modules['wrapt._wrappers'] = None\n"
        "import functions.check_replication.handler, functions.notify.handler"
    )
    assert (0, "") == (finished.returncode, finished.stderr)


def test_only_pinned_distributions_are_packaged(archive: ZipFile) -> None:
    """requirements.txt, Chalice's runtime module and our code; nothing that came along."""
    requirements = (PROJECT / "requirements.txt").read_text()
    pinned = re.findall(r"^([\w.-]+)==([\w.]+)$", requirements, re.MULTILINE)
    packaged = {
        match[1].lower()
        for name in archive.namelist()
        if (match := re.match(r"([^/]+)\.dist-info/METADATA", name))
    }
    assert {f"{name.replace('-', '_')}-{version}" for name, version in pinned} == packaged


@pytest.mark.parametrize(
    "unwanted",
    [
        *(".chalice", "local", "scripts", "statemachine", "tests", "vendor"),
        *("boto3", "botocore", "click", "inquirer", "pip", "setuptools", "yaml"),
    ],
)
def test_nothing_of_development_is_packaged(archive: ZipFile, unwanted: str) -> None:
    """No tests, no local stack, nothing that Chalice needs only for packaging."""
    assert unwanted not in {PurePosixPath(name).parts[0] for name in archive.namelist()}


def test_no_bytecode_is_packaged(archive: ZipFile) -> None:
    """Running tests before packaging leaves nothing in the zip."""
    names = archive.namelist()
    assert [] == [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_chalice_itself_is_two_modules(archive: ZipFile) -> None:
    """Of Chalice only what a handler imports."""
    chalice = {name for name in archive.namelist() if name.startswith("chalice/")}
    assert {"chalice/__init__.py", "chalice/app.py"} == chalice


def test_package_is_small(package: Path) -> None:
    """Below 4 MB; with the runtime's own botocore in it, it would be 19 MB."""
    assert (package / "deployment.zip").stat().st_size < 4_000_000


def test_sizes_are_told(package: Path) -> None:
    """The line printed at the end names the zip, its sizes and our share."""
    line = sizes(package / "deployment.zip")
    print(f"\n{line}")  # noqa: T201  the figures, for whoever runs this with -s
    assert re.search(r"deployment\.zip: \d\.\d\d MB, unpacked \d+\.\d\d MB .* of it ours$", line)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_handler_is_importable_from_the_zip_alone(
    resources: dict[str, Any], run_in_lambda: Run, function: str
) -> None:
    """Each Handler of the template names a function, in a clean interpreter."""
    module, _, name = resources[function]["Properties"]["Handler"].rpartition(".")
    finished = run_in_lambda(f"from {module} import {name}; print(callable({name}))")
    assert (0, "True\n", "") == (finished.returncode, finished.stdout, finished.stderr)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_cold_start_reads_its_modules_quickly(
    resources: dict[str, Any], run_in_lambda: Run, function: str
) -> None:
    """In seconds of the processor, the best of three clean interpreters; Lambda gives ten."""
    module = resources[function]["Properties"]["Handler"].rpartition(".")[0]
    program = (
        "from time import process_time\n"
        f"start = process_time()\nimport {module}\nprint(process_time() - start)"
    )
    seconds = min(float(run_in_lambda(program).stdout) for _ in range(3))
    print(f"\n{function}: {seconds * 1000:.0f} ms to import {module}")  # noqa: T201  the figures
    assert seconds < 3


@pytest.mark.parametrize("function", FUNCTIONS)
def test_handler_loads_its_own_function_only(
    resources: dict[str, Any], run_in_lambda: Run, function: str
) -> None:
    """A cold start reads no module of another function."""
    module = resources[function]["Properties"]["Handler"].rpartition(".")[0]
    own = module.rpartition(".")[0]
    finished = run_in_lambda(
        f"import sys, {module}\n"
        "print({'.'.join(name.split('.')[:2]) for name, found in sys.modules.items()"
        " if name.startswith('functions.') and name.endswith('.handler')})"
    )
    assert f"{ {own} }\n" == finished.stdout


def test_whole_application_is_importable_from_the_zip_alone(run_in_lambda: Run) -> None:
    """app.py, Chalice's entry point, works in the package too."""
    finished = run_in_lambda("import app; print(app.app.app_name)")
    assert (0, "logical-replication-monitor\n") == (finished.returncode, finished.stdout)
