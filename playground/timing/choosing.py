"""`auto`: the engine that is the fastest for the networks of an experiment on this machine."""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from playground.cell.names import what_is_computed
from playground.compiler.lower import compile_cell
from playground.engine import choose
from playground.engine.choice import Choice, Step, contest, digest, recall, remember
from playground.engine.devices import usable
from playground.errors import BadInput
from playground.network.network import find_cell
from playground.timing.work import TrainingStep, Work

BUDGET = 0.12  # seconds, beyond building what training begins with anyway
PATIENT = 8.0  # seconds, where nobody waits: a GPU's kernels may have to be compiled first
MOST = 6e8  # operations of a step that is timed; of longer ones a part of the sequence
TOO_LARGE = 5_000_000  # weights: beyond, a second network beside the first costs too much
LEAST_STEPS = 2
CLEARLY = 0.9  # share of the first engine's time that another has to stay below: a tie is not worth other bits
ON_THE_CPU = ("native", "numpy")


Effort = Literal["memory", "quick", "patient"]


def fastest(works: Sequence[Work], effort: Effort = "quick") -> Choice:
    """The engine for these networks, which are trained side by side on one engine.

    From memory where this machine has timed them before; else, unless the effort is only that of remembering, by a few
    training steps on each engine, within `BUDGET`. A GPU, whose kernels take longer to compile than that, takes part
    when there is patience, or when it was timed before. Never raises: what cannot be built is found, and named, by
    whoever builds it in earnest.
    """
    names = [name for name in (*ON_THE_CPU, "cupy") if usable(name)]
    if not works or len(names) == 1:
        return Choice(names[0])
    wanted = names if effort == "patient" else [name for name in names if name in ON_THE_CPU]
    try:
        key = digest(repr([_identity(work) for work in works]))
        known = {name: seconds for name, seconds in recall(key).items() if name in names}
        if not set(wanted) <= set(known):
            if effort == "memory":
                return Choice(names[0], why="open")
            known |= _time(works, wanted, PATIENT if "cupy" in wanted else BUDGET)
            if known:
                remember(key, known)
    except (BadInput, MemoryError):
        return Choice(names[0])
    engine = min(known, key=lambda name: known[name] * (CLEARLY if name == names[0] else 1.0), default=names[0])
    return Choice(engine, known)


def gpu_untried(choice: Choice) -> bool:
    """Whether there is a GPU that a patient look could compare."""
    return choice.why in ("fastest", "open") and "cupy" not in choice.seconds and usable("cupy")


def _time(works: Sequence[Work], names: Sequence[str], budget: float) -> dict[str, float]:
    """Engine → seconds of a step of all networks, one after the other."""
    weights = [_weights(work) for work in works]
    if sum(weights) > TOO_LARGE:
        return {}
    cut = []
    for work, count in zip(works, weights, strict=True):
        operations = 6.0 * count * work.training.batch * len(works)
        cut.append(replace(work, steps=max(min(work.steps, LEAST_STEPS), min(work.steps, int(MOST / operations)))))

    def build(name: str) -> Step:
        engine = choose(name)
        steps = [TrainingStep(work, engine) for work in cut]

        def step() -> None:
            for one in steps:
                one()

        return step

    return contest(names, build, budget)


def _weights(work: Work) -> int:
    """How many the layers have. Raises BadInput."""
    total, inputs = 0, work.inputs
    for layer in work.net.layers:
        plan = compile_cell(find_cell(layer.cell, work.cells, ""), inputs, layer.units)
        directions = 2 if layer.bidirectional else 1
        total += directions * sum(size[0] * (size[1] if len(size) > 1 else 1) for size in plan.packed.values())
        inputs = plan.output_size * directions
    return max(total + inputs * work.outputs, 1)


def _identity(work: Work) -> tuple[object, ...]:
    """All that decides how long a step takes. Raises BadInput."""
    training = work.training
    layers = [
        (
            repr(what_is_computed(find_cell(layer.cell, work.cells, ""))),
            layer.units,
            layer.bidirectional,
            layer.residual,
            layer.dropout > 0,
        )
        for layer in work.net.layers
    ]
    return (
        layers, work.inputs, work.outputs, work.steps, work.loss, work.at, training.batch, training.precision,
        training.optimizer.kind, training.clip_norm > 0,
    )  # fmt: skip
