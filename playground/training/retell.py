"""What the worker tells the window about a run that was just built or taken up again."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from playground.training import messages
from playground.training.curves import Curves
from playground.training.run import Run

CHUNK = 10_000  # steps in one message


def started(number: int, run: Run, kept: bool = False) -> messages.Started:
    """The facts of the networks as they are now."""
    networks = tuple(
        messages.NetFacts(
            name=trainer.name,
            parameters=int(trainer.network.parameters.count),
            layers={layer: list(nodes) for layer, nodes in trainer.network.layer_nodes().items()},
        )
        for trainer in run.trainers
    )
    return messages.Started(
        run=number,
        step=run.step,
        engine=run.engine.name,
        networks=networks,
        baselines={baseline.name: (baseline.metric, baseline.loss) for baseline in run.facts.baselines},
        metrics=run.facts.metrics,
        kept=kept,
        sources=run.last_update.sources if kept else (),
        interventions=tuple(run.interventions),
        noises=tuple(run.stirring.noises),
    )


def told_again(number: int, run: Run, curves: Curves) -> Iterator[messages.Event]:
    """The curves of a run that goes on from a checkpoint: all steps, then all tests."""
    rate = run.trainers[0].rate
    clips = curves.thresholds(curves.steps, run.experiment.training.clip_norm)
    changes = np.flatnonzero(np.diff(clips)) + 1  # one message knows only one
    cuts = sorted({*range(0, curves.steps.size, CHUNK), *changes.tolist(), curves.steps.size})
    for begin, end in pairwise(cuts):
        part = slice(begin, end)
        yield messages.Scalars(
            run=number,
            steps=[int(step) for step in curves.steps[part]],
            losses=curves.losses[:, part].tolist(),
            gradient_norms=curves.gradient_norms[:, part].tolist(),
            learning_rate=rate,
            seconds=run.seconds,
            sequences=run.sequences,
            clip_norm=float(clips[begin]),
        )
    metrics, nets = curves.test_metrics, range(len(run.trainers))
    for place, step in enumerate(curves.test_steps):
        values = [{name: float(table[net, place]) for name, table in metrics.items()} for net in nets]
        losses = curves.test_losses[:, place].tolist()
        sequences = int(np.nan_to_num(curves.test_sequences[place]))
        own = curves.test_own_seconds[:, place].tolist()
        yield messages.Tested(number, int(step), losses, values, float(curves.test_seconds[place]), [], sequences, own)
