"""The selection of LSTMVis on values small enough to check by eye."""

import numpy as np

from playground.network.selection import Match, find_matches, on_throughout, ranked, select_units

#            t  0  1  2  3  4  5  6  7  8  9
ON = np.array([[0, 1, 1, 0, 0, 1, 1, 0, 1, 1],   # unit 0
               [0, 1, 1, 1, 0, 1, 1, 0, 0, 0],   # unit 1
               [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],   # unit 2
               [0, 0, 0, 0, 0, 1, 1, 1, 0, 0]]).T * 0.8  # unit 3  # fmt: skip


def test_units_on_all_along() -> None:
    assert select_units(ON, 1, 2, 0.5).tolist() == [0, 1, 2]
    assert select_units(ON, 1, 3, 0.5).tolist() == [1, 2]
    assert select_units(ON, 0, 9, 0.5).tolist() == [2]
    assert select_units(ON, 0, 0, 0.8).tolist() == [2], "at the threshold is on"
    assert select_units(ON, 0, 0, 0.81).tolist() == []
    assert select_units(ON, 9, 12, 0.5).tolist() == []


def test_and_off_just_outside() -> None:
    assert select_units(ON, 1, 2, 0.5, only=True).tolist() == [0]
    assert select_units(ON, 1, 3, 0.5, only=True).tolist() == [1]
    assert select_units(ON, 0, 9, 0.5, only=True).tolist() == [2], "nothing lies outside"
    assert select_units(ON, 8, 9, 0.5, only=True).tolist() == [0]


def test_every_window_by_hand() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(30, 7))
    for length in (1, 2, 5, 30):
        for only in (False, True):
            found = on_throughout(values, 0.1, length, only)
            assert found.shape == (31 - length, 7)
            for t in range(31 - length):
                wanted = (values[t : t + length] >= 0.1).all(axis=0)
                for outside in (t - 1, t + length):
                    if only and 0 <= outside < 30:
                        wanted &= values[outside] < 0.1
                assert found[t].tolist() == wanted.tolist()
    assert on_throughout(values, 0.1, 31).shape == (0, 7)


def test_matches_are_ranked_by_overlap_then_by_fewest_others() -> None:
    found = on_throughout(ON, 0.5, 2)
    assert find_matches(found, np.array([0, 1]), 2, taken=[(1, 2)]) == [
        Match(0, 5, 2, 2),  # both, and units 2 and 3 as well
        Match(0, 8, 1, 1),  # unit 0 alone, beside unit 2
    ]
    assert find_matches(found, np.array([0, 1]), 2)[0] == Match(0, 1, 2, 1), "where nothing is taken, the best of all"
    assert find_matches(found, np.array([0, 1]), 2, most=1) == [Match(0, 1, 2, 1)]
    assert find_matches(found, np.array([], np.intp), 2) == []


def test_matches_do_not_overlap() -> None:
    found = on_throughout(np.ones((20, 2)), 0.5, 4)
    matches = find_matches(found, np.array([0]), 4, taken=[(6, 9)])
    assert [match.start for match in matches] == [0, 10, 14]


def test_several_sequences_in_one_order() -> None:
    some = [Match(1, 3, 2, 5), Match(0, 9, 2, 1), Match(2, 0, 3, 9), Match(0, 2, 2, 1)]
    assert ranked(some, 3) == [Match(2, 0, 3, 9), Match(0, 2, 2, 1), Match(0, 9, 2, 1)]
