"""Known vulnerabilities of what the Lambda package ships: `python -m scripts.check_dependencies`.

pip-audit asks a service about each pinned distribution. When that service cannot be asked,
pip-audit ends as if nothing were wrong; here this is said, and is an exit status of its own.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

PROJECT: Final = Path(__file__).parents[1]

NOT_AUDITED: Final = 3
"""Exit status: nothing bad is known, but not of all; the Makefile tells it from 1, which is bad."""


class AuditFailedError(Exception):
    """pip-audit made no report; the message is the last it said."""


class ServiceUnreachableError(AuditFailedError):
    """The vulnerability service does not answer."""


_UNREACHABLE: Final = ("Could not connect to", "requests.exceptions.")
"""How pip-audit reports it, or ends with it."""


@dataclass(frozen=True, slots=True)
class Audit:
    """`findings` are sentences; `not_audited` the reasons by distribution."""

    audited: tuple[str, ...]
    not_audited: Mapping[str, str]
    findings: tuple[str, ...]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read pip-audit's own report (`--format json`)."""
        dependencies = document["dependencies"]
        return cls(
            audited=tuple(
                package["name"] for package in dependencies if "skip_reason" not in package
            ),
            not_audited={
                package["name"]: package["skip_reason"]
                for package in dependencies
                if "skip_reason" in package
            },
            findings=tuple(
                f"{package['name']} {package['version']}: {found['id']}, {_fix(found)}"
                for package in dependencies
                for found in package.get("vulns", ())
            ),
        )

    @property
    def exit_status(self) -> int:
        if self.findings:
            return 1
        return NOT_AUDITED if self.not_audited else 0

    def lines(self) -> list[str]:
        """The outcome in words; what was not audited is never called free of findings."""
        lines = [f"VULNERABLE: {finding}" for finding in self.findings]
        if self.not_audited:
            name, reason = next(iter(self.not_audited.items()))
            lines.append(
                f"NOT AUDITED: {len(self.not_audited)} of "
                f"{len(self.audited) + len(self.not_audited)} distributions, {name} first "
                f"({reason}). Nothing is known about them: is the vulnerability service reachable?"
            )
        if self.audited:
            found = len(self.findings) or "no"
            lines.append(
                f"{len(self.audited)} distributions audited, {found} known vulnerabilities"
            )
        return lines


def audit(requirements: Path) -> Audit:
    """Ask about every pin of a requirements file.

    Raises `AuditFailedError`, `ServiceUnreachableError`.
    """
    pip_audit = Path(sys.executable).with_name("pip-audit")
    finished = subprocess.run(  # noqa: S603 - fixed words and our own path
        [
            *(str(pip_audit), "--requirement", str(requirements)),
            *("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.stdout:
        return Audit.from_json(json.loads(finished.stdout))
    raise failure(finished.stderr)


def failure(output: str) -> AuditFailedError:
    """What a pip-audit without a report means, by what it wrote to stderr."""
    kind = (
        ServiceUnreachableError
        if any(text in output for text in _UNREACHABLE)
        else AuditFailedError
    )
    return kind(output.strip().rpartition("\n")[2] or "pip-audit said nothing")


def _fix(found: Mapping[str, Any]) -> str:
    versions = found.get("fix_versions") or ()
    return f"fixed in {', '.join(versions)}" if versions else "not fixed yet"


def main() -> int:
    try:
        outcome = audit(PROJECT / "requirements.txt")
    except AuditFailedError as error:
        print(f"NOT AUDITED, nothing is known about any distribution: {error}")  # noqa: T201 - the report
        return NOT_AUDITED if isinstance(error, ServiceUnreachableError) else 1
    print("\n".join(outcome.lines()))  # noqa: T201 - likewise
    return outcome.exit_status


if __name__ == "__main__":
    sys.exit(main())
