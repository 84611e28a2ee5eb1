"""Named ways to break a pair that replicates, each with its fix. Development only.

A break returns when the damage can be seen, a fix when replication works again. Neither remembers
anything: a fault can be broken and fixed as often as wanted.
"""

from typing import Final

from local.postgres.faults import (
    apply,
    copying,
    ended,
    lag,
    login,
    outage,
    publication,
    schema,
    slot,
    subscription,
    workers,
)
from local.postgres.faults.fault import Fault

__all__ = ["FAULTS", "Fault"]

_MODULES: Final = (
    apply,
    schema,
    subscription,
    copying,
    workers,
    ended,
    lag,
    slot,
    publication,
    outage,
    login,
)

FAULTS: Final[dict[str, Fault]] = {
    fault.name: fault for module in _MODULES for fault in module.FAULTS
}
