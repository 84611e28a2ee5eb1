import json
from dataclasses import replace
from typing import Any

import pytest

from functions.catalogue import FilledRemedy, FilledScript, Place
from functions.notify.alert.alert import Alert, Problem
from functions.notify.alert.blocks import MAX_HEADER, code, escape
from functions.notify.alert.facts import Fact
from functions.notify.alert.links import Link
from functions.notify.alert.message import MAX_CHARACTERS, Message, draw
from tests.unit.notify.alert.slack_limits import problems, text_objects


def script(sql: str, place: Place = Place.SUBSCRIBER) -> FilledScript:
    return FilledScript(sql, place, "", None, complete=True)


CHECK = script("SELECT * FROM pg_stat_subscription;")
PROBLEM = Problem(
    subject="orders_sub",
    headline="stopped: a change cannot be applied",
    summary="Applying fails.",
    meaning="Nothing is replicated.",
    facts=(Fact("Lag", "12 minutes"), Fact("Slot", "orders_sub", verbatim=True)),
    remedies=(
        FilledRemedy(
            "Delete the row.",
            "The row is lost.",
            (script("SELECT <the key>;"), script("DELETE FROM public.orders;")),
        ),
        FilledRemedy("Drop the slot.", "It is gone.", (script("SELECT 1;", Place.PUBLISHER),)),
        FilledRemedy("Wait.", "None."),
        FilledRemedy("Pray.", "None."),
    ),
    checks=(script("SELECT 1;"),),
)
ALERT = Alert(
    sign="🔴",
    title="sample-cluster: orders_sub stopped: a change cannot be applied",
    lead="Since 23:34 UTC, 12 minutes.",
    problems=(PROBLEM,),
    unlisted=0,
    checks=(CHECK,),
    log_groups=("/aws/rds/cluster/sample-cluster/postgresql",),
    log_note="1 distinct error.",
    not_visible=(),
    muted=(),
    error="ERROR:  it failed",
    links=(Link("Execution", "https://x/#a"), Link("Logs Insights", "https://y/#b")),
)
HOSTILE = "<!channel> <@U1> & `x` *b* _i_ ~s~ ```c``` </>|\n:smile: "
"""Everything Slack would interpret."""


def everything(message: Message) -> str:
    return "\n".join(text for _, text in text_objects(message.blocks))


def mrkdwn(message: Message) -> str:
    return "\n".join(text for kind, text in text_objects(message.blocks) if kind == "mrkdwn")


def test_fallback() -> None:
    """A notification on a phone names cluster, subscription and cause."""
    assert "🔴 sample-cluster: orders_sub stopped: a change cannot be applied" == draw(ALERT).text


def test_the_three_fields() -> None:
    """Description, how to check, log location: as in the alert this one descends from."""
    text = everything(draw(ALERT))
    assert "*Description*\nNothing is replicated." in text
    assert "*How to check, on the subscriber*\n```SELECT * FROM pg_stat_subscription;```" in text
    assert "*Log location*\n`/aws/rds/cluster/sample-cluster/postgresql`" in text


def test_order() -> None:
    """The first screen says what, since when, what to do and at what risk; the links come last."""
    blocks = draw(ALERT).blocks
    assert [
        *("header", "section", "section"),
        *("section", "rich_text", "rich_text", "section", "rich_text", "section", "section"),
        *("section", "section", "section", "section", "section", "context"),
    ] == [block["type"] for block in blocks]
    assert "Since 23:34 UTC, 12 minutes. Applying fails." == blocks[1]["text"]["text"]
    assert "<https://x/#a|Execution>" == blocks[-1]["elements"][0]["text"]


def test_facts_are_fields() -> None:
    fields = draw(ALERT).blocks[2]["fields"]
    assert ["*Lag*\n12 minutes", "*Slot*\n`orders_sub`"] == [field["text"] for field in fields]


def test_remedies_stand_beside_their_risks() -> None:
    """Each with its SQL as it is to be run, a block for each server that says which it is for."""
    first, show, delete, second, drop, third, fourth = draw(ALERT).blocks[3:10]
    assert "*Remedy 1*: Delete the row.\n*Risk:* The row is lost." == first["text"]["text"]
    assert [("On the subscriber:", "SELECT <the key>;")] == scripts([show])
    assert [("On the subscriber:", "DELETE FROM public.orders;")] == scripts([delete])
    assert "*Remedy 2*: Drop the slot." in second["text"]["text"]
    assert [("On the publisher:", "SELECT 1;")] == scripts([drop])
    assert "*Remedy 3*: Wait." in third["text"]["text"]
    assert "*Remedy 4*: Pray." in fourth["text"]["text"]


