"""Runs SQL of the catalogue as a person would: line by line, on the server it names."""

import re
from collections.abc import Iterator

import pg8000.native

from functions.catalogue import FilledRemedy, Place
from local.postgres.pair import DATABASE, Pair
from local.postgres.server import Server
from local.postgres.waiting import wait_until

IN_USE = "55006"
"""SQLSTATE object_in_use: a process that was told to end has not yet."""


def apply(pair: Pair, remedy: FilledRemedy, supplied: str = "") -> None:
    """Run it; `supplied` is what the reader puts in the place of what only a reader knows."""
    assert remedy.complete is (supplied == "")
    run(pair, re.sub(r"'?<the [^>]*>'?", lambda _: supplied, remedy.sql or ""), remedy.place)


def run(pair: Pair, sql: str, place: Place = Place.SUBSCRIBER) -> list[list[list[object]]]:
    """The rows of each statement, in order; one line after the other, begun at `place`."""
    return [_rows(server, statement) for server, statement in _statements(pair, sql, place)]


def _statements(pair: Pair, sql: str, place: Place) -> Iterator[tuple[Server, str]]:
    servers = {Place.SUBSCRIBER: pair.subscriber, Place.PUBLISHER: pair.publisher}
    server, lines = servers[place], []
    for line in sql.splitlines():
        if line.startswith("-- on the "):
            server = servers[Place(line.split()[3].rstrip(",;"))]
            continue
        lines.append(line)
        if line.endswith(";"):
            yield server, "\n".join(lines)
            lines = []
    assert [] == lines, "the last statement has no end"


def _rows(server: Server, statement: str) -> list[list[object]]:
    """Told that something is still in use, a person tries again."""
    answers: list[list[list[object]]] = []

    def answered() -> bool:
        try:
            answers.append(server.sql(statement, DATABASE))
        except pg8000.native.DatabaseError as error:
            if error.args[0]["C"] != IN_USE:
                raise
        return bool(answers)

    wait_until(answered, that=f"this can be done: {statement}", look_at=server.log_tail)
    return answers[0]
