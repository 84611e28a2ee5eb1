"""What a cause is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from functions.catalogue.remedy import FilledRemedy, Remedy
from functions.catalogue.script import Script


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that can be wrong.

    `headline` completes the sentence "<subscription or cluster> …"; `meaning` is one or two
    sentences for the person on call; `checks` is SQL that shows it, none where no SQL could;
    `rests_on` names the views or log lines the verdict comes from, with PostgreSQL's versions;
    `remedies` come least lossy first.
    """

    id: str
    severity: Severity
    headline: str
    meaning: str
    checks: tuple[Script, ...]
    rests_on: str
    remedies: tuple[Remedy, ...] = ()

    def remedies_for(self, values: Mapping[str, object]) -> tuple[FilledRemedy, ...]:
        """The remedies that fit the servers' versions, with a finding's values in their SQL.

        `values` is a finding's evidence and its `subscription`.
        """
        return tuple(one.filled(values) for one in self.remedies if one.fits(values))
