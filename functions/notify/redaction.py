"""Nothing secret and no row data leaves the account: what to take out of log text. Pure.

Two ways, by what the text is. Messages and hints keep their words and lose the values that
PostgreSQL puts at known places. DETAIL and CONTEXT may hold whole rows, whose values can look like
anything: there only phrases known to be PostgreSQL's own are kept, and the rest is masked. The
phrases are those of PostgreSQL 15 to 18 (replication/logical/conflict.c and worker.c,
executor/execMain.c, access/index/genam.c, commands/copyfrom.c, storage/lmgr/deadlock.c).
"""

import re
from typing import Final

MASK: Final = "…"

_NAME = r'"[^"\n]*"'
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: ?[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)?"
_CHANGED = rf"(?: in transaction \d+)?(?: at {_TIME})?"
_BY = rf"(?: locally| by (?:a different )?origin {_NAME}| by a non-existent origin)?"
_COLUMNS = r"\([^()=\n]*(?:\([^()=\n]*\)[^()=\n]*)*\)"

_DETAIL = re.compile(
    rf"(?P<naming>Key already exists in unique index {_NAME}(?:, modified{_BY}{_CHANGED})?[.:]"
    rf"|(?:Updating|Deleting) the row that was modified{_BY}{_CHANGED}[.:]"
    rf"|The row to be updated was deleted{_BY}{_CHANGED}\."
    rf"|\bKey {_COLUMNS}(?==)|\bkey {_COLUMNS}(?==)"
    rf"|\b[Rr]eplica identity(?: full)? {_COLUMNS}(?==)"
    rf"|\bis (?:not present in|still referenced from) table {_NAME}\.(?=\s*\Z)"
    r"|\bThis (?:replication )?slot has been invalidated (?:because|due to) [\w \"]+\."
    r"|\bProcess \d+ waits for \w+ on [a-z ]+ \d+(?: of (?:relation|database) \d+)*"
    r"; blocked by process \d+\.)"
    r"|Could not (?:find the row to be (?:updated|deleted)|apply remote change)[.:]"
    r"|\b(?:[Ee]xisting )?[Ll]ocal row\b|\b[Rr]emote row\b|\b[Rr]eplica identity(?: full)?"
    r"|\balready exists\.|\bis duplicated\.|\bconflicts with (?:existing )?(?=key \()"
    r"|\bFailing row contains\b|\bPartition key of the failing row contains\b"
    r"|\b[Pp]arameters(?=: )"
)
"""`naming` phrases hold names: a row could hold the same, so they count before the first value,
and the name of a table at the very end."""

_AT_THE_END = re.compile(r"is (?:not present in|still referenced from) table ")
_CONTEXT = re.compile(
    rf"processing remote data for replication origin {_NAME}"
    rf"(?: during message type {_NAME})?"
    rf"(?: for replication target relation {_NAME})?(?: column {_NAME})?"
    r"(?: in transaction \d+)?(?:,? finished at [0-9A-F]+/[0-9A-F]+)?"
    r"|COPY [^:\n\"]+, line \d+(?:, column [^:\n\"]+)?"
    r"|JSON data, line \d+"
    r"|PL/pgSQL function (?:inline_code_block|[\w.\"]+\([^()\n]*\)) line \d+ at [A-Za-z/ ]+"
    r"|(?:unnamed portal|portal \"[^\"\n]*\") with parameters"
    r"|SQL statement|SQL function \"[^\"\n]*\" statement \d+"
    rf"|slot {_NAME}, output plugin {_NAME}, in the \w+ callback"
    r"(?:, associated LSN [0-9A-F]+/[0-9A-F]+)?"
    rf"|while [a-z ]+ tuple \(\d+,\d+\) in relation {_NAME}"
)
"""One line of a CONTEXT."""

_FUNCTION = re.compile(
    r"PL/pgSQL function (?:inline_code_block|[\w.\"]+\([\w ,.\[\]\"]*\)) line \d+ at [A-Za-z/ ]+"
)
_HOLDS_VALUES = re.compile(r"COPY |SQL |unnamed portal|portal |(?![A-Za-z])")
"""What a line of PostgreSQL's own begins with that may quote a row, and anything unknown."""

_PUNCTUATION = re.compile(r"[\s;,.:]*")
_END_OF_VALUE = re.compile(r"([;,.])\s*\Z")

