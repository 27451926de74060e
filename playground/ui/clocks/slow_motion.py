"""Slow motion: one training step unrolled. Forward through the sequence, backward, then the update of the weights.

What is shown on the way is what the network computed on the sequence that is looked at: its values at each step, and
the gradient of this sequence's loss at each step. The update is then a real training step, on a whole batch.
"""

import math
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from playground.cell.states import hidden_id
from playground.experiment.cells import known_cells
from playground.network.traces import NetTraces
from playground.training.messages import Stepped
from playground.ui.session import Session

SPEEDS = (1, 2, 5, 10, 20, 50)  # time steps a second
LONG_MS = 1500  # an update stands at least so long, to be read
FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"


class SlowMotion(QObject):
    """`place` counts through one training step: T time steps forward, T backward, one update. `phase` and the session's
    time follow from it. Forward again after the update, it is the next training step."""

    changed = Signal()  # anything that is told
    gradients = Signal(bool)  # the way back is shown: gradients in place of values

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.on = self.playing = False
        self.place = 0
        self.speed = 10
        self.stepped: Stepped | None = None  # what the update did, None until it is known
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        session.stepped.connect(self._on_stepped)
        session.phase_changed.connect(self._run_changed)
        session.moments.looked.connect(lambda: self.stop() if session.moments.back else None)
        session.opened.connect(lambda _: self.stop())
        session.time_changed.connect(self._time_changed)

    # -- what can be done -----------------------------------------------------------------------------------------

    @property
    def possible(self) -> bool:
        """Whether there is anything to show."""
        return self._length > 0 and self._session.run_state.state in ("paused", "stopped", "training")

    def start(self) -> None:
        """From the first time step on; the training pauses."""
        if self.on or not self.possible:
            return
        self._session.moments.live()
        self._session.pause()
        self.on = True
        self._go(0)
        self.play()

    def stop(self) -> None:
        """Back to what it was before; the update that was made stays."""
        if self.on:
            self.on = self.playing = False
            self._timer.stop()
            self.gradients.emit(False)
            self.changed.emit()

    def play(self) -> None:
        self.playing = self.on
        if self.on:
            self._timer.start(round(1000 / self.speed))
        self.changed.emit()

    def pause(self) -> None:
        self.playing = False
        self._timer.stop()
        self.changed.emit()

    def set_speed(self, speed: int) -> None:
        """Time steps a second."""
        self.speed = speed
        if self.playing:
            self._timer.start(round(1000 / speed))
        self.changed.emit()

    def step(self, by: int) -> None:
        """Pause, and go one step on or back. An update cannot be undone by going back."""
        self.pause()
        if by > 0:
            self._next()
        elif 0 < self.place < 2 * self._length:
            self._go(self.place - 1)

    def jump(self, phase: str) -> None:
        """To the beginning of the way forward or back."""
        self.pause()
        self._go(0 if phase == FORWARD else self._length)

    # -- where it is ------------------------------------------------------------------------------------------------

    @property
    def _length(self) -> int:
        traces = self._session.traces
        return len(traces.targets) if traces is not None else 0

    @property
    def phase(self) -> str:
        if self.place < self._length:
            return FORWARD
        return BACKWARD if self.place < 2 * self._length else UPDATE

    @property
    def time(self) -> int:
        """The time step that is shown."""
        T = self._length
        return self.place if self.phase == FORWARD else max(0, 2 * T - 1 - self.place)

    def _go(self, place: int) -> None:
        before, self.place = self.phase, min(max(0, place), 2 * self._length)
        if self.phase == UPDATE:
            if before != UPDATE:
                self.stepped = None
                self._session.step_slowly()
        else:
            self._session.set_time(self.time)
        self.gradients.emit(self.phase != FORWARD)
        self.changed.emit()

    def _next(self) -> None:
        if self.phase == UPDATE:
            if self.stepped is not None:
                self._go(0)
        else:
            self._go(self.place + 1)

    def _tick(self) -> None:
        self._next()
        pause = round(1000 / self.speed)
        self._timer.setInterval(max(LONG_MS, pause) if self.phase == UPDATE else pause)

    def _on_stepped(self, event: Stepped) -> None:
        if self.on and self.phase == UPDATE:
            self.stepped = event
            self.changed.emit()

    def _run_changed(self) -> None:
        """Someone lets it train on: then nothing stands still that could be looked at."""
        run = self._session.run_state
        if self.on and (run.waiting or run.state in ("idle", "dead")):
            self.stop()

    def _time_changed(self, time: int) -> None:
        """The other clock was moved by hand: go on from there."""
        if self.on and self.phase != UPDATE and time != self.time:
            self.pause()
            self.place = time if self.phase == FORWARD else 2 * self._length - 1 - time
            self.changed.emit()

    # -- what is told -------------------------------------------------------------------------------------------------

    def head(self) -> str:
        """Where it is, in a few words."""
        T = self._length
        texts = {FORWARD: self.tr("forward, t = {0} of {1}"), BACKWARD: self.tr("backward, t = {0} of {1}")}
        if self.phase in texts:
            return texts[self.phase].format(self.time + 1, T)
        step = self.stepped.step if self.stepped is not None else self._session.run_state.step
        return self.tr("update, step {0}").format(f"{step:,}")

    def numbers(self) -> tuple[str, ...]:
        """The sizes at this place, of every network, in more and in fewer words."""
        from playground.ui.cell_canvas.looks import gradient_text, value_text  # late: not for the first picture

        if self.phase == UPDATE:
            return self._update_texts()
        found = list(self._norms())
        if self.phase == FORWARD:
            told = " · ".join(f"{net} {value_text(norm)}" for net, norm in found)
            text = self.tr("‖h‖ {0}").format(told)
            if self.time == self._length - 1:
                losses = ((net.name, net.loss) for net in self._nets() if math.isfinite(net.loss))
                loss = self.tr("loss {0}").format(" · ".join(f"{name} {loss:.3g}" for name, loss in losses))
                return (f"{text}   {loss}", loss)
            return (text,)
        told = " · ".join(f"{net} {gradient_text(norm)}" for net, norm in found)
        return (self.tr("‖∂L/∂h‖ {0}").format(told), told)

    def _nets(self) -> tuple[NetTraces, ...]:
        traces = self._session.traces
        return traces.networks if traces is not None else ()

    def _norms(self) -> Iterator[tuple[str, float]]:
        """Of the last layer's hidden state, or of the loss's gradient by it, at this step."""
        cells, time = known_cells(self._session.experiment), self.time
        tops = {net.name: net.layers[-1] for net in self._session.experiment.networks if net.layers}
        for traces in self._nets():
            top = tops.get(traces.name)
            cell = cells.get(top.cell) if top is not None else None
            if top is None or cell is None:
                continue
            key = f"{top.id}/{hidden_id(cell)}"
            if self.phase == FORWARD and key in traces.nodes:
                yield traces.name, float((traces.nodes[key][time] ** 2).sum() ** 0.5)
            elif self.phase == BACKWARD and key in traces.gradients:
                yield traces.name, float(traces.gradients[key][time])

    def _update_texts(self) -> tuple[str, ...]:
        from playground.ui.cell_canvas.looks import gradient_text

        if self.stepped is None:
            return (self.tr("a training step on a whole batch…"), "…")
        parts = []
        for net in self.stepped.networks:
            share = f"{100 * net.update / net.weights:.2g} %" if net.weights else "–"
            parts.append(f"{net.net} {gradient_text(net.update)} ({share})")
        told = " · ".join(parts)
        return (self.tr("by a whole batch, ‖Δw‖ (of ‖w‖) {0}").format(told), f"‖Δw‖ {told}", told)
