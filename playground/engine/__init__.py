"""Engines run plans. `choose` gives one by name; `available` says what this machine has."""

from playground.engine.array_engine import ArrayEngine as Engine
from playground.engine.devices import available, choose
from playground.engine.runner import Runner, Setup

__all__ = ["Engine", "Runner", "Setup", "available", "choose"]
