"""Checkpoints that are written by themselves: seldom enough to cost nothing, often enough to lose little."""

import contextlib
import math
import os
import time
from pathlib import Path

from playground.errors import BadInput
from playground.training.curves import Curves
from playground.training.pace import Pace
from playground.training.resuming import save
from playground.training.run import Run

KEPT = 2
EVERY = 1.0  # seconds between two at least: nobody minds to lose so much
SHARE = 0.01  # of the time


class Autosave:
    """Knows whether a checkpoint is wanted and when it is due; keeps the last two files in its folder."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._number = 0
        self._saved_step: int | None = None
        self._wanted = math.inf  # perf_counter() reading from which on it may be written
        self._pace = Pace(EVERY, SHARE)
        self._files: list[Path] = []
        self._step = 0

    def begin(self, number: int, folder: str, origin: str, step: int) -> None:
        """A new run. folder: "" for nowhere. origin: the checkpoint it goes on from, "" for none; it counts as one of
        the two files when it lies in the folder."""
        self._folder = Path(folder) if folder else None
        self._number = number
        self.forget()
        if origin and self._folder is not None:
            self._saved_step = step
            if Path(origin).parent == self._folder and Path(origin) not in self._files:
                self._files.append(Path(origin))

    def forget(self) -> None:
        """The run began again: no file is of it."""
        self._saved_step = None
        self._wanted = math.inf

    def changed(self) -> None:
        """The networks changed without a step: what was written of this step is not true any more."""
        self._saved_step = None

    def want(self, at: float = 0.0) -> None:
        """A checkpoint is wanted, not before clock reading `at`."""
        if self._folder is not None:
            self._wanted = at

    def due(self, now: float) -> bool:
        """While training: wanted, and within its share of the time."""
        return now >= self._wanted and self._pace.due(now)

    def patience(self, now: float) -> float | None:
        """While not training: seconds until it is to be written, None when nothing is wanted."""
        return None if self._wanted == math.inf else max(0.0, self._wanted - now)

    def save(self, run: Run, curves: Curves) -> Path | None:
        """Write the checkpoint and drop the oldest file; None when the last one is of this very step.

        Raises BadInput where it cannot be written, and then wants no more until the next run.
        """
        self._wanted = math.inf
        if self._folder is None or self._saved_step == run.step:
            return None
        began = time.perf_counter()
        path = self._folder / f"run-{self._number:04d}-{os.getpid()}-step-{run.step:09d}.safetensors"
        try:
            save(run, path, curves)
        except BadInput:
            self._folder = None
            raise
        self._saved_step = run.step
        self._files = [file for file in self._files if file != path] + [path]
        while len(self._files) > KEPT:
            with contextlib.suppress(OSError):
                self._files[0].unlink()
            del self._files[0]
        self._pace.done(began, time.perf_counter())
        return path
