"""What pip-audit reports, and what is said about it."""

from typing import Any

import pytest

from scripts.check_dependencies import (
    NOT_AUDITED,
    Audit,
    AuditFailedError,
    ServiceUnreachableError,
    failure,
)

SAFE = {"name": "six", "version": "1.17.0", "vulns": []}
UNKNOWN = {"name": "wrapt", "skip_reason": "Dependency not found"}
VULNERABLE = {
    "name": "urllib3",
    "version": "1.26.4",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["1.26.5", "2.0"], "description": "long"},
        {"id": "PYSEC-2", "fix_versions": []},
    ],
}
WRAPT_FIRST = (
    "distributions, wrapt first (Dependency not found). "
    "Nothing is known about them: is the vulnerability service reachable?"
)


@pytest.mark.parametrize(
    ("dependencies", "exit_status", "lines"),
    [
        pytest.param([SAFE], 0, ["1 distributions audited, no known vulnerabilities"], id="safe"),
        pytest.param(
            [UNKNOWN],
            NOT_AUDITED,
            [
                f"NOT AUDITED: 1 of 1 {WRAPT_FIRST}",
            ],
            id="service unreachable",
        ),
        pytest.param(
            [SAFE, UNKNOWN, VULNERABLE],
            1,
            [
                "VULNERABLE: urllib3 1.26.4: PYSEC-1, fixed in 1.26.5, 2.0",
                "VULNERABLE: urllib3 1.26.4: PYSEC-2, not fixed yet",
                f"NOT AUDITED: 1 of 3 {WRAPT_FIRST}",
                "2 distributions audited, 2 known vulnerabilities",
            ],
            id="everything at once",
        ),
    ],
)
def test_an_audit_never_calls_free_of_findings_what_it_did_not_see(
    dependencies: list[dict[str, Any]], exit_status: int, lines: list[str]
) -> None:
    """Findings fail, a silent service has an exit status of its own, and both are said."""
    audit = Audit.from_json({"dependencies": dependencies, "fixes": []})
    assert lines == audit.lines()
    assert exit_status == audit.exit_status


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        (
            "Traceback …\nrequests.exceptions.ProxyError: no way",
            ServiceUnreachableError,
            "requests.exceptions.ProxyError: no way",
        ),
        (
            "ERROR: Could not connect to the feed\nERROR: Tip: another",
            ServiceUnreachableError,
            "ERROR: Tip: another",
        ),
        ("WARNING: a\nERROR: not pinned\n", AuditFailedError, "ERROR: not pinned"),
        ("", AuditFailedError, "pip-audit said nothing"),
    ],
)
def test_a_silent_service_is_no_wrong_file(
    said: str, kind: type[AuditFailedError], message: str
) -> None:
    """Only the first counts as not checked."""
    error = failure(said)
    assert (kind, message) == (type(error), str(error))
