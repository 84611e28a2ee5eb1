"""Named ways to make a healthy pair look odd: the monitor must stay quiet. Development only.

They are made and undone like faults (`local.postgres.faults`); their cause is None.
"""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.setups import load, muted, servers, slots, transactions

__all__ = ["SETUPS"]

SETUPS: Final[dict[str, Fault]] = {
    setup.name: setup
    for module in (load, transactions, servers, slots, muted)
    for setup in module.SETUPS
}
