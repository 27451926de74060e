"""Old parts of long curves are thinned, and what matters of them stays exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.training import messages
from playground.training.curves import LONG, Curves
from playground.training.series import Series


def grown(steps: int, bound: int | None, part: int = 97, tests: bool = True) -> tuple[Curves, np.ndarray]:
    """Curves of two networks that got `steps` steps in parts; and the losses [2, steps]."""
    losses = np.random.default_rng(steps).standard_normal((2, steps))
    curves = Curves(("A", "B"), bound)
    for begin in range(0, steps, part):
        at = np.arange(begin + 1, min(steps, begin + part) + 1)
        rows = losses[:, begin : begin + part]
        curves.append_steps(at.tolist(), rows.tolist(), (10 * rows).tolist())
        if tests:
            last = int(at[-1])
            values = losses[:, last - 1].tolist()
            curves.append_test(messages.Tested(1, last, values, [{"mse": v} for v in values], float(last)))
    return curves, losses


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3000), st.sampled_from([64, 100, 512]), st.integers(5, 300))
def test_a_bounded_curve_keeps_every_extreme_and_the_mean(steps: int, bound: int, part: int) -> None:
    curves, losses = grown(steps, bound, part)
    count, blocks = curves.steps.size, len(curves.weights)
    assert count <= max(bound, part)
    ends = np.concatenate([np.cumsum(curves.weights), curves.weights.sum() + np.arange(1, count - blocks + 1)])
    np.testing.assert_array_equal(curves.steps, ends)  # each column has the last of its steps
    assert curves.steps[-1] == steps
    np.testing.assert_array_equal(curves.losses[:, blocks:], losses[:, steps - count + blocks :])
    if blocks:
        starts = np.concatenate([[0], ends[: blocks - 1]]).astype(int)
        old = losses[:, : int(ends[blocks - 1])]
        low, high = curves.extremes("losses")
        np.testing.assert_array_equal(low, np.minimum.reduceat(old, starts, axis=1))
        np.testing.assert_array_equal(high, np.maximum.reduceat(old, starts, axis=1))
        means = np.add.reduceat(old, starts, axis=1) / curves.weights
        np.testing.assert_allclose(curves.losses[:, :blocks], means, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(curves.extremes("gradient_norms")[1], 10 * high)


def test_memory_stays_bounded_and_old_blocks_are_equally_long() -> None:
    curves, _ = grown(50_000, 256, 50, tests=False)
    assert curves.steps.size <= 256 and curves._train.tables["losses"]._room.shape[1] <= 512
    assert set(curves.weights[:-1].tolist()) == {1024}


def test_without_a_bound_nothing_is_thinned() -> None:
    curves, losses = grown(5000, None, 700)
    assert not len(curves.weights) and curves.extremes("losses")[0].shape == (2, 0)
    np.testing.assert_array_equal(curves.losses, losses)
    assert "blocks/weights" not in curves.arrays()


def test_thinned_curves_survive_a_checkpoint_and_go_on() -> None:
    curves, _ = grown(3000, 128, 50)
    again = Curves.from_arrays({name: array.copy() for name, array in curves.arrays().items()}, curves.names)
    again.bound = 128
    assert all(np.array_equal(again.arrays()[name], array, equal_nan=True) for name, array in curves.arrays().items())
    for part in (curves, again):
        for begin in range(3001, 4001, 50):
            at = list(range(begin, begin + 50))
            part.append_steps(at, [[float(s) for s in at]] * 2, [[1.0] * 50] * 2)
    assert all(np.array_equal(again.arrays()[name], array, equal_nan=True) for name, array in curves.arrays().items())


def test_damaged_blocks_are_refused() -> None:
    arrays = grown(3000, 128, 50)[0].arrays()
    with pytest.raises(ValueError, match="blocks"):
        Curves.from_arrays(arrays | {"blocks/weights": np.zeros(3)}, ("A", "B"))
    with pytest.raises(ValueError, match="blocks of losses"):
        Curves.from_arrays(arrays | {"blocks/low/losses": np.zeros((2, 1))}, ("A", "B"))


def test_going_back_into_a_thinned_part_drops_the_block_whole() -> None:
    curves, losses = grown(3000, 128, 50)
    block = int(curves.weights[0])
    back = 3 * block + 2
    curves.append_steps([back], [[7.0], [8.0]], [[1.0], [1.0]])
    assert curves.steps.tolist() == [block, 2 * block, 3 * block, back]
    assert curves.extremes("losses")[0].shape == (2, 3) and curves.losses[:, -1].tolist() == [7.0, 8.0]
    assert curves.extremes("losses")[1][0, 0] == losses[0, :block].max()


def test_networks_change_places_in_thinned_curves_too() -> None:
    curves, _ = grown(3000, 128, 50)
    low = curves.extremes("losses")[0].copy()
    curves.arrange((1, -1), ("B", "C"))
    np.testing.assert_array_equal(curves.extremes("losses")[0][0], low[1])
    assert np.isnan(curves.extremes("losses")[0][1]).all()


def test_what_was_not_there_yet_counts_for_nothing_in_a_block() -> None:
    curves = Curves(("A",), 64)
    values = [float("nan")] * 4 + [2.0] * 300
    for step, value in enumerate(values, 1):
        curves.append_steps([step], [[value]], [[value]])
    assert curves.losses[0, 0] == 2.0 and curves.extremes("losses")[0][0, 0] == 2.0


def test_worker_and_window_keep_bounded_curves_and_a_run_without_a_window_all() -> None:
    from playground.training.conductor import Conductor
    from playground.ui.run.run_record import RunRecord

    assert Conductor(lambda event: None).curves.bound == RunRecord().curves.bound == LONG
    assert Curves(("A",)).bound is None


def test_new_tables_stand_in_the_order_in_which_they_came() -> None:
    """As the columns of a metrics.csv do: an order of a set would be another one in every process."""
    names = ["zeta", "accuracy", "mse", "beta", "rmse", "alpha", "bits"]
    series = Series(1, ("losses",))
    series.append(np.array([1.0]), {name: np.zeros((1, 1)) for name in ["losses", *names]})
    assert list(series.tables) == ["losses", *names]
