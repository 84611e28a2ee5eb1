"""What a cause is."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from functions.catalogue.evidence import EVIDENCE, SHOWN_ALWAYS
from functions.catalogue.in_log import NOT_LOGGED, Explained, InLog
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
    """One thing that can be wrong, with all that is known of it.

    `headline` completes the sentence "<subscription or cluster> …"; `meaning` is one or two
    sentences for the person on call; `checks` is SQL that shows it, none where no SQL could;
    `rests_on` names the views or log lines the verdict comes from, with PostgreSQL's versions;
    `remedies` come least lossy first.

    `shown` are the keys of evidence that an alert shows, None for all that have a label. `in_log`
    says how the log says it, `explained` which errors of the log explain the probe's finding,
    None if none do. `replaces` are causes of the probe that it explains where it is seen on the
    publisher. `problem` names what several causes are aspects of, because one problem may show
    another in each sample; None if the cause is a problem of its own. An incident's fingerprint is
    of problems.
    """

    id: str
    severity: Severity
    headline: str
    meaning: str
    checks: tuple[Script, ...]
    rests_on: str
    remedies: tuple[Remedy, ...] = ()
    shown: AbstractSet[str] | None = None
    in_log: InLog = NOT_LOGGED
    explained: Explained | None = None
    replaces: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def keys_shown(self) -> tuple[str, ...]:
        """The keys of evidence worth showing with it, the most important first."""
        wanted = EVIDENCE.keys() if self.shown is None else self.shown | SHOWN_ALWAYS
        return tuple(key for key, entry in EVIDENCE.items() if entry.label and key in wanted)

    def remedies_for(self, values: Mapping[str, object]) -> tuple[FilledRemedy, ...]:
        """The remedies that fit the servers' versions, with a finding's values in their SQL.

        `values` is a finding's evidence and its `subscription`.
        """
        return tuple(remedy.filled(values) for remedy in self.remedies if remedy.fits(values))
