"""Engines run plans. `choose` gives one by name; `available` says what this machine has."""

from playground.engine.array_engine import ArrayEngine as Engine
from playground.engine.array_engine import CellRunner
from playground.engine.devices import available, choose

__all__ = ["CellRunner", "Engine", "available", "choose"]
