"""`session.moments`: the clock of the training. Which moment is shown, what it is compared with, and branches."""

from bisect import bisect_left
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from playground.errors import BadInput
from playground.network.traces import Traces
from playground.training import messages
from playground.training.looking_messages import LIVE
from playground.ui.run.training_link import TrainingLink

__all__ = ["LIVE", "Moments"]


class Moments(QObject):
    """`steps`: the moments that there are, rising. `at`: the one that is looked at, `LIVE` for the networks as they are
    now. `beside`: the one that it is compared with, None for no comparison. `exact`: a branch goes on with the very
    same bits.

    The training goes on while one looks back. Interventions of the document hold at every moment; numbers and noise are
    only put into the networks that train, and so they are refused while one looks back (`refusal`).
    """

    listed = Signal()  # `steps` are others
    looked = Signal()  # `at` or `beside` is another
    arrived = Signal()  # the traces of what was asked for are there
    branched = Signal(object)  # a `Branched`: the run went back

    def __init__(self, link: TrainingLink, folder: Path, parent: QObject | None = None) -> None:
        """folder: where the run that is left by a branch is kept."""
        super().__init__(parent)
        self._folder, self._files = folder, 0
        self.steps: tuple[int, ...] = ()
        self.exact = True
        self.at = LIVE
        self.beside: int | None = None
        self.other: messages.Branched | None = None  # what was left by the last branch: its step is `before`
        self._left: messages.Branched | None = None  # what is being left
        self._link = link
        self._number = 0  # of the last wish
        self._awaited = False
        link.begun.connect(self._on_begun)
        link.started.connect(self._on_started)
        link.snapshots.connect(self._on_snapshots)
        link.branched.connect(self._on_branched)
        link.traces.connect(self._on_traces)
        link.died.connect(self._on_died)

    @property
    def back(self) -> bool:
        """Whether an earlier moment is looked at."""
        return self.at != LIVE

    def refusal(self, place: str) -> BadInput | None:
        """Why weights cannot be changed by hand now, None when they can. place: what was to be changed."""
        if not self.back:
            return None
        problem = self.tr("it is shown as it was after step {0}").format(f"{self.at:,}")
        return BadInput(place, problem, self.tr("go back to live, or branch from here, to change it"))

    @property
    def ghost_text(self) -> str:
        """What is compared with, for legends; "" for no comparison."""
        if self.beside is None:
            return ""
        return self.tr("now") if self.beside == LIVE else self.tr("at step {0}").format(f"{self.beside:,}")

    # -- looking --------------------------------------------------------------------------------------------------

    def look(self, step: int) -> None:
        """Look at the moment nearest to a step; `LIVE`: at the networks as they are now."""
        self._set(self._nearest(step), self.beside)

    def go(self, by: int) -> None:
        """So many moments later or earlier; after the last one comes live."""
        places = [*self.steps, LIVE]
        place = places.index(self.at) if self.at in places else len(places) - 1
        self._set(places[min(max(place + by, 0), len(places) - 1)], self.beside)

    def live(self) -> None:
        """Back to the networks as they are now; a comparison with them ends."""
        self._set(LIVE, self.beside)

    def keep_beside(self) -> None:
        """What is looked at stays as a ghost while one goes elsewhere, at first to the networks as they are now."""
        if self.back:
            self._set(LIVE, self.at)

    def compare(self, step: int | None) -> None:
        """Show the traces of another moment, `LIVE` or the one nearest to a step, as ghosts; None: no more."""
        self._set(self.at, None if step is None else self._nearest(step))

    def _nearest(self, step: int) -> int:
        if step == LIVE or not self.steps:
            return LIVE
        place = bisect_left(self.steps, step)
        return min(self.steps[max(0, place - 1) : place + 1], key=lambda known: abs(known - step))

    def _set(self, at: int, beside: int | None) -> None:
        if beside == at == LIVE:
            beside = None  # nothing to compare
        if (at, beside) == (self.at, self.beside) or not self._link.built:
            return
        self.at, self.beside, self._awaited = at, beside, True
        self._number += 1
        self._link.look_at(at, beside, self._number)
        self.looked.emit()

    # -- branches -------------------------------------------------------------------------------------------------

    def branch(self) -> None:
        """Let the run go on from the moment that is looked at; what it is now is kept beside it."""
        if self.back and self._link.built:
            self._link.branch(self.at, self._spare())

    def leave_branch(self) -> Path | None:
        """Keep this branch, and return the checkpoint of the other one: the next run goes on from there. None where
        there is no other."""
        if self.other is None or not self._link.built:
            return None
        other, step = self.other, self._link.state.step
        self._left = messages.Branched(0, other.step, step, str(self._spare()))
        self._link.save(Path(self._left.kept))
        return Path(other.kept)

    def _spare(self) -> Path:
        """A file for the branch that is left; that of the one before may still be wanted."""
        self._files += 1
        return self._folder / f"branch-{self._files % 2}.safetensors"

    # -- what the worker says -------------------------------------------------------------------------------------

    def _on_begun(self) -> None:
        self.other, self._left, self._number = self._left, None, 0
        self._clear()

    def _on_started(self, event: messages.Started) -> None:
        if not event.kept:
            self._clear()

    def _on_died(self, reason: str) -> None:
        """The moments went with the worker, and so did the way back to live."""
        self.other = None
        self._clear()

    def _clear(self) -> None:
        self._awaited = False
        self.steps, self.exact = (), True
        was, self.at, self.beside = (self.at, self.beside), LIVE, None
        self.listed.emit()
        if was != (LIVE, None):
            self.looked.emit()

    def _on_snapshots(self, event: messages.Snapshots) -> None:
        self.steps, self.exact = event.steps, event.exact
        if event.number == self._number and (event.back, event.beside) != (self.at, self.beside):
            self.at, self.beside = event.back, event.beside  # what was asked for is not there any more
            self.looked.emit()
        self.listed.emit()

    def _on_branched(self, event: messages.Branched) -> None:
        self.other = event if event.kept else None
        self.branched.emit(event)

    def _on_traces(self, traces: Traces) -> None:
        if self._awaited and (traces.step == self.at or not self.back):
            self._awaited = False
            self._link.unhurried()
            self.arrived.emit()
