"""The gradient through time, kept over a whole run in bounded memory."""

import numpy as np

from playground.network.traces import NetTraces, Traces
from playground.ui.run.flow_record import MOST, FlowHistory, FlowRecord


def traces(step: int, *nets: str, level: float = 1.0, length: int = 7) -> Traces:
    norms = level * 10.0 ** -np.arange(length, dtype=float)
    empty = np.zeros((length, 1))
    return Traces(step, empty, empty, tuple(NetTraces(net, empty, {}, {"layer1/h": norms}) for net in nets))


def test_every_moment_is_a_column_until_it_is_full() -> None:
    history = FlowHistory(3)
    for step in range(MOST):
        history.append(step, np.array([1.0, 10.0, 0.0]))
    assert history.steps.tolist() == list(range(MOST)) and history.columns.shape == (MOST, 3)
    np.testing.assert_allclose(history.columns[:, :2], [[0.0, 1.0]] * MOST)
    assert (history.columns[:, 2] == -45).all(), "nothing at all has a place on a logarithmic scale too"


def test_when_it_is_full_neighbours_become_their_mean_and_all_stand_for_equally_many() -> None:
    history = FlowHistory(1)
    values = np.random.default_rng(0).normal(size=5 * MOST + 3)
    for step, value in enumerate(values):
        history.append(step, np.array([10.0**value]))
    count = len(history.steps)
    assert MOST // 2 <= count <= MOST
    stride = np.diff(history.steps)[:-1]
    assert len(set(stride.tolist())) == 1 and stride[0] == 8
    assert history.steps[-1] == len(values) - 1
    for column in (0, 10, count - 2):
        mean = values[column * 8 : column * 8 + 8].mean()
        assert abs(history.columns[column, 0] - mean) < 1e-5
    assert abs(history.columns[-1, 0] - values[(count - 1) * 8 :].mean()) < 1e-5


def test_long_sequences_take_no_more_room_than_short_ones() -> None:
    assert FlowHistory(1_000_000).columns.base.nbytes <= 1 << 25
    assert FlowHistory(200).columns.base.nbytes <= 1 << 20


def test_a_record_passes_over_what_is_not_new_and_follows_names() -> None:
    record = FlowRecord()
    for step in (0, 5, 5, 3, 9):
        record.take(traces(step, "A", "B"))
    assert record.history("A", "layer1/h").steps.tolist() == [0, 5, 9]
    record.follow({"A": "C"})
    assert record.history("A", "layer1/h") is None and record.history("B", "layer1/h") is None
    assert record.history("C", "layer1/h").steps.tolist() == [0, 5, 9]
    record.take(traces(12, "C", length=4))
    assert record.history("C", "layer1/h").steps.tolist() == [12], "another sequence begins anew"
    record.take(traces(13, "C", level=np.nan, length=4))
    assert record.history("C", "layer1/h").steps.tolist() == [12]
    record.clear()
    record.take(traces(0, "C"))
    assert record.history("C", "layer1/h").steps.tolist() == [0]
