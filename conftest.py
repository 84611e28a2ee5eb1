"""How the tests share the machine: what is long starts first, and what is measured is chosen."""

import pytest

MEASURED = (
    "tests/unit/",
    "tests/integration/check_replication/",
    "tests/integration/notify/",
)
"""Where coverage can grow. Measuring makes all Python that runs meanwhile take twice as long."""

LONGEST = (
    "tests/integration/incidents/test_simulated_day.py",
    "tests/integration/postgres/test_faults.py",
    "tests/integration/postgres/test_faults_16.py",
    "tests/integration/check_replication/test_faults.py",
    "tests/e2e/deployment/test_policies.py",
    "tests/e2e/test_command_line.py",
)
"""Files of half a minute and more, which must not be the last to start."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    for item in items:
        if not item.nodeid.startswith(MEASURED):
            item.add_marker("no_cover")
