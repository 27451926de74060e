"""What counts as solved: one table, with its sources."""

from dataclasses import dataclass

from playground.tasks.base import Facts


@dataclass(frozen=True)
class Yardstick:
    """A metric that reaches at least `value` on the test data. source: who says so."""

    metric: str
    value: float
    source: str


YARDSTICKS = (
    Yardstick(
        "fraction_correct",
        0.99,
        "Hochreiter and Schmidhuber (1997), experiment 4: a sum is right when its error is below 0.04 (of targets in "
        "[0, 1]); they ask for 2,000 right ones in a row, here it is 99 % of the unseen sequences",
    ),
    Yardstick(
        "accuracy",
        0.99,
        "Hochreiter and Schmidhuber (1997), experiment 6, and Gers, Schmidhuber and Cummins (2000) ask for all right "
        "answers in a long row; here it is 99 % of the unseen sequences",
    ),
)
"""The first one whose metric the task measures counts. An accuracy only where it is the headline: of a text nobody can
guess 99 % of the next characters."""


@dataclass(frozen=True)
class Target:
    """What counts as solved. `text` says it in words, `source` who says so; `value` is compared with `metric` ("loss":
    the test loss)."""

    metric: str
    value: float
    higher: bool
    text: str
    source: str = ""

    def reached(self, loss: float, metrics: dict[str, float]) -> bool:
        """NaN reaches nothing."""
        value = loss if self.metric == "loss" else metrics.get(self.metric, float("nan"))
        return value >= self.value if self.higher else value <= self.value


def find_target(facts: Facts, goal_loss: float) -> Target | None:
    """The loss the person set as a goal; else what the table asks; else the best method without a network."""
    headline = facts.metrics[0] if facts.metrics else ""
    if goal_loss > 0:
        return Target("loss", goal_loss, False, f"test loss ≤ {goal_loss:g}", "the goal of this experiment")
    for yardstick in YARDSTICKS:
        if yardstick.metric in facts.metrics and yardstick.metric in (headline, "fraction_correct"):
            name = "right answers" if yardstick.metric == "fraction_correct" else yardstick.metric
            text = f"{name} ≥ {yardstick.value:.0%}"
            return Target(yardstick.metric, yardstick.value, True, text, yardstick.source)
    if headline and facts.baselines:
        best = min(facts.baselines, key=lambda baseline: baseline.metric * (-1 if facts.higher_is_better else 1))
        sign = "≥" if facts.higher_is_better else "≤"
        text = f"{headline} {sign} {best.metric:.3g} ({best.name})"
        source = "better than the best method without a network"
        return Target(headline, best.metric, facts.higher_is_better, text, source)
    return None
