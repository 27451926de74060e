"""The gradient of every unit at every step: ∂L/∂node_t as a heatmap, signed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP

from playground.network.inspections.spec import GradientPerUnit, Inspection, Loss
from playground.ui.plots.asking import Asking
from playground.ui.plots.gradient import offer_losses
from playground.ui.plots.layers import BACK, flowing, layer_cell
from playground.ui.plots.ranges import spread
from playground.ui.plots.unit_heat import UnitHeat
from playground.ui.plots.words import tr

DECADES = 6  # of the logarithmic scale, either side of zero
LINEAR, LOG = "linear", "log"


class UnitGradientPlot(Asking, UnitHeat):
    """Blue: more of this unit at this step would make the error larger; orange: smaller."""

    name = "unit_gradient"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Gradient per unit"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Units' gradient"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "∂L/∂node_t of every unit at every step of the sequence. Blue: a little more of this unit here would raise "
            "the loss; orange: it would lower it. The logarithmic scale shows six powers of ten on either side of 0.",
        )
    )
    group = "gradient"
    HEADER = "gradient of {0}.{1}.{2} [loss/1]"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._node = self.add_chooser("node", tr("gradient of what"))
        self._loss = self.add_chooser("loss", tr("of which error"))
        self._scale = self.add_chooser("scale", tr("scale of the colours"))
        self._scale.offer([(LOG, tr("log scale")), (LINEAR, tr("linear scale"))])

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell = layer_cell(self.session.experiment, choice)
        self._node.offer(flowing(cell) if cell is not None else [])
        offer_losses(self._loss, self.session)
        node = self._node.currentData()
        loss: Loss = "last" if self._loss.currentData() == "last" else "all"
        questions: dict[Any, Inspection] = {}
        if cell is not None and node:
            inner = f"back.{node}" if layer.endswith(BACK) and node != "x" else node
            questions[choice, node] = GradientPerUnit(net, layer.removesuffix(BACK), inner, loss)
        answers = self.ask(questions)
        answer = next(iter(answers.values()), None)
        self._values = answer.arrays.get("gradient", np.zeros((0, 0))) if answer is not None else np.zeros((0, 0))
        if not self._values.size:
            self.show_nothing(self.problem_of(answers) or tr(self.EMPTY))
            return
        low, high = spread([self._values]) or (0.0, 0.0)
        level = max(-low, high) or 1.0
        if self._scale.currentData() == LOG:
            self.show_units(scaled(self._values, level), level)
        else:
            self.show_units(self._values, level, level)


def scaled(values: NDArray, level: float) -> NDArray[np.floating]:
    """−1 … 1: the sign, and how many of `DECADES` powers of ten below `level` the size lies; 0 below all of them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.log10(np.abs(values))  # of float32, as answers are: the colours are 254
        size *= 1.0 / DECADES
        size += 1.0 - np.log10(level) / DECADES
    return np.copysign(np.minimum(np.maximum(size, 0.0, out=size), 1.0, out=size), values)
