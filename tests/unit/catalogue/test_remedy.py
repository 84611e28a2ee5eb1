import pytest

from functions.catalogue import CATALOGUE, FilledRemedy, FilledScript, Place, Remedy, Script
from functions.catalogue.recipes import SKIP, SKIP_BEFORE_15

ENABLE = "ALTER SUBSCRIPTION {subscription} ENABLE;"
MULTIBYTE = "é" * 31 + "x"  # 63 bytes, the most a name can have


def filled(sql: str, **values: object) -> FilledScript:
    return Script(sql).filled(values)


@pytest.mark.parametrize(
    ("sql", "values", "expected"),
    [
        pytest.param(
            ENABLE,
            {"subscription": "orders_sub"},
            "ALTER SUBSCRIPTION orders_sub ENABLE;",
            id="plain name",
        ),
        pytest.param(
            ENABLE,
            {"subscription": 'Orders "new" sub'},
            'ALTER SUBSCRIPTION "Orders ""new"" sub" ENABLE;',
            id="quotes and spaces",
        ),
        pytest.param(
            ENABLE,
            {"subscription": MULTIBYTE},
            f'ALTER SUBSCRIPTION "{MULTIBYTE}" ENABLE;',
            id="63 bytes",
        ),
        pytest.param(
            ENABLE,
            {"subscription": "s ENABLE; DROP TABLE orders; --"},
            'ALTER SUBSCRIPTION "s ENABLE; DROP TABLE orders; --" ENABLE;',
            id="SQL in a name",
        ),
        pytest.param(
            ENABLE,
            {"subscription": "{table}", "table": "public.orders"},
            'ALTER SUBSCRIPTION "{table}" ENABLE;',
            id="a template in a name",
        ),
        pytest.param(
            "SELECT {subscription:literal};",
            {"subscription": "it's"},
            "SELECT 'it''s';",
            id="name as a string",
        ),
        pytest.param(
            "PUBLICATION {publications};",
            {"publications": 'orders_pub, "Stock"'},
            'PUBLICATION orders_pub, "Stock";',
            id="several names",
        ),
        pytest.param(
            "SELECT {publications:literal};",
            {"publications": 'orders_pub, "It\'s"'},
            "SELECT 'orders_pub, \"It''s\"';",
            id="several names in a string",
        ),
        pytest.param(
            "TRUNCATE {tables};",
            {"tables": 'public.orders, "Odd"."a ""b"", c"'},
            'TRUNCATE public.orders, "Odd"."a ""b"", c";',
            id="tables are quoted already",
        ),
        pytest.param(
            "SELECT pg_cancel_backend({blocker_pid});",
            {"blocker_pid": 4711},
            "SELECT pg_cancel_backend(4711);",
            id="number",
        ),
        pytest.param(
            "SKIP (lsn = '{finish_lsn}');",
            {"finish_lsn": "0/17184E8"},
            "SKIP (lsn = '0/17184E8');",
            id="LSN",
        ),
    ],
)
def test_known_values_stand_in_the_sql(sql: str, values: dict[str, object], expected: str) -> None:
    """Names are quoted as PostgreSQL does, whatever is in them."""
    result = filled(sql, **values)
    assert (expected, True) == (result.sql, result.complete)


@pytest.mark.parametrize(
    ("sql", "values", "expected"),
    [
        pytest.param(ENABLE, {}, "ALTER SUBSCRIPTION <name of the subscription> ENABLE;", id="no"),
        pytest.param(
            "DROP {subscription};",
            {"subscription": None},
            "DROP <name of the subscription>;",
            id="None",
        ),
        pytest.param("DROP {table};", {"table": ""}, "DROP <name of the table>;", id="empty"),
        pytest.param(
            "SKIP (lsn = '{finish_lsn}');",
            {"finish_lsn": "0/0'); DROP TABLE orders; --"},
            "SKIP (lsn = '<finish LSN in the log>');",
            id="no LSN",
        ),
        pytest.param(
            "DROP {table};",
            {"table": "public.orders; DROP TABLE stock"},
            "DROP <name of the table>;",
            id="no name of a table",
        ),
        pytest.param(
            "TRUNCATE {tables};",
            {"tables": "public.orders, public.stock, …"},
            "TRUNCATE <names of the tables>;",
            id="not all tables",
        ),
        pytest.param(
            "SELECT pg_cancel_backend({blocker_pid});",
            {"blocker_pid": "1); SELECT pg_sleep(9"},
            "SELECT pg_cancel_backend(<pid of the blocker>);",
            id="no number",
        ),
        pytest.param(
            "CONNECTION {connection:literal};",
            {"connection": "host=publisher password=secret"},
            "CONNECTION '<connection string in quotes>';",
            id="never a secret",
        ),
    ],
)
def test_what_is_not_known_is_left_to_the_reader(
    sql: str, values: dict[str, object], expected: str
) -> None:
    """So is a value that is not what its key promises."""
    result = filled(sql, **values)
    assert (expected, False) == (result.sql, result.complete)


