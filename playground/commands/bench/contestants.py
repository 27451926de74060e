"""Who takes part, and what each does in its own process: get ready, build a case, take steps."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playground.commands.bench.cases import Case, work
from playground.timing.machine import MatrixLimit
from playground.timing.memory import PeakMemory
from playground.timing.work import build_and_time, times_of


@dataclass(frozen=True)
class Built:
    """compile_ms: building and the first step, beyond an ordinary step. peak_mb: MiB of memory at the most, from after
    the import to after a few steps, beyond what the import had taken (on a GPU: of its memory)."""

    compile_ms: float
    peak_mb: float


class Contestant:
    """Held by a process. name: an engine of ours or a peer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._warmed: Callable[[], None] = lambda: None
        self._make = self._peer() if name not in ("numpy", "native", "cupy") else self._ours()
        self._step: Callable[[], object] | None = None
        self._pool: Any = None

    def ready(self) -> None:
        """Everything is imported, and what all cases have in common is compiled."""
        self._warmed()

    def build(self, case: Case) -> Built:
        """Make the step and take the first ones. Raises BadInput."""
        memory = PeakMemory()
        self._step, compiling = build_and_time(lambda: self._make(case))
        peak = memory.above() if self._pool is None else self._pool.total_bytes()
        return Built(compiling * 1e3, peak / 2**20)

    def turn(self, seconds: float) -> list[float]:
        """Seconds of step after step; one goes before them, to warm the caches."""
        assert self._step is not None
        self._step()
        return times_of(self._step, seconds)

    def _ours(self) -> Callable[[Case], Callable[[], object]]:
        from playground.engine import choose
        from playground.timing.work import TrainingStep

        engine = choose(self.name)
        self._warmed = engine.warm()  # as the training process does before anything is built
        if self.name == "cupy":
            self._pool = engine.xp.get_default_memory_pool()
        return lambda case: TrainingStep(work(case), engine)

    def _peer(self) -> Callable[[Case], Callable[[], object]]:
        from playground.commands.bench.peers import PEERS

        library, _, make = PEERS[self.name]
        if library == "jax":
            os.environ.setdefault("JAX_PLATFORMS", "cpu")
            import jax

            jax.devices()  # it looks for its devices when it is first used
        else:
            __import__(library)
        return make


class Limit:
    """Held by a process of its own: the best rate of matrix products here."""

    def __init__(self) -> None:
        self._limit = MatrixLimit()

    def ready(self) -> None:
        """It is there."""

    def turn(self, seconds: float) -> float:
        """Operations a second."""
        return self._limit.measure(seconds)