def scripts(blocks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What is to be pasted, each with its label."""
    found = []
    for block in blocks:
        if block["type"] == "rich_text":
            label, sql = block["elements"]
            assert ["rich_text_section", "rich_text_preformatted"] == [label["type"], sql["type"]]
            found.append((label["elements"][0]["text"], sql["elements"][0]["text"]))
    return found


def remedied(sql: str) -> Alert:
    remedy = replace(PROBLEM.remedies[0], scripts=(script(sql),))
    return replace(ALERT, problems=(replace(PROBLEM, remedies=(remedy,)),))


def test_sql_is_shown_letter_by_letter() -> None:
    """What a person copies is what was meant, whatever is in a name."""
    sql = 'DROP SUBSCRIPTION "<!channel> & ``` *b* 注";'
    blocks = draw(remedied(sql)).blocks
    assert [("On the subscriber:", sql)] == scripts(blocks)


def test_sql_that_cannot_be_shown_is_not() -> None:
    text = everything(draw(remedied('DROP SUBSCRIPTION "a\u202eb";')))
    assert "DROP SUBSCRIPTION" not in text
    assert "Its SQL holds a name that cannot be shown here: see the runbook." in text


def test_nothing_known() -> None:
    """Without findings, log groups and links there is still a message."""
    bare = replace(ALERT, problems=(), log_groups=(), error=None, links=())
    message = draw(bare)
    assert ["header", "section", "section", "section", "section"] == [
        block["type"] for block in message.blocks
    ]
    assert "*Log location*\nnone is known" in everything(message)
    assert [] == problems(message.blocks)


def test_one_problem_of_several() -> None:
    """A finding the report kept where it left out others is not shown as the only one."""
    text = everything(draw(replace(ALERT, unlisted=4)))
    assert "*Problem:* `orders_sub` stopped: a change cannot be applied" in text
    assert "… and 4 more" in text


LONG = replace(PROBLEM.remedies[0], scripts=(script("x" * 5_000),))


def test_what_there_is_no_room_for_stands_below() -> None:
    """A reply has all remedies of the problem, those above included: it can be followed alone."""
    four = (*(replace(LONG, action=f"Do {number}.") for number in "12"), *PROBLEM.remedies[2:])
    message = draw(replace(ALERT, problems=(replace(PROBLEM, remedies=(*four, LONG)),)))
    assert "*Remedy 1*" in everything(message)
    assert "*Remedy 5*" not in everything(message)
    assert "*Remedies:* 1 more, in this thread." in everything(message)
    [below] = message.below
    assert [] == problems(below.blocks)
    assert "*Problem:* `orders_sub` stopped" in everything(below)
    assert "*Remedies:* 1 more, see the runbook." in everything(below)


def named(number: int) -> Problem:
    remedies = (FilledRemedy(f"Do {number}.", "None.", (script("x" * 1_000),)),)
    return replace(PROBLEM, subject=f"sub_{number}", summary=f"It is {number}.", remedies=remedies)


@pytest.mark.parametrize(("count", "whole", "more"), [(2, 2, 40), (5, 5, 40), (25, 6, 48)])
def test_several_problems(count: int, whole: int, more: int) -> None:
    """As many as there is room for in detail, ten more by name; of each all remedies somewhere."""
    message = draw(replace(ALERT, problems=tuple(map(named, range(count))), unlisted=40))
    text = everything(message)
    below = "\n".join(map(everything, message.below))
    numbers = range(count)
    assert [*numbers[:whole]] == [number for number in numbers if f"Do {number}." in text]
    assert [*numbers[whole:]] == [number for number in numbers if f"Do {number}." in below]
    assert f"… and {more} more" in text


def test_a_problem_drawn_in_part_stands_below_too() -> None:
    long = replace(PROBLEM, remedies=(LONG,) * 2)
    message = draw(replace(ALERT, problems=(long, replace(long, subject="other_sub"))))
    assert "*Problem:* `other_sub`" in everything(message)
    assert "*Remedies:* 2 more, in this thread." in everything(message)
    assert ["`other_sub` stopped: a change cannot be applied"] == [
        reply.text for reply in message.below
    ]


@pytest.mark.parametrize(
    "alert",
    [
        pytest.param(replace(ALERT, problems=tuple(map(named, range(60)))), id="60 findings"),
        pytest.param(
            replace(
                ALERT,
                problems=(
                    replace(PROBLEM, facts=tuple(Fact(f"{n}" * 9, "注" * 80) for n in range(60))),
                ),
            ),
            id="60 facts",
        ),
        pytest.param(
            replace(
                ALERT,
                problems=(replace(PROBLEM, remedies=(LONG,) * 9),),
            ),
            id="long remedies",
        ),
        pytest.param(
            replace(
                ALERT,
                title="注" * 500,
                lead="注" * 500,
                problems=(
                    replace(
                        PROBLEM,
                        subject="&" * 40,
                        summary="&" * 500,
                        facts=tuple(Fact("&" * 80, "&" * 80) for _ in range(10)),
                        remedies=(replace(LONG, scripts=(script("注" * 4_000),) * 9),) * 9,
                    ),
                )
                * 12,
                checks=tuple(script(f"SELECT '&', {n};" * 8) for n in range(60)),
                log_groups=("/&" * 256,) * 50,
                log_note='"' * 900,
                error="&" * 500,
                links=(Link("Execution", "https://x/" + "a" * 400), Link("Logs", "y" * 1_900)),
            ),
            id="everything as long as it can be, and longer when escaped",
        ),
    ],
)
def test_limits(alert: Alert) -> None:
    """However much there is to say, Slack takes the message."""
    message = draw(alert)
    for shown in (message, *message.below):
        assert [] == problems(shown.blocks)
        assert len(json.dumps(shown.blocks, ensure_ascii=False)) <= MAX_CHARACTERS
    assert len(message.blocks[0]["text"]["text"]) <= MAX_HEADER


def hostile(text: str) -> Alert:
    problem = replace(
        PROBLEM,
        subject=text,
        summary=text,
        facts=(Fact(text, text, verbatim=True),),
        remedies=(FilledRemedy(text, text, (replace(CHECK, sql=text, note=text),)),),
    )
    return replace(
        ALERT,
        title=text,
        lead=text,
        problems=(problem, problem),
        log_groups=(text,),
        log_note=text,
        error=text,
    )


def test_nothing_is_interpreted() -> None:
    """Foreign text pings nobody, links nowhere and cannot leave its code span."""
    message = draw(hostile(HOSTILE))
    own = mrkdwn(message).replace("<https://x/#a|Execution>", "").replace("<https://y/#b|Logs", "")
    assert "<!" not in own + message.text
    assert "<@" not in own + message.text
    assert "`'x'" not in own
    assert own.count("`") % 2 == 0
    assert all(field["verbatim"] for field in objects(message.blocks, "mrkdwn"))
    assert not any(field["emoji"] for field in objects(message.blocks, "plain_text"))


def objects(value: Any, kind: str) -> list[dict[str, Any]]:
    """Every text object of a kind, wherever it stands."""
    if isinstance(value, list):
        return [found for item in value for found in objects(item, kind)]
    if not isinstance(value, dict):
        return []
    below = [found for item in value.values() for found in objects(item, kind)]
    return [value, *below] if value.get("type") == kind else below


def test_unprintable_characters() -> None:
    message = draw(hostile("a\x00\ud800\u202eb"))
    assert "a\ufffd\ufffd\ufffdb" in everything(message)
    assert json.dumps(message.blocks, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders_sub", "`orders_sub`"),
        ("a `b` c", "`a 'b' c`"),
        ("a\nb", "`a b`"),
        ("<a> & b", "`&lt;a&gt; &amp; b`"),
    ],
)
def test_code(text: str, expected: str) -> None:
    assert expected == code(text)


def test_escape() -> None:
    assert "&lt;!channel&gt; &amp;amp;" == escape("<!channel> &amp;")


def test_what_the_role_may_not_see() -> None:
    unseen = replace(ALERT, not_visible=("what sessions do (GRANT pg_read_all_stats)",))
    text = everything(draw(unseen))
    assert "Not visible to the monitor: what sessions do (GRANT pg_read_all_stats)." in text
    assert "Not visible" not in everything(draw(ALERT))


def test_what_is_muted() -> None:
    text = everything(draw(replace(ALERT, muted=("orders_sub skip_pending",))))
    assert "Muted: orders_sub skip_pending." in text


def test_what_is_over() -> None:
    """A green message names what it was, and no log that nobody asked."""
    over = replace(ALERT, problems=(), checks=(), log_note="", error=None, past=("stopped <now>",))
    message = draw(over)
    assert ["header", "section", "section", "context"] == [
        block["type"] for block in message.blocks
    ]
    assert "*What it was*\n• stopped &lt;now&gt;" == message.blocks[2]["text"]["text"]
