"""Ghosts below the curves, and marked stretches of the sequence."""

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor

from playground.ui.theme import THEMES


def ghosts_of(plot) -> dict[str, np.ndarray]:
    return {key: curve.source.y * 0.5 for key, curve in plot.chart.curves.items()}


def test_ghosts_are_pale_below_and_one_entry_of_the_legend(shown) -> None:
    plot = shown("gates", 600, 300)
    plain = plot.grab().toImage()
    plot.draw_ghosts(ghosts_of(plot))
    haunted = plot.grab().toImage()
    assert haunted != plain
    assert [entry.text for entry in plot.chart.entries][-1] == "before"
    plot.chart.switch("ghost")
    assert not any(curve.ghost_shown for curve in plot.chart.curves.values())
    assert all(curve.isVisible() for curve in plot.chart.curves.values())
    plot.chart.only("forget")
    assert "ghost" in plot.chart.hidden, "the switch of the ghosts is no rival of a curve"
    plot.draw_ghosts({})
    assert all(curve.ghost is None for curve in plot.chart.curves.values())
    assert "ghost" not in [entry.group for entry in plot.chart.entries]


def test_a_ghost_is_in_the_figure(shown, tmp_path) -> None:
    from playground.ui.figures import render

    plot = shown("gates")
    before = render(plot, tmp_path / "a.svg").read_text().count("<path")
    plot.draw_ghosts(ghosts_of(plot))
    after = render(plot, tmp_path / "b.svg").read_text()
    assert after.count("<path") >= before + 5 and "before" in after


def test_a_marked_stretch_says_what_it_is_and_shades_its_steps(shown, tmp_path) -> None:
    from playground.ui.figures import render

    plot = shown("gates", 600, 300)
    plot.mark_stretches([(10, 20, "forget = 0"), (70, 90, "beyond the end")])
    assert [stretch.text for stretch in plot.chart.stretches.stretches] == ["forget = 0"]
    mapping = plot.chart.mapping()
    picture = plot.grab().toImage()
    theme = THEMES["light"]

    def at(year: float) -> QColor:
        return picture.pixelColor(round(float(mapping.x(np.array([year]))[0])), round(mapping.rect.bottom()) - 3)

    assert at(1921.0 + 15) != at(1921.0 + 30) and at(1921.0 + 30).name() == theme.panel.lower()
    assert "forget = 0" in render(plot, tmp_path / "s.svg").read_text()
    plot.mark_stretches([])
    assert not plot.chart.stretches.stretches


def test_the_trajectory_has_a_ghost_in_the_same_components(shown, session) -> None:
    plot = shown("trajectory", 600, 400)
    plain = plot.grab().toImage()
    assert plot.chart.entries == [] or plot.chart.entries[-1].group != "ghost"
    halved = [
        replace(net, nodes={key: 0.5 * values for key, values in net.nodes.items()}) for net in session.traces.networks
    ]
    session.ghosts = replace(session.traces, networks=tuple(halved))
    plot.make_stale()
    plot.refresh()
    assert plot.chart.entries[-1].text == "before"
    np.testing.assert_allclose(plot._before, plot._basis.project(0.5 * plot._states), atol=1e-12)
    m = plot.chart.mapping()
    assert (plot._before[:, 0] >= m.x0).all() and (plot._before[:, 0] <= m.x1).all(), "there is room for it"
    haunted = plot.grab().toImage()
    plot.chart.switch("ghost")
    hidden = plot.grab().toImage()
    assert plain != haunted != hidden
    session.ghosts = None
    plot.make_stale()
    plot.refresh()
    assert "ghost" not in [entry.group for entry in plot.chart.entries] and not len(plot._before)
