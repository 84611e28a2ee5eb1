"""Pastes SQL of the catalogue into psql, as a person would."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from functions.catalogue import FilledRemedy, FilledScript, Place
from functions.catalogue.evidence import TO_BE_SUPPLIED
from local.postgres.pair import Pair
from sandbox.postgres.server import Server
from tests.integration.psql import psql

PLACEHOLDER = re.compile(r"'?<([a-zA-Z ]+)>'?")


def apply(pair: Pair, remedy: FilledRemedy, **supplied: str) -> str:
    """Run it, each script on its server; `supplied` is what the reader fills in, by key.

    What stands for one server in a row is run in one session. Fails where psql reports an error.
    """
    assert remedy.scripts, f"no SQL: {remedy.action}"
    said = ""
    for place, scripts in groupby(remedy.scripts, key=lambda script: script.place):
        said += run(pair, "\n".join(fill_in(script, supplied) for script in scripts), place)
    return said


def fill_in(script: FilledScript, supplied: Mapping[str, str]) -> str:
    """As the reader would; what is not supplied stays a placeholder."""
    assert script.complete is (PLACEHOLDER.search(script.sql) is None)
    by_meaning = {meaning: supplied.get(key) for key, meaning in TO_BE_SUPPLIED.items()}
    return PLACEHOLDER.sub(lambda found: by_meaning.get(found[1]) or found[0], script.sql)


def run(pair: Pair, sql: str, place: Place = Place.SUBSCRIBER) -> str:
    """What psql says; fails where it reports an error."""
    said = paste({Place.SUBSCRIBER: pair.subscriber, Place.PUBLISHER: pair.publisher}[place], [sql])
    assert "ERROR:" not in said, said
    return said


def paste(server: Server, scripts: Sequence[str]) -> str:
    """All of them in one session of the administrator's, which goes on after an error."""
    return psql(server, "--echo-all", typed="\n".join([*scripts, ""])).stdout
