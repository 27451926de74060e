"""How long after Train the first loss is there, for cells never compiled before, in the real training process.

The worst case: Train is pressed in the very moment in which the cell was drawn, so that building the network, choosing
the engine, compiling and the test at step 0 all come after it.
"""

import os
import statistics
import tempfile
import time
from typing import Any

from msgspec.structs import replace

from playground.cell.graph import Cell
from playground.cell.library import LIBRARY
from playground.engine.choice import HOME
from playground.experiment.document import Experiment
from playground.experiment.files import examples, load
from playground.training import messages
from playground.training.client import TrainingClient

EXAMPLE = "delayed-recall"
CELLS = ("lstm", "gru", "peephole", "slstm", "mut1", "min_gru")
WARM = 2.0  # seconds that the process waits before anybody presses anything
PATIENCE = 60.0
LOOK_EVERY = 0.002  # seconds between two looks at the pipe


def measure_first_loss() -> dict[str, Any]:
    """Seconds from Train to the first loss: the median over some own cells, and each."""
    before = os.environ.get(HOME)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[HOME] = folder  # nothing is remembered of these cells
        try:
            taken = _measure()
        finally:
            os.environ.pop(HOME)
            if before is not None:
                os.environ[HOME] = before
    return {
        "train_to_first_loss_s": round(statistics.median(taken.values()), 3),
        "train_to_first_loss_s_of_a_new_cell_like": {name: round(seconds, 3) for name, seconds in taken.items()},
    }


def _measure() -> dict[str, float]:
    example = load(examples()[EXAMPLE])
    taken: dict[str, float] = {}
    with TrainingClient() as client:
        client.start_process()
        _until(client, messages.Ready)
        client.send(messages.Start(0, example))
        _until(client, messages.Tested)
        time.sleep(WARM)
        for run, name in enumerate(CELLS, 1):
            began = time.perf_counter()
            client.send(messages.Start(run, with_cell(example, LIBRARY[name])))
            client.send(messages.Play(run))
            _until(client, messages.Scalars)
            taken[name] = time.perf_counter() - began
            client.send(messages.Pause(run))
            _until(client, messages.StateChanged)
            time.sleep(WARM / 4)
    return taken


def with_cell(experiment: Experiment, cell: Cell) -> Experiment:
    """Every layer of the last network is made of this cell, as one of the experiment's own."""
    own = replace(cell, name="own")
    *others, last = experiment.networks
    layers = tuple(replace(layer, cell=own.name, init={}) for layer in last.layers)
    return replace(experiment, cells=(own,), networks=(*others, replace(last, layers=layers)))


def _until(client: TrainingClient, kind: type) -> None:
    """Take what comes, as the window does, up to the first of this kind. Raises RuntimeError when none comes."""
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        for event in client.poll():
            if isinstance(event, messages.TracesWritten):
                client.traces(event)
            if isinstance(event, messages.Failed):
                raise RuntimeError(f"{event.place}: {event.problem}")
            if isinstance(event, kind):
                return
        time.sleep(LOOK_EVERY)
    raise RuntimeError(f"no {kind.__name__} within {PATIENCE:g} s")
