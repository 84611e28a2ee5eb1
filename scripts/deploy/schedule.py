"""How often to check, in EventBridge Scheduler's language, and how long silence may last. Pure."""

import re
from typing import Final

_RATE: Final = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)s?\)")
_OTHERS: Final = re.compile(
    r"cron\(\S+( \S+){5}\)|at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\)", re.ASCII
)
_SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86_400}
_MISSED_RUNS: Final = 3


def problem(expression: str) -> str | None:
    """Why EventBridge Scheduler would not take it: "is …, not …"; None if it would."""
    if _RATE.fullmatch(expression) or _OTHERS.fullmatch(expression):
        return None
    return f"is {expression!r}, not such as 'rate(5 minutes)' or 'cron(0/5 6-22 * * ? *)'"


def shortest_silence(expression: str) -> int | None:
    """Seconds without a success before the alarm means something; None for other than a rate."""
    rate = _RATE.fullmatch(expression)
    return _MISSED_RUNS * int(rate[1]) * _SECONDS[rate[2]] if rate else None
