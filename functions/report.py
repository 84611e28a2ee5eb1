"""The report: what CheckReplication returns, the state machine branches on and Notify reads.

Its JSON keys are the field names below. Pure: standard library and the catalogue of causes only.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Self

from functions.catalogue import CATALOGUE, COULD_NOT_BE_CHECKED, Severity, problem_of

MAX_REPORT_BYTES = 240_000
"""Step Functions allows payloads of 262,144 bytes; the rest is for what travels beside a report."""

MAX_CLUSTER_BYTES = 30_000
"""Notify gets one cluster beside the log's lines, 225,600 bytes at most (docs/decisions.md)."""

MAX_FINDINGS_PER_CLUSTER = 25

_NOT_VISIBLE_LISTED: Final = 3
ROOMS: Final = (MAX_CLUSTER_BYTES, 15_000, 7_500, 4_000, 2_000, 1_000)
"""Bytes for each cluster of a report: the most of these with which all fit."""


@dataclass(frozen=True, slots=True)
class _Extent:
    """How much of a cluster is reported: findings of either kind, characters of a text."""

    findings: int
    text: int
    log_query: bool = True


_EXTENTS: Final = (
    _Extent(MAX_FINDINGS_PER_CLUSTER, 3_000),
    _Extent(12, 3_000),
    _Extent(6, 3_000),
    _Extent(3, 3_000),
    _Extent(1, 3_000),
    _Extent(1, 200, log_query=False),
)
"""The first that fits a cluster's room is taken, the last one in any case. Names of PostgreSQL are
whole in each, and in the first ones a list of ten tables is."""

Evidence = str | int | float | bool | None


class ReportTooLargeError(Exception):
    """Even one short finding per cluster does not fit."""


