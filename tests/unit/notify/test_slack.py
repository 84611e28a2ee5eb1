"""How long Notify waits when Slack asks it to."""

import pytest
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryState

from functions.notify.slack import BoundedRateLimitRetryHandler

REQUEST = HttpRequest(method="POST", url="https://slack.com/api/chat.postMessage", headers={})


def honoured(*waits: str | None, status: int = 429) -> list[bool]:
    """Whether each Retry-After is waited for, one call after the other, with 15 s in all."""
    handler = BoundedRateLimitRetryHandler(15)
    return [
        handler.can_retry(
            state=RetryState(),
            request=REQUEST,
            response=HttpResponse(
                status_code=status, headers={} if wait is None else {"Retry-After": [wait]}
            ),
        )
        for wait in waits
    ]


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        (("1",), [True]),
        (("14",), [True]),
        (("15",), [False]),
        (("6", "6", "6"), [True, True, False]),
        (("30", "1"), [False, True]),
        ((None,), [True]),
        (("Wed, 21 Oct 2026 07:28:00 GMT",), [False]),
    ],
    ids=["short", "just", "too long", "used up", "short after long", "none named", "a date"],
)
def test_waits_have_a_budget(waits: tuple[str | None, ...], expected: list[bool]) -> None:
    """Up to a second is added to each wait by slack_sdk; what is too long is not begun."""
    assert expected == honoured(*waits)


def test_other_failures_are_not_its_business() -> None:
    assert [False] == honoured("1", status=500)


def test_one_repetition_per_call() -> None:
    handler = BoundedRateLimitRetryHandler(15)
    response = HttpResponse(status_code=429, headers={"Retry-After": ["1"]})
    state = RetryState(current_attempt=1)
    assert not handler.can_retry(state=state, request=REQUEST, response=response)
