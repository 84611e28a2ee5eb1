"""What the thread says, by what happened and what was reported before."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.catalogue import CATALOGUE
from functions.notify.alert.replies import LISTED, Reply, reply
from functions.notify.event import NotifyEvent

NOW = datetime(2026, 11, 22, 23, 46, 8, tzinfo=UTC)
FAILS = CATALOGUE["apply_error"].headline
COLLIDES = CATALOGUE["apply_conflict"].headline
DISABLED = CATALOGUE["subscription_disabled"].headline
SLOT = CATALOGUE["slot_inactive"].headline


def finding(cause: str, subscription: str | None = "orders_sub") -> dict[str, Any]:
    return {"cause": cause, "subscription": subscription}


def said(
    transition: str,
    *findings: dict[str, Any],
    reported: tuple[str, ...] = (),
    fingerprint: str = "before",
    **more: Any,
) -> Reply:
    """The reply about a cluster whose incident was reported with these causes."""
    cluster = {"cluster": "sample-cluster", "findings": list(findings), "fingerprint": "now"}
    cluster |= {"muted": more.pop("muted", [])}
    incident = {
        "opened_at": "2026-11-22T23:34:08Z",
        "causes": list(reported),
        "fingerprint": fingerprint,
        **more,
    }
    event = NotifyEvent.from_json(
        {"cluster": cluster, "transition": transition, "incident": incident}
    )
    assert event.incident is not None
    return reply(event, event.incident, NOW)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(said("resolved"), "Recovered after 12 minutes.", id="resolved"),
        pytest.param(
            said("opened", finding("apply_error"), closed_at="2026-11-22T23:42:08Z"),
            f"Broken again, 4 minutes after the recovery:\n• `orders_sub` {FAILS}",
            id="reopened",
        ),
        pytest.param(
            said("opened", finding("apply_error")),
            f"Changed after 12 minutes.\n*New:*\n• `orders_sub` {FAILS}",
            id="opened, an execution died after telling of something else",
        ),
        pytest.param(
            said(
                "changed",
                finding("apply_conflict"),
                finding("slot_inactive", None),
                reported=("apply_conflict", "subscription_disabled"),
            ),
            f"Changed after 12 minutes.\n*New:*\n• {SLOT}\n*No longer:*\n• {DISABLED}",
            id="one more, one less",
        ),
        pytest.param(
            said(
                "changed", finding("apply_error"), reported=("apply_error", "subscription_disabled")
            ),
            f"Changed after 12 minutes.\n*No longer:*\n• {DISABLED}",
            id="one less",
        ),
        pytest.param(
            said("changed", finding("apply_error"), reported=("apply_conflict",)),
            f"Changed after 12 minutes.\n*New:*\n• `orders_sub` {FAILS}",
            id="the same cause elsewhere, or the log says less",
        ),
        pytest.param(
            said(
                "changed",
                finding("apply_conflict"),
                finding("slot_inactive"),
                reported=("apply_error",),
            ),
            f"Changed after 12 minutes.\n*New:*\n• `orders_sub` {COLLIDES}\n• `orders_sub` {SLOT}",
            id="the log explains what was reported: it is not over",
        ),
        pytest.param(
            said(
                "changed",
                finding("apply_error"),
                reported=("apply_error", "subscription_disabled"),
                muted=[finding("subscription_disabled")],
            ),
            f"Changed after 12 minutes.\n*New:*\n• `orders_sub` {FAILS}",
            id="what was muted is not over",
        ),
        pytest.param(
            said("changed", finding("apply_error"), reported=("apply_error", "of_a_later_version")),
            f"Changed after 12 minutes.\n*New:*\n• `orders_sub` {FAILS}",
            id="a cause of a later version",
        ),
        pytest.param(
            said(
                "changed", finding("apply_conflict"), reported=("apply_error",), fingerprint="now"
            ),
            f"The log says more.\n*New:*\n• `orders_sub` {COLLIDES}",
            id="second reading",
        ),
    ],
)
def test_what_is_new(made: Reply, expected: str) -> None:
    assert Reply(expected) == made


def test_a_reminder_is_seen_in_the_channel() -> None:
    """It says by itself what it is about."""
    expected = f"🔴 Still, after 12 minutes: sample-cluster: orders_sub {FAILS}"
    assert Reply(expected, broadcast=True) == said("reminder", finding("apply_error"))


def test_foreign_names_are_not_interpreted() -> None:
    hostile = finding("apply_error", "<!channel> `x` & *b*")
    for transition in ("opened", "changed", "reminder"):
        text = said(transition, hostile, closed_at="2026-11-22T23:42:08Z").text
        assert "<!" not in text
        assert "&lt;!channel&gt;" in text
    assert "`&lt;!channel&gt; 'x' &amp; *b*`" in said("changed", hostile).text


def test_many_findings() -> None:
    """Some by name, the rest counted: a reply stays short."""
    text = said("changed", *(finding("apply_error", f"sub_{n}") for n in range(LISTED + 15))).text
    assert f"`sub_{LISTED - 1}`" in text
    assert f"`sub_{LISTED}`" not in text
    assert text.endswith("… and 15 more")
