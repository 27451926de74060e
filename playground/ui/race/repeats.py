"""`session.repeats`: the experiment again with other seeds and lags, in the background, and what came of it."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.spec import Net
from playground.training.repeats.job import Job, Outcome, for_lags, for_seeds, kind_of, kind_of_job

if TYPE_CHECKING:
    from playground.training.repeats.pool import Pool
    from playground.ui.session import Session

LOOK_MS = 100
MOST_KINDS = 64  # of networks and settings whose results are remembered
SEEDS = (3, 5, 10, 20)
Place = tuple[int, int | None]  # seed, lag


class Repeats(QObject):
    """Results are kept in memory by what was trained, so that they are there again when a change is undone, and so that
    one more contestant costs only its own runs.

    what: "seeds" or "lags" while something runs, else "". problem: why the last runs ended before they were done.
    """

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._pool: Pool | None = None
        self._found: OrderedDict[str, dict[Place, Outcome]] = OrderedDict()
        self._kinds: tuple[Experiment, str, dict[tuple[str, bool], str]] | None = None
        self.what = ""
        self.problem = ""
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        session.document_changed.connect(lambda _: self._document_changed())
        session.phase_changed.connect(self._make_way)

    # -- what came of it ------------------------------------------------------------------------------------------

    def of_seeds(self, net: str) -> list[Outcome]:
        """Of a network as it is now, one for each seed, also those at work."""
        found = self._found.get(self._kind(net, False), {})
        return [found[place] for place in sorted(found, key=lambda place: place[0])]

    def of_lags(self, net: str) -> dict[int, list[Outcome]]:
        """The same by lag, in the order of the seeds."""
        found = self._found.get(self._kind(net, True), {})
        by_lag: dict[int, list[Outcome]] = {}
        for seed, lag in sorted(found, key=lambda place: place[0]):
            by_lag.setdefault(int(lag or 0), []).append(found[seed, lag])
        return by_lag

    # -- running --------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return bool(self.what)

    @property
    def paused(self) -> bool:
        return self.running and self._pool is not None and self._pool.paused

    @property
    def done(self) -> int:
        """Runs that ended, of those that were asked for."""
        return self._pool.done if self._pool is not None else 0

    @property
    def total(self) -> int:
        return self._pool.total if self._pool is not None else 0

    @property
    def seconds_left(self) -> float | None:
        """About; None while nobody can tell."""
        return self._pool.seconds_left() if self._pool is not None else None

    @property
    def process_ids(self) -> list[int]:
        """Of the processes, for tests and the log."""
        return self._pool.process_ids if self._pool is not None else []

    @property
    def gives_way(self) -> bool:
        """Whether it waits while the window's own networks train."""
        return self._session.settings.text("repeats.give_way") != "no"

    def set_gives_way(self, on: bool) -> None:
        self._session.settings.set_text("repeats.give_way", "yes" if on else "no")
        self._make_way()

    @property
    def processes(self) -> int:
        """How many run at the same time."""
        text = self._session.settings.text("repeats.processes")
        return int(text) if text.isdigit() and 1 <= int(text) <= 64 else 1

    def set_processes(self, count: int) -> None:
        """From the next start on."""
        self._session.settings.set_text("repeats.processes", str(count))

    def repeat(self, seeds: int) -> BadInput | None:
        """Train every network with the seeds 1 … `seeds`; what is known already is not trained again. What keeps it
        from beginning is returned."""
        try:
            jobs = for_seeds(self._session.experiment, range(1, seeds + 1), *self._place())
        except BadInput as problem:
            return problem
        return self._start("seeds", jobs)

    def sweep(self, lags: Sequence[int], seeds: int) -> BadInput | None:
        """Train every network with these lags and the seeds 1 … `seeds`."""
        try:
            jobs = for_lags(self._session.experiment, sorted(set(lags)), range(1, seeds + 1), *self._place())
        except BadInput as problem:
            return problem
        return self._start("lags", jobs)

    def stop(self) -> None:
        """What is done stays."""
        if self._pool is not None:
            self._pool.close()
        self._end("")

    def close(self) -> None:
        """No process is left."""
        self._timer.stop()
        if self._pool is not None:
            self._pool.close()
        self.what = ""

    # -- inside ---------------------------------------------------------------------------------------------------

    def _place(self) -> tuple[str, str]:
        session = self._session
        return str(session.folder or ""), session.run_state.engine or "auto"

    def _start(self, what: str, jobs: list[Job]) -> BadInput | None:
        from playground.training.repeats.pool import Pool  # late: the first paint does not wait for it

        new = [job for job in jobs if not self._known(job)]
        self.what, self.problem = (what if new else ""), ""
        self._pool = self._pool or Pool()
        self._pool.processes = self.processes
        self._pool.paused = False
        self._pool.start(new)
        if new:
            self._timer.start()
            self._make_way()
        self.changed.emit()
        return None

    def _known(self, job: Job) -> bool:
        found = self._found.get(kind_of_job(job), {}).get((job.seed, job.lag))
        return found is not None and bool(found.end)

    def _kind(self, net: str, until_solved: bool) -> str:
        """What results of a network as it is now are kept under; "" for a network that is not there."""
        session = self._session
        experiment, folder = session.experiment, str(session.folder or "")
        if self._kinds is None or self._kinds[0] is not experiment or self._kinds[1] != folder:
            self._kinds = (experiment, folder, {})
        known = self._kinds[2]
        if (net, until_solved) not in known:
            found: Net | None = next((each for each in experiment.networks if each.name == net), None)
            known[net, until_solved] = kind_of(experiment, found, until_solved, folder) if found is not None else ""
        return known[net, until_solved]

    def _look(self) -> None:
        pool = self._pool
        assert pool is not None
        news = pool.look()
        for job, outcome in news:
            kind = kind_of_job(job)
            self._found.setdefault(kind, {})[job.seed, job.lag] = outcome
            self._found.move_to_end(kind)
            if outcome.problem:
                self.problem = self._session.tr("{0}, seed {1}: {2}").format(job.net, job.seed, outcome.problem)
        while len(self._found) > MOST_KINDS:
            self._found.popitem(last=False)
        if not pool.running:
            self._end(pool.problem or self.problem)
        elif news:
            self.changed.emit()

    def _end(self, problem: str) -> None:
        self._timer.stop()
        self.what, self.problem = "", problem
        for found in self._found.values():  # what was given up in the middle says nothing
            for place in [place for place, outcome in found.items() if not outcome.done]:
                del found[place]
        self.changed.emit()

    def _document_changed(self) -> None:
        """Runs of what is not in the document any more are given up."""
        pool = self._pool
        if not self.running or pool is None:
            self.changed.emit()
            return
        solving = self.what == "lags"
        wanted = {self._kind(net.name, solving) for net in self._session.experiment.networks}
        pool.keep(lambda job: kind_of_job(job) in wanted)
        if not pool.running:
            self._end(self._session.tr("stopped: the experiment was changed"))
        else:
            self.changed.emit()

    def _make_way(self) -> None:
        """Wait while the person trains, if that is wished."""
        wanted = self.gives_way and self._session.run_state.active
        if self.running and self._pool is not None and wanted != self._pool.paused:
            self._pool.pause(wanted)
            self.changed.emit()
