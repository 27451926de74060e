"""All numbers of a network that are trained, in one flat array, with a name for each part."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from playground.cell.graph import Init

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

    def __init__(self, xp: ModuleType, entries: list[Entry], dtype: str) -> None:
        self.xp, self.entries = xp, {entry.name: entry for entry in entries}
        count = sum(entry.size for entry in entries)
        self.values: Array = xp.zeros(count, dtype)
        self.gradients: Array = xp.zeros(count, dtype)
        self.trainable: Array | None = None
        if any(entry.frozen for entry in entries):
            self.trainable = xp.ones(count, dtype)
            for entry in entries:
                if entry.frozen:
                    self.trainable[entry.offset : entry.offset + entry.size] = 0

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
        return self._part(self.values, name)

    def gradient(self, name: str) -> Array:
        """The named part of `gradients`, in place. Raises KeyError."""
        return self._part(self.gradients, name)

    def _part(self, flat: Array, name: str) -> Array:
        entry = self.entries[name]
        return flat[entry.offset : entry.offset + entry.size].reshape(entry.shape)
