import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PySide6.QtCore import QRectF

from playground.ui.plots.geometry import Mapping, clip
from playground.ui.plots.ranges import loss_range, spread, steps_range, value_range


@given(hnp.arrays(np.float64, st.integers(0, 60), elements=st.floats(-50, 50)), st.floats(-20, 0), st.floats(0.5, 20))
def test_what_is_clipped_lies_inside_and_on_the_same_line(y: np.ndarray, low: float, high: float) -> None:
    x = np.arange(len(y), dtype=float)
    cut, at = clip(y, x, low, high)
    inside = np.isfinite(cut)
    assert np.all(cut[inside] >= low - 1e-9) and np.all(cut[inside] <= high + 1e-9)
    if len(y):
        np.testing.assert_allclose(np.interp(at[inside], x, y), cut[inside], atol=1e-6)
    assert np.all(np.diff(at[np.isfinite(at)]) >= -1e-9)
    assert set(y[(y >= low) & (y <= high)]) <= set(cut[inside])


def test_a_segment_that_crosses_the_whole_area_is_drawn() -> None:
    cut, at = clip(np.array([-10.0, 10.0]), np.array([0.0, 1.0]), -1.0, 1.0)
    inside = np.isfinite(cut)
    np.testing.assert_allclose(cut[inside], [-1.0, 1.0])
    np.testing.assert_allclose(at[inside], [0.45, 0.55])


def test_pixels_and_values_are_inverse() -> None:
    for down in (False, True):
        m = Mapping(QRectF(40, 30, 200, 100), -1.0, 3.0, 5.0, 9.0, down=down)
        x, y = np.array([0.3]), np.array([6.5])
        assert abs(m.value_x(float(m.x(x)[0])) - 0.3) < 1e-9
        assert abs(m.value_y(float(m.y(y)[0])) - 6.5) < 1e-9


def test_what_has_no_logarithm_is_a_gap() -> None:
    positions = Mapping(QRectF(0, 0, 1, 1), 0, 1, 0, 1, log=True).positions(np.array([0.0, -1.0, 100.0]))
    assert np.isnan(positions[:2]).all() and positions[2] == 2.0


def test_the_step_axis_grows_in_leaps() -> None:
    ends = {steps_range(last)[1] for last in range(1, 2001)}
    assert len(ends) < 25
    assert all(steps_range(last)[1] >= last for last in range(1, 2001))


def test_ranges_hold_what_is_drawn() -> None:
    assert loss_range(None, True) == (-3.0, 0.0)
    low, high = loss_range((0.004, 0.9), True)
    assert low <= np.log10(0.004) and high >= np.log10(0.9)
    assert value_range((0.0, 1.0))[0] < 0.0 < 1.0 < value_range((0.0, 1.0))[1]
    first = value_range((-120.0, 340.0))
    assert value_range((-110.0, 320.0), first) == first
    assert spread([np.array([np.nan, np.inf])]) is None
