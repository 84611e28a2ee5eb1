import pytest

from scripts.arguments import ArgumentError, arguments, is_yes, members, required

KNOWN = frozenset({"STACK", "BUCKET", "SUBNETS"})


def test_words_become_values() -> None:
    """Blanks around a value mean nothing; an empty value is given all the same."""
    words = ["STACK=shop", "BUCKET= code ", "SUBNETS="]
    assert {"STACK": "shop", "BUCKET": "code", "SUBNETS": ""} == arguments(words, KNOWN)


def test_a_value_may_hold_an_equals_sign() -> None:
    assert {"BUCKET": "a=b"} == arguments(["BUCKET=a=b"], KNOWN)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        pytest.param("BUKET=x", "BUKET means nothing here: did you mean BUCKET?", id="typo"),
        pytest.param("stack=x", "stack means nothing here: did you mean STACK?", id="case"),
        pytest.param(
            "--help", "--help means nothing here: known are BUCKET, STACK, SUBNETS", id="option"
        ),
        pytest.param("STACK", "STACK means nothing here: did you mean STACK?", id="no value"),
    ],
)
def test_an_unknown_word_is_refused(word: str, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        arguments([word], KNOWN)
    assert message == str(caught.value)


def test_all_that_is_missing_is_named_at_once() -> None:
    """Empty is as good as missing for what a command cannot do without."""
    with pytest.raises(ArgumentError, match="STACK and BUCKET are missing: add STACK=… BUCKET=…"):
        required({"STACK": ""}, "STACK", "BUCKET")


def test_lists_are_separated_by_commas() -> None:
    assert ["a", "b"] == members(" a, b,,")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", False), ("0", False), ("no", False), ("1", True), ("YES", True), ("true", True)],
)
def test_yes_and_no(value: str, *, expected: bool) -> None:
    assert expected is is_yes({"YES": value}, "YES")


def test_neither_yes_nor_no_is_refused() -> None:
    """A typing error must not delete anything."""
    with pytest.raises(ArgumentError, match="YES is 'maybe', not 1 or 0"):
        is_yes({"YES": "maybe"}, "YES")
