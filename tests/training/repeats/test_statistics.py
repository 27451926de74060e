"""Bands over seeds, and shares with their uncertainty."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.training.race import Solved
from playground.training.repeats.job import Outcome
from playground.training.repeats.statistics import band, shares, wilson


def outcome(*losses: float, every: int = 10, end: str = "goal: 30 steps", solved: bool = False) -> Outcome:
    steps = tuple(every * place for place in range(len(losses)))
    found = Solved(steps[-1], 1.0, 5) if solved else None
    return Outcome(
        steps[-1], 30, 0, 0.0, steps, losses, {"accuracy": tuple(1 - x for x in losses)}, found, losses[-1], end
    )


def test_the_band_of_few_seeds_is_from_the_least_to_the_most() -> None:
    found = band([outcome(1.0, 0.5, 0.1), outcome(0.8, 0.7, 0.3), outcome(0.9, 0.2, 0.2)])
    assert found.steps.tolist() == [0, 10, 20] and not found.quartiles and found.runs == 3
    assert found.median.tolist() == [0.9, 0.5, 0.2]
    assert (found.low.tolist(), found.high.tolist()) == ([0.8, 0.2, 0.1], [1.0, 0.7, 0.3])
    assert band([outcome(1.0, 0.5), outcome(0.5, 0.25)], "accuracy").median.tolist() == [0.25, 0.625]


def test_the_band_of_many_is_between_quartiles() -> None:
    found = band([outcome(float(i), float(i)) for i in range(9)])
    assert found.quartiles and (found.low[0], found.median[0], found.high[0]) == (2.0, 4.0, 6.0)


def test_a_run_at_work_ends_the_band_and_one_that_ended_counts_on() -> None:
    going, ended = outcome(1.0, 0.9, end=""), outcome(0.5, 0.4, 0.3, 0.2)
    assert band([going, ended]).steps.tolist() == [0, 10]
    early = outcome(1.0, 0.1)
    assert band([early, ended]).median.tolist() == pytest.approx([0.75, 0.25, 0.2, 0.15])


def test_curves_that_were_thinned_differently_meet_where_both_are() -> None:
    thin, thick = outcome(1.0, 0.5, 0.1, every=20), outcome(1.0, 0.9, 0.8, 0.7, 0.6)
    assert band([thin, thick]).steps.tolist() == [0, 20, 40]


def test_one_seed_or_none_has_no_band() -> None:
    failed = Outcome(problem="its process has ended")
    assert band([]) is None and band([outcome(1.0), failed]) is None


def test_wilson_by_hand() -> None:
    """Newcombe (1998), table I: 81 of 263, and 0 of 20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_is_even_handed(case: tuple[int, int]) -> None:
    solved, of = case
    low, high = wilson(solved, of)
    assert 0 <= low <= solved / of <= high <= 1
    mirrored = wilson(of - solved, of)
    assert np.allclose((1 - high, 1 - low), mirrored)


def test_shares_count_what_ended() -> None:
    right, wrong = outcome(1.0, 0.0, solved=True), outcome(1.0, 1.0)
    found = shares({50: [wrong, Outcome(problem="x")], 5: [right, wrong, right, outcome(1.0, end="")], 500: []})
    assert [(each.lag, each.solved, each.of) for each in found] == [(5, 2, 3), (50, 0, 1)]
    assert found[0].value == pytest.approx(2 / 3)
