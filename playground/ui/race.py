"""Who has solved the task, and when: read off the tests, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.tasks.base import Facts
from playground.training.messages import Tested

ACCURATE = 0.99


@dataclass(frozen=True)
class Solved:
    """The first test at which a network reached what `target` asks: after `step` steps and `seconds` of training."""

    step: int
    seconds: float


@dataclass(frozen=True)
class Target:
    """What counts as solved. `text` says it in words; `value` is compared with `metric` ("loss": the test loss)."""

    metric: str
    value: float
    higher: bool
    text: str

    def reached(self, loss: float, metrics: dict[str, float]) -> bool:
        """NaN reaches nothing."""
        value = loss if self.metric == "loss" else metrics.get(self.metric, float("nan"))
        return value >= self.value if self.higher else value <= self.value


def find_target(facts: Facts, goal_loss: float) -> Target | None:
    """The loss the person set as a goal; else 99 % of an accuracy; else the best method without a network."""
    headline = facts.metrics[0] if facts.metrics else ""
    if goal_loss > 0:
        return Target("loss", goal_loss, False, f"test loss ≤ {goal_loss:g}")
    if facts.higher_is_better and headline == "accuracy":
        return Target(headline, ACCURATE, True, f"accuracy ≥ {ACCURATE:.0%}")
    if headline and facts.baselines:
        best = min(facts.baselines, key=lambda baseline: baseline.metric * (-1 if facts.higher_is_better else 1))
        sign = "≥" if facts.higher_is_better else "≤"
        text = f"{headline} {sign} {best.metric:.3g} ({best.name})"
        return Target(headline, best.metric, facts.higher_is_better, text)
    return None


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
        for name, loss, metrics in zip(self.names, tested.losses, tested.metrics, strict=False):
            if self.target and name not in self.solved and self.target.reached(loss, metrics):
                self.solved[name] = Solved(tested.step, tested.seconds)

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

    def metrics(self, name: str) -> dict[str, float]:
        """The latest test metrics of a network, empty before the first test."""
        if self.latest is None or name not in self.names:
            return {}
        index = self.names.index(name)
        return self.latest.metrics[index] if index < len(self.latest.metrics) else {}
