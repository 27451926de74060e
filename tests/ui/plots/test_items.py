import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QWidget

from playground.ui.plots.chart import Chart
from playground.ui.plots.fonts import label_font
from playground.ui.plots.geometry import MARKS, Mapping
from playground.ui.plots.heat import rising_indices, signed_indices, signed_table
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style
from playground.ui.plots.legend import Entry
from playground.ui.plots.levels import Levels
from playground.ui.plots.stamps import draw_marks, stamp
from playground.ui.plots.stretches import shade
from playground.ui.plots.strokes import dashed, draw_lines, fits, lonely, segments
from playground.ui.theme import THEMES


@given(st.integers(2, 80), st.integers(0, 10_000), st.floats(1.0, 9.0), st.floats(1.0, 9.0))
def test_dashes_follow_the_line_and_cover_their_share(points: int, seed: int, on: float, off: float) -> None:
    rng = np.random.default_rng(seed)
    px, py = np.cumsum(rng.uniform(0.5, 9.0, points)), rng.uniform(0, 100, points)
    x, y, drawn = dashed(px, py, on, off)
    np.testing.assert_allclose(np.interp(x, px, py), y, atol=1e-6)
    lengths = np.hypot(np.diff(x), np.diff(y))
    total = lengths.sum()
    assert abs(total - np.hypot(np.diff(px), np.diff(py)).sum()) < 1e-6 * max(1.0, total)
    assert abs(lengths[drawn].sum() - total * on / (on + off)) <= on + off
    assert np.all(lengths[drawn] <= on + 1e-6)


def test_gaps_are_not_bridged() -> None:
    px, py = np.array([0.0, 1.0, 2.0, 3.0]), np.array([5.0, np.nan, 6.0, 7.0])
    np.testing.assert_array_equal(segments(px, py, ()), [[2.0, 6.0, 3.0, 7.0]])
    assert len(segments(px[:1], py[:1], ())) == 0
    with np.errstate(all="raise"):
        rows = segments(px, py, (5.0, 3.0))
    assert np.isfinite(rows).all()
    alone = lonely(px, py, QRectF(-1, 0, 9, 9), False)
    assert [part.tolist() for part in alone] == [[0.0], [5.0]]
    assert len(lonely(px, py, QRectF(-1, 0, 9, 9), True)[0]) == 3
    unbroken = np.arange(3.0)
    assert len(lonely(unbroken, unbroken, QRectF(-1, 0, 9, 9), False)[0]) == 0


def test_lines_from_an_array_are_drawn_where_they_lie() -> None:
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setPen(QColor("black"))
    draw_lines(painter, np.array([[2.0, 5.0, 15.0, 5.0], [3.0, 8.0, 3.0, 18.0]]))
    draw_lines(painter, np.empty((0, 4)))
    painter.end()
    assert image.pixelColor(9, 5) == QColor("black") and image.pixelColor(3, 12) == QColor("black")
    assert image.pixelColor(9, 12) == QColor("white")


def test_signed_colours() -> None:
    for theme in THEMES.values():
        table = signed_table(theme)
        low, zero, high, gap = signed_indices(np.array([-1.0, 0.0, 2.0, np.nan]), 1.0)
        assert QColor(table[low]).name().upper() == theme.negative
        assert QColor(table[zero]).name().upper() == theme.zero
        assert QColor(table[high]).name().upper() == theme.positive
        assert QColor(table[gap]).name().upper() == theme.field
    assert rising_indices(np.array([0.0, 1.0, np.nan])).tolist() == [1, 255, 0]


def test_the_texts_of_near_baselines_do_not_overlap(qapp) -> None:
    levels = Levels()
    levels.set_mapping(Mapping(QRectF(40, 30, 360, 90), 0, 1, 0, 1))
    levels.set_levels((("last value", 0.50), ("linear AR(9)", 0.52), ("chance", 0.54), ("far away", 7.0)))
    assert [text for _, text, *_ in levels._lines] == ["last value", "linear AR(9)", "chance"]
    width = QFontMetricsF(label_font()).horizontalAdvance
    boxes = [QRectF(at.x(), at.y() - 10, width(text), 12) for _, text, at, _ in levels._lines]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_new_curves_under_the_same_legend_have_their_place(qtbot) -> None:
    host = QWidget()  # pyqtgraph's own way to close a view takes it apart
    qtbot.addWidget(host)
    chart = Chart(host)
    chart.resize(300, 200)
    style = Style(lambda theme: theme.text)
    for _ in range(2):
        curve = Curve("a", "a", style, ("a",))
        chart.set_curves([curve], [Entry("a", "a", style)], "")
        curve.set_source(Line(np.arange(5.0) / 5, np.arange(5.0) / 5))
        assert curve.drawn == 5


