"""What pip-audit reports, and what is said about it."""

from typing import Any

import pytest

from scripts.check_dependencies import (
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
    ("dependencies", "failed", "failed_strictly", "lines"),
    [
        pytest.param(
            [SAFE], False, False, ["1 distributions audited, no known vulnerabilities"], id="safe"
        ),
        pytest.param(
            [UNKNOWN],
            False,
            True,
            [
                f"NOT AUDITED: 1 of 1 {WRAPT_FIRST}",
            ],
            id="service unreachable",
        ),
        pytest.param(
            [SAFE, UNKNOWN, VULNERABLE],
            True,
            True,
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
    dependencies: list[dict[str, Any]],
    failed: bool,  # noqa: FBT001 - a table of cases
    failed_strictly: bool,  # noqa: FBT001 - likewise
    lines: list[str],
) -> None:
    """Findings fail, a silent service fails with --strict only, and both are told."""
    audit = Audit.from_json({"dependencies": dependencies, "fixes": []})
    assert lines == audit.lines()
    assert (failed, failed_strictly) == (audit.failed(strict=False), audit.failed(strict=True))


@pytest.mark.parametrize(
    ("told", "kind", "message"),
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
def test_a_silent_service_is_told_from_a_wrong_file(
    told: str, kind: type[AuditFailedError], message: str
) -> None:
    """Only the first may pass without --strict."""
    error = failure(told)
    assert (kind, message) == (type(error), str(error))
