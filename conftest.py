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
    "tests/e2e/test_faults.py",
    "tests/e2e/test_command_line.py",
    "tests/e2e/test_alerts.py",
    "tests/e2e/deployment/test_deployment.py",
    "tests/e2e/deployment/test_policies.py",
)
"""Files of half a minute and more in the order in which they start: none may be the last."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    for item in items:
        if not item.nodeid.startswith(MEASURED):
            item.add_marker("no_cover")


def _turn(item: pytest.Item) -> int:
    file = item.nodeid.partition("::")[0]
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)
