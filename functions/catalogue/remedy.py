"""What helps against a cause: an action, its risk, and SQL for each server it takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from functions.catalogue.script import FilledScript, Script


@dataclass(frozen=True, slots=True)
class FilledRemedy:
    """A remedy for one finding."""

    action: str
    risk: str
    scripts: tuple[FilledScript, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way out.

    `action` is an imperative sentence, `risk` what can be lost by it, `scripts` are run in their
    order, each on its server. It helps on major versions of the subscriber from `since` to `before`
    (exclusive), only where the key `needs` of the evidence is known and `unless` is not.
    """

    action: str
    risk: str
    scripts: tuple[Script, ...] = ()
    since: int | None = None
    before: int | None = None
    needs: str | None = None
    unless: str | None = None

    def fits(self, values: Mapping[str, object]) -> bool:
        """Whether it can help with a finding; a version that is not known excludes nothing."""
        if self.needs is not None and not values.get(self.needs):
            return False
        if self.unless is not None and values.get(self.unless):
            return False
        version = _major(values.get("server_version"))
        if version is None:
            return True
        return (self.since or 0) <= version and (self.before is None or version < self.before)

    def filled(self, values: Mapping[str, object]) -> FilledRemedy:
        """For one finding; without SQL if a script that destroys would hold a placeholder."""
        scripts = tuple(script.filled(values) for script in self.scripts)
        unsafe = any(
            script.destroys and not filled.complete
            for script, filled in zip(self.scripts, scripts, strict=True)
        )
        return FilledRemedy(self.action, self.risk, () if unsafe else scripts)


def _major(version: object) -> int | None:
    match = re.match(r"\d+", str(version or ""))
    return int(match[0]) if match else None
