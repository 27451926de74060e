"""The gradients of all nodes of the open cell, which the worker computes while somebody looks at them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from playground.cell.states import with_gradient
from playground.network.inspections.spec import GradientThroughTime
from playground.ui.workshop import Workshop


class Flows(QObject):
    """Asks between `follow(True)` and `follow(False)`. `changed`: there are others."""

    changed = Signal()

    def __init__(self, workshop: Workshop) -> None:
        super().__init__(workshop)
        self._workshop = workshop
        self._question: GradientThroughTime | None = None
        workshop.session.inspections.changed.connect(self._answered)

    def follow(self, on: bool) -> None:
        """Ask about the cell that is open now, or no more."""
        question = self._ask() if on else None
        if question != self._question:
            self._question = question
            inspections = self._workshop.session.inspections
            if question is None:
                inspections.drop(self)
            else:
                inspections.want(self, (question,))

    def _ask(self) -> GradientThroughTime | None:
        inside, cell = self._workshop.inside, self._workshop.cell
        if inside is None or cell is None or self._workshop.errors():
            return None
        nodes = tuple(with_gradient(cell))
        return GradientThroughTime(inside.net, inside.layer, nodes) if nodes else None

    def norms(self, node: str) -> NDArray[np.float64] | None:
        """‖∂L/∂node_t‖₂ [T]; None where it is not known (yet)."""
        if self._question is None:
            return None
        answer = self._workshop.session.inspections.result(self._question)
        return answer.arrays.get(node) if answer is not None else None

    def _answered(self, question: object) -> None:
        if question == self._question:
            self.changed.emit()
