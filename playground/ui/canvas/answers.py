"""Puts the test results on the answer cards, in words."""

from collections.abc import Sequence
from math import isfinite

from PySide6.QtCore import QCoreApplication

from playground.tasks.base import Facts
from playground.tasks.goals import Target, find_target
from playground.tasks.spec import AnyTask, Table, Text
from playground.training.curves import Curves
from playground.ui.canvas.content import Content
from playground.ui.canvas.items.readout import AnswerItem
from playground.ui.canvas.verdict import Verdict, format_metric, judge
from playground.ui.theme import Theme


def write_answers(
    items: Sequence[AnswerItem], content: Content, curves: Curves, theme: Theme, step: int | None = None
) -> None:
    """The latest test of every network, or the latest one up to a training step; a card without one says so."""
    facts = content.facts
    for net, item in zip(content.nets, items, strict=True):
        loss, metrics = latest_test(curves, net.name, step)
        if facts is None or not facts.metrics or facts.metrics[0] not in metrics:
            item.clear_answer()
            continue
        target = find_target(facts, content.goal)
        verdict = judge(facts, target, loss, metrics, test_answers(content.task, facts))
        word, colour = words(verdict, theme)
        number = format_metric(facts.metrics[0], metrics[facts.metrics[0]])
        item.set_answer(number, word, colour, below(content.task, facts), rule(target))


def latest_test(curves: Curves, net: str, step: int | None = None) -> tuple[float, dict[str, float]]:
    """Loss and metrics of the last test of a network (up to a training step); NaN and nothing before the first."""
    known = len(curves.test_steps) if step is None else int(curves.test_steps.searchsorted(step, "right"))
    if net not in curves.names or not known:
        return float("nan"), {}
    row = curves.names.index(net)
    metrics = {name: float(values[row, known - 1]) for name, values in curves.test_metrics.items()}
    return float(curves.test_losses[row, known - 1]), {
        name: value for name, value in metrics.items() if isfinite(value)
    }


def rule(target: Target | None) -> str:
    """What counts as solved, for the tooltip."""
    return QCoreApplication.translate("Answer", "solved: {0}").format(target.text) if target else ""


def test_answers(task: AnyTask, facts: Facts) -> int:
    """How many right-or-wrong answers the headline is measured on, 0 where that is not known."""
    if isinstance(task, Table | Text):
        return 0
    return task.test_sequences * (facts.length if facts.at == "every" else 1)


def words(verdict: Verdict, theme: Theme) -> tuple[str, str]:
    """The word beside the answer and its colour."""
    translate = QCoreApplication.translate
    if verdict.kind == "right":
        return translate("Answer", "right"), theme.good
    if verdict.kind == "goal":
        return translate("Answer", "goal reached"), theme.good
    if verdict.kind == "better":
        return translate("Answer", "beats {0}").format(verdict.by), theme.good
    if verdict.kind == "guessing":
        return translate("Answer", "guessing"), theme.bad
    return "", ""


def below(task: AnyTask, facts: Facts) -> str:
    """What the number is, and on what it was measured."""
    name = metric_name(facts.metrics[0])
    if isinstance(task, Table):
        return QCoreApplication.translate("Answer", "{0}, unseen {1}s").format(name, facts.time_name)
    if isinstance(task, Text):
        return QCoreApplication.translate("Answer", "{0}, unseen text").format(name)
    return QCoreApplication.translate("Answer", "{0} on {1} unseen").format(name, f"{task.test_sequences:,}")


def metric_name(metric: str) -> str:
    """A metric's plain key in words."""
    names = {
        "accuracy": QCoreApplication.translate("Answer", "accuracy"),
        "mse": QCoreApplication.translate("Answer", "squared error"),
        "rmse": QCoreApplication.translate("Answer", "error (rms)"),
        "relative_mse": QCoreApplication.translate("Answer", "error ÷ variance"),
        "bits_per_symbol": QCoreApplication.translate("Answer", "bits/character"),
    }
    return names.get(metric, metric.replace("_", " "))
