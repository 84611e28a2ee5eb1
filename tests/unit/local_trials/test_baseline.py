from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pg8000.native
import pytest

from local.trials.baseline import BaselineVerdict, Row, check, judge

NOW = datetime(2026, 11, 22, 23, 34, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        pytest.param([(ago(1), ago(1))], BaselineVerdict.HEALTHY, id="fresh"),
        pytest.param([(None, None)], BaselineVerdict.STOPPED, id="no times"),
        pytest.param([(ago(1), None)], BaselineVerdict.STOPPED, id="never received"),
        pytest.param([], BaselineVerdict.UNEXPECTED, id="no row"),
        pytest.param([(ago(300), ago(300))], BaselineVerdict.HEALTHY, id="at the limit"),
        pytest.param(
            [(ago(301), ago(1))], BaselineVerdict.DELAYED_AT_PUBLISHER, id="sent long ago"
        ),
        pytest.param([(ago(200), ago(-200))], BaselineVerdict.HEALTHY, id="received late"),
        pytest.param(
            [(ago(1), ago(302))], BaselineVerdict.DELAYED_AT_SUBSCRIBER, id="received before sent"
        ),
        pytest.param(
            [(ago(1), ago(1)), (None, None)],
            BaselineVerdict.HEALTHY,
            id="the second row is stopped",
        ),
        pytest.param(
            [(None, None), (ago(1), ago(1))], BaselineVerdict.STOPPED, id="parallel worker first"
        ),
    ],
)
def test_the_first_row_decides(rows: list[Row], verdict: BaselineVerdict) -> None:
    assert verdict == judge(rows, NOW, 300)


def silent() -> Exception:
    error: Exception = pg8000.native.InterfaceError("network error")
    error.__cause__ = TimeoutError()
    return error


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (lambda: pg8000.native.DatabaseError({"C": "28P01"}), BaselineVerdict.DATABASE_ERROR),
        (lambda: pg8000.native.InterfaceError("refused"), BaselineVerdict.DRIVER_ERROR),
        (TimeoutError, BaselineVerdict.HUNG),
        (silent, BaselineVerdict.HUNG),
    ],
    ids=["database error", "refused", "silent at login", "silent afterwards"],
)
def test_an_exception_is_told_by_its_class(
    error: Callable[[], Exception], verdict: BaselineVerdict
) -> None:
    def connect() -> pg8000.native.Connection:
        raise error()

    assert verdict == check(connect)


@pytest.mark.parametrize(
    ("verdict", "alerts", "cause", "named"),
    [
        (BaselineVerdict.HEALTHY, False, "silent_divergence", False),
        (BaselineVerdict.HUNG, False, "database_timeout", False),
        (BaselineVerdict.STOPPED, True, "worker_down", True),
        (BaselineVerdict.STOPPED, True, "apply_conflict", False),
        (BaselineVerdict.DELAYED_AT_PUBLISHER, True, "publisher_lagging", True),
        (BaselineVerdict.DELAYED_AT_PUBLISHER, True, "apply_blocked", False),
        (BaselineVerdict.UNEXPECTED, True, "no_subscription", False),
    ],
)
def test_an_alert_names_one_cause_at_most(
    verdict: BaselineVerdict,
    alerts: bool,  # noqa: FBT001  a column of the table
    cause: str,
    named: bool,  # noqa: FBT001  a column of the table
) -> None:
    assert (alerts, named) == (verdict.alerts, verdict.names(cause))
