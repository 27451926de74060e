import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.plots.history import History, Line, Smoothed


@given(st.lists(st.integers(1, 700), min_size=1, max_size=12), st.integers(20, 300))
def test_a_growing_curve_keeps_its_extremes(parts: list[int], points: int) -> None:
    rng = np.random.default_rng(sum(parts))
    y, curve, n = rng.standard_normal(sum(parts)), History(), 0
    x = np.arange(len(y), dtype=float)
    for part in parts:
        n += part
        curve.update(x[:n], y[:n])
        _, seen = curve.within(0, n, points)
        assert seen.min() == y[:n].min() and seen.max() == y[:n].max()
        assert len(seen) <= 2 * points + 3


@given(st.integers(0, 4000), st.integers(1, 3000))
def test_a_part_of_the_curve_shows_its_own_extremes(begin: int, length: int) -> None:
    rng = np.random.default_rng(5)
    y, x = rng.standard_normal(5000), np.arange(5000.0)
    curve = History()
    curve.update(x, y)
    end = min(4999, begin + length)
    drawn_x, drawn_y = curve.within(begin, end, 100)
    inside = y[max(0, begin - 1) : end + 2]
    assert drawn_y.max() >= y[begin : end + 1].max() and drawn_y.min() <= y[begin : end + 1].min()
    assert len(drawn_x) == len(drawn_y) <= 203
    assert np.all(np.diff(drawn_x) >= 0)
    if length < 150:
        assert set(drawn_y) <= set(inside)


def test_a_million_steps_are_a_few_thousand_points_and_growth_touches_only_what_is_new() -> None:
    y = np.random.default_rng(0).standard_normal(1_000_000)
    x = np.arange(1_000_000.0)
    curve = History()
    curve.update(x[:-1], y[:-1])
    before = [level[0].count for level in curve._levels]
    assert curve.update(x, y)
    assert [level[0].count for level in curve._levels] >= before
    drawn, values = curve.within(0, 1e6, 400)
    assert len(drawn) <= 803
    assert values.max() == y.max() and values.min() == y.min()
    assert not curve.update(x, y)


def test_a_curve_that_begins_anew_forgets_the_old_one() -> None:
    curve, x = History(), np.arange(200.0)
    curve.update(x, np.full(200, 9.0))
    curve.update(x, np.full(200, 1.0))
    assert curve.generation == 1
    assert curve.within(0, 200, 20)[1].max() == 1.0
    curve.update(x[:50], np.full(50, 3.0))
    assert len(curve) == 50


def test_gaps_stay_gaps() -> None:
    y = np.full(5000, np.nan)
    y[4000:] = 2.0
    line = Line(np.arange(5000.0), y)
    drawn_x, drawn_y = line.within(0, 5000, 100)
    assert np.isnan(drawn_y[drawn_x < 3900]).all() and np.nanmax(drawn_y) == 2.0


@pytest.mark.parametrize("span", [1, 7, 200])
def test_smoothing_in_parts_equals_smoothing_at_once_and_the_plain_definition(span: int) -> None:
    y = np.random.default_rng(3).standard_normal(1500)
    y[10] = np.nan
    parts, whole = Smoothed(span), Smoothed(span)
    for end in (1, 3, 300, 301, 1500):
        parts.update(y[:end])
    np.testing.assert_allclose(parts.values, whole.update(y), rtol=1e-9)
    decay, total, weight, expected = 1 - 1 / span, 0.0, 0.0, []
    for value in y:
        total, weight = decay * total, decay * weight
        if np.isfinite(value):
            total, weight = total + value, weight + 1
        expected.append(total / weight if weight else np.nan)
    np.testing.assert_allclose(whole.values, expected, rtol=1e-9)


def test_the_nearest_sample_is_read() -> None:
    line = Line(np.array([0.0, 10.0, 20.0]), np.array([1.0, 2.0, 3.0]))
    assert line.at(14.0) == (10.0, 2.0)
    assert line.at(99.0) == (20.0, 3.0)
    assert Line(np.empty(0), np.empty(0)).at(1.0) is None


def test_a_smoothed_curve_does_not_run_late() -> None:
    x = np.arange(1.0, 2001.0)
    smoothed = Smoothed(50)
    values = smoothed.update(x.copy())
    places = smoothed.places(x)
    np.testing.assert_allclose(values, places, rtol=1e-9)
    assert np.all(np.diff(places) > 0) and places[0] == 1.0
