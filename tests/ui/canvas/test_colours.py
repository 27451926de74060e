"""Signed colours of the heatmaps."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from playground.ui.canvas.colours import MOST_COLUMNS, heatmap, scale_of
from playground.ui.theme import DARK, LIGHT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_ends_are_the_theme_s_colours_and_zero_is_the_background(theme):
    image, scale = heatmap(np.array([[1.0, -1.0, 0.0]]), theme)
    assert scale == 1.0 and (image.width(), image.height()) == (1, 3)
    found = [image.pixelColor(0, unit).name().upper() for unit in range(3)]
    assert found == [theme.positive, theme.negative, theme.zero]


def test_time_runs_right_and_units_down():
    values = np.zeros((5, 3))
    values[4, 1] = 0.5
    image, _ = heatmap(values, LIGHT)
    coloured = [(x, y) for x in range(5) for y in range(3) if image.pixelColor(x, y) != QColor(LIGHT.zero)]
    assert coloured == [(4, 1)]


def test_colours_grow_with_the_value_on_both_sides():
    values = np.linspace(-1, 1, 21)[:, None]
    image, _ = heatmap(values, LIGHT)
    red = [image.pixelColor(x, 0).red() for x in range(21)]
    blue = [image.pixelColor(x, 0).blue() for x in range(21)]
    assert blue[:11] == sorted(blue[:11]) and red[10:] == sorted(red[10:], reverse=True)


def test_what_is_not_finite_looks_like_zero_and_does_not_spoil_the_scale():
    image, scale = heatmap(np.array([[np.nan, 0.5], [np.inf, -0.5]]), LIGHT)
    assert scale == 0.5 and image.pixelColor(0, 0) == QColor(LIGHT.zero)
    assert image.pixelColor(0, 1).name().upper() == LIGHT.positive


@pytest.mark.parametrize(("largest", "scale"), [(0.0, 1 / 16), (0.3, 0.5), (1.0, 1.0), (1.01, 2.0), (37, 64)])
def test_scales_are_powers_of_two(largest, scale):
    assert scale_of(np.array([[0.0, -largest]])) == scale


def test_a_long_sequence_is_averaged_in_blocks():
    image, _ = heatmap(np.ones((5000, 2)), LIGHT)
    assert image.width() <= MOST_COLUMNS and image.pixelColor(image.width() - 1, 0).name().upper() == LIGHT.positive
