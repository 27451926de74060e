"""A session that stands still: what plots read, without a worker or a window. For the command line and tests."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.inspections.spec import Inspection
from playground.network.traces import Traces
from playground.tasks.base import Facts, Probe
from playground.training.curves import Curves
from playground.ui.run.flow_record import FlowRecord
from playground.ui.run.inspections import Answer
from playground.ui.run.unit_record import UnitRecord
from playground.ui.state import RunState, Selection
from playground.ui.theme import LIGHT, Theme

Look = Callable[[Inspection], dict[str, np.ndarray]]  # what answers a question; raises BadInput


class StillInspections(QObject):
    """The reading side of `playground.ui.run.inspections.Inspections`: answers at once, or, without `look`, never."""

    changed = Signal(object)

    def __init__(self, look: Look | None, step: int, parent: QObject) -> None:
        super().__init__(parent)
        self.look, self.step = look, step
        self._answers: dict[Inspection, Answer] = {}

    def want(self, owner: object, questions: Iterable[Inspection]) -> None:
        for question in questions:
            if self.look is not None and question not in self._answers:
                try:
                    self._answers[question] = Answer(self.step, self.look(question))
                except BadInput as problem:
                    self._answers[question] = Answer(self.step, {}, str(problem))

    def drop(self, owner: object) -> None:
        """Nothing is computed again, so nothing has to end."""

    def result(self, question: Inspection) -> Answer | None:
        return self._answers.get(question)


class StillSession(QObject):
    """The reading side of `playground.ui.session.Session`. Change an attribute, then emit the signal that tells it."""

    document_changed = Signal(object)
    selection_changed = Signal(object)
    run_changed = Signal(object)
    scalars_changed = Signal()
    tests_changed = Signal()
    traces_changed = Signal(object)
    time_changed = Signal(int)
    theme_changed = Signal(object)
    notice = Signal(object)
    started = Signal(object)

    def __init__(
        self,
        experiment: Experiment,
        curves: Curves | None = None,
        traces: Traces | None = None,
        facts: Facts | None = None,
        probe: Probe | None = None,
        theme: Theme = LIGHT,
        baselines: dict[str, tuple[float, float]] | None = None,
        look: Look | None = None,
    ) -> None:
        super().__init__()
        self.inspections = StillInspections(look, traces.step if traces is not None else 0, self)
        self.experiment = experiment
        self.curves = curves if curves is not None else Curves([net.name for net in experiment.networks])
        self.traces = traces
        self.flows = FlowRecord()
        self.units = UnitRecord()
        if traces is not None:
            self.flows.take(traces)
            self.units.take(traces, experiment)
        self.facts = facts
        self.probe = probe
        self.theme = theme
        self.selection: Selection | None = None
        self.run_state = RunState()
        self.folder = None
        self.started_facts = None
        self.time = 0
        known = facts.baselines if facts is not None else ()
        self.baselines = baselines if baselines is not None else {b.name: (b.metric, b.loss) for b in known}

    @property
    def length(self) -> int:
        """Steps of the sequence that is looked at."""
        return len(self.traces.targets) if self.traces is not None else 0

    def set_time(self, time: int) -> None:
        """Look at another step."""
        time = int(np.clip(time, 0, max(0, self.length - 1)))
        if time != self.time:
            self.time = time
            self.time_changed.emit(time)

    def select(self, selection: Selection | None) -> None:
        self.selection = selection
        self.selection_changed.emit(selection)

    def apply(self, edit: Any, merge: bool = False) -> bool:
        """A still session takes no edits."""
        return False
