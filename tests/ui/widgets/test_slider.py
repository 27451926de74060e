"""Sliders beside a number."""

import pytest

from playground.ui.widgets.slider import TICKS, LinearSlider, LogSlider


@pytest.mark.parametrize("kind, low, high", [(LinearSlider, -1.0, 1.0), (LogSlider, 1.0, 1000.0)])
def test_a_number_beyond_the_ends_is_shown_and_the_slider_stays_at_its_end(qtbot, kind, low, high) -> None:
    slider = kind(lambda value, merge: None, low, high)
    qtbot.addWidget(slider)
    for value, place in ((1e308, TICKS), (10**19, TICKS), (-1e308, 0), (low, 0), (high, TICKS)):
        slider.show_value(value)
        assert slider.value == pytest.approx(value) and slider.slider.value() == place
