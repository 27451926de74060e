import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from playground.ui.refresh import BUDGET, FRAME_MS, REST, Refresher
from playground.ui.run.processor import Processor


class FakePlot(QObject):
    became_stale = Signal()

    def __init__(self, name: str, clock: "FakeClock", cost: float) -> None:
        super().__init__()
        self.name, self.clock, self.cost = name, clock, cost
        self.stale = self.seen = True
        self.drawn: list[float] = []

    def refresh(self) -> None:
        self.stale = False
        self.clock.now += self.cost
        self.drawn.append(self.clock.now)

    def touch(self) -> None:
        self.stale = True
        self.became_stale.emit()


class FakeClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_stalest_come_first_and_the_budget_is_kept(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    plots = [FakePlot(name, clock, 0.45 * BUDGET) for name in "abcd"]
    for plot in plots:
        refresher.add(plot)
    frames(refresher, clock, plots, 4.0)
    statistics = refresher.statistics()
    counts = statistics.refreshes.values()
    assert max(counts) - min(counts) <= 2
    assert statistics.worst <= BUDGET * 1.001
    assert min(statistics.rates.values()) >= 20.0


def test_after_the_first_frame_no_frame_is_longer_than_the_budget(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    plots = [FakePlot(name, clock, 0.4 * BUDGET) for name in "abcdefgh"]
    for plot in plots:
        refresher.add(plot)
    refresher.frame()
    refresher.reset_statistics()
    for _ in range(50):
        for plot in plots:
            plot.touch()
        clock.now += 0.016
        refresher.frame()
    assert refresher.statistics().worst <= BUDGET * 1.001


def test_a_slow_plot_is_drawn_all_the_same(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    slow = FakePlot("slow", clock, 5 * BUDGET)
    refresher.add(slow)
    for _ in range(3):
        slow.touch()
        clock.now += 2 * REST
        refresher.frame()
    assert len(slow.drawn) == 3


def test_nothing_unseen_is_drawn_and_the_timer_rests(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    plot = FakePlot("p", clock, 0.001)
    plot.seen = False
    refresher.add(plot)
    assert refresher.awake
    refresher.frame()
    assert not plot.drawn and not refresher.awake
    plot.seen = True
    plot.touch()
    assert refresher.awake
    refresher.frame()
    assert len(plot.drawn) == 1


def test_a_removed_plot_is_left_alone(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    plot = FakePlot("p", clock, 0.001)
    refresher.add(plot)
    refresher.remove(plot)
    refresher.frame()
    plot.touch()
    assert not plot.drawn and not refresher.awake


def frames(refresher: Refresher, clock: FakeClock, plots: list[FakePlot], seconds: float) -> None:
    """The timer's frames, with new data in every one."""
    end = clock.now + seconds
    while clock.now < end:
        for plot in plots:
            plot.touch()
        began = clock.now
        refresher.frame()
        clock.now = max(clock.now, began + FRAME_MS / 1e3)


def test_twenty_plots_are_each_drawn_twenty_times_a_second_and_not_much_more(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    plots = [FakePlot(f"p{number}", clock, 0.0011) for number in range(20)]
    for plot in plots:
        refresher.add(plot)
    frames(refresher, clock, plots, 0.5)
    refresher.reset_statistics()
    frames(refresher, clock, plots, 4.0)
    found = refresher.statistics()
    assert found.worst <= BUDGET * 1.001
    assert min(found.rates.values()) >= 20.0 and max(found.rates.values()) <= 1.0 / REST


def test_the_processor_is_kept_from_before_the_first_plot_until_qt_has_painted(qtbot) -> None:
    told: list[str] = []

    class Way:
        def ask(self, on: bool) -> None:
            told.append("begin" if on else "end")

    class Painted(QWidget):
        became_stale = Signal()
        name, stale, seen = "painted", True, True

        def refresh(self) -> None:
            self.stale = False
            told.append("draws")
            self.update()

        def paintEvent(self, event: QPaintEvent) -> None:
            told.append("paints")

    session = QObject()  # owns the refresher
    refresher, processor = Refresher(session), Processor(Way, session)  # type: ignore[arg-type]
    refresher.draws.connect(processor.take)
    plot = Painted()
    qtbot.addWidget(plot)
    plot.show()
    qtbot.waitExposed(plot)
    QApplication.processEvents()
    for draw in (refresher.frame, refresher.hurry):
        told.clear()
        plot.stale = True
        refresher._watched.clear()
        refresher.add(plot)
        refresher._timer.stop()
        draw()
        qtbot.waitUntil(lambda: "end" in told)
        assert told == ["begin", "draws", "paints", "end"]


def test_a_plot_that_fails_does_not_keep_the_processor(qtbot) -> None:
    told: list[bool] = []

    class Way:
        def ask(self, on: bool) -> None:
            told.append(on)

    session = QObject()  # owns the refresher
    refresher, processor = Refresher(session, clock=FakeClock()), Processor(Way, session)  # type: ignore[arg-type]
    refresher.draws.connect(processor.take)
    plot = FakePlot("a", FakeClock(), 0.0)

    def fail() -> None:
        raise RuntimeError("a mistake in a plot")

    plot.refresh = fail  # type: ignore[method-assign]
    refresher.add(plot)
    with pytest.raises(RuntimeError):
        refresher.hurry()
    refresher._timer.stop()
    qtbot.waitUntil(lambda: told == [True, False])


def test_what_was_just_taken_is_drawn_at_once_but_for_what_was_drawn_just_before(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    plot, other = FakePlot("a", clock, 0.001), FakePlot("b", clock, 0.001)
    for one in (plot, other):
        refresher.add(one)
    refresher.frame()
    assert not refresher.awake  # nothing is left to draw: no timer ticks for nothing
    clock.now += 1.0
    refresher.soon()
    assert len(plot.drawn) == 1  # nothing is new
    plot.touch()
    refresher.soon()
    assert len(plot.drawn) == 2
    clock.now += FRAME_MS / 2e3
    other.touch()
    refresher.soon()
    assert len(other.drawn) == 1 and refresher.awake  # the window has other things to do, too: with the next frame
