"""Who has solved the task, and when: read off the tests, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.tasks.goals import Target
from playground.training.messages import Tested


@dataclass(frozen=True)
class Solved:
    """The first test at which a network reached what `target` asks: after `step` steps, `sequences` training sequences
    (0: not known) and `seconds` of its own training."""

    step: int
    seconds: float
    sequences: int = 0


class Race:
    """Collects tests. One place for each network, in the order of the experiment."""

    def __init__(self) -> None:
        self.target: Target | None = None
        self.names: tuple[str, ...] = ()
        self.latest: Tested | None = None
        self.solved: dict[str, Solved] = {}

    def clear(self, names: Sequence[str], target: Target | None) -> None:
        """Begin again, at step 0."""
        self.names, self.target, self.latest, self.solved = tuple(names), target, None, {}

    def append(self, tested: Tested) -> None:
        """Take one test. A network that solved the task once stays solved."""
        self.latest = tested
        for row, (name, loss, metrics) in enumerate(zip(self.names, tested.losses, tested.metrics, strict=False)):
            if self.target and name not in self.solved and self.target.reached(loss, metrics):
                own = tested.own_seconds[row] if row < len(tested.own_seconds) else tested.seconds
                self.solved[name] = Solved(tested.step, own, tested.sequences)

    def follow(self, sources: Sequence[int], names: Sequence[str], target: Target | None) -> None:
        """The networks changed: network i is what number sources[i] was before, or new (-1)."""
        old = [self.names[source] if 0 <= source < len(self.names) else "" for source in sources]
        if target == self.target:
            self.solved = {new: self.solved[was] for new, was in zip(names, old, strict=True) if was in self.solved}
        else:
            self.solved = {}
        if list(sources) != list(range(len(self.names))):
            self.latest = None
        self.names, self.target = tuple(names), target

    def ranks(self) -> dict[str, int]:
        """Name → place, from 1, of those that solved it; equal sequences are the same place."""
        steps = sorted(found.step for found in self.solved.values())
        return {name: steps.index(found.step) + 1 for name, found in self.solved.items()}

    def metrics(self, name: str) -> dict[str, float]:
        """The latest test metrics of a network, empty before the first test."""
        if self.latest is None or name not in self.names:
            return {}
        index = self.names.index(name)
        return self.latest.metrics[index] if index < len(self.latest.metrics) else {}

    def own_seconds(self, name: str) -> float:
        """Seconds that a network itself had trained at the latest test; NaN where that is not known."""
        if self.latest is None or name not in self.names:
            return float("nan")
        index, known = self.names.index(name), self.latest.own_seconds
        return known[index] if index < len(known) else float("nan")
