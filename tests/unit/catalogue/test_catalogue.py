"""What holds for every entry of the catalogue."""

import re
from string import Formatter

import pytest

from functions.catalogue import CATALOGUE, SECTIONS, Cause, Place, Remedy, Script, Severity
from functions.catalogue.evidence import EVIDENCE, TO_BE_SUPPLIED

SUBSCRIBER = """
    apply_error apply_conflict constraint_violation schema_mismatch permission_denied
    subscription_disabled subscription_not_enabled disabled_on_error
    publisher_unreachable publisher_auth_failed
    slot_missing slot_lost slot_busy publication_missing publication_not_refreshed
    table_sync_failed table_sync_stalled worker_slots_exhausted publisher_slots_exhausted
    apply_blocked apply_lagging publisher_lagging subscriber_lagging network_timeout
    no_subscription silent_divergence skip_pending worker_down worker_restarting
    worker_timeout server_crashed standby_behind table_sync_blocked limit_too_small
"""
PUBLISHER = "slot_at_risk slot_inactive replica_identity_missing publisher_went_back not_watched"
UNKNOWN = """
    database_auth_failed database_unreachable database_timeout database_error
    monitor_misconfigured monitor_failed undecided
"""
WARNINGS = {
    *("silent_divergence", "skip_pending", "slot_inactive", "replica_identity_missing"),
    *("not_watched", "limit_too_small", "subscription_not_enabled"),
}

REMEDIES = {
    f"{cause.id}-{number}": remedy
    for cause in CATALOGUE.values()
    for number, remedy in enumerate(cause.remedies, 1)
}
SCRIPTS = {
    f"{name}.{number}": script
    for name, remedy in REMEDIES.items()
    for number, script in enumerate(remedy.scripts, 1)
} | {
    f"{cause.id}-check.{number}": script
    for cause in CATALOGUE.values()
    for number, script in enumerate(cause.checks, 1)
}
DESTRUCTIVE = re.compile(
    r"\b(?:TRUNCATE [{']|EXECUTE|DELETE FROM|DROP (?!TABLE IF EXISTS pg_temp)|SKIP \(lsn = '"
    r"|pg_drop_replication_slot\(|ROLLBACK PREPARED)"
)


def test_the_ids_are_the_contract() -> None:
    expected = f"{SUBSCRIBER} {PUBLISHER} {UNKNOWN}".split()
    assert sorted(expected) == sorted(CATALOGUE)


def test_no_cause_stands_in_two_sections() -> None:
    assert len(CATALOGUE) == sum(map(len, SECTIONS.values()))


def test_all_but_a_few_causes_are_critical() -> None:
    assert WARNINGS == {
        one.id for one in CATALOGUE.values() if one.severity is not Severity.CRITICAL
    }


@pytest.mark.parametrize("cause", CATALOGUE.values(), ids=lambda cause: cause.id)
def test_a_cause_says_all_there_is_to_say(cause: Cause) -> None:
    """A headline goes on after a name; meaning and grounds are sentences; something helps."""
    assert not cause.headline.endswith(".")
    assert cause.headline[0].islower()
    assert cause.meaning.endswith(".")
    assert cause.rests_on.endswith(".")
    assert cause.remedies


@pytest.mark.parametrize("remedy", REMEDIES.values(), ids=REMEDIES)
def test_a_remedy_says_what_to_do_and_what_it_risks(remedy: Remedy) -> None:
    assert remedy.action[0].isupper()
    assert remedy.action.endswith(".")
    assert remedy.risk.endswith(".")


@pytest.mark.parametrize("remedy", REMEDIES.values(), ids=REMEDIES)
def test_a_remedy_needs_what_can_be_known(remedy: Remedy) -> None:
    assert {remedy.needs, remedy.unless} <= EVIDENCE.keys() | {None}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_sql_holds_known_keys_only(script: Script) -> None:
    """What may stand in SQL at all, or what only the reader can supply."""
    keys = {key for _, key, _, _ in Formatter().parse(script.sql) if key}
    able = {key for key, one in EVIDENCE.items() if one.form}
    assert set() == keys - able - set(TO_BE_SUPPLIED)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_is_for_one_server(script: Script) -> None:
    """Comments could hold a value with a line break, or send the reader elsewhere in a block."""
    assert "--" not in script.sql
    assert script.sql.endswith(";")


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_what_destroys_is_known_to(script: Script) -> None:
    destroys = DESTRUCTIVE.search(script.sql) is not None
    assert destroys is script.destroys


@pytest.mark.parametrize(
    "script", [one for one in SCRIPTS.values() if one.destroys], ids=lambda one: one.sql[:40]
)
def test_what_destroys_refuses_elsewhere(script: Script) -> None:
    """By itself: an unknown subscription or slot is an error, or nothing is selected."""
    own = r"ALTER SUBSCRIPTION {subscription} SKIP .*;|DROP SUBSCRIPTION {subscription};"
    slots = r"SELECT pg_drop_replication_slot\(slot_name\) FROM pg_replication_slots\nWHERE .*;"
    block = r"DO .*pg_subscription.oid = {subscription_oid}.*RAISE EXCEPTION .*;"
    prepared = r"SELECT format\('ROLLBACK.* oid = {subscription_oid}\n\)\n\\gexec\nSELECT [^;]*;"
    wanted = slots if script.place is Place.PUBLISHER else f"{block}|{own}"
    assert re.fullmatch(f"{wanted}|{prepared}", script.sql, re.DOTALL)


@pytest.mark.parametrize(
    "script",
    [one for one in SCRIPTS.values() if re.search(r"TRUNCATE [{']|DELETE FROM", one.sql)],
    ids=lambda one: one.sql[-60:],
)
def test_rows_go_by_what_was_checked_under_a_lock(script: Script) -> None:
    """Nothing that is checked can change before it is acted upon, and nobody waits for long."""
    before, _, after = script.sql.partition("LOCK TABLE ")
    assert not re.search("srsubstate|pg_publication_tables|confrelid", before)
    assert "IF EXISTS" in after
    assert "read committed" in before
    assert "SET LOCAL lock_timeout" in before


@pytest.mark.parametrize("key", [*TO_BE_SUPPLIED, *(k for k, v in EVIDENCE.items() if v.form)])
def test_a_placeholder_ends_where_it_seems_to(key: str) -> None:
    """Psql would stay inside a quote, read a backslash command or end the statement."""
    meaning = TO_BE_SUPPLIED.get(key) or EVIDENCE[key].meaning
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9 ]*", meaning)


def test_no_key_is_both_evidence_and_the_readers() -> None:
    assert set() == EVIDENCE.keys() & TO_BE_SUPPLIED.keys()
