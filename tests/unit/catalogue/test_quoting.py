import pytest

from functions.catalogue.quoting import identifier, literal


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders_sub", "orders_sub"),
        ("_a1", "_a1"),
        ("Orders", '"Orders"'),
        ("1st", '"1st"'),
        ("orders sub", '"orders sub"'),
        ("orders-sub", '"orders-sub"'),
        ("a$b", '"a$b"'),
        ("schön", '"schön"'),
        ("", '""'),
        ('say "hi"', '"say ""hi"""'),
        ("it's", '"it\'s"'),
        ("select", '"select"'),
        ("varchar", '"varchar"'),
        ("left", '"left"'),
        ("name", "name"),
        ("a\n", '"a\n"'),
        ('x"; DROP TABLE orders; --', '"x""; DROP TABLE orders; --"'),
    ],
)
def test_an_identifier_is_quoted_only_where_it_must_be(name: str, expected: str) -> None:
    assert expected == identifier(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders_sub", "'orders_sub'"),
        ("", "''"),
        ("it's", "'it''s'"),
        ("a\\b", "E'a\\\\b'"),
        ("\\'", "E'\\\\'''"),
        ("'; DROP TABLE orders; --", "'''; DROP TABLE orders; --'"),
    ],
)
def test_a_literal_ends_where_its_text_ends(text: str, expected: str) -> None:
    assert expected == literal(text)
