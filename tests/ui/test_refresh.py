import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from playground.ui.refresh import BUDGET, FRAME_MS, LONGEST_REST, REST, Refresher


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
    assert min(found.rates.values()) >= 20.0 and max(found.rates.values()) <= 1.0 / LONGEST_REST


def test_a_few_plots_are_drawn_more_often(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    plots = [FakePlot(f"p{number}", clock, 0.0011) for number in range(4)]
    for plot in plots:
        refresher.add(plot)
    frames(refresher, clock, plots, 4.0)
    assert min(refresher.statistics().rates.values()) > 1.0 / LONGEST_REST


def test_it_says_when_it_draws_and_when_all_is_painted(qtbot) -> None:
    """Whoever listens knows when the window needs a processor: from before the first plot until Qt has painted."""
    told: list[str] = []

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
    refresher = Refresher(session)
    refresher.draws.connect(lambda on: told.append("begin" if on else "end"))
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


def test_what_comes_before_a_frame_is_drawn_in_it(qapp) -> None:
    clock = FakeClock()
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=clock)
    plot = FakePlot("a", clock, 0.001)
    refresher.add(plot)
    refresher.frame()
    clock.now += 1.0
    refresher.ticks.connect(plot.touch)
    refresher.frame()
    assert len(plot.drawn) == 2


def test_a_plot_that_fails_does_not_keep_the_right_of_way(qtbot) -> None:
    told: list[bool] = []
    session = QObject()  # owns the refresher
    refresher = Refresher(session, clock=FakeClock())
    refresher.draws.connect(told.append)
    plot = FakePlot("a", FakeClock(), 0.0)

    def fail() -> None:
        raise RuntimeError("a mistake in a plot")

    plot.refresh = fail  # type: ignore[method-assign]
    refresher.add(plot)
    with pytest.raises(RuntimeError):
        refresher.hurry()
    refresher._timer.stop()
    qtbot.waitUntil(lambda: told == [True, False])
