"""Plots where there is little room: everything can be read, nothing lies over anything else."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from playground.ui.plots import PLOTS
from playground.ui.plots.gates import all_summarised
from playground.ui.plots.items import Style
from playground.ui.plots.legend import Entry

SIZES = [(300, 180), (420, 200), (700, 350), (1600, 900)]


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("size", SIZES)
def test_choosers_can_be_read_and_lie_over_nothing(name: str, size: tuple[int, int], shown) -> None:
    plot = shown(name, *size)
    title = QRectF(0, 0, plot.chart.frame.title_right, 24)
    assert title.right() <= size[0]
    places = [QRectF(chooser.geometry()) for chooser in plot.choosers if not chooser.isHidden()]
    for chooser, place in zip([c for c in plot.choosers if not c.isHidden()], places, strict=True):
        assert place.width() >= min(60, chooser.sizeHint().width())
        assert QRectF(plot.rect()).contains(place) and not place.intersects(title)
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[:n])
    if plot.chart.header_taken[1]:
        assert all(place.top() > 20 for place in places), "in a row of their own"


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("size", SIZES)
def test_legend_and_colour_bar_stay_inside(name: str, size: tuple[int, int], shown) -> None:
    chart = shown(name, *size).chart
    shown_entries = [item for item in chart._legend.items if item.isVisible()]
    parts = [item.mapRectToScene(item.boundingRect()) for item in shown_entries]
    if chart.bar is not None and chart.bar.isVisible():
        parts.append(chart.bar.mapRectToScene(chart.bar.boundingRect()))
    assert all(part.left() >= 0 and part.right() <= chart.width() for part in parts)
    assert all(part.bottom() <= chart.mapping().rect.top() + 4 for part in parts)


def test_a_long_title_gives_way(shown) -> None:
    assert shown("spectrum", 700, 300).chart.frame.title == "Eigenvalues of the recurrent weights"
    assert shown("spectrum", 300, 180).chart.frame.title == "Eigenvalues"


def test_a_figure_names_the_choosers_below_the_title_where_they_stand(shown, tmp_path) -> None:
    from playground.ui.figures import render

    plot = shown("itemised", 300, 240)
    assert plot.chart.frame.caption_below
    svg = render(plot, tmp_path / "x.svg").read_text(encoding="utf-8")
    begin = svg.index("stacked parts")
    assert 'x="12"' in svg[svg.rindex("<text", 0, begin) : begin], "at the edge, not beside the title"


def test_entries_are_shortened_and_what_has_no_place_is_left_out(shown) -> None:
    plot = shown("loss", 300, 240)
    style = Style(lambda theme: theme.text)
    entries = [Entry(str(n), f"a network with a very long name {n}", style, f"net {n}") for n in range(4)]
    plot.set_series([], entries)
    items = plot.chart._legend.items
    assert [item.text for item in items] == [f"net {n}" for n in range(4)]
    assert all(item.isVisible() for item in items)
    plot.set_series([], [Entry(e.group, e.text, e.style) for e in entries])
    assert [item.isVisible() for item in plot.chart._legend.items] == [True, True, True, False]
    assert len(plot.chart.entries) == 4, "the menu has them all"
    plot.resize(1600, 240)
    assert all(item.isVisible() for item in plot.chart._legend.items)


def test_the_circle_is_round_and_fills_what_the_marks_leave(shown) -> None:
    for size in ((300, 180), (900, 300), (400, 700)):
        plot = shown("spectrum", *size)
        m = plot.chart.mapping()
        across, up = m.rect.width() / (m.x1 - m.x0), m.rect.height() / (m.y1 - m.y0)
        assert across == pytest.approx(up, rel=0.02)
        assert m.x0 <= -1 and m.x1 >= 1 and m.y0 <= -1 and m.y1 >= 1
        reach = plot._reach
        assert min(m.rect.width() / (reach[0] + reach[1]), m.rect.height() / (2 * reach[2])) == pytest.approx(
            across, rel=0.02
        )


def test_nodes_are_summarised_together_as_each_alone() -> None:
    several = [np.random.default_rng(seed).normal(size=(7, 5)).astype(np.float32) for seed in range(3)]
    for (line, band), values in zip(all_summarised(several, -1), several, strict=True):
        exact = values.astype(np.float64)
        mean, deviation = exact.mean(axis=1), exact.std(axis=1)
        assert band is not None
        np.testing.assert_allclose(line, mean)
        np.testing.assert_allclose(band[0], np.maximum(mean - deviation, exact.min(axis=1)))
        np.testing.assert_allclose(band[1], np.minimum(mean + deviation, exact.max(axis=1)))
    assert all_summarised(several, 3)[1][0].tolist() == several[1][:, 3].tolist()
    assert all_summarised([values[:, :1] for values in several], -1)[2][1] is None
