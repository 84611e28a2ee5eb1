"""Links into the AWS console. Pure.

The console's addresses are not documented; these are what it shows in the address bar itself. The
Logs Insights page keeps its query in the fragment as a JSURL object (`~(end~'…~source~(~'…))`, with
`*2f` for `/`), percent-encoded twice, the percent signs written as `$`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

MAX_URL = 1_900
"""Slack refuses longer texts in a context block."""

DEFAULT_QUERY = (
    "fields @timestamp, @message\n"
    "| filter @message like /(PANIC|FATAL|ERROR|WARNING|DETAIL|CONTEXT):/\n"
    "| sort @timestamp desc\n"
    "| limit 200"
)
_DOMAINS: Mapping[str, str] = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


def execution_link(execution_arn: str) -> Link | None:
    """The page of an execution; None if the ARN is none."""
    home = _home(execution_arn, "states")
    arn = quote(execution_arn, safe=":-_.~")
    return Link("Execution", f"{home}#/v2/executions/details/{arn}") if home else None


def logs_link(
    execution_arn: str,
    log_groups: Sequence[str],
    query: str | None,
    start: datetime,
    end: datetime,
) -> Link | None:
    """Logs Insights with the query and the window filled in; None if it would be too long."""
    home = _home(execution_arn, "cloudwatch")
    if home is None or not log_groups:
        return None
    for text in (query or DEFAULT_QUERY, DEFAULT_QUERY):
        url = f"{home}#logsV2:logs-insights{_query_detail(log_groups, text, start, end)}"
        if len(url) <= MAX_URL:
            return Link("Logs Insights", url)
    return None


def _home(arn: str, service: str) -> str | None:
    parts = arn.split(":")
    domain = _DOMAINS.get(parts[1]) if len(parts) > 3 else None  # noqa: PLR2004 - arn:partition:service:region
    if domain is None or not parts[3]:
        return None
    return f"https://{parts[3]}.{domain}/{service}/home?region={parts[3]}"


def _query_detail(groups: Sequence[str], query: str, start: datetime, end: datetime) -> str:
    source = "".join(f"~'{_jsurl(group)}" for group in groups)
    detail = (
        f"~(end~'{_jsurl(_written(end))}~start~'{_jsurl(_written(start))}"
        f"~timeType~'ABSOLUTE~tz~'UTC~editorString~'{_jsurl(query)}~source~({source}))"
    )
    once = "?queryDetail=" + quote(detail, safe="*").replace("~", "%7E")
    return quote(once, safe="*").replace("%", "$")


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _jsurl(text: str) -> str:
    """A string as JSURL writes it: two hexadecimal digits after `*`, four after `**`."""
    return "".join(
        character if character.isascii() and (character.isalnum() or character in "-_.") else code
        for character in text
        for code in [_code(character)]
    )


def _code(character: str) -> str:
    units = character.encode("utf-16-be", "replace")
    codes = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    return "".join("!" if code == ord("$") else _hexadecimal(code) for code in codes)


def _hexadecimal(code: int) -> str:
    return f"*{code:02x}" if code <= 0xFF else f"**{code:04x}"  # noqa: PLR2004 - one byte
