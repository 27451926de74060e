"""One training step by itself, and how far it moved the weights."""

import numpy as np

from playground.training import engine_change, messages
from playground.training.conductor import Conductor
from playground.training.looking_messages import Moved
from playground.training.run import Run
from playground.training.state import host


def step_slowly(at: Conductor, run: Run, command: messages.StepSlowly) -> None:
    """While nothing trains: one step, then a pause; the window is told its sizes. Raises BadInput as any step."""
    if at.state == "training":
        return
    engine_change.before_training(at, run)
    before = [host(trainer.network.parameters.values) for trainer in run.trainers]
    rates = [trainer.rate for trainer in run.trainers]
    at.steps_left, at.speed = 1, 0.0
    at.change("training", "")
    began = run.step
    at.one_step(run)
    if run.step == began:
        return  # a device that is read later refused it: that was told already
    losses, norms = at.curves.losses[:, -1], at.curves.gradient_norms[:, -1]
    clip = run.experiment.training.clip_norm
    moved = []
    for i, trainer in enumerate(run.trainers):
        weights = before[i].astype(np.float64)
        update = host(trainer.network.parameters.values).astype(np.float64) - weights
        norm = float(norms[i])
        moved.append(
            Moved(
                trainer.name, float(losses[i]), norm, min(norm, clip) if clip else norm, rates[i],
                float(np.linalg.norm(weights)), float(np.linalg.norm(update)),
            )
        )  # fmt: skip
    at.send(messages.Stepped(at.number, run.step, tuple(moved)))
