import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.plots.history import PARTS, History, Line
from playground.ui.plots.smoothing import Smoothed


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
    values = smoothed.update(x.copy(), x)
    places = smoothed.places
    np.testing.assert_allclose(values, places, rtol=1e-9)
    assert np.all(np.diff(places) > 0) and places[0] == 1.0


@given(st.integers(1, 60), st.integers(2, 400), st.integers(20, 200), st.booleans())
def test_blocks_of_a_thinned_history_keep_their_extremes(blocks: int, recent: int, points: int, log: bool) -> None:
    rng = np.random.default_rng(blocks * 1000 + recent)
    each = 16
    old = rng.standard_normal((blocks, each))
    new = rng.standard_normal(recent)
    x = np.concatenate([np.arange(1, blocks + 1) * each, blocks * each + np.arange(1, recent + 1)]).astype(float)
    y = np.concatenate([old.mean(axis=1), new])
    curve = History()
    half = blocks + recent // 2
    for n in (half, len(x)):
        curve.update(x[:n], y[:n], old.min(axis=1), old.max(axis=1))
    seen_x, seen = curve.within(1, x[-1], points, log)
    assert seen.min() == min(old.min(), new.min()) and seen.max() == max(old.max(), new.max())
    assert np.all(np.diff(seen_x) >= 0)
    assert curve.at(x[0]) == (x[0], y[0])


@given(st.integers(1, 20_000), st.integers(64, 300), st.integers(1, 2000))
def test_a_logarithmic_axis_keeps_every_extreme_too(length: int, points: int, begin: int) -> None:
    y = np.random.default_rng(length).standard_normal(length)
    x = np.arange(1.0, length + 1)
    curve = History()
    curve.update(x, y)
    low = min(begin, length)
    seen_x, seen = curve.within(low, length, points, log=True)
    inside = y[low - 1 :]
    assert seen.max() >= inside.max() and seen.min() <= inside.min() and np.all(np.diff(seen_x) >= 0)
    assert len(seen_x) <= max(3 * points, 9 * PARTS) + 2
    if low == 1:
        first_half = int(np.sum(seen_x <= length**0.5))
        assert first_half >= min(int(length**0.5), points // 4), "the early steps have as much room as the late ones"


def test_values_without_a_logarithm_of_x_are_left_out() -> None:
    line = Line(np.array([0.0, 1.0, 2.0]), np.array([5.0, 6.0, 7.0]))
    assert line.within(-1.0, 9.0, 50, log=True)[0].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("span", [1, 20, 500])
def test_smoothing_a_thinned_history_counts_a_block_as_its_steps(span: int) -> None:
    rng = np.random.default_rng(1)
    blocks, each = rng.standard_normal(40), 8
    recent = rng.standard_normal(300)
    plain = Smoothed(span).update(np.concatenate([np.repeat(blocks, each), recent]))
    thinned = Smoothed(span)
    thinned.update(blocks, weights=np.full(40, each))
    values = thinned.update(np.concatenate([blocks, recent]), weights=np.full(40, each))
    np.testing.assert_allclose(values[40:], plain[40 * each :], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(values[:40], plain[each - 1 : 40 * each : each], rtol=1e-9, atol=1e-12)


def test_a_long_curve_smoothed_at_once_is_the_same_as_in_parts() -> None:
    y = np.random.default_rng(8).standard_normal(40_001)
    whole, parts = Smoothed(100), Smoothed(100)
    whole.update(y)
    for end in (1, 130, 8191, 8192, 20_000, 40_001):
        parts.update(y[:end])
    np.testing.assert_allclose(parts.values, whole.values, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(parts.places, whole.places, rtol=1e-9)


@given(
    st.lists(st.lists(st.sampled_from([np.nan, np.inf, -np.inf, -2.5, -1.0, 0.0, 0.5, 3.0]), min_size=1, max_size=9))
)
def test_the_reach_of_a_growing_curve_is_that_of_all_finite_values(parts: list[list[float]]) -> None:
    curve, y = History(), np.empty(0)
    for part in parts:
        y = np.concatenate([y, part])
        curve.update(np.arange(float(len(y))), y)
    for positive in (False, True):
        known = y[np.isfinite(y) & (y > 0 if positive else True)]
        wanted = [known.min(), known.max()] if known.size else [np.nan, np.nan]
        np.testing.assert_array_equal(curve.reach(positive), wanted)


def test_the_reach_begins_anew_with_the_curve_and_knows_the_extremes_of_its_blocks() -> None:
    curve, x = History(), np.arange(1.0, 6.0)
    curve.update(x, np.array([9.0, 1.0, 2.0, 3.0, 4.0]))
    curve.update(x, np.array([3.0, 1.0, 2.0, 3.0, 4.0]), np.array([-7.0]), np.array([5.0]))
    np.testing.assert_array_equal(curve.reach(), [-7.0, 5.0])
    np.testing.assert_array_equal(curve.reach(positive=True), [1.0, 5.0])
