"""What is known of the run: its curves, its race, its latest traces."""

from playground.experiment.document import Experiment
from playground.network.traces import Traces
from playground.tasks.base import Facts
from playground.tasks.goals import find_target
from playground.training.curves import LONG, Curves
from playground.training.finite import NotFinite
from playground.training.messages import Scalars, Started, Tested
from playground.training.race import Race
from playground.ui.run.flow_record import FlowRecord
from playground.ui.run.unit_record import UnitRecord


class RunRecord:
    """Takes the worker's events in. Holds no Qt and tells nobody."""

    def __init__(self) -> None:
        self.curves = Curves(bound=LONG)
        self.race = Race()
        self.traces: Traces | None = None
        self.flows = FlowRecord()
        self.units = UnitRecord()
        self.started: Started | None = None
        self.refused: NotFinite | None = None  # why the last step was not made

    def clear(self, experiment: Experiment, facts: Facts | None) -> None:
        """Begin again at step 0."""
        self._clear([net.name for net in experiment.networks], experiment, facts)

    def _clear(self, names: list[str], experiment: Experiment, facts: Facts | None) -> None:
        self.curves.arrange([-1] * len(names), names)
        self.curves.clear()
        self.flows.clear()
        self.units.clear()
        self.refused = None
        target = find_target(facts, experiment.training.goal.loss) if facts else None
        self.race.clear(names, target)

    def take_started(self, event: Started, experiment: Experiment, facts: Facts | None) -> None:
        """Built, or built anew. A run that was kept keeps the curves of the networks that are still there."""
        before = [net.name for net in self.started.networks] if self.started is not None else []
        self.started = event
        names = [net.name for net in event.networks]  # not the document's: it may be ahead of the worker
        if not event.kept:
            self._clear(names, experiment, facts)
            return
        sources = event.sources or range(len(names))
        self.curves.arrange(sources, names)
        pairs = zip(sources, names, strict=False)
        renamed = {before[source]: name for source, name in pairs if 0 <= source < len(before)}
        self.flows.follow(renamed)
        self.units.follow(renamed)
        target = find_target(facts, experiment.training.goal.loss) if facts else None
        self.race.follow(sources, names, target)

    def take_traces(self, traces: Traces, experiment: Experiment) -> None:
        """Traces of the networks as they are, not of a moment that is looked back at."""
        self.traces = traces
        self.flows.take(traces)
        self.units.take(traces, experiment)

    def take_scalars(self, event: Scalars) -> None:
        if self.refused is not None and event.steps and event.steps[-1] >= self.refused.step:
            self.refused = None
        self.curves.append_scalars(event)

    def take_tested(self, event: Tested) -> None:
        self.curves.append_test(event)
        self.race.append(event)
