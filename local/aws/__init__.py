"""AWS on this machine, for development and tests only."""

from local.aws.fake_functions import FakeFunctions, FunctionError, in_turn
from local.aws.moto_adapters import Clock, SimulatedClock
from local.aws.simulation import LocalAws

__all__ = ["Clock", "FakeFunctions", "FunctionError", "LocalAws", "SimulatedClock", "in_turn"]
