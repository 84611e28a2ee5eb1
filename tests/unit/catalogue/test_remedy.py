import pytest

from functions.catalogue import CATALOGUE, FilledRemedy, Place, Remedy
from functions.catalogue.recipes import SKIP, SKIP_BEFORE_15

ENABLE = "ALTER SUBSCRIPTION {subscription} ENABLE;"
MULTIBYTE = "é" * 31 + "x"  # 63 bytes, the most a name can have


def filled(sql: str, **values: object) -> FilledRemedy:
    return Remedy("Do it.", "None.", sql).filled(values)


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
            {"publications": "orders_pub, Stock"},
            'PUBLICATION orders_pub, "Stock";',
            id="several names",
        ),
        pytest.param(
            "SELECT {publications:names_literal};",
            {"publications": "orders_pub, It's"},
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
            "CONNECTION '<the connection string>';",
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


def test_a_remedy_without_sql_is_complete() -> None:
    remedy = Remedy("Call its owner.", "None.", place=Place.PUBLISHER)
    expected = FilledRemedy("Call its owner.", None, "None.", Place.PUBLISHER, complete=True)
    assert expected == remedy.filled({})


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
    assert expected == [one.action for one in remedies[1:]]


@pytest.mark.parametrize(("version", "expected"), [("17.10", "before 18"), ("18.4", "18:")])
def test_what_helps_on_the_publisher_depends_on_its_version(version: str, expected: str) -> None:
    values = {"server_version": "16.14", "publisher_version": version}
    [remedy] = CATALOGUE["publication_missing"].remedies_for(values)
    assert expected in remedy.action


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
        {"table": "public.orders", "server_version": "18.4", **values}
    )
    altered = [one.sql for one in remedies if one.sql and one.sql.startswith("ALTER TABLE")]
    assert [f"ALTER TABLE public.orders {change}" for change in expected] == altered
