"""AWS on this machine, for development and tests only."""

from sandbox.aws.fake_functions import FakeFunctions, FunctionError, in_turn
from sandbox.aws.moto_adapters import Clock, SimulatedClock
from sandbox.aws.simulation import LocalAws

__all__ = ["Clock", "FakeFunctions", "FunctionError", "LocalAws", "SimulatedClock", "in_turn"]
