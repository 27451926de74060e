"""Histories of histograms: bounded, spread over the whole training, and true to the traces."""

import numpy as np
import pytest

from playground.cell.graph import Gate, Operation
from playground.cell.saturation import saturation
from playground.experiment.document import Experiment
from playground.network.histogram import BINS, histogram
from playground.network.spec import Layer, Net
from playground.network.traces import NetTraces, Traces
from playground.ui.run.unit_record import MOST, SpreadHistory, UnitRecord, saturated

EXPERIMENT = Experiment(name="x", networks=(Net("A", (Layer("layer1", "lstm", 4),)),))


def traces(step: int, seed: int = 0, net: str = "A") -> Traces:
    rng = np.random.default_rng(seed)
    nodes = {f"layer1/{node}": rng.random((9, 4)) for node in ("input", "forget", "output")}
    nodes |= {f"layer1/{node}": rng.normal(size=(9, 4)) for node in ("c", "h", "candidate", "c_prev")}
    return Traces(step, np.zeros((9, 1)), np.zeros((9, 1)), (NetTraces(net, np.zeros((9, 1)), nodes),))


def test_memory_is_bounded_and_moments_are_spread_over_all_steps() -> None:
    history = SpreadHistory()
    for step in range(0, 1_000_000, 37):
        history.append(step, np.full(BINS, step), 0.0, 1.0)
    steps = history.steps
    assert MOST // 2 <= len(steps) <= MOST
    assert steps[0] < 20_000 and steps[-1] > 980_000
    apart = np.diff(steps)
    assert apart.min() > 0 and apart.max() <= 3 * np.median(apart)
    assert history.counts[:, 0].tolist() == steps.tolist(), "each column stays with its step"


def test_what_is_taken_is_true() -> None:
    record = UnitRecord()
    record.take(traces(5), EXPERIMENT)
    record.take(traces(9, seed=1), EXPERIMENT)
    values = traces(9, seed=1).networks[0].nodes["layer1/forget"]
    history = record.history("A", "layer1", "forget")
    assert history is not None and history.steps.tolist() == [5, 9]
    counts, low, high = histogram(values)
    assert history.counts[1].tolist() == counts.tolist() and history.ranges[1].tolist() == [low, high]
    assert history.shares[1] == pytest.approx([(values <= 0.05).mean(), (values >= 0.95).mean()])
    state = record.history("A", "layer1", "c")
    assert state is not None and np.isnan(state.shares).all(), "a cell state has no bounds"
    assert record.history("A", "layer1", "c_prev") is None


def test_older_moments_are_passed_over_and_old_networks_forgotten() -> None:
    record = UnitRecord()
    record.take(traces(5), EXPERIMENT)
    record.take(traces(5, seed=1), EXPERIMENT)
    record.take(traces(3), EXPERIMENT)
    assert record.history("A", "layer1", "h").steps.tolist() == [5]
    record.follow({"A": "B"})
    assert record.history("A", "layer1", "h") is None and record.history("B", "layer1", "h") is not None
    record.take(traces(7), EXPERIMENT)
    assert record.history("B", "layer1", "h") is None and record.history("A", "layer1", "h").steps.tolist() == [7]
    record.clear()
    record.take(traces(1), EXPERIMENT)
    assert record.history("A", "layer1", "h").steps.tolist() == [1]


def test_where_a_gate_saturates() -> None:
    assert saturation(Gate("a")) == (0.05, 0.95)
    assert saturation(Gate("a", activation="tanh")) == (-0.95, 0.95)
    assert saturation(Gate("a", scale=4.0, shift=-2.0)) == pytest.approx((-1.8, 1.8))
    assert saturation(Gate("a", scale=-1.0, shift=1.0)) == pytest.approx((0.05, 0.95))
    assert saturation(Gate("a", activation="relu")) is None and saturation(Gate("a", scale=0.0)) is None
    assert saturation(Operation("a", operation="tanh")) == (-0.95, 0.95)
    assert saturation(Operation("a", operation="multiply")) is None
    assert saturated(np.array([0.0, 0.05, 0.5, 0.95, np.nan]), (0.05, 0.95)) == (0.5, 0.25)
    assert np.isnan(saturated(np.array([np.inf]), (0.05, 0.95))).all()