def test_stamps_are_marks_to_an_eighth_of_a_pixel(qapp) -> None:
    """Their middle is where it would be; what is painted exactly is `draw_mark`."""
    rng = np.random.default_rng(1)
    for kind in (*MARKS, "ring"):
        x, y = rng.uniform(8, 30, 5), rng.uniform(8, 30, 5)
        for px, py in zip(x, y, strict=True):
            middles = []
            for exact in (True, False):
                image = QImage(40, 40, QImage.Format.Format_RGB32)
                image.fill(QColor("black"))
                painter = QPainter(image)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                draw_marks(painter, kind, np.array([px] + 4 * [-20.0]), np.full(5, py), 3.2, QColor("white"), exact)
                painter.end()
                light = np.array([[image.pixelColor(i, j).red() for i in range(40)] for j in range(40)], float)
                assert light.sum() > 0
                middles.append([(light.sum(axis=a) * np.arange(40)).sum() / light.sum() for a in (0, 1)])
            np.testing.assert_allclose(middles[0], middles[1], atol=0.15)


def test_all_marks_of_many_are_painted_where_one_would_be(qapp) -> None:
    def painted(draw) -> QImage:
        image = QImage(60, 60, QImage.Format.Format_RGB32)
        image.fill(QColor("black"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter)
        painter.end()
        return image

    x, y = np.array([10.25, 30.5, 50.0, 20.75, 40.0]), np.array([12.0, 33.25, 9.5, 50.0, 47.75])
    many = painted(lambda painter: draw_marks(painter, "diamond", x, y, 3.0, QColor("red")))

    def one_by_one(painter: QPainter) -> None:
        for px, py in zip(x.tolist(), y.tolist(), strict=True):
            stamp(painter, "diamond", px, py, 3.0, QColor("red"))

    assert many == painted(one_by_one)


def test_what_is_taken_away_is_painted_away_even_without_a_legend(qtbot) -> None:
    host = QWidget()  # pyqtgraph's own way to close a view takes it apart
    qtbot.addWidget(host)
    chart = Chart(host)
    chart.resize(300, 200)
    host.show()
    style = Style(lambda theme: "#ff0000", 3.0)
    curve = Curve("a", "a", style, ("a",))
    chart.set_curves([curve], [], "")
    curve.set_source(Line(np.array([0.0, 1.0]), np.array([0.5, 0.5])))
    qtbot.waitUntil(lambda: not chart.touched)
    chart.set_curves([], [], "")
    assert chart.touched


def test_only_a_line_that_is_whole_and_inside_fits() -> None:
    rect, x = QRectF(10, 20, 100, 50), np.linspace(10, 110, 5)
    m = Mapping(rect, 0.0, 1.0, 0.0, 1.0)
    inside = np.array([20.0, 70.0, 30.0, 40.0, 50.0])
    assert fits(x, inside, m)
    for at, value in ((0, 19.0), (2, 71.0), (3, np.nan), (4, np.inf)):
        assert not fits(x, np.where(np.arange(5) == at, value, inside), m)
    assert not fits(x - 1, inside, m) and not fits(x + 1, inside, m)
    assert not fits(np.where(np.arange(5) == 2, np.nan, x), inside, m)
    assert not fits(x[:1], inside[:1], m)
    higher = np.where(np.arange(5) == 0, 19.5, inside)
    assert fits(x, higher, m, over=1.0) and not fits(x, higher, m)


@given(st.floats(2.0, 20.0), st.floats(2.0, 20.0))
def test_a_shade_of_whole_pixels_is_the_one_that_qt_paints(left: float, width: float) -> None:
    pictures = []
    for exact in (False, True):
        image = QImage(48, 12, QImage.Format.Format_RGB32)
        image.fill(0xFFFFFFFF)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade(painter, QRectF(left, 2.0, width, 8.0), "#c04000", exact)
        painter.end()
        pictures.append(np.frombuffer(image.constBits(), np.uint8).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 6
