"""The PostgreSQL versions at hand; 16 and 18 come with the development requirements."""

from local.postgres.faults.fault import VERSIONS
from sandbox.postgres.binaries import BinariesNotFoundError, find

ALWAYS = ("16", "18")


def at_hand(version: str) -> bool:
    try:
        find(version)
    except BinariesNotFoundError:
        if version in ALWAYS:
            raise
        return False
    return True


AT_HAND = [version for version in sorted(VERSIONS) if at_hand(version)]
