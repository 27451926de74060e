"""What stands around the curves is painted when it changes, and only then; the rest of a plot all the same."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsView, QWidget

from playground.ui.plots.backdrop import Backdrop
from playground.ui.plots.chart import Chart
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style
from playground.ui.plots.legend import Entry
from playground.ui.plots.stretches import Stretch
from playground.ui.plots.ticks import Axis
from playground.ui.theme import THEMES

STYLE = Style(lambda theme: theme.accent, 2.0)


@pytest.fixture
def chart(qtbot) -> Iterator[Chart]:
    host = QWidget()  # pyqtgraph's own way to close a view takes it apart
    qtbot.addWidget(host)
    host.resize(400, 300)
    made = Chart(host)
    made.resize(320, 200)
    made.frame.set_title("Title")
    curve = Curve("a", "a", STYLE, ("a",))
    made.set_curves([curve], [Entry("a", "a", STYLE)], "")
    curve.set_source(Line(np.linspace(0, 1, 9), np.linspace(0, 1, 9)))
    host.show()
    qtbot.waitUntil(lambda: not made.touched)
    yield made


@pytest.fixture
def painted(monkeypatch) -> list[int]:
    found: list[int] = []
    paint = Backdrop._paint

    def counted(self: Backdrop, *args) -> None:
        found.append(1)
        paint(self, *args)

    monkeypatch.setattr(Backdrop, "_paint", counted)
    return found


def picture(chart: Chart) -> QImage:
    return chart.grab().toImage()


def inks(image: QImage) -> np.ndarray:
    """How light each pixel is [height, width]."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return rows[:, : grey.width()].astype(float)


def test_another_curve_leaves_the_backdrop_alone(chart, painted) -> None:
    before = picture(chart)
    painted.clear()
    chart.curves["a"].set_source(Line(np.linspace(0, 1, 9), np.linspace(1, 0, 9)))
    assert picture(chart) != before
    assert painted == []


@pytest.mark.parametrize("change", ["title", "range", "axis", "legend", "theme", "message", "size"])
def test_whatever_it_shows_is_painted_anew(chart, painted, change: str) -> None:
    before = picture(chart)
    painted.clear()
    if change == "title":
        chart.frame.set_title("Another")
    elif change == "range":
        chart.set_home((0.0, 3.0), (0.0, 7.0))
    elif change == "axis":
        chart.frame.x_axis = Axis(("seconds (s)",))
        chart.arrange()
    elif change == "legend":
        chart.switch("a")
    elif change == "theme":
        chart.apply_theme(THEMES["dark"])
    elif change == "message":
        chart.set_message("nothing yet")
    else:
        chart.resize(340, 200)
    assert picture(chart) != before
    assert painted


def test_a_figure_paints_the_furniture_as_items(chart, painted) -> None:
    from playground.ui.figures.paint import prepared

    picture(chart)
    painted.clear()
    with prepared(chart, "theme") as view:
        image = QImage(view.size(), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        view.render(painter)
        painter.end()
        assert painted == []
    on_screen, in_figure = (inks(each) for each in (picture(chart), image))
    assert in_figure[:24, :60].min() < 120, "the title is there"
    assert np.abs(on_screen - in_figure).mean() < 1.0


def test_items_are_painted_in_the_order_and_with_the_states_that_qt_would_use(chart: Chart) -> None:
    x = np.linspace(0.0, 1.0, 9)
    above = Curve("above", "above", Style(lambda theme: theme.warning, 6.0), ("above",))
    below = Curve("below", "below", Style(lambda theme: theme.text, 6.0), ("below",))
    gone = Curve("gone", "gone", Style(lambda theme: theme.forget, 6.0), ("gone",))
    above.setZValue(3)
    chart.hidden = {"gone"}
    chart.set_curves([above, below, gone], [], "")
    for curve, values in ((above, x), (below, 1.0 - x), (gone, x * x)):
        curve.set_source(Line(x, values))
    chart.levels.set_levels((("level", 0.5),))
    chart.stretches.set_stretches((Stretch(0.2, 0.4, "held"),))
    chart.cursor.set_at(0.7)
    chart.point_at(0.5)
    chart.arrange()
    own, theirs = (QImage(chart.size(), QImage.Format.Format_RGB32) for _ in range(2))
    for image in (own, theirs):
        image.fill(0)
    chart.viewport().render(own)
    painter = QPainter(theirs)
    QGraphicsView.render(chart, painter)
    painter.end()
    assert chart.readout.isVisible() and own == theirs
