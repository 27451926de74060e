"""What is known of the run: its curves, its race, its latest traces."""

from playground.experiment.document import Experiment
from playground.network.traces import Traces
from playground.tasks.base import Facts
from playground.training.curves import Curves
from playground.training.messages import Scalars, Started, Tested
from playground.ui.race import Race, find_target


class RunRecord:
    """Takes the worker's events in. Holds no Qt and tells nobody."""

    def __init__(self) -> None:
        self.curves = Curves()
        self.race = Race()
        self.traces: Traces | None = None
        self.started: Started | None = None

    def clear(self, experiment: Experiment, facts: Facts | None) -> None:
        """Begin again at step 0."""
        self._clear([net.name for net in experiment.networks], experiment, facts)

    def _clear(self, names: list[str], experiment: Experiment, facts: Facts | None) -> None:
        self.curves.arrange([-1] * len(names), names)
        self.curves.clear()
        target = find_target(facts, experiment.training.goal.loss) if facts else None
        self.race.clear(names, target)

    def take_started(self, event: Started, experiment: Experiment, facts: Facts | None) -> None:
        """Built, or built anew. A run that was kept keeps the curves of the networks that are still there."""
        self.started = event
        names = [net.name for net in event.networks]  # not the document's: it may be ahead of the worker
        if not event.kept:
            self._clear(names, experiment, facts)
            return
        sources = event.sources or range(len(names))
        self.curves.arrange(sources, names)
        target = find_target(facts, experiment.training.goal.loss) if facts else None
        self.race.follow(sources, names, target)

    def take_scalars(self, event: Scalars) -> None:
        self.curves.append_scalars(event)

    def take_tested(self, event: Tested) -> None:
        self.curves.append_test(event)
        self.race.append(event)
