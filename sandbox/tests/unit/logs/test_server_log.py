"""How lines of a server log become events."""

import pytest

from sandbox.logs.server_log import EventAssembler, ServerEvent, UnsupportedTimeZoneError

NOW = 1_795_400_099_000
PREFIX = "2026-11-23 02:13:20 UTC"
SECOND = 1_795_400_000_000

WORKER = f"{PREFIX}::@:[42]:ERROR:  duplicate key value"
CONTEXT = f"{PREFIX}::@:[42]:CONTEXT:  processing remote data"


def assembled(*lines: str | bytes) -> list[ServerEvent]:
    assembler = EventAssembler()
    encoded = [line.encode() if isinstance(line, str) else line for line in lines]
    return assembler.feed(encoded, NOW) + assembler.finish()


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        pytest.param([WORKER, CONTEXT], [WORKER, CONTEXT], id="one event per prefixed line"),
        pytest.param([WORKER, "\tmore", CONTEXT], [f"{WORKER}\n\tmore", CONTEXT], id="tab"),
        pytest.param([WORKER, "a bare line"], [f"{WORKER}\na bare line"], id="bare line"),
        pytest.param([WORKER, "", "\tb", ""], [f"{WORKER}\n\n\tb"], id="blank lines"),
        pytest.param([WORKER, f"\t{CONTEXT}"], [f"{WORKER}\n\t{CONTEXT}"], id="prefix after a tab"),
        pytest.param([], [], id="nothing"),
        pytest.param(["", ""], [], id="nothing but blank lines"),
        pytest.param(
            [f"{PREFIX}:10.0.0.1(5432):monitor@shop:[7]:LOG:  a"],
            [f"{PREFIX}:10.0.0.1(5432):monitor@shop:[7]:LOG:  a"],
            id="client",
        ),
        pytest.param(
            [WORKER, f"{PREFIX}:::1(5432):a b@c:[7]:LOG:  a"],
            [WORKER, f"{PREFIX}:::1(5432):a b@c:[7]:LOG:  a"],
            id="IPv6 client",
        ),
    ],
)
def test_messages(lines: list[str], messages: list[str]) -> None:
    assert messages == [event.message for event in assembled(*lines)]


@pytest.mark.parametrize(
    ("line", "timestamp"),
    [
        pytest.param(WORKER, SECOND, id="seconds"),
        pytest.param(WORKER.replace("20 UTC", "20.123 UTC"), SECOND + 123, id="milliseconds"),
        pytest.param(WORKER.replace("UTC", "GMT"), SECOND, id="GMT"),
        pytest.param("postgres: could not access directory", NOW, id="bare line: now"),
    ],
)
def test_timestamps(line: str, timestamp: int) -> None:
    assert [ServerEvent(timestamp, line)] == assembled(line)


def test_bytes_that_are_no_text() -> None:
    """Invalid UTF-8 and NUL become the replacement character."""
    (event,) = assembled(f"{WORKER} ".encode() + b"caf\xe9 \x00 \xf0\x9f\x98\x80")
    assert f"{WORKER} caf\ufffd \ufffd \U0001f600" == event.message


def test_other_time_zones_are_refused() -> None:
    with pytest.raises(UnsupportedTimeZoneError, match="zone CET: set log_timezone = 'UTC'"):
        assembled(WORKER.replace("UTC", "CET"))


def test_the_last_event_stays_open() -> None:
    """Lines that come later still belong to it."""
    assembler = EventAssembler()
    assert [] == assembler.feed([WORKER.encode()], NOW)
    assert [] == assembler.feed([b"\tmore"], NOW)
    assert [ServerEvent(SECOND, f"{WORKER}\n\tmore")] == assembler.feed([CONTEXT.encode()], NOW)
    assert [ServerEvent(SECOND, CONTEXT)] == assembler.finish()
    assert [] == assembler.finish()
