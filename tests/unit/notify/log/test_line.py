from datetime import UTC, datetime

import pytest

from functions.notify.log.line import LogLine, bare_warning, parse

TIME = datetime(2026, 11, 22, 23, 34, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(
            "2026-11-22 23:34:08 UTC::@:[1234]:ERROR:  it: failed",
            LogLine(TIME, 1234, "ERROR", "it: failed", of_background_process=True),
            id="replication worker",
        ),
        pytest.param(
            "2026-11-22 23:34:08 UTC:10.0.0.1(54058):bob@shop:[7]:STATEMENT:  SELECT\n\t1",
            LogLine(TIME, 7, "STATEMENT", "SELECT\n\t1", of_background_process=False),
            id="session, continued on a second line",
        ),
        pytest.param(
            "2026-11-22 23:34:08.000 UTC:[local]:bob@shop:[7]:3:23505:2026-11-22 20:00:00 UTC:4/5:0"
            ":6741.1:psqlERROR:  x",
            LogLine(TIME, 7, "ERROR", "x", of_background_process=False, sqlstate="23505"),
            id="the longer prefix, with SQLSTATE",
        ),
        pytest.param(
            "2026-11-22 23:34:08 UTC:::1(5432):bob@shop:[7]:LOG:  then ERROR:  x",
            LogLine(TIME, 7, "LOG", "then ERROR:  x", of_background_process=False),
            id="IPv6, a label inside the text",
        ),
        pytest.param("2026-02-30 25:00:00 UTC::@:[1]:ERROR:  x", None, id="no such time"),
        pytest.param("\tKey (id)=(1)", None, id="continuation"),
        pytest.param("[ERROR] KeyError: 'x'", None, id="another program"),
        pytest.param("", None, id="empty"),
    ],
)
def test_parse(message: str, expected: LogLine | None) -> None:
    assert expected == parse(message)


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("ERROR", "x", True),
        ("WARNING", "out of logical replication worker slots", True),
        ("LOG", 'conflict detected on relation "public.t": conflict=update_missing', True),
        ("LOG", 'subscription "s" has been disabled because of an error', True),
        ("LOG", 'logical replication apply worker for subscription "s" has started', False),
        ("DETAIL", "x", False),
    ],
)
def test_is_error(label: str, text: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Warnings and worse are errors, and the LOG lines that somebody has to act on."""
    assert expected == LogLine(TIME, 1, label, text, of_background_process=True).is_error


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(
            'WARNING:  skipped loading publication "p"\nDETAIL:  x',
            'skipped loading publication "p"',
            id="alone",
        ),
        pytest.param(
            "2026-11-22 23:34:08 UTC::@:[7]:LOG:  checkpoint complete\n"
            'WARNING:  skipped loading publication "p"',
            'skipped loading publication "p"',
            id="below another line",
        ),
        pytest.param(
            '2026-11-22 23:34:08 UTC::@:[7]:ERROR:  x\n\tWARNING:  skipped loading publication "p"',
            None,
            id="in a text of several lines",
        ),
    ],
)
def test_bare_warning(message: str, expected: str | None) -> None:
    assert expected == bare_warning(message)


@pytest.mark.parametrize(
    "user",
    [
        '@:[9]:ERROR:  replication slot "orders_sub" does not exist',
        'x UTC::@:[9]:ERROR:  replication slot "a" does not exist',
        ":@:[9]:ERROR:  it broke",
    ],
)
def test_a_client_s_line_is_no_background_process_s(user: str) -> None:
    """Whatever the user name, which anybody who reaches the port may choose."""
    message = f'FATAL:  password authentication failed for user "{user}"'
    parsed = parse(f"2026-11-22 23:34:08 UTC:10.0.0.9(38370):{user}@shop:[32649]:{message}")
    assert parsed is None or not parsed.of_background_process
