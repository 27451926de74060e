"""Plots of what the worker computes for them alone: they ask while they are seen, and not a moment longer."""

from collections.abc import Hashable, Mapping

from PySide6.QtGui import QHideEvent, QShowEvent

from playground.network.inspections.spec import Inspection
from playground.ui.plots.base import Plot
from playground.ui.run.inspections import Answer


class Asking(Plot):
    """Base of such plots, before `TimePlot` where it is one of these too. `draw` calls `ask` every time."""

    def build(self) -> None:
        super().build()
        self._questions: dict[Hashable, Inspection] = {}
        self._latest: dict[Hashable, tuple[Inspection, Answer]] = {}
        self.session.inspections.changed.connect(self._answered)
        self.session.started.connect(self._forget)

    def ask(self, questions: Mapping[Hashable, Inspection]) -> dict[Hashable, Answer]:
        """The answers that are there, by the questions' keys.

        While a question waits (another time step is chosen, or the plot is seen again), the last answer under the same
        key stands in for it: put into the key whatever makes an old answer useless (the layer, the node).
        """
        inspections = self.session.inspections
        if not questions and not self._questions:
            return {}
        self._questions = dict(questions)
        inspections.want(self, self._questions.values())
        found: dict[Hashable, tuple[Inspection, Answer]] = {}
        for key, question in questions.items():
            answer = inspections.result(question)
            if answer is not None:
                found[key] = question, answer
            elif key in self._latest:
                found[key] = self._latest[key]
        self._latest = found
        return {key: answer for key, (_, answer) in found.items()}

    def problem_of(self, answers: Mapping[Hashable, Answer]) -> str:
        """Why there is nothing to see, "" when there is or when it is only a matter of time."""
        return next((answer.problem for answer in answers.values() if answer.problem), "")

    def _forget(self, *_: object) -> None:
        """Another run: its networks have not answered yet."""
        self._latest = {}

    def _answered(self, question: Inspection) -> None:
        if self.session.inspections.result(question) is None:
            self._forget()
        if question in self._questions.values():
            self.make_stale()

    def showEvent(self, event: QShowEvent) -> None:
        self.make_stale()  # what it last saw may be of long ago
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.session.inspections.drop(self)
        super().hideEvent(event)
