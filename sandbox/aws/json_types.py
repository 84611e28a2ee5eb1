"""Names for JSON data, whose shape no type can tell. Development only."""

from typing import Any

Json = Any
JsonObject = dict[str, Any]