class Status(StrEnum):
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a cause, the subscription it concerns (if one) and what shows it.

    `evidence` holds scalars only; a key that ends in `_seconds` is in seconds, in `_bytes` in
    bytes, in `_lsn` a PostgreSQL LSN (`X/X`), in `_time` or `since` an ISO 8601 instant in UTC.
    """

    cause: str
    summary: str
    subscription: str | None = None
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.cause].severity

    @property
    def problem(self) -> str:
        """What it is one and the same problem with, whichever cause a sample shows."""
        return problem_of(self.cause)

    def to_json(self) -> dict[str, Any]:
        return {
            "cause": self.cause,
            "severity": self.severity.value,
            "subscription": self.subscription,
            "summary": self.summary,
            "evidence": dict(self.evidence),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a finding; a cause this version does not know becomes `monitor_failed`."""
        cause = str(document.get("cause", "monitor_failed"))
        subscription = document.get("subscription")
        return cls(
            cause=cause if cause in CATALOGUE else "monitor_failed",
            summary=str(document.get("summary") or ""),
            subscription=None if subscription is None else str(subscription),
            evidence=dict(document.get("evidence") or {}),
        )


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """The verdict on one cluster.

    `omitted_findings` and `omitted_muted` count those left out to bound the report. `log_query` is
    the cluster's own query of its log groups, if it has one; `not_visible` names what the monitor's
    role may not see. `mute` are causes and subscriptions not to notify of, `muted` the findings
    this kept from `findings`; the status counts them all the same. `remind_after_minutes` and
    `unknown_runs` are the state machine's: when to remind, and on which consecutive run without an
    answer to open an incident; None leaves that to its defaults.
    """

    cluster: str
    status: Status
    log_groups: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    omitted_findings: int = 0
    log_query: str | None = None
    not_visible: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    muted: tuple[Finding, ...] = ()
    omitted_muted: int = 0
    remind_after_minutes: int | None = None
    unknown_runs: int | None = None

    def without_muted(self) -> "ClusterReport":
        """The same cluster, its findings parted into those to notify and the muted ones."""
        audible = tuple(finding for finding in self.findings if not self._mutes(finding))
        muted = tuple(finding for finding in self.findings if self._mutes(finding))
        return replace(self, findings=audible, muted=self.muted + muted)

    def _mutes(self, finding: Finding) -> bool:
        return finding.cause in self.mute or finding.subscription in self.mute

    @property
    def fingerprint(self) -> str:
        """The same while the same set of (subscription, problem) holds; 16 hexadecimal digits.

        Beside what was found, that a check was interrupted is no problem of its own.
        """
        known = [found for found in self.findings if found.cause not in COULD_NOT_BE_CHECKED]
        return _digest((found.subscription, found.problem) for found in known or self.findings)

    @property
    def former_fingerprint(self) -> str:
        """That of (subscription, cause), which incidents of before 2026-11-26 hold."""
        return _digest((finding.subscription, finding.cause) for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "cluster": self.cluster,
            "status": self.status.value,
            "fingerprint": self.fingerprint,
            "log_groups": list(self.log_groups),
            "findings": [finding.to_json() for finding in self.findings],
        }
        if self.omitted_findings:
            document["omitted_findings"] = self.omitted_findings
        if self.log_query is not None:
            document["log_query"] = self.log_query
        if self.not_visible:
            document["not_visible"] = list(self.not_visible)
        if self.mute or self.muted:
            document["mute"] = list(self.mute)
            document["muted"] = [finding.to_json() for finding in self.muted]
        if self.omitted_muted:
            document["omitted_muted"] = self.omitted_muted
        if self.remind_after_minutes is not None:
            document["remind_after_minutes"] = self.remind_after_minutes
        if self.unknown_runs is not None:
            document["unknown_runs"] = self.unknown_runs
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read one cluster of a report; every key but `cluster` may be missing."""
        findings = tuple(Finding.from_json(item) for item in document.get("findings") or ())
        status = document.get("status") or (Status.UNHEALTHY if findings else Status.HEALTHY)
        return cls(
            cluster=str(document["cluster"]),
            status=Status(status),
            log_groups=tuple(str(group) for group in document.get("log_groups") or ()),
            findings=findings,
            omitted_findings=int(document.get("omitted_findings") or 0),
            log_query=document.get("log_query"),
            not_visible=tuple(str(line) for line in document.get("not_visible") or ()),
            mute=tuple(str(name) for name in document.get("mute") or ()),
            muted=tuple(Finding.from_json(item) for item in document.get("muted") or ()),
            omitted_muted=int(document.get("omitted_muted") or 0),
            remind_after_minutes=document.get("remind_after_minutes"),
            unknown_runs=document.get("unknown_runs"),
        )


def report(
    clusters: Sequence[ClusterReport], checked_at: datetime, most_bytes: int = MAX_REPORT_BYTES
) -> dict[str, Any]:
    """The JSON document CheckReplication returns, at most `most_bytes` long.

    Findings are kept worst first, muted ones as well, and each cluster keeps at least one.
    What is large in one cluster is cut there before it costs the others anything. Raises
    `ReportTooLargeError`.
    """
    bounded = [(_shortened(cluster, _EXTENTS[0]), cluster.fingerprint) for cluster in clusters]
    for room in ROOMS:
        document = {
            "checked_at": checked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "healthy": all(cluster.status is Status.HEALTHY for cluster in clusters),
            "clusters": [_within(room, *cluster) for cluster in bounded],
        }
        if size(document) <= most_bytes:
            return document
    raise ReportTooLargeError(
        f"the report of {len(clusters)} clusters exceeds {most_bytes:,} bytes: "
        'check fewer in one execution, by the input "clusters" or "shard"',
    )


def _digest(pairs: Iterable[tuple[str | None, str]]) -> str:
    named = sorted({(subscription or "", name) for subscription, name in pairs})
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]


def size(document: Mapping[str, Any]) -> int:
    """Bytes of the longest JSON it can become; Step Functions counts UTF-8, which is no longer."""
    return len(json.dumps(document))


def in_room(cluster: ClusterReport, room: int) -> dict[str, Any]:
    """One cluster of a report in so many bytes, or in the fewest it takes."""
    return _within(room, _shortened(cluster, _EXTENTS[0]), cluster.fingerprint)


def _within(room: int, cluster: ClusterReport, fingerprint: str) -> dict[str, Any]:
    """The cluster in JSON; its fingerprint is that of all its findings, whatever is left out."""
    for extent in _EXTENTS:
        document = _shortened(cluster, extent).to_json() | {"fingerprint": fingerprint}
        if size(document) <= room:
            break
    return document


def _shortened(cluster: ClusterReport, extent: _Extent) -> ClusterReport:
    """Of `mute`, the causes: what a subscription mutes is parted already, whatever the log says."""
    findings, muted = _worst(cluster.findings, extent), _worst(cluster.muted, extent)
    return replace(
        cluster,
        findings=findings,
        omitted_findings=cluster.omitted_findings + len(cluster.findings) - len(findings),
        log_query=cluster.log_query if extent.log_query else None,
        not_visible=_listed(cluster.not_visible, extent),
        mute=tuple(cause for cause in CATALOGUE if cause in cluster.mute),
        muted=muted,
        omitted_muted=cluster.omitted_muted + len(cluster.muted) - len(muted),
    )


def _worst(findings: tuple[Finding, ...], extent: _Extent) -> tuple[Finding, ...]:
    """As they were if there is room for all.

    A long text of evidence is left out: it may stand in a remedy, where half of it would be wrong.
    """
    if len(findings) > extent.findings:
        findings = tuple(
            sorted(findings, key=lambda finding: finding.severity.rank)[: extent.findings]
        )
    return tuple(
        replace(
            finding,
            summary=_cut(finding.summary, extent),
            evidence={
                name: value
                for name, value in finding.evidence.items()
                if _is_reported(value, extent)
            },
        )
        for finding in findings
    )


def _is_reported(value: Evidence, extent: _Extent) -> bool:
    """JSON has no infinity, and Step Functions would refuse the whole report for one."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, str) or len(value) <= extent.text


def _listed(lines: tuple[str, ...], extent: _Extent) -> tuple[str, ...]:
    if len(lines) > _NOT_VISIBLE_LISTED:
        named = _NOT_VISIBLE_LISTED - 1
        lines = (*lines[:named], f"{len(lines) - named} more of this kind")
    return tuple(_cut(line, extent) for line in lines)


def _cut(text: str, extent: _Extent) -> str:
    return text if len(text) <= extent.text else text[: extent.text - 1] + "…"
