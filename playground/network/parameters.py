"""All numbers of a network that are trained, in one flat array, with a name for each part."""

from collections.abc import Collection
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from playground.cell.graph import Init
from playground.engine import Engine

Array = Any  # of NumPy or of CuPy


@dataclass(frozen=True)
class Entry:
    """A named part: where it starts in the flat array, its shape, how it begins, and H for initialisers."""

    name: str
    offset: int
    shape: tuple[int, ...]
    init: Init
    units: int
    frozen: bool = False

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))


class Parameters:
    """values, gradients: flat arrays [P] of the engine's library; `view` gives the named parts of `values`.

    trainable: None, or an array [P] of 1 and 0 when some are frozen.
    """

    def __init__(self, xp: ModuleType, entries: list[Entry], dtype: str, engine: Engine | None = None) -> None:
        """engine: what else may do an optimizer's arithmetic on these numbers than its array library."""
        self.xp, self._engine, self.entries = xp, engine, {entry.name: entry for entry in entries}
        count = sum(entry.size for entry in entries)
        self.values: Array = xp.zeros(count, dtype)
        self.gradients: Array = xp.zeros(count, dtype)
        self.trainable: Array | None = None
        self.rest(())

    def rest(self, names: Collection[str]) -> None:
        """From now on these do not learn, besides those that never do."""
        resting = [entry for entry in self.entries.values() if entry.frozen or entry.name in names]
        trainable: Array = self.xp.ones_like(self.values) if resting else None
        for entry in resting:
            trainable[entry.offset : entry.offset + entry.size] = 0
        self.trainable = trainable

    def updates(self, kind: str, memories: list[Array]) -> Any:
        """The engine's own arithmetic for an optimizer with these memories, or None."""
        return None if self._engine is None else self._engine.updates(kind, self.values, self.gradients, memories)

    @property
    def names(self) -> list[str]:
        """Every parameter's name, in the order of the flat array."""
        return list(self.entries)

    @property
    def count(self) -> int:
        """How many numbers are trained."""
        return int(self.values.size)

    def view(self, name: str) -> Array:
        """The named part of `values`, in place. Raises KeyError."""
        return self.part(self.values, name)

    def gradient(self, name: str) -> Array:
        """The named part of `gradients`, in place. Raises KeyError."""
        return self.part(self.gradients, name)

    def part(self, flat: Array, name: str) -> Array:
        """The named part of an array [P], in place. Raises KeyError."""
        entry = self.entries[name]
        return flat[entry.offset : entry.offset + entry.size].reshape(entry.shape)
