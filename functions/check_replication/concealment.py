"""Keeps a login's values out of what is reported before it has succeeded. Pure.

Until then any of them may be a password that stands in the wrong parameter, and drivers and servers
repeat what they were given.
"""

import re
from collections.abc import Iterator

from functions.check_replication.targets import Login

_NAME_BYTES = 63
"""PostgreSQL's NAMEDATALEN - 1: up to version 16 a server repeats a longer name cut to this."""


def without_login(text: str, login: Login, password: str | None = None) -> str:
    """The text with `<hostname>`, `<username>`, `<dbname>`, `<password>` in the values' places.

    Whole words only, the longest first. `password` is what was sent, where the login has none.
    """
    places = {written.casefold(): f"<{name}>" for name, written in _written(login, password)}
    if not places:
        return text
    longest_first = sorted(places, key=len, reverse=True)
    pattern = "|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in longest_first)
    return re.sub(pattern, lambda found: places[found[0].casefold()], text, flags=re.IGNORECASE)


def _written(login: Login, password: str | None) -> Iterator[tuple[str, str]]:
    """Every value as somebody may repeat it: as it is, cut, or as Python shows it."""
    values = {
        "password": login.password or password,
        "dbname": login.database,
        "username": login.username,
        "hostname": login.hostname,
    }
    for name, value in values.items():
        if value:
            cut = value.encode()[:_NAME_BYTES].decode(errors="ignore")
            yield from ((name, form) for form in (value, cut, repr(value)[1:-1]) if form)
