import re

import pytest

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
