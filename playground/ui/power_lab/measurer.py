"""Measures point after point in a process of its own, and never waits for it."""

from collections import deque

from PySide6.QtCore import QObject, QTimer, Signal

from playground.errors import BadInput
from playground.timing.lab import Lab, Point, Results, points, varied
from playground.timing.process import Ended, Failed, Measuring

LOOK_MS = 30


class Measurer(QObject):
    """`start` begins, `stop` ends the process at once; `measured` tells of every point, `finished` of the end: with ""
    when all is done or it was stopped, else with what went wrong."""

    measured = Signal()
    finished = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.done = self.total = 0
        self._waiting: deque[Point] = deque()
        self._results: Results | None = None
        self._process: Measuring | None = None
        self._asked: Point | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        """Whether points are being measured."""
        return self._timer.isActive()

    @property
    def process_id(self) -> int | None:
        """Of the process, for tests and the log."""
        return None if self._process is None else self._process.process.pid

    def start(self, results: Results, engines: tuple[str, ...]) -> None:
        """Measure all points of these results on these engines; those that are there already once more."""
        self.stop()
        self._results = results
        self._waiting = deque(points(results.work, results.against, engines))
        self.done, self.total = 0, len(self._waiting)
        self._process = Measuring(Lab, name="rnn-playground power lab")
        self._timer.start()
        self._ask()

    def stop(self) -> None:
        """End the process, in the middle of a measurement too. May be called when nothing runs."""
        running = self.running
        self._timer.stop()
        self._asked = None
        self._waiting.clear()
        if self._process is not None:
            self._process.close(at_once=True)
            self._process = None
        if running:
            self.finished.emit("")

    def _ask(self) -> None:
        """The next point that is worth it."""
        assert self._results is not None and self._process is not None
        while self._waiting:
            point = self._waiting.popleft()
            if self._results.worth(point):
                self._asked = point
                work = varied(self._results.work, self._results.against, point.value)
                self._process.ask("measure", work, point.engine)
                return
            self.done += 1
        self.stop()

    def _look(self) -> None:
        process, point, results = self._process, self._asked, self._results
        if process is None or point is None or results is None:
            return
        try:
            if not process.answered:
                return
            self._asked = None
            results.add(point, process.answer())
        except BadInput as problem:
            results.refuse(point, problem)
        except (MemoryError, Failed):
            results.left_out.add(point)
        except (Ended, OSError) as problem:
            self._fail(str(problem))
            return
        self.done += 1
        self.measured.emit()
        if self._process is process:  # whoever was told may have stopped it
            self._go_on()

    def _go_on(self) -> None:
        try:
            self._ask()
        except Ended as problem:
            self._fail(str(problem))

    def _fail(self, problem: str) -> None:
        self._timer.stop()
        self.stop()
        self.finished.emit(problem)
