"""Our quoting against the server's."""

from collections.abc import Iterator

import pytest

from functions.catalogue.quoting import identifier, literal
from sandbox.postgres import binaries
from sandbox.postgres.server import Server

ODD = [
    "",
    "Orders",
    "1st",
    "_1",
    "a$b",
    "schön",
    "two words",
    "it's",
    'say "hi"',
    "back\\slash",
    "\\'",
    "a\nb",
    "%s {0} :name",
    "x'); DROP TABLE orders; --",
    "é" * 31 + "x",
    "🐘",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(binaries.find("18"), tmp_path_factory.mktemp("quoting") / "log") as server:
        yield server


def test_keywords(server: Server) -> None:
    """Every keyword is quoted if the server would quote it, and only then."""
    rows = server.sql("SELECT word, quote_ident(word) FROM pg_get_keywords()")
    assert rows
    assert dict(rows) == {word: identifier(word) for word, _ in rows}


def test_keywords_of_an_older_version(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing stays bare that an older version reserves."""
    log = tmp_path_factory.mktemp("older") / "log"
    with Server(binaries.find("16"), log) as server:
        rows = server.sql("SELECT word FROM pg_get_keywords() WHERE quote_ident(word) <> word")
    assert rows
    assert [] == [word for [word] in rows if identifier(word) == word]


@pytest.mark.parametrize("text", ODD)
def test_names(server: Server, text: str) -> None:
    assert server.sql("SELECT quote_ident(:text)", text=text) == [[identifier(text)]]


@pytest.mark.parametrize("text", ODD)
def test_literals(server: Server, text: str) -> None:
    """As the server writes them, and the server reads the same text out of them."""
    assert server.sql("SELECT quote_literal(:text)", text=text) == [[literal(text)]]
    assert [[text]] == server.sql(f"SELECT {literal(text)}")
