"""Questions about the running networks that plots ask, and the worker's answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from playground.network.inspections.spec import Inspection
from playground.training import messages
from playground.ui.run.training_link import TrainingLink
from playground.ui.run.wanted import Wanted


@dataclass(frozen=True)
class Answer:
    """arrays: as the question's function in `playground.network.inspections` says, read-only. step: after how many
    training steps. problem: why there are none, one sentence."""

    step: int
    arrays: dict[str, NDArray] = field(default_factory=dict)
    problem: str = ""


class Inspections(QObject):
    """`session.inspections`. What anybody wants is answered again and again while the networks train; nothing is
    computed that nobody wants. Until a new answer has come the last one stays, so that a plot does not flicker."""

    changed = Signal(object)  # the question that has an answer, or another one

    def __init__(self, link: TrainingLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._wanted: Wanted[Inspection] = Wanted(self)
        self._wanted.changed.connect(self._tell)
        self._answers: dict[Inspection, Answer] = {}
        link.begun.connect(self._on_begun)
        link.inspected.connect(self._on_inspected)

    def want(self, owner: QObject | str, questions: Iterable[Inspection]) -> None:
        """From now on `owner` wants these answered, and no others. Ends by `drop`, and with an owner that is an object.
        May be called as often as one likes: many changes become one message, none when it comes to the same."""
        self._wanted.want(owner, questions)

    def drop(self, owner: QObject | str) -> None:
        """`owner` wants nothing any more. Does nothing when it did not."""
        self._wanted.drop(owner)

    def result(self, question: Inspection) -> Answer | None:
        """The latest answer; None before the first one, and when nobody wants it any more."""
        return self._answers.get(question)

    def _tell(self) -> None:
        wanted = self._wanted.everything
        self._answers = {question: answer for question, answer in self._answers.items() if question in wanted}
        self._link.inspect(wanted)

    def _on_begun(self) -> None:
        """Another run: no answer counts any more."""
        gone, self._answers = list(self._answers), {}
        for question in gone:
            self.changed.emit(question)

    def _on_inspected(self, event: messages.Inspected) -> None:
        if event.inspection not in self._wanted.everything:
            return
        arrays = {name: np.frombuffer(data.data, data.dtype).reshape(data.shape) for name, data in event.arrays.items()}
        self._answers[event.inspection] = Answer(event.step, arrays, event.problem)
        self.changed.emit(event.inspection)
