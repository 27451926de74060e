import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from playground.ui.plots.fonts import label_font
from playground.ui.plots.geometry import Mapping
from playground.ui.plots.heat import rising_indices, signed_indices, signed_table
from playground.ui.plots.items import Levels
from playground.ui.plots.strokes import dashed, draw_lines, lonely, segments
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
    assert lonely(px, py, QRectF(-1, 0, 9, 9), False) == [(0.0, 5.0)]
    assert len(lonely(px, py, QRectF(-1, 0, 9, 9), True)) == 3


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
    assert [text for _, text, _ in levels._lines] == ["last value", "linear AR(9)", "chance"]
    width = QFontMetricsF(label_font()).horizontalAdvance
    boxes = [QRectF(at.x(), at.y() - 10, width(text), 12) for _, text, at in levels._lines]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
