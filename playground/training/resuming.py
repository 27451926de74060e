"""A run as a checkpoint: written, and taken up again where it was."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from playground.errors import BadInput
from playground.training import checkpoint as checkpoints
from playground.training import state
from playground.training.checkpoint import Checkpoint, Progress, network_key
from playground.training.curves import Curves
from playground.training.engine_choice import engine_of_checkpoint
from playground.training.noise import Stirring
from playground.training.run import Run


def save(run: Run, path: Path, curves: Curves | None = None) -> None:
    """Write a checkpoint, with the curves so far. Raises BadInput where the file cannot be written."""
    arrays = {}
    for trainer in run.trainers:
        for name, array in state.state_arrays(trainer).items():
            part, _, rest = name.partition("/")
            arrays[f"{part}/{network_key(trainer.name)}/{rest}"] = array
    if curves is not None:
        arrays |= {f"curves/{name}": array for name, array in curves.arrays().items()}
    _write(run, path, arrays)


def save_weights(run: Run, path: Path) -> None:
    """Write the weights alone. Raises BadInput where the file cannot be written."""
    parts = [(network_key(trainer.name), state.weights(trainer)) for trainer in run.trainers]
    arrays = {f"weights/{key}/{name}": array for key, found in parts for name, array in found.items()}
    _write(run, path, arrays)


def load_weights(run: Run, path: Path) -> None:
    """Take up the weights alone. Raises BadInput when they do not fit."""
    found = checkpoints.read(path, keep=lambda name: name.startswith("weights/"))
    _check_contestants(run, found, str(path))
    for trainer in run.trainers:
        state.load_weights(trainer, found.of_network(trainer.name), str(path))
    _set_progress(run, found)


def resume(path: Path, folder: Path | None = None, engine: str = "auto") -> tuple[Run, Curves]:
    """A run that goes on where the checkpoint was written, of the experiment inside it, on the same engine unless
    another is asked for; with its curves. Raises BadInput."""
    found = checkpoints.read(path)
    name, own = engine_of_checkpoint(engine, found.progress.engine)
    run = Run(found.experiment, folder, name)
    if own:
        run.choice = replace(run.choice, why="checkpoint")
    try:
        curves = Curves.from_arrays(found.part("curves/"), run.names)
    except (KeyError, ValueError) as error:
        raise BadInput(str(path), f"its curves are damaged ({error})", checkpoints.REMEDY) from error
    for trainer in run.trainers:
        state.load_state(trainer, found.of_network(trainer.name), str(path))
    _set_progress(run, found)
    return run, curves


def _check_contestants(run: Run, found: Checkpoint, place: str) -> None:
    names = tuple(net.name for net in found.experiment.networks)
    if names != run.names:
        listed = " and ".join(names) or "no network"
        problem = f"it holds {listed}, the experiment has {' and '.join(run.names)}"
        raise BadInput(place, problem, "open the experiment that it was saved with")


def _write(run: Run, path: Path, arrays: dict[str, np.ndarray]) -> None:
    own = tuple(None if math.isnan(seconds) else seconds for seconds in run.own_seconds)
    progress = Progress(run.step, run.seconds, run.sequences, run.engine.name, own)
    by_hand, noises = tuple(run.interventions), tuple(run.stirring.noises)
    checkpoints.write(path, Checkpoint(run.experiment, progress, arrays, by_hand, noises))


def _set_progress(run: Run, found: Checkpoint) -> None:
    progress = found.progress
    run.step, run.seconds, run.sequences = progress.step, progress.seconds, progress.sequences
    own = (*progress.own_seconds, *[None] * len(run.trainers))
    for trainer, seconds in zip(run.trainers, own, strict=False):
        trainer.steps, trainer.seconds = progress.step, math.nan if seconds is None else seconds
    run.interventions = list(found.interventions)
    run.stirring = Stirring(found.noises)