@pytest.mark.parametrize(
    ("script", "values", "expected"),
    [
        (Script("SELECT 1;"), {}, "On the subscriber"),
        (Script("SELECT 1;"), {"database": "Shop; 1"}, "On the subscriber, database Shop; 1"),
        (Script("SELECT 1;", note="look"), {"slot_database": "x"}, "On the subscriber: look"),
        (
            Script("SELECT 1;", Place.PUBLISHER, "look"),
            {"database": "shop", "slot_database": "orders"},
            "On the publisher, database orders: look",
        ),
    ],
)
def test_a_script_says_where_it_is_for(
    script: Script, values: dict[str, object], expected: str
) -> None:
    assert expected == script.filled(values).label


def test_a_remedy_without_sql() -> None:
    assert FilledRemedy("Call its owner.", "None.") == Remedy("Call its owner.", "None.").filled({})


DESTROYING = Remedy(
    "Do it.",
    "All is lost.",
    (Script("SELECT '{key_values}';"), Script("DROP TABLE {table};", destroys=True)),
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"table": "public.orders"}, ["SELECT '<{}>';", "DROP TABLE public.orders;"]),
        ({"table": "public.orders; x"}, []),
        ({"table": 'public."a$do$b"'}, []),
        ({"table": 'public."a\nb"'}, []),
        ({"table": 'public."a\u2028b"'}, []),
        ({}, []),
    ],
)
def test_what_destroys_is_shown_complete_or_not_at_all(
    values: dict[str, object], expected: list[str]
) -> None:
    """What the reader must fill in stands in a script that destroys nothing."""
    meaning = "values of the key from the DETAIL in the log with text in quotes"
    assert [shape.format(meaning) for shape in expected] == [
        script.sql for script in DESTROYING.filled(values).scripts
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("orders", "orders_new"), ("o" * 63, "o" * 59 + "_new"), ("1st", '"1st_new"')],
)
def test_a_new_name(name: str, expected: str) -> None:
    """It is no longer than a name can be."""
    assert f"CREATE {expected};" == filled("CREATE {slot_name:new};", slot_name=name).sql


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("13.22", [SKIP_BEFORE_15.action]),
        ("14.19 (Debian 14.19-1)", [SKIP_BEFORE_15.action]),
        ("15.18", [SKIP.action]),
        ("18.4", [SKIP.action]),
        ("19beta1", [SKIP.action]),
        ("unheard of", [SKIP.action, SKIP_BEFORE_15.action]),
        (None, [SKIP.action, SKIP_BEFORE_15.action]),
    ],
)
def test_a_transaction_is_skipped_as_the_version_can(
    version: str | None, expected: list[str]
) -> None:
    """Both ways are shown if the version is not known."""
    remedies = CATALOGUE["apply_conflict"].remedies_for({"server_version": version})
    assert expected == [remedy.action for remedy in remedies[1:]]


@pytest.mark.parametrize("cause", ["slot_missing", "slot_lost", "slot_busy", "publication_missing"])
def test_a_slot_that_may_be_another_s_is_left_alone(cause: str) -> None:
    """Until it was seen to be the subscription's own there is nothing to paste."""
    known = {"subscription": "s", "subscription_oid": 5, "slot_name": "s", "publications": "p"}
    unsure = CATALOGUE[cause].remedies_for(known)
    sure = CATALOGUE[cause].remedies_for({**known, "slot_is_ours": True})
    assert [] == [script for remedy in unsure for script in remedy.scripts]
    assert any(remedy.scripts for remedy in sure)
    assert "leave the subscription alone" in unsure[0].action
    assert unsure[0] not in sure


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"constraint": "positive"}, ["DROP CONSTRAINT positive;"]),
        ({"column": "amount", "constraint": None}, ["ALTER COLUMN amount DROP NOT NULL;"]),
    ],
)
def test_a_remedy_that_needs_a_value_is_left_out_without_it(
    values: dict[str, object], expected: list[str]
) -> None:
    remedies = CATALOGUE["constraint_violation"].remedies_for(
        {
            "subscription": "orders_sub",
            "subscription_oid": 16407,
            "table": "public.orders",
            "server_version": "18.4",
            **values,
        }
    )
    lines = [
        line for remedy in remedies for script in remedy.scripts for line in script.sql.split("\n")
    ]
    altered = [line.strip() for line in lines if "ALTER TABLE" in line]
    assert [f"ALTER TABLE public.orders {change}" for change in expected] == altered
