"""What the query language refuses, where, and what it says."""

import pytest

from sandbox.logs.insights import MalformedQueryError, parse

CASES = [
    ("", 1, 1, "unknown command 'the end of the query'", "fields, filter, sort, limit"),
    ("fields @message | stats count(*)", 1, 19, "unknown command 'stats'", "fields, filter"),
    ("parse @message 'a *' as x", 1, 1, "unknown command 'parse'", "fields, filter"),
    ("fields @message | dedup @log", 1, 19, "unknown command 'dedup'", "fields, filter"),
    ("display @message", 1, 1, "unknown command 'display'", "fields, filter"),
    ("fields @message\n| where @message = 'a'", 2, 3, "unknown command 'where'", "filter"),
    ("FIELDS @message", 1, 1, "unknown command 'FIELDS'", "fields"),
    ("fields @message filter", 1, 17, "unexpected 'filter', expected '|'", ""),
    ("fields @message |", 1, 18, "unknown command 'the end of the query'", ""),
    ("fields @requestId", 1, 8, "unknown field '@requestId'", "@timestamp, @message"),
    ("fields @message as @log", 1, 20, "field '@log' exists already", ""),
    ("fields strlen(@message) as n | fields @log as n", 1, 47, "field 'n' exists already", ""),
    ("fields abs(1)", 1, 8, "unknown function 'abs'", "substr, strlen"),
    ("fields tolower(@log)", 1, 8, "unknown function 'tolower'", "substr, strlen"),
    ("fields strlen()", 1, 15, "unexpected ')', expected a field", ""),
    ("fields strlen('a')", 1, 15, "unexpected 'a', expected a field", ""),
    ("fields strlen(@log, @log)", 1, 19, "unexpected ',', expected ')'", ""),
    ("fields substr(@log)", 1, 19, "unexpected ')', expected ','", ""),
    ("fields substr(@log, -1)", 1, 21, "number -1", "whole numbers from 0"),
    ("fields substr(@log, 0, 1.5)", 1, 24, "number 1.5", "whole numbers from 0"),
    ("fields substr(@log, @log)", 1, 21, "unexpected '@log', expected a whole number", ""),
    ("fields strlen(@log", 1, 19, "unexpected the end of the query, expected ')'", ""),
    ("fields @timestamp - 1", 1, 19, "unexpected '-', expected '|'", ""),
    ("fields 1 as n", 1, 8, "unexpected '1', expected a field", ""),
    ("filter @message", 1, 16, "'the end of the query' where a comparison should be", "not like"),
    ("filter @message = 'a'", 1, 17, "'=' where a comparison should be", "like, not like"),
    ("filter @message =~ /a/", 1, 17, "'=' where a comparison should be", "like"),
    ("filter @message in ['a']", 1, 17, "'in' where a comparison should be", "like"),
    ("filter strlen(@message) > 5", 1, 25, "'>' where a comparison should be", "like"),
    ("filter ispresent(@message)", 1, 8, "unknown function 'ispresent'", ""),
    ("filter `@message` like 'a'", 1, 8, "unexpected '`', expected a field", ""),
    ("filter @message like ERROR", 1, 22, "unexpected 'ERROR', expected a string such as", ""),
    ("filter @message not = 'a'", 1, 21, "'=' where a comparison should be", "like"),
    ("filter (@message like 'a'", 1, 26, "unexpected the end of the query, expected ')'", ""),
    ("filter @message like 'a", 1, 22, "string without an end", ""),
    ("filter @message like 'a\\d'", 1, 24, "unknown escape '\\\\d'", '\\\\ \\"'),
    ("filter @message like /a", 1, 22, "regular expression without an end", ""),
    ("filter @message like /a(?=b)/", 1, 24, "unsupported lookaround", "(?i)"),
    ("filter @message like /(?<a>b)/", 1, 23, "unsupported lookaround, flag or group", "(?:…)"),
    ("filter @message like /(a/", 1, 23, "unsupported invalid regular expression", ""),
    ("sort strlen(@message)", 1, 6, "unexpected 'strlen', expected '@timestamp'", ""),
    ("sort @message desc", 1, 6, "unexpected '@message', expected '@timestamp'", ""),
    ("sort @timestamp up", 1, 17, "unexpected 'up', expected '|'", ""),
    ("sort @timestamp, @message", 1, 16, "unexpected ',', expected '|'", ""),
    ("limit 0", 1, 7, "limit 0", "1 to 10000"),
    ("limit 10001", 1, 7, "limit 10001", "1 to 10000"),
    ("limit 1.5", 1, 7, "number 1.5", "whole numbers from 0"),
    ("limit any 5", 1, 7, "unexpected 'any', expected a whole number", ""),
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
