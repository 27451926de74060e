"""A plot is painted anew where something is to be seen, and only there."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from playground.ui.plots.chart import Chart
from playground.ui.plots.heat import ColourBar, HeatItem, signed_indices, signed_table
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style
from playground.ui.plots.path import Path
from playground.ui.plots.stack import Stack
from playground.ui.plots.still import HAIR, near, near_shades
from playground.ui.plots.text_grid import TextGrid
from playground.ui.plots.unit_lines import UnitLines
from playground.ui.theme import THEMES

STYLE = Style(lambda theme: theme.accent, 2.0)
X = np.linspace(0, 1, 9)


@pytest.fixture
def chart(qtbot) -> Iterator[Chart]:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(400, 300)
    made = Chart(host)
    made.resize(320, 200)
    made.set_curves([Curve("a", "a", STYLE, ("a",))], [], "")
    made.set_home((0.0, 1.0), (0.0, 1.0))
    host.show()
    qtbot.waitUntil(lambda: made.paints > 0)
    yield made


def refreshed(qtbot, chart: Chart) -> bool:
    """What a plot's refresh does at its end; whether that painted anything."""
    before = chart.paints
    if chart.touched:
        chart.paint_soon()
    qtbot.wait(20)
    return chart.paints > before


def drawing(chart: Chart, change) -> None:
    chart.drawing = True
    change()
    chart.drawing = False


def test_what_is_near() -> None:
    values = np.array([0.0, np.nan, 2.0])
    assert near(values, values + 0.001, 100.0)
    assert not near(values, values + 0.01, 100.0)
    assert not near(values, np.array([0.0, 1.0, 2.0]), 1e-9)  # a gap is gone
    assert not near(values, np.array([0.0, np.nan, np.inf]), 1e-9)
    assert not near(values, values[:2], 1.0) and near(values[:0], values[:0].copy(), 1.0)
    cells = np.array([[0, 1, 200]], np.uint8)
    assert near_shades(cells, np.array([[0, 3, 199]], np.uint8))
    assert not near_shades(cells, np.array([[1, 1, 200]], np.uint8))  # a missing value is no colour
    assert not near_shades(cells, np.array([[0, 1, 203]], np.uint8))


def test_a_curve_that_moves_by_less_than_a_hair_is_left_until_it_has_moved_by_one(qtbot, chart) -> None:
    curve = chart.curves["a"]
    unit = HAIR / chart.mapping().scale_y  # what moves a line by a hair
    curve.set_source(Line(X, X))
    qtbot.wait(30)
    last = X
    for part in (0.4, 0.8):
        drawing(chart, lambda part=part: curve.set_source(Line(X.copy(), X + part * unit)))
        assert not refreshed(qtbot, chart), part
        last = X + part * unit
    assert curve.source.at(1.0)[1] == last[-1]  # what is read off is the newest all the same
    drawing(chart, lambda: curve.set_source(Line(X, X + 1.2 * unit)))
    assert refreshed(qtbot, chart)  # against what was painted, not against the last one
    drawing(chart, lambda: curve.set_source(Line(X, X + 1.5 * unit), (X, X + 1)))
    assert refreshed(qtbot, chart)  # a band came
    drawing(chart, lambda: curve.set_source(Line(X, X + 1.5 * unit), (X, X + 1 + 2 * unit)))
    assert refreshed(qtbot, chart)
    drawing(chart, lambda: curve.set_ghost(Line(X, X * X)))
    assert refreshed(qtbot, chart)
    drawing(chart, lambda: curve.set_ghost(Line(X, X * X)))
    assert not refreshed(qtbot, chart)
    drawing(chart, lambda: curve.set_ghost(None))
    assert refreshed(qtbot, chart)


