"""A curve that grew at its end is painted anew only there, and then the screen looks as if all of it were."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QWidget

from playground.ui.plots.chart import GHOST, Chart
from playground.ui.plots.geometry import Mapping
from playground.ui.plots.growth import Look, new_part, seen, united
from playground.ui.plots.heat import ColourBar, HeatItem, signed_table
from playground.ui.plots.history import History, Line
from playground.ui.plots.items import Curve, Style
from playground.ui.plots.legend import Entry
from playground.ui.plots.plot_item import PlotItem
from playground.ui.plots.ranges import moment_columns, steps_range
from playground.ui.theme import THEMES

N = 600
ASKED: list[QRect] = []  # what was to be painted
CUT = 6  # shades of 255 by which Qt paints a line otherwise that it cuts off at a clip
STEPS = np.arange(1.0, 1001.0)
ROUGH = 0.5 + 0.4 * np.random.default_rng(5).uniform(-1, 1, 1000)
SMOOTH = 0.5 + 0.3 * np.sin(STEPS / 60)
OUT = np.where(STEPS % 50 == 0, 1.6, ROUGH)  # peaks beyond the axis
GAPS = np.where(STEPS % 40 < 3, np.nan, ROUGH)
STYLES = {
    "thin": (Style(lambda theme: theme.accent, 1.0, strength=0.4), ROUGH),
    "out": (Style(lambda theme: theme.bad, 1.0), OUT),
    "wide": (Style(lambda theme: theme.hidden, 1.7, mark="square"), SMOOTH),
    "dashed": (Style(lambda theme: theme.output, 1.5, (5.0, 3.0), "circle"), SMOOTH + 0.1),
    "gaps": (Style(lambda theme: theme.cell, 1.6, mark="diamond"), GAPS),
    "thin gaps": (Style(lambda theme: theme.warning, 1.0), GAPS - 0.1),
}


@pytest.fixture
def chart(qtbot, monkeypatch) -> Iterator[Chart]:
    paint = Chart.paintEvent

    def remembered(self: Chart, ev: QPaintEvent) -> None:
        ASKED.append(QRect(ev.rect()))
        paint(self, ev)

    monkeypatch.setattr(Chart, "paintEvent", remembered)
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(420, 260)
    made = Chart(host)
    made.setGeometry(10, 20, 380, 220)
    host.show()
    qtbot.waitUntil(lambda: made.paints > 0)
    yield made


def fill(chart: Chart, *names: str) -> dict[str, History]:
    lines = {name: History() for name in names}
    curves = [Curve(name, name, STYLES[name][0], (name,)) for name in names]
    chart.set_curves(curves, [Entry(name, name, STYLES[name][0]) for name in names], "")
    chart.set_home((0.0, 1000.0), (0.0, 1.0))
    for name, line in lines.items():
        chart.curves[name].set_source(line)
    return lines


def draw(qtbot, chart: Chart, change: Callable[[], object]) -> list[QRect]:
    """What a plot's refresh does; what was painted then."""
    qtbot.wait(15)
    ASKED.clear()
    chart.drawing = True
    change()
    chart.rebuild()
    chart.drawing = False
    if chart.touched:
        chart.paint_soon()
    qtbot.wait(15)
    return list(ASKED)


def grow(lines: dict[str, History], count: int) -> None:
    for name, line in lines.items():
        line.update(STEPS[:count], STYLES[name][1][:count])


