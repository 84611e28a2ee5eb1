from typing import Any

import pytest

from functions.catalogue import CATALOGUE
from local.postgres.faults import FAULTS
from local.postgres.pair import DATABASE, Pair
from local.postgres.setups import SETUPS
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until
from tests.integration.postgres.symptoms import FAULT_SYMPTOMS, SETUP_SYMPTOMS

EVERYTHING = {**FAULTS, **SETUPS}
SYMPTOMS = {**FAULT_SYMPTOMS, **SETUP_SYMPTOMS}

DEFINITIONS = (
    """
    SELECT subname, subenabled, subdisableonerr, subskiplsn::text, substream, subslotname,
        subowner::regrole::text, subconninfo, subpublications
    FROM pg_subscription ORDER BY subname
    """,
    "SELECT slot_name, active, wal_status FROM pg_replication_slots ORDER BY slot_name",
    "SELECT srrelid::regclass::text, srsubstate FROM pg_subscription_rel ORDER BY 1",
    "SELECT pubname, schemaname, tablename, attnames FROM pg_publication_tables ORDER BY 1, 2, 3",
    "SELECT relname FROM pg_class WHERE relkind = 'r' ORDER BY relname",
    "SELECT tgname FROM pg_trigger ORDER BY tgname",
    "SELECT conname FROM pg_constraint ORDER BY conname",
    "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname",
    "SELECT rolname, rolconnlimit FROM pg_roles ORDER BY rolname",
    "SELECT setrole::regrole::text, setconfig FROM pg_db_role_setting ORDER BY 1",
    "SELECT datname FROM pg_database ORDER BY datname",
    "SELECT name, setting FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf' ORDER BY name",
)


def rows(server: Server) -> list[list[Any]]:
    return server.sql("SELECT * FROM public.orders ORDER BY id", DATABASE)


def definitions(pair: Pair) -> list[Any]:
    """All that a fix must restore, on both servers, besides the rows."""
    servers = (pair.publisher, pair.subscriber)
    return [server.sql(query, DATABASE) for server in servers for query in DEFINITIONS]


def break_and_fix(pair: Pair, name: str, times: int = 1) -> None:
    """Do both so many times: a broken pair shows the symptom, a fixed one is as it was."""
    fault, symptom = EVERYTHING[name], SYMPTOMS[name]
    pair.subscriber.sql("SELECT pg_stat_reset_subscription_stats(NULL)")
    before = definitions(pair)
    log_before = pair.subscriber.log_path.read_text()

    try:
        for _ in range(times):
            fault.break_(pair)
        wait_until(  # a worker that cannot work may be starting just now
            lambda: symptom.look(pair) == symptom.expected,
            that=f"the symptom is {symptom.expected}",
            look_at=lambda: f"It is {symptom.look(pair)}.",
        )
        wait_until(  # a worker may be gone before it has tried again and said why
            lambda: symptom.line in pair.subscriber.log_path.read_text()[len(log_before) :],
            that=f"the log says {symptom.line!r}",
            look_at=lambda: pair.subscriber.log_path.read_text()[len(log_before) :],
        )
    finally:
        for _ in range(times):
            fault.fix(pair)

    assert before == definitions(pair)
    assert rows(pair.publisher) == rows(pair.subscriber)


def test_every_fault_has_a_known_cause_and_a_symptom() -> None:
    """The table of symptoms and the catalogue of causes cover all faults; set-ups have no cause."""
    assert SYMPTOMS.keys() == EVERYTHING.keys()
    causes = {cause for fault in FAULTS.values() for cause in (fault.cause, fault.probe_cause)}
    assert set() == causes - {None} - CATALOGUE.keys()
    assert {None} == {setup.cause for setup in SETUPS.values()}


@pytest.mark.parametrize(
    "name", [name for name, fault in EVERYTHING.items() if "18" in fault.versions]
)
def test_break_and_fix(pair: Pair, name: str) -> None:
    """A broken pair shows the fault's symptom; a fixed one is as it was, and all rows arrive."""
    break_and_fix(pair, name)
