"""The state machine's deployed definition, its placeholders filled in. Development only."""

import re
from collections.abc import Mapping
from typing import Final

from scripts.definition import definition

_PLACEHOLDER: Final = re.compile(r"\$\{(\w+)\}")


class PlaceholderError(Exception):
    """The definition and its substitutions do not have the same names."""


def filled_in(substitutions: Mapping[str, str]) -> str:
    """The definition as DefinitionSubstitutions make it; the names must match exactly."""
    text = definition()
    wanted = set(_PLACEHOLDER.findall(text))
    if wanted != set(substitutions):
        raise PlaceholderError(
            f"the definition has the placeholders {sorted(wanted)}, "
            f"filled in are {sorted(substitutions)}"
        )
    return _PLACEHOLDER.sub(lambda match: substitutions[match[1]], text)