_STATEMENT = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<name>\"(?:[^\"]|\"\")*(?:\"|\Z)|\$\d+|[^\W\d][\w$]*(?!['\w$]))"
    r"|(?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z))"
    r"|(?P<quoted>'(?:[^']|'')*(?:'|\Z))"
    r"|(?P<dollars>\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))"
    r"|(?P<number>\d[\w.]*)",
    re.DOTALL,
)

_LISTS: Final = r"(?:replicated|generated) columns?|row-level security enabled"
_NO_NAMES_FOLLOW: Final = (
    r"(?<!replicated column)(?<!replicated columns)(?<!generated column)(?<!generated columns)"
    r"(?<!row-level security enabled)"
)
_VALUE = rf'"(?!{MASK}")'
"""Where a value begins; one that is masked already, as in a finding's summary, stays."""

_WORDS_BEFORE_A_VALUE = (
    r"time zone|units?|parse|expression|character|symbol|specifier|digit|key|variable|query|"
    r"type name|enum label|literal|identifier|recovery target"
)
_KNOWN_ENDS = r" at character \d+| in connection info string| of jsonpath input"
_VALUES: Final = tuple(
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in (
        (rf'\A{_VALUE}.*"(?= is (?:out of range |not a (?:number|valid )))', f'"{MASK}"'),
        (
            rf'{_NO_NAMES_FOLLOW}(: ){_VALUE}.*?(?:"( at character \d+)|)\Z',
            rf'\1"{MASK}"\2',
        ),
        (
            rf'\b(value ){_VALUE}.*?(?:"( is out of range for type [a-z ]+)|)\Z',
            rf'\1"{MASK}"\2',
        ),
        (
            rf'\b(at or near |missing "=" after ){_VALUE}.*?(?:"({_KNOWN_ENDS})|)\Z',
            rf'\1"{MASK}"\2',
        ),
        (rf'\b({_WORDS_BEFORE_A_VALUE}) {_VALUE}(?:.*"|.*\Z)', rf'\1 "{MASK}"'),
        (r"(?:\b0x[0-9a-f]{1,2}\b ?)+", f"0x{MASK}"),
        (r"(\bFailing row contains |\b(?:[Ll]ocal|[Rr]emote) row |\)=)\(.*", rf"\1({MASK})"),
    )
)
_WORDS_BEFORE_A_NAME = (
    r"relation|table|view|sequence|column|constraint|index|subscription|publication|slot|role|user|"
    r"database|origin|schema|function|procedure|type|domain|trigger|policy|rule|parameter|option|"
    r"extension|library|plugin|encoding|file|directory|tablespace|host|server at"
)
_BEFORE_OPEN_QUOTE: Final = re.compile(
    rf'(?:[^"]*(?:\b(?:{_WORDS_BEFORE_A_NAME}) |\b(?:{_LISTS}): (?:"[^"\n]*", )*)"[^"\n]*")*[^"]*'
)

_QUOTED = r"""(?:'(?:[^'\\]|\\.|'')*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|[^\s,;&)}\]]+)"""
_NAMES = r"(?:password|passwd|passphrase|pwd|secret|token|(?:access|api|auth|private)[_-]?key)"
_SECRETS: Final = tuple(
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in (
        (r"(\b[a-zA-Z][\w+.-]*://[^\s/:@]*):[^\s]*@", rf"\1:{MASK}@"),
        (rf"(?i)({_NAMES}\w*[\"']?\s*[=:]\s*){_QUOTED}", rf"\1{MASK}"),
        (r"(?i)(\bpassword\s+)'(?:[^']|'')*(?:'|\Z)", rf"\1'{MASK}'"),
        (r"(?i)(\bX-Amz-(?:Signature|Credential|Security-Token)=)[^\s&\"']+", rf"\1{MASK}"),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", f"AKIA{MASK}"),
        (r'(\b(?:host name|server at|service name) ")[^"\n]*@', rf"\1{MASK}@"),
        (r"\b(xox[a-z]|xapp)-[\w-]+", rf"\1-{MASK}"),
        (r"(?i)(\bbearer\s+)[\w.~+/=-]+", rf"\1{MASK}"),
        (r"(?i)(\bauthorization[\"']?\s*[:=]\s*[\"']?basic\s+)[\w+/=-]+", rf"\1{MASK}"),
        (r"(\bhooks\.slack\.com/)[^\s\"']+", rf"\1{MASK}"),
        (r"SCRAM-SHA-256\$[^\s'\"]+", f"SCRAM-SHA-256${MASK}"),
        (r"\bmd5[0-9a-f]{32}\b", f"md5{MASK}"),
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z)", MASK),
    )
)


