"""What holds for the words by which the log shows the causes."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from string import Formatter

import pytest

from functions.catalogue import CATALOGUE, IN_READING_ORDER, NOT_LOGGED, Cause
from functions.catalogue.evidence import EVIDENCE
from functions.catalogue.in_log import READ_LAST, InLog
from functions.notify.log.cause import log_cause
from tests.unit.catalogue.overlap import common_text

IN_LOG = [cause for cause in CATALOGUE.values() if cause.in_log.wordings or cause.in_log.sqlstates]
READ_FIRST = [
    cause
    for cause in CATALOGUE.values()
    if cause.id not in READ_LAST and (cause.in_log.wordings or cause.in_log.names)
]
NOT_EVIDENCE = {"operation"}
"""What is read for a sentence only."""


def common_texts(this: InLog, other: InLog) -> Iterator[str]:
    """Texts that have the words of both, or give the names of both."""
    for left, right, whole in [
        *((left, right, False) for left in this.wordings for right in other.wordings),
        *((left, right, True) for left in this.names for right in other.names),
    ]:
        if (text := common_text(left, right, whole=whole)) is not None:
            yield text


@pytest.mark.parametrize(
    ("left", "right", "whole", "expected"),
    [
        ("ab", "abc", False, True),
        ("ab", "abc", True, False),
        ("ab|cd", "c", False, True),
        ("a[^b]c", "abc", True, False),
        (r"\w+ x\Z", "a x y", False, False),
        (r"\w+ x\Z", "a x", False, True),
        ("a{2,3}", "aaaa", True, False),
        ("(?:ab)?c", "abc", True, True),
        ("a.+?z", "a\nz", True, True),
    ],
)
def test_common_text(left: str, right: str, *, whole: bool, expected: bool) -> None:
    """It finds a text that both match, if and only if there is one."""
    text = common_text(left, right, whole=whole)
    assert expected == (text is not None)
    if text is not None:
        match = re.fullmatch if whole else re.match
        assert match(left, text, re.DOTALL)
        assert match(right, text, re.DOTALL)


@pytest.mark.parametrize(
    ("one", "other"), [*combinations(READ_FIRST, 2)], ids=lambda cause: str(cause.id)
)
def test_where_two_causes_can_be_meant_it_is_stated_which(one: Cause, other: Cause) -> None:
    """What is not in `READ_LAST` has words of its own, so that its place makes no difference."""
    assert [] == list(common_texts(one.in_log, other.in_log))


@pytest.mark.parametrize("cause", READ_LAST)
def test_what_is_read_last_has_words_of_another(cause: str) -> None:
    others = (entry.in_log for entry in IN_READING_ORDER if entry.id != cause)
    assert any(True for other in others for _ in common_texts(other, CATALOGUE[cause].in_log))


def test_every_cause_is_read_once() -> None:
    assert sorted(CATALOGUE) == sorted(entry.id for entry in IN_READING_ORDER)
    assert [entry.id for entry in IN_READING_ORDER if entry.id in READ_LAST] == list(READ_LAST)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ('could not start WAL streaming: ERROR:  replication slot "s" does not exist', "missing"),
        ("could not receive data from WAL stream: server closed the connection", "unreachable"),
        ("could not connect to the publisher: FATAL:  no pg_hba.conf entry for x", "auth_failed"),
        ('permission denied for table "it violates check"', "denied"),
        ('duplicate key value violates unique constraint "a violates check"', "conflict"),
    ],
)
def test_the_cause_that_says_more_is_meant(message: str, expected: str) -> None:
    assert str(log_cause(message, None, "")).endswith(expected)


def test_a_code_speaks_of_one_cause() -> None:
    counts = Counter(code for cause in CATALOGUE.values() for code in cause.in_log.sqlstates)
    assert set() == {code for code, times in counts.items() if times > 1}
    assert {2, 5} == set(map(len, counts))


def test_one_cause_is_what_triggers_raise() -> None:
    assert ["constraint_violation"] == [
        cause.id for cause in CATALOGUE.values() if cause.in_log.raised_by_any_trigger
    ]


@pytest.mark.parametrize("cause", IN_LOG, ids=lambda cause: cause.id)
def test_what_the_log_tells_has_a_sentence_and_a_place(cause: Cause) -> None:
    """It stands behind something that the probe finds and the log explains."""
    in_log = cause.in_log
    assert in_log.sentence.endswith(".")
    fields = {name for _, name, _, _ in Formatter().parse(in_log.sentence) if name}
    assert fields <= {"change", "table", "error"}
    assert in_log.behind
    assert all(CATALOGUE[name].explained for name in (*in_log.behind, *in_log.beside))


@pytest.mark.parametrize("cause", CATALOGUE.values(), ids=lambda cause: cause.id)
def test_an_entry_names_what_there_is(cause: Cause) -> None:
    in_log = cause.in_log
    groups = {name for pattern in in_log.names for name in re.compile(pattern).groupindex}
    of_watched = cause.explained.of_watched if cause.explained else frozenset()
    assert groups | {*in_log.proves} | of_watched | (cause.shown or set()) <= EVIDENCE.keys()
    assert {*cause.replaces, *filter(None, [in_log.comes_of])} <= CATALOGUE.keys()


def test_what_the_log_does_not_tell_says_nothing() -> None:
    assert InLog() == NOT_LOGGED
