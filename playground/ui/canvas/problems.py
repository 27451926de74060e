"""Which card a problem of the experiment belongs to. Knows nothing of Qt."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from playground.experiment.check import Problem
from playground.experiment.document import Experiment
from playground.experiment.schema import item_names


@dataclass(frozen=True)
class Complaint:
    """`net` and `layer`: their places in the experiment, -1 for the whole. `task`: it is about the sequence."""

    text: str
    net: int = -1
    layer: int = -1
    task: bool = False


def place(experiment: Experiment, problems: Iterable[Problem]) -> list[Complaint]:
    """Each problem at its card. An error of a cell stands on every layer made of that cell."""
    return [complaint for problem in problems for complaint in _place(experiment, problem)]


def find(complaints: Sequence[Complaint], net: int = -1, layer: int = -1, task: bool = False) -> str:
    """The first sentence for exactly this card, or ""."""
    wanted = (net, layer, task)
    return next((c.text for c in complaints if (c.net, c.layer, c.task) == wanted), "")


def _place(experiment: Experiment, problem: Problem) -> Iterator[Complaint]:
    if problem.path.startswith("cells."):
        cell = problem.path.removeprefix("cells.")
        text = f"{problem.node}: {problem.message}" if problem.node else problem.message
        layers = [(n, k, layer) for n, net in enumerate(experiment.networks) for k, layer in enumerate(net.layers)]
        users = [(n, k) for n, k, layer in layers if layer.cell == cell]
        yield from (Complaint(text, n, k) for n, k in users)
        if not users:
            yield Complaint(text)
        return
    for n, (name, net) in enumerate(zip(item_names(experiment.networks), experiment.networks, strict=True)):
        here = f"networks.{name}."
        if not problem.path.startswith(here):
            continue
        for k, id in enumerate(item_names(net.layers)):
            if f"{problem.path}.".startswith(f"{here}layers.{id}."):
                yield Complaint(problem.message, n, k)
                return
        yield Complaint(problem.message, n)
        return
    if problem.path.startswith("training"):
        yield Complaint(f"{problem.path}: {problem.message}")
    elif problem.path != "networks":  # "there is no network" is said by the invitation
        about = "" if problem.path.startswith("task") else f"{problem.path}: "  # a file, say
        yield Complaint(f"{about}{problem.message}", task=True)
