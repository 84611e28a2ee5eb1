"""The part of the Logs Insights query language that is supported. Development only.

In stage order: `tokens` cuts the text, `parser` (with `grammar` and `regexes`) reads it,
`commands`, `conditions`, `expressions` and `values` are what was read, `query` runs it over events.
What is not supported raises `MalformedQueryError`, with its place and what is supported; nothing
is ever ignored. The rules come from the AWS documentation of each command; where that says
nothing, the module says what was chosen.
"""

from sandbox.logs.insights.errors import MalformedQueryError
from sandbox.logs.insights.parser import parse
from sandbox.logs.insights.query import MAX_ROWS, Query, Result

__all__ = ["MAX_ROWS", "MalformedQueryError", "Query", "Result", "parse"]
