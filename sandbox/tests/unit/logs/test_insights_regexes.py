"""Regular expressions: what is translated, and what is refused."""

import pytest

from sandbox.logs.insights.regexes import UnsupportedRegexError, compile_regex


@pytest.mark.parametrize(
    ("pattern", "subject", "found"),
    [
        pytest.param("([0-9A-F]+/[0-9A-F]+)", "at 0/17184E8", "0/17184E8", id="group"),
        pytest.param("(?i)error", "an ERROR", "ERROR", id="flag"),
        pytest.param("(?is)a.b", "A\nB", "A\nB", id="flags"),
        pytest.param("a.b", "a\nb", None, id="dot stops at a line feed"),
        pytest.param("(?:a|b)+?c", "abc", "abc", id="group, lazy"),
        pytest.param(r"\/\d{1,3}\b", "x/12", "/12", id="escaped slash"),
        pytest.param(r"\d", "\N{ARABIC-INDIC DIGIT THREE}", None, id="ASCII digits"),
        pytest.param(r"[^\]a-c]+", "ab]x-", "x-", id="set"),
        pytest.param(r"\[\d+\]:", "::@:[42]:", "[42]:", id="escaped brackets"),
        pytest.param(r"\x41\++", "A++", "A++", id="hexadecimal, escaped plus"),
    ],
)
def test_supported(pattern: str, subject: str, found: str | None) -> None:
    match = compile_regex(pattern).search(subject)
    assert found == (match and match.group())


@pytest.mark.parametrize(
    ("pattern", "offset", "problem"),
    [
        pytest.param("a(?=b)", 1, "lookaround", id="lookahead"),
        pytest.param("a(?!b)", 1, "lookaround", id="negative lookahead"),
        pytest.param("(?<=a)b", 0, "lookaround", id="lookbehind"),
        pytest.param("ab(?<!a)", 2, "lookaround", id="negative lookbehind"),
        pytest.param("^(?i)a", 1, "flag", id="flag elsewhere"),
        pytest.param("(?x)a", 0, "flag", id="unknown flag"),
        pytest.param("(?P<a>b)", 0, "group", id="Python's named group"),
        pytest.param("(?<a>b)", 0, "group", id="named group"),
        pytest.param("(?>a)", 0, "group", id="atomic group"),
        pytest.param(r"(a)\1", 3, "backreference", id="backreference"),
        pytest.param(r"a\Z", 1, "escape", id="escape of Python only"),
        pytest.param(r"[\p{L}]", 1, "escape", id="Unicode class"),
        pytest.param("[[:alpha:]]", 0, "nested", id="POSIX class"),
        pytest.param("[a&&b]", 0, "nested", id="intersection"),
        pytest.param("[a", 0, "without an end", id="set without an end"),
        pytest.param("a++", 1, "possessive", id="possessive"),
        pytest.param("a**", 0, "invalid", id="repeat of a repeat"),
        pytest.param("a)", 0, "invalid", id="unbalanced"),
    ],
)
def test_refused(pattern: str, offset: int, problem: str) -> None:
    with pytest.raises(UnsupportedRegexError, match=problem) as caught:
        compile_regex(pattern)
    assert offset == caught.value.offset
