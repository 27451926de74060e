"""Signed colours of the heatmaps."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from playground.ui.canvas.colours import MOST_COLUMNS, alike, heatmap, levels, scale_of
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


def test_numbers_at_the_end_of_what_there_is_have_colours():
    image, _ = heatmap(np.array([[1e308, -1e308, np.nan]]), LIGHT)
    found = [image.pixelColor(0, unit).name().upper() for unit in range(3)]
    assert found == [LIGHT.positive, LIGHT.negative, LIGHT.zero]


def test_every_value_has_the_colour_that_is_nearest():
    values = np.random.default_rng(0).uniform(-1, 1, (40, 25)).astype(np.float32)
    values[0, 0] = 1.0
    found, scale = levels(values)
    wanted = np.rint(values.T * 127.0) + 128
    assert scale == 1.0 and np.abs(found - wanted).max() <= 1 and (found != wanted).mean() < 0.001


def test_pictures_are_alike_when_no_colour_is_more_than_one_away():
    shown = np.array([[0, 100, 255]], np.uint8)
    assert alike(shown, shown) and alike(shown, np.array([[1, 99, 254]], np.uint8))
    assert not alike(shown, np.array([[0, 102, 255]], np.uint8))
    assert not alike(shown, np.array([[255, 100, 255]], np.uint8)) and not alike(
        shown, np.array([[0, 100, 0]], np.uint8)
    )
    assert not alike(shown, np.array([[0, 100]], np.uint8))


def test_a_heatmap_does_not_creep_away_from_what_it_shows(hands, qapp):
    heat = hands.canvas.item_for("Deep", "layer1").heat
    values = np.zeros((13, 6))
    values[0, 0] = 1.0  # the scale
    heat.set_values(values)
    first, seen = heat.image, []
    for step in range(1, 6):
        values[5, 3] = step / 127
        heat.set_values(values.copy())
        seen.append(heat.image is not first)
    assert seen == [False, True, True, True, True]


@pytest.mark.parametrize(("largest", "scale"), [(0.0, 1 / 16), (0.3, 0.5), (1.0, 1.0), (1.01, 2.0), (37, 64)])
def test_scales_are_powers_of_two(largest, scale):
    assert scale_of(np.array([[0.0, -largest]])) == scale


def test_a_long_sequence_is_averaged_in_blocks():
    image, _ = heatmap(np.ones((5000, 2)), LIGHT)
    assert image.width() <= MOST_COLUMNS and image.pixelColor(image.width() - 1, 0).name().upper() == LIGHT.positive
