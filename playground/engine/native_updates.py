"""An optimizer's arithmetic in machine code."""

from typing import Any

import numpy as np

from playground.compiler.native_updates import ADDRESSES, SETTINGS
from playground.engine.native_compile import compile_update

Array = np.ndarray


class NativeUpdates:
    """For one set of flat arrays [P]; `memories`: what the kind of optimizer remembers, at most two arrays."""

    def __init__(self, kind: str, values: Array, gradients: Array, memories: list[Array]) -> None:
        self._kind, self._dtype = kind, str(values.dtype)
        self._alive = (values, gradients, memories)
        self._trainable: Array | None = None
        first, second = [*memories, values, values][:2]
        addresses = [array.ctypes.data for array in (values, gradients, first, second)]
        self._addresses = np.array([*addresses, 0, len(values)], np.int64)
        self._settings = np.zeros(len(SETTINGS))
        self._at = (self._addresses.ctypes.data, self._settings.ctypes.data)
        self._functions: dict[str, Any] = {}

    def _call(self, kind: str) -> None:
        function = self._functions.get(kind)
        if function is None:
            function = self._functions[kind] = compile_update(kind, self._dtype)
        function(*self._at)

    def step(self, trainable: Array | None, *settings: float) -> None:
        """One update of the optimizer. trainable: 1 for what learns, 0 for what rests, or None for all; settings in
        the order of `SETTINGS`."""
        if trainable is not self._trainable:
            self._trainable = trainable
            self._addresses[ADDRESSES.index("trainable")] = 0 if trainable is None else trainable.ctypes.data
        self._settings[:] = settings
        self._call(self._kind)

    def squares(self) -> float:
        """Σ gradient²."""
        self._call("squares")
        return float(self._settings[0])

    def scale(self, factor: float) -> None:
        """gradients *= factor."""
        self._settings[SETTINGS.index("scale")] = factor
        self._call("scale")