def on_screen(chart: Chart) -> QImage:
    """What lies in the memory of the window: nothing is painted for it."""
    window = chart.window()
    return window.screen().grabWindow(window.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def pixels(image: QImage) -> np.ndarray:
    return np.array(image.constBits()).reshape(image.height(), -1, 4)[:, : image.width(), :3].astype(int)


def assert_as_anew(qtbot, chart: Chart) -> None:
    before = pixels(on_screen(chart))
    chart.viewport().update()
    qtbot.wait(15)
    after = pixels(on_screen(chart))
    assert np.ptp(after) > 100, "there is a picture"
    assert np.abs(after - before).max() <= CUT


@pytest.mark.parametrize("name", STYLES)
def test_only_the_end_is_painted_and_looks_as_if_all_were(qtbot, chart, name) -> None:
    lines = fill(chart, name)
    draw(qtbot, chart, lambda: grow(lines, N))
    for count in (N + 1, N + 4, N + 9, N + 30):
        asked = draw(qtbot, chart, lambda count=count: grow(lines, count))
        assert len(asked) == 1 and asked[0].width() < 70, (count, asked)
        assert_as_anew(qtbot, chart)


def test_curves_together_and_levels_behind_them(qtbot, chart) -> None:
    lines = fill(chart, *STYLES)
    chart.levels.set_levels((("baseline", 0.4), ("chance", 0.7)))
    draw(qtbot, chart, lambda: grow(lines, N))
    for count in (N + 5, 800, 930, 936, 990):
        draw(qtbot, chart, lambda count=count: grow(lines, count))
        assert_as_anew(qtbot, chart)
    assert draw(qtbot, chart, lambda: grow(lines, 994))[0].width() < 70


def test_a_curve_that_ends_before_the_part_is_left_alone_until_it_grows(qtbot, chart, monkeypatch) -> None:
    lines = fill(chart, "dashed", "wide")
    draw(qtbot, chart, lambda: (grow(lines, N), lines["dashed"].update(STEPS[:400], STYLES["dashed"][1][:400])))
    asked: list[str] = []
    pieces = Curve._pieces
    monkeypatch.setattr(Curve, "_pieces", lambda self, part: (asked.append(self.key), pieces(self, part))[1])
    draw(qtbot, chart, lambda: lines["wide"].update(STEPS[: N + 4], SMOOTH[: N + 4]))
    assert asked == ["wide"]
    assert_as_anew(qtbot, chart)
    asked.clear()
    draw(qtbot, chart, lambda: lines["dashed"].update(STEPS[:450], STYLES["dashed"][1][:450]))
    assert set(asked) == {"dashed", "wide"}
    assert_as_anew(qtbot, chart)


def test_a_curve_that_begins_or_begins_anew_is_painted_whole(qtbot, chart) -> None:
    lines = fill(chart, "wide")
    assert draw(qtbot, chart, lambda: grow(lines, 5))[0].width() > 300
    draw(qtbot, chart, lambda: grow(lines, N))
    asked = draw(qtbot, chart, lambda: lines["wide"].update(STEPS[:N], 1.0 - SMOOTH[:N]))
    assert asked[0].width() > 300
    assert_as_anew(qtbot, chart)
    assert draw(qtbot, chart, lambda: grow(lines, 30))  # a shorter one
    assert_as_anew(qtbot, chart)


@pytest.mark.parametrize(
    "what", ["range", "log", "zoom", "theme", "hidden", "shown", "level", "band", "ghost", "style"]
)
def test_whatever_else_changes_paints_all_of_it(qtbot, chart, what) -> None:
    lines = fill(chart, "thin", "wide")
    curve = chart.curves["wide"]
    if what == "shown":
        chart.switch("wide")
    draw(qtbot, chart, lambda: grow(lines, N))
    draw(qtbot, chart, lambda: grow(lines, N + 3))

    def change() -> None:
        grow(lines, N + 6)
        if what == "range":
            chart.set_home((0.0, 1200.0), (0.0, 1.0))
        elif what == "log":
            chart.set_log_x(True)
        elif what == "zoom":
            chart.zoom(0.8)
        elif what == "theme":
            chart.apply_theme(THEMES["dark" if chart.theme.name == "light" else "light"])
        elif what in ("hidden", "shown"):
            chart.switch("wide")
        elif what == "level":
            chart.levels.set_levels((("baseline", 0.4),))
        elif what == "band":
            curve.set_source(Line(STEPS[:9], SMOOTH[:9]), (SMOOTH[:9] - 0.1, SMOOTH[:9] + 0.1))
        elif what == "ghost":
            curve.set_ghost(Line(STEPS[:90], SMOOTH[:90] + 0.2))
        else:
            curve.style = Style(lambda theme: theme.good, 2.5)
            curve.update()

    asked = draw(qtbot, chart, change)
    assert max(rect.width() for rect in asked) > 300, what
    assert_as_anew(qtbot, chart)
    draw(qtbot, chart, lambda: grow(lines, N + 12))
    assert_as_anew(qtbot, chart)


def test_a_curve_over_its_ghost_grows_as_others_do(qtbot, chart) -> None:
    lines = fill(chart, "wide")
    draw(qtbot, chart, lambda: grow(lines, N))
    draw(qtbot, chart, lambda: chart.curves["wide"].set_ghost(Line(STEPS[::9], 1 - SMOOTH[::9])))
    assert draw(qtbot, chart, lambda: grow(lines, N + 5))[0].width() < 70
    assert_as_anew(qtbot, chart)
    draw(qtbot, chart, lambda: chart.switch(GHOST))
    assert_as_anew(qtbot, chart)


def test_a_line_made_anew_each_time_that_only_grew_is_one_too(qtbot, chart) -> None:
    fill(chart, "dashed")
    curve = chart.curves["dashed"]
    draw(qtbot, chart, lambda: curve.set_source(Line(STEPS[:300].copy(), SMOOTH[:300].copy())))
    assert draw(qtbot, chart, lambda: curve.set_source(Line(STEPS[:305], SMOOTH[:305])))[0].width() < 70
    assert_as_anew(qtbot, chart)
    other = SMOOTH[:310].copy()
    other[20] += 0.3
    assert draw(qtbot, chart, lambda: curve.set_source(Line(STEPS[:310], other)))[0].width() > 90
    assert_as_anew(qtbot, chart)


def test_a_figure_is_whole_and_the_screen_after_it(qtbot, chart) -> None:
    lines = fill(chart, "thin", "wide")
    draw(qtbot, chart, lambda: grow(lines, N))
    draw(qtbot, chart, lambda: grow(lines, N + 4))
    for curve in chart.curves.values():
        curve.setExportMode(True)
    assert chart.curves["thin"].path.elementCount() == chart.curves["thin"].drawn > 300
    for curve in chart.curves.values():
        curve.setExportMode(False)
    draw(qtbot, chart, lambda: grow(lines, N + 8))
    assert_as_anew(qtbot, chart)


# -- the parts -----------------------------------------------------------------------------------------------------

AREA = Mapping(QRectF(50, 30, 200, 100), 0.0, 1.0, 0.0, 1.0)
NONE = (np.empty(0), np.empty(0))


def look(x: list[float], y: list[float], end: tuple[float, float] | None = None) -> Look:
    return Look(AREA, np.array(x), np.array(y), end, NONE)


def test_from_where_on_a_line_is_another() -> None:
    nan = float("nan")
    line = look([50, 60, 70, 80], [40, 41, 42, 43], (80, 43))
    assert new_part(line, look([50, 60, 70, 80], [40, 41, 42, 43], (80, 43))).isEmpty()
    part = new_part(look([50, 60, 70, 80, 90], [40, 41, 42, 43, 44], (90, 44)), line)
    assert (part.left(), part.right(), part.top()) == (72, 98, 22)  # from the last point that was there on
    part = new_part(look([50, 60, 70, 80], [40, 41, 52, 43], (80, 43)), line)
    assert part.left() == 52
    assert new_part(look([50, 60, 70], [40, 41, 42], (70, 42)), line).right() == 88  # the mark goes from where it was
    assert new_part(look([51, 60, 70, 80], [40, 41, 42, 43], (80, 43)), line) is None
    assert new_part(look([50, 60, 70], [40, 41, 42])._replace(dots=(np.ones(1), np.ones(1))), line) is None
    assert new_part(line._replace(mapping=Mapping(AREA.rect, 0.0, 2.0, 0.0, 1.0)), line) is None
    gone = look([50, 60, 70, 80], [40, 41, nan, nan], (60, 41))
    part = new_part(look([50, 60, 70, 80, 90], [40, 41, nan, nan, 44], (90, 44)), gone)
    assert part.left() == 52  # where the mark stood
    cut = look([50, nan, nan, 80], [40, nan, nan, 43], (80, 43))
    assert new_part(look([50, nan, nan, 80, 90], [40, nan, nan, 43, 44], (90, 44)), cut).left() == 72


def test_pieces_that_can_be_seen() -> None:
    x = np.array([0.0, 10.0, 20.0, np.nan, 60.0, 100.0])
    assert seen(x[:-1], x[1:], None) == slice(0, 5)
    assert seen(x[:-1], x[1:], QRectF(70, 0, 5, 5)) == slice(4, 5)  # it passes, and has no end there
    assert seen(x[:-1], x[1:], QRectF(0, 0, 3, 5)) == slice(0, 2)  # one begins where a pen still reaches
    assert seen(x[:-1], x[1:], QRectF(300, 0, 5, 5)) == slice(0, 0)


def test_a_part_is_known_when_those_of_all_are_and_pixels_are_whole(qtbot) -> None:
    first, second = PlotItem(), PlotItem()
    first.part, second.part = QRectF(10, 0, 5, 20), QRectF(12.5, 0, 9, 20)
    assert united([first, second], 1.0) == united([first, second], 2.0) == QRect(10, 0, 12, 20)
    assert united([first, second], 1.5) is None
    second.part = None
    assert united([first, second], 1.0) is None


def test_a_picture_that_columns_are_appended_to_is_painted_anew_from_its_last_column_on(qtbot, chart) -> None:
    heat = HeatItem(signed_table)
    chart.add_heat(heat, ColourBar(), down=False)
    chart.set_home((0.0, 100.0), (-0.5, 7.5))
    cells = np.random.default_rng(3).integers(1, 256, (8, 100)).astype(np.uint8)
    draw(qtbot, chart, lambda: heat.set_cells(cells[:, :60], 0.0, 1.0))
    for count in (61, 61, 64, 70):
        some = cells[:, :count].copy()
        some[:, -1] = 255 - some[:, -1]  # the last one is not done yet
        asked = draw(qtbot, chart, lambda some=some: heat.set_cells(some, 0.0, 1.0))
        assert len(asked) <= 1 and all(rect.width() < 70 for rect in asked), asked
        assert_as_anew(qtbot, chart)
    other = cells[:, :75].copy()
    other[2, 3] = 255 - other[2, 3]
    assert draw(qtbot, chart, lambda: heat.set_cells(other, 0.0, 1.0))[0].width() > 200
    assert_as_anew(qtbot, chart)
    assert draw(qtbot, chart, lambda: heat.set_cells(other[:, :70], 0.0, 1.0))[0].width() > 200  # it went back
    assert_as_anew(qtbot, chart)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=80, unique=True), st.integers(2, 300))
def test_columns_of_moments_stay_what_they_are_while_others_come(steps: list[int], most: int) -> None:
    rising = np.array(sorted(steps))
    before: np.ndarray | None = None
    was = 0.0
    for count in range(1, len(rising) + 1):
        places, apart = moment_columns(rising[:count], most)
        end = steps_range(float(rising[count - 1]))[1]
        assert len(places) <= most and places[-1] == count - 1  # the newest is seen
        assert apart * (len(places) - 1) <= end * (1 + 1e-9) and (np.diff(places) >= 0).all()
        if before is not None and apart == was:
            np.testing.assert_array_equal(places[: len(before) - 1], before[:-1])
        before, was = places, apart
