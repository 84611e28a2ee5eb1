"""What to do about an event, by what happened, the first message and the receipt."""

from typing import Any

import pytest

from functions.notify.decision import Course, decide
from functions.notify.event import NotifyEvent

FIRST = {"channel": "C1", "ts": "1.1"}
BROKEN = [{"cause": "apply_error", "subscription": "orders_sub"}]
REOPENED = {"closed_at": "2026-11-22T23:40:00Z"}
UNDELIVERED = {"undelivered": "opened 3f0c"}
REPORTED = {"fingerprint": "3f0c", "causes": ["apply_error"], "notifications": 1}


def event(transition: str, incident: dict[str, Any] | None, **cluster: Any) -> NotifyEvent:
    findings = [] if transition == "resolved" else BROKEN
    document = {"cluster": "c", "findings": findings, "fingerprint": "3f0c", **cluster}
    return NotifyEvent.from_json(
        {
            "cluster": document,
            "transition": transition,
            "incident": None
            if incident is None
            else {"opened_at": "2026-11-22T23:34Z", **incident},
        }
    )


MUTED: dict[str, Any] = {"findings": [], "muted": BROKEN}
OTHER: dict[str, Any] = {"fingerprint": "77aa"}


@pytest.mark.parametrize(
    ("asked", "entries", "expected"),
    [
        pytest.param(event("opened", None), [], Course.POST, id="by hand"),
        pytest.param(event("resolved", None), [], Course.POST, id="resolved by hand"),
        pytest.param(event("test", None), [], Course.POST, id="test"),
        pytest.param(event("opened", None, **MUTED), [], Course.SILENCE, id="muted by hand"),
        pytest.param(event("opened", {}), [], Course.POST, id="opened"),
        pytest.param(
            event("opened", {}),
            ["0 opened 3f0c post"],
            Course.POST,
            id="opened, but no receipt's first",
        ),
        pytest.param(
            event("opened", FIRST),
            ["0 opened 3f0c post"],
            Course.POST,
            id="opened, died after posting",
        ),
        pytest.param(
            event("opened", FIRST),
            ["0 opened 3f0c post", "0 opened 3f0c"],
            Course.ALREADY_POSTED,
            id="opened, died before the record",
        ),
        pytest.param(
            event("opened", FIRST, **OTHER),
            ["0 opened 3f0c post", "0 opened 3f0c"],
            Course.CONTINUE,
            id="opened, died before the record, and something else is wrong now",
        ),
        pytest.param(
            event("opened", {**FIRST, **REPORTED, **REOPENED}), [], Course.CONTINUE, id="reopened"
        ),
        pytest.param(
            event("opened", {**REPORTED, **REOPENED}),
            [],
            Course.POST,
            id="reopened without a first",
        ),
        pytest.param(
            event("changed", {**FIRST, **REPORTED}, **OTHER), [], Course.CONTINUE, id="changed"
        ),
        pytest.param(
            event("changed", {**FIRST, **REPORTED}, **OTHER),
            ["1 changed 77aa update"],
            Course.CONTINUE,
            id="changed, died after the update",
        ),
        pytest.param(
            event("changed", {**FIRST, **REPORTED}, **OTHER),
            ["1 changed 77aa update", "1 changed 77aa post"],
            Course.POST,
            id="changed, first message was gone, died after posting",
        ),
        pytest.param(
            event("changed", {**FIRST, **REPORTED}, **OTHER),
            ["1 changed 77aa"],
            Course.ALREADY_POSTED,
            id="changed, already posted",
        ),
        pytest.param(
            event("changed", {**REPORTED}, **OTHER), [], Course.POST, id="changed, no first"
        ),
        pytest.param(
            event("changed", {**FIRST, **REPORTED}),
            [],
            Course.NOTHING_NEW,
            id="second reading, the log explains no more",
        ),
        pytest.param(
            event("changed", {**FIRST, **REPORTED, "causes": ["apply_conflict"]}),
            [],
            Course.NOTHING_NEW,
            id="second reading, the log explains less",
        ),
        pytest.param(
            event("changed", {**FIRST, **REPORTED, "causes": ["worker_down"]}),
            [],
            Course.CONTINUE,
            id="second reading, the log explains more",
        ),
        pytest.param(event("reminder", {**FIRST, **REPORTED}), [], Course.CONTINUE, id="reminder"),
        pytest.param(event("reminder", REPORTED), [], Course.POST, id="reminder without a first"),
        pytest.param(
            event("reminder", {**FIRST, **REPORTED}),
            ["0 reminder 3f0c", "1 changed 3f0c"],
            Course.CONTINUE,
            id="reminder, others already posted",
        ),
        pytest.param(event("resolved", {**FIRST, **REPORTED}), [], Course.CONTINUE, id="resolved"),
        pytest.param(event("resolved", {}), [], Course.SILENCE, id="resolved, never posted"),
        pytest.param(event("resolved", UNDELIVERED), [], Course.POST, id="resolved, undelivered"),
        pytest.param(
            event("resolved", {**FIRST, **UNDELIVERED}),
            [],
            Course.CONTINUE,
            id="resolved, a reminder undelivered",
        ),
        pytest.param(
            event("resolved", {**FIRST, **REPORTED}),
            ["1 resolved 3f0c"],
            Course.ALREADY_POSTED,
            id="resolved, already posted",
        ),
        pytest.param(event("opened", {}, **MUTED), [], Course.SILENCE, id="muted"),
        pytest.param(
            event("changed", {**FIRST, **REPORTED}, **MUTED), [], Course.UPDATE, id="muted now"
        ),
        pytest.param(
            event("resolved", {**FIRST, **REPORTED}, **MUTED),
            [],
            Course.UPDATE,
            id="muted while open",
        ),
        pytest.param(
            event("resolved", REPORTED, **MUTED), [], Course.SILENCE, id="muted, not posted"
        ),
        pytest.param(
            event("resolved", {**FIRST, **REPORTED}, **MUTED),
            ["1 resolved 3f0c"],
            Course.ALREADY_POSTED,
            id="muted, already posted",
        ),
    ],
)
def test_course(asked: NotifyEvent, entries: list[str], expected: Course) -> None:
    assert expected is decide(asked, frozenset(entries))
