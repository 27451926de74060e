"""The word beside an answer: "guessing" and "right" only where they are true. Knows nothing of Qt."""

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal

from playground.tasks.base import Facts
from playground.tasks.goals import Target

SURE = 3.0  # standard errors: below that, a score cannot be told from guessing
SLIGHT = 0.05  # an error measure within 5 % of chance is not told from it


@dataclass(frozen=True)
class Verdict:
    """kind: what was reached (`by`: the baseline that was beaten), guessing, or nothing to say."""

    kind: Literal["right", "goal", "better", "guessing", "none"]
    by: str = ""


def judge(facts: Facts, target: Target | None, loss: float, metrics: dict[str, float], sequences: int) -> Verdict:
    """`sequences`: how many answers the score was measured on (0: not known). NaN gets no verdict."""
    value = metrics.get(facts.metrics[0], float("nan")) if facts.metrics else float("nan")
    if not isfinite(value):
        return Verdict("none")
    if target is not None and target.reached(loss, metrics):
        if target.metric == "loss":
            return Verdict("goal")
        return (
            Verdict("right")
            if target.metric in ("accuracy", "fraction_correct")
            else Verdict("better", best_baseline(facts))
        )
    return Verdict("guessing") if is_guessing(facts, value, sequences) else Verdict("none")


def best_baseline(facts: Facts) -> str:
    """The name of the best method without a network, "" when the task has none."""
    if not facts.baselines:
        return ""
    sign = -1 if facts.higher_is_better else 1
    return min(facts.baselines, key=lambda baseline: sign * baseline.metric).name


def is_guessing(facts: Facts, value: float, sequences: int) -> bool:
    """Whether `value` of the headline metric cannot be told from what guessing gives.

    A share of right answers has the standard error √(p(1-p)/n); other measures get 5 %.
    """
    chance = facts.chance
    if chance is None:
        return False
    if not facts.higher_is_better:
        return value >= chance * (1 - SLIGHT)
    if 0 < chance < 1 and sequences:
        return value <= chance + SURE * sqrt(chance * (1 - chance) / sequences)
    return value <= chance * (1 + SLIGHT)


def format_metric(name: str, value: float) -> str:
    """A score as a person reads it: shares in percent (100 % only when all is right), others with three digits."""
    if not isfinite(value):
        return "–"
    if name == "accuracy":
        percent = 100 * value if value >= 1 else min(99.9, 100 * value)
        return f"{percent:.1f} %".replace(".0 %", " %")
    if abs(value) >= 1e5 or (value and abs(value) < 1e-3):
        return f"{value:.1e}"
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 100 else 0
    return f"{value:.{digits}f}"
