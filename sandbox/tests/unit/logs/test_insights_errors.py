"""What the query language refuses, where, and what it says."""

import pytest

from sandbox.logs.insights import MalformedQueryError, parse

CASES = [
    ("", 1, 1, "unknown command 'the end of the query'", "fields, display, filter"),
    ("fields @message | stats count(*)", 1, 19, "unknown command 'stats'", "fields, display"),
    (
        "fields @message | stats count() by @log",
        1,
        19,
        "unknown command 'stats'",
        "fields, display",
    ),
    ("fields @message\n| where @message = 'a'", 2, 3, "unknown command 'where'", "filter"),
    ("FIELDS @message", 1, 1, "unknown command 'FIELDS'", "fields"),
    ("fields @message filter", 1, 17, "unexpected 'filter', expected '|'", ""),
    ("fields @message |", 1, 18, "unknown command 'the end of the query'", ""),
    ("fields @requestId", 1, 8, "unknown field '@requestId'", "@timestamp, @message"),
    ("display substr(@message, 1)", 1, 9, "unknown field 'substr'", "@message"),
    ("fields @message as @log", 1, 20, "field '@log' exists already", ""),
    ("fields strlen(@message) as n | fields 1 as n", 1, 44, "field 'n' exists already", ""),
    ("fields abs(1)", 1, 8, "unknown function 'abs'", "coalesce, concat"),
    ("fields strlen()", 1, 15, "unexpected ')', expected a field", ""),
    ("fields strlen(@log, @log)", 1, 8, "strlen with 2 arguments", "1 to 1 arguments"),
    ("fields substr(@log, -1)", 1, 21, "argument '-1'", "whole numbers from 0"),
    ("fields substr(@log, @log)", 1, 21, "argument '@log'", "whole numbers from 0"),
    ("fields strlen(@log", 1, 19, "unexpected the end of the query, expected ',' or ')'", ""),
    ("fields @timestamp - 1", 1, 19, "unexpected '-', expected '|'", ""),
    ("filter @message", 1, 16, "'the end of the query' where a comparison should be", "not like"),
    ("filter @message =~ /a/", 1, 18, "unexpected '~', expected a field", ""),
    ("filter `@message` = 'a'", 1, 8, "unexpected '`', expected a field", ""),
    ("filter @message == 'a'", 1, 18, "unexpected '=', expected a field", ""),
    ("filter @message like ERROR", 1, 22, "unexpected 'ERROR', expected a string such as", ""),
    ("filter @message not = 'a'", 1, 21, "'=' where a comparison should be", "like"),
    ("filter @message in ['a', @log]", 1, 26, "unexpected '@log', expected a string or", ""),
    ("filter @message in []", 1, 21, "unexpected ']', expected a string or a number", ""),
    ("filter (@message = 'a'", 1, 23, "unexpected the end of the query, expected ')'", ""),
    ("filter ispresent(@message) = 1", 1, 28, "unexpected '=', expected '|'", ""),
    ("filter @message = 'a", 1, 19, "string without an end", ""),
    ("filter @message = 'a\\d'", 1, 21, "unknown escape '\\\\d'", '\\\\ \\"'),
    ("filter @message like /a", 1, 22, "regular expression without an end", ""),
    ("filter @message like /a(?=b)/", 1, 24, "unsupported lookaround", "(?i)"),
    ("filter @message like /a(?<!b)/", 1, 24, "unsupported lookaround", "(?<name>…)"),
    ("filter @message like /(a/", 1, 23, "unsupported invalid regular expression", ""),
    ("parse @message 'a *'", 1, 21, "unexpected the end of the query, expected 'as'", ""),
    ("parse @message 'a * b *' as x", 1, 16, "2 wildcards for 1 fields", ""),
    ("parse @message 'a' as x", 1, 16, "0 wildcards for 1 fields", ""),
    ("parse @message /a (b)/", 1, 16, "groups without a name", "(?<name>…) and (?:…)"),
    ("parse @message /a/", 1, 16, "groups without a name", ""),
    ("parse 'a *' as x", 1, 7, "unexpected 'a *', expected a field", ""),
    ("parse @message /(?<a>.)/ | parse @message /(?<a>.)/", 1, 43, "field 'a' exists already", ""),
    ("sort strlen(@message)", 1, 6, "unknown field 'strlen'", ""),
    ("sort @message up", 1, 15, "unexpected 'up', expected '|'", ""),
    ("dedup @message | sort @message", 1, 18, "'sort' after dedup", "limit"),
    ("dedup @log | limit 3 | filter @log = 'a'", 1, 24, "'filter' after dedup", "limit"),
    ("limit 0", 1, 7, "limit 0", "1 to 10000"),
    ("limit 10001", 1, 7, "limit 10001", "1 to 10000"),
    ("limit 1.5", 1, 7, "limit 1.5", ""),
    ("limit any 5", 1, 7, "unexpected 'any', expected a number of rows", ""),
]


@pytest.mark.parametrize(
    ("query", "line", "position", "problem", "supported"), CASES, ids=[case[0] for case in CASES]
)
def test_refusals(query: str, line: int, position: int, problem: str, supported: str) -> None:
    """The message says what is wrong, where, and, where it helps, what is supported."""
    with pytest.raises(MalformedQueryError) as caught:
        parse(query)
    assert (line, position) == (caught.value.line, caught.value.position)
    message = str(caught.value)
    assert problem in message
    assert f"at line {line} and position {position}" in message
    assert supported in message.partition("; supported here: ")[2]
