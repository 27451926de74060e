import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.plots.ticks import Axis, nice_log_bounds, nice_step, nice_upper, number_text, ticks, value_text


def width(text: str) -> float:
    return 7.0 * len(text)


numbers = st.floats(-1e9, 1e9, allow_nan=False)


@given(numbers, st.floats(1e-9, 1e9), st.floats(20, 2000), st.booleans(), st.booleans())
def test_no_two_ticks_touch(low: float, span: float, pixels: float, across: bool, integer: bool) -> None:
    high = low + span
    if not high > low + 1e-9 * abs(low):
        return
    made = ticks(Axis(("x",), integer=integer), low, high, pixels, width, across)
    for (first, text), (second, other) in pairwise(made):
        room = (second - first) / (high - low) * pixels
        assert room >= ((width(text) + width(other)) / 2 if across else 12.0)
    assert all(low - 1e-6 * span <= at <= high + 1e-6 * span for at, _ in made)
    if integer:
        assert all(float(at).is_integer() for at, _ in made)


@given(st.floats(-12, 6), st.floats(0.05, 14), st.floats(40, 900))
def test_logarithmic_ticks_are_apart_and_name_their_value(low: float, span: float, pixels: float) -> None:
    made = ticks(Axis(("x",), log=True), low, low + span, pixels, width, across=False)
    for (first, _), (second, _) in pairwise(made):
        assert (second - first) / span * pixels >= 9.0
    for at, text in made:
        if text and "×" not in text and "⁻" not in text and not text.startswith("10"):
            assert math.isclose(float(text.replace(",", "")), 10.0**at, rel_tol=0.06)


def test_decades_read_alike() -> None:
    texts = [text for _, text in ticks(Axis(("x",), log=True), -10, 0, 100, width, across=False)]
    assert texts[-1] == "1"
    assert all(text.startswith("10⁻") for text in texts[:-1])


def test_years_are_not_grouped_and_steps_are() -> None:
    assert number_text(1950.0, 10.0, grouped=False) == "1950"
    assert number_text(12000.0, 1000.0) == "12,000"
    assert number_text(-0.25, 0.25) == "−0.25"


@pytest.mark.parametrize("value, text", [(0.0, "0"), (0.123456, "0.1235"), (-2.5e-7, "−2.5×10⁻⁷"), (float("nan"), "–")])
def test_values_read_off_have_four_figures(value: float, text: str) -> None:
    assert value_text(value) == text


@given(st.floats(1e-12, 1e12))
def test_nice_numbers_bound_what_they_are_given(value: float) -> None:
    assert value * (1 - 1e-9) <= nice_upper(value) <= 2.01 * value
    assert nice_step(value) >= value * (1 - 1e-6)
    low, high = nice_log_bounds(value, value * 3)
    assert low <= math.log10(value) + 1e-6 and high >= math.log10(value * 3) - 1e-6


def test_symbols_are_thinned_when_rows_are_low() -> None:
    names = tuple("abcdefghij")
    assert len(ticks(Axis(("s",), names=names), -0.5, 9.5, 200, width, across=False)) == 10
    assert len(ticks(Axis(("s",), names=names), -0.5, 9.5, 50, width, across=False)) == 5


@pytest.mark.parametrize("figures, text", [(4, "12345"), (2, "12345")])
def test_a_large_value_is_not_written_as_a_power_too_early(figures: int, text: str) -> None:
    assert value_text(12345.0, figures) == text


@pytest.mark.parametrize(
    "value, text", [(0.02762, "0.028"), (2.98e-13, "3×10⁻¹³"), (9.96e-13, "1×10⁻¹²"), (-152, "−152")]
)
def test_the_ends_of_a_scale_have_two_figures(value: float, text: str) -> None:
    assert value_text(value, 2) == text


def test_all_ticks_of_an_axis_are_written_alike() -> None:
    texts = [text for _, text in ticks(Axis(("x",)), 0.0, 0.0018, 160, width, across=False)]
    assert "0.00100" in texts and not any("×" in text for text in texts)
    texts = [text for _, text in ticks(Axis(("x",)), 0.0, 3e-4, 160, width, across=False)]
    assert all("10⁻" in text for text in texts if text != "0")


def test_of_names_that_are_times_round_ones_are_written() -> None:
    years = Axis(("year",), names=tuple(str(year) for year in range(1881, 1956)))
    assert ticks(years, -0.5, 74.5, 200, width, across=False)[0] == (9.0, "1890")
    letters = Axis(("symbol",), names=tuple("abcdefghijklmnopqrst"))
    assert len(ticks(letters, -0.5, 19.5, 220, width, across=False)) == 20
    digits = Axis(("class",), names=tuple("0123456789"))
    assert len(ticks(digits, -0.5, 9.5, 110, width, across=False)) == 10