def test_other_ranges_visibility_theme_and_furniture_are_painted(qtbot, chart) -> None:
    curve = chart.curves["a"]
    curve.set_source(Line(X, X))
    qtbot.wait(30)
    for change in (
        lambda: chart.set_home((0.0, 2.0), (0.0, 1.0)),
        lambda: chart.set_home((0.0, 2.0), (0.0, 3.0)),
        lambda: curve.setVisible(False),
        lambda: curve.setVisible(True),
        lambda: chart.apply_theme(THEMES["dark"]),
        lambda: chart.set_message("nothing"),
        lambda: chart.frame.set_title("Other"),
        lambda: chart.set_curves([], [], ""),
    ):
        drawing(chart, change)
        assert refreshed(qtbot, chart)
    assert not refreshed(qtbot, chart)


def test_a_figure_has_the_newest_values(qtbot, chart) -> None:
    curve = chart.curves["a"]
    curve.set_source(Line(X, X))
    qtbot.wait(30)
    unit = HAIR / chart.mapping().scale_y
    drawing(chart, lambda: curve.set_source(Line(X, X + 0.5 * unit)))
    assert not refreshed(qtbot, chart)
    before = curve.path.elementAt(0).y
    curve.setExportMode(True)
    assert before - curve.path.elementAt(0).y == pytest.approx(0.5 * HAIR)
    curve.setExportMode(False)


def test_after_a_figure_was_made_the_screen_goes_on(qtbot, chart) -> None:
    curve = chart.curves["a"]
    curve.set_source(Line(X, X))
    qtbot.wait(30)
    curve.setExportMode(True)
    assert not curve.path.isEmpty()
    curve.setExportMode(False)
    qtbot.wait(30)
    for values in (X * X, 1 - X):
        drawing(chart, lambda values=values: curve.set_source(Line(X, values)))
        assert refreshed(qtbot, chart)


def moving(kind: str):
    """An item, and how it takes values [9] on."""
    if kind == "lines":
        lines = UnitLines()
        return lines, lambda v: lines.set_lines(X, np.stack([v, 1 - v], axis=1), np.array([1]))
    if kind == "stack":
        stack = Stack()
        return stack, lambda v: stack.set_parts(np.stack([v, -v / 2]), v / 2, np.linspace(0, 1, 10), -1)
    if kind == "path":
        path = Path(lambda dx, dy: None)
        return path, lambda v: path.set_points(np.stack([X, v], axis=1), str)
    text = TextGrid(lambda step: None)
    return text, lambda v: text.set_text("abcdefghi", v, -1)


@pytest.mark.parametrize("kind", ["lines", "stack", "path", "text"])
def test_so_are_the_others(qtbot, chart, kind) -> None:
    item, take = moving(kind)
    chart.add_item(item)
    chart.arrange()
    take(0.5 * X)
    qtbot.wait(30)
    small, large = 1e-6, 0.05
    drawing(chart, lambda: take(0.5 * X + small))
    assert not refreshed(qtbot, chart)
    drawing(chart, lambda: take(0.5 * X + large))
    assert refreshed(qtbot, chart)
    drawing(chart, lambda: take(0.5 * X + large))
    assert not refreshed(qtbot, chart)


def test_so_is_a_heatmap(qtbot, chart) -> None:
    heat = HeatItem(signed_table)
    chart.add_heat(heat, ColourBar())
    values = np.linspace(-1, 1, 45).reshape(5, 9)
    heat.set_cells(signed_indices(values, 1.0), 0.0, 0.1)
    qtbot.wait(30)
    drawing(chart, lambda: heat.set_cells(signed_indices(values * 0.999, 1.0), 0.0, 0.1))
    assert not refreshed(qtbot, chart)
    drawing(chart, lambda: heat.set_cells(signed_indices(values * 0.9, 1.0), 0.0, 0.1))
    assert refreshed(qtbot, chart)
    drawing(chart, lambda: heat.set_cells(signed_indices(values * 0.9, 1.0), 0.0, 0.2))
    assert refreshed(qtbot, chart)