_CUT_SECRETS: Final = (
    (re.compile(r"(\b[a-zA-Z][\w+.-]*://[^\s/:@]*):[^\s@]*\Z"), rf"\1:{MASK}"),
    (re.compile(r"\bmd5[0-9a-f]*(?:…)?\Z"), f"md5{MASK}"),
    (re.compile(r"-----BEGIN\b[^\n]*\Z"), MASK),
)
"""What shows only at its end that it is a secret."""


def redact_secrets(text: str) -> str:
    """Without passwords, tokens, keys and the credentials in connection strings."""
    return _substitute(_SECRETS, text)


def redact_message(text: str) -> str:
    """A message, a hint or text of unknown kind: without secrets and without input values."""
    return _substitute(_VALUES, redact_secrets(text))


def redact_log_text(text: str) -> str:
    """A message or a hint as a log has it, which may have been cut.

    Then everything is masked from the first quote on that is left open or holds no name.
    """
    if not may_be_cut(text):
        return redact_message(text)
    return redact_message(_without_open_quote(_substitute(_CUT_SECRETS, text)))


def may_be_cut(text: str) -> bool:
    """Whether the end of a log's text may be missing.

    An ellipsis stands where a line was cut (`functions.notify.log.events`); a query that
    returns no lengths may leave a quote open.
    """
    return text.endswith(MASK) or text.count('"') % 2 == 1


def redact_detail(text: str) -> str:
    """A DETAIL: names of columns, indexes, origins and transactions stay, values do not."""
    kept: list[str] = []
    end, values = 0, False
    for match in _DETAIL.finditer(text):
        between = text[end : match.start()]
        values = values or _PUNCTUATION.fullmatch(between) is None
        safe = match["naming"] is None or not values or _is_at_the_end(match, text)
        if safe or _columns(match[0]) in {*map(_columns, kept)} - {None}:
            kept += [_gap(between), match[0]]
            end = match.end()
    return _on_one_line([*kept, _gap(text[end:])])


def _is_at_the_end(match: re.Match[str], text: str) -> bool:
    return _AT_THE_END.match(match[0]) is not None and not may_be_cut(text)


def _columns(phrase: str) -> str | None:
    """`(id)` of `Key (id)`: said before, it says nothing new."""
    found = re.search(rf"{_COLUMNS}\Z", phrase)
    return found[0] if found else None


def redact_context(text: str) -> str:
    """A CONTEXT: where it happened stays (relation, transaction, LSN, line), values do not.

    A row's line breaks begin lines that look like anything. So lines count up to the first that may
    quote a row, then whole lines that name a function, and the last, which is the outermost level.
    """
    lines = [line.strip() for line in text.split("\n")]
    kept: list[str] = []
    while lines:
        line = lines.pop(0)
        match = _CONTEXT.match(line)
        kept += [line[: match.end()], _gap(line[match.end() :])] if match else [_gap(line)]
        kept.append(" ")
        if match is None or _HOLDS_VALUES.match(line):
            break
    last = lines.pop() if lines else ""
    outermost = not may_be_cut(text) and _CONTEXT.fullmatch(last) is not None
    for line in lines:
        kept.append(f"{line} " if _FUNCTION.fullmatch(line) else _gap(line))
    return _on_one_line([*kept, last if outermost else _gap(last)])


def redact_statement(text: str) -> str:
    """SQL without its literals and comments; an unfinished literal is masked to the end."""
    return redact_secrets(_STATEMENT.sub(_without_literal, text))


def _substitute(rules: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def _without_open_quote(text: str) -> str:
    known = _BEFORE_OPEN_QUOTE.match(text)
    kept = "" if known is None else known[0]
    return text if kept == text else f'{kept}"{MASK}"'


def _on_one_line(pieces: list[str]) -> str:
    words = " ".join("".join(pieces).split())
    return re.sub(rf"\({MASK}\)(?: \({MASK}\))+", f"({MASK})", words)


def _gap(between: str) -> str:
    """Punctuation between two phrases stays; anything else could be a value."""
    if _PUNCTUATION.fullmatch(between):
        return between
    before = "=" if between.startswith("=") else ": " if between.startswith(": ") else " "
    after = _END_OF_VALUE.search(between)
    return f"{before}({MASK}){after[1] if after else ''} "


def _without_literal(match: re.Match[str]) -> str:
    if match["name"] is not None:
        return match["name"]
    if match["comment"] is not None:
        return f"/*{MASK}*/"
    return MASK if match["number"] is not None else f"'{MASK}'"
