"""Principal components of states, against NumPy's singular values."""

import numpy as np
import pytest

from playground.network.portrait import principal_basis


@pytest.mark.parametrize("T,S", [(40, 5), (7, 12), (5, 5)])
def test_the_axes_are_the_right_singular_vectors(T: int, S: int) -> None:
    states = np.random.default_rng(1).normal(size=(T, S)) * np.linspace(3, 0.5, S) + 2
    basis = principal_basis(states, 3)
    _, sizes, rows = np.linalg.svd(states - states.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(basis.axes.T @ rows[:3].T), np.eye(3), atol=1e-8)
    np.testing.assert_allclose(basis.shares, (sizes**2 / (sizes**2).sum())[:3], rtol=1e-9)
    np.testing.assert_allclose(basis.project(states).mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose((basis.axes[np.abs(basis.axes).argmax(axis=0), range(3)] > 0), True)


def test_signs_stay_from_frame_to_frame() -> None:
    rng = np.random.default_rng(2)
    states = rng.normal(size=(30, 6)) * [4, 3, 2, 1, 1, 1]
    before = principal_basis(states)
    turned = type(before)(before.centre, -before.axes, before.shares)
    for _ in range(20):
        states = states + 0.02 * rng.normal(size=states.shape)
        after = principal_basis(states, before=turned)
        assert ((after.axes * turned.axes).sum(axis=0) > 0).all()
        turned = after


def test_fewer_directions_than_components() -> None:
    line = np.outer(np.arange(9.0), [3.0, 4.0])
    basis = principal_basis(line, 3)
    np.testing.assert_allclose(basis.axes[:, 0], [0.6, 0.8])
    assert (basis.axes[:, 1:] == 0).all() and basis.shares.tolist() == pytest.approx([1, 0, 0])
    assert principal_basis(np.ones((4, 1)), 2).project(np.ones((4, 1))).tolist() == [[0, 0]] * 4


def test_what_is_not_finite_is_left_out() -> None:
    states = np.random.default_rng(0).normal(size=(12, 3))
    spoilt = np.concatenate([states, [[np.nan, 0, 0], [0, np.inf, 0]]])
    np.testing.assert_allclose(principal_basis(spoilt).axes, principal_basis(states).axes)
    assert principal_basis(np.full((3, 2), np.nan)).shares.tolist() == [0, 0, 0]


def test_what_is_followed_from_frame_to_frame_is_what_is_found_afresh() -> None:
    rng = np.random.default_rng(3)
    states = rng.standard_normal((40, 24)) * 0.5 ** np.arange(24)
    followed = principal_basis(states)
    for _ in range(5):
        states = states + 0.01 * rng.standard_normal(states.shape) * 0.5 ** np.arange(24)
        followed, fresh = principal_basis(states, 3, followed), principal_basis(states)
        np.testing.assert_allclose(np.abs((followed.axes * fresh.axes).sum(axis=0)), 1.0, atol=1e-9)
        np.testing.assert_allclose(followed.shares, fresh.shares, atol=1e-9)


def test_a_direction_that_comes_up_is_not_missed() -> None:
    """It is orthogonal to all that was followed before."""
    rng = np.random.default_rng(4)
    before = np.zeros((60, 30))
    before[:, :12] = rng.standard_normal((60, 12)) * 0.5 ** np.arange(12)
    after = before.copy()
    after[:, 29] = 7.0 * rng.standard_normal(60)
    found = principal_basis(after, 3, principal_basis(before))
    np.testing.assert_allclose(found.shares, principal_basis(after).shares, atol=1e-9)
    assert abs(found.axes[29, 0]) > 0.99
