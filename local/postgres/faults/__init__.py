"""Named ways to break a pair that replicates, each with its mend. Development only.

A break returns when the damage can be seen, a mend when replication works again. Neither remembers
anything: a fault can be broken and mended as often as wanted.
"""

from typing import Final

from local.postgres.faults import apply, login, outage, subscription
from local.postgres.faults.fault import Fault

__all__ = ["FAULTS", "Fault"]

FAULTS: Final[dict[str, Fault]] = {
    fault.name: fault for module in (apply, subscription, outage, login) for fault in module.FAULTS
}
