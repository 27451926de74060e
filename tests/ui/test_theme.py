import math
import re
from itertools import combinations

import pytest

from playground.ui.plots.geometry import MARKS
from playground.ui.style import stylesheet
from playground.ui.theme import THEMES, palette

TEXT = ("text", "muted", "good", "warning", "bad", "accent")
LINES = ("forget", "input_gate", "output", "candidate", "cell", "hidden", "input")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    r, g, b = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read(name):
    theme = THEMES[name]
    for colour in [*(getattr(theme, role) for role in TEXT), *theme.contestants]:
        assert contrast(colour, theme.panel) >= 4.5, colour
    assert contrast(theme.text, theme.field) >= 4.5
    assert contrast(theme.muted, theme.field) >= 4.5
    assert contrast(theme.on_accent, theme.accent) >= 4.5


def oklab(colour: str) -> tuple[float, float, float]:
    """Björn Ottosson (2020): distances in it are about as large as they look."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    r, g, b = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    )


@pytest.mark.parametrize("name", THEMES)
def test_eight_contestants_can_be_told_apart(name):
    colours = THEMES[name].contestants
    assert len(colours) >= 8
    for one, other in combinations(colours, 2):
        assert math.dist(oklab(one), oklab(other)) >= 0.1, (one, other)


def test_two_contestants_of_one_colour_have_different_marks():
    looks = [(THEMES["light"].contestant(i), MARKS[i % len(MARKS)]) for i in range(24)]
    assert len(set(looks)) == 24


@pytest.mark.parametrize("name", THEMES)
def test_lines_can_be_seen(name):
    theme = THEMES[name]
    for role in LINES:
        assert contrast(getattr(theme, role), theme.panel) >= 3.0, role
        assert contrast(getattr(theme, role), theme.canvas) >= 3.0, role


@pytest.mark.parametrize("name", THEMES)
def test_the_stylesheet_is_whole_and_uses_only_the_theme(name):
    theme = THEMES[name]
    text = stylesheet(theme)
    assert text.count("{") == text.count("}")
    own = {value for value in vars(theme).values() if isinstance(value, str) and value.startswith("#")}
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", text)) <= own


def test_contestants_repeat_and_roles_have_colours():
    theme = THEMES["light"]
    assert theme.contestant(0) == theme.contestant(len(theme.contestants))
    assert theme.role("none") == theme.muted and theme.role("forget") == theme.forget


def test_palettes_differ(qapp):
    assert palette(THEMES["light"]).window().color() != palette(THEMES["dark"]).window().color()
