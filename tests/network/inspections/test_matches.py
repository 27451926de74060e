"""Matches in the test data against the same rule applied to each sequence's own traces."""

import numpy as np
import pytest
from tracing import trace

from playground.errors import BadInput
from playground.network.inspections import matches as module
from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import SelectionMatches
from playground.network.selection import find_matches, on_throughout, ranked
from playground.tasks.base import Batch

from .conftest import network, sequence


def many(T: int = 23, B: int = 11) -> Batch:
    parts = [sequence(T, seed=seed) for seed in range(B)]
    return Batch(*(np.concatenate([getattr(p, name) for p in parts], axis=1) for name in ("inputs", "targets", "mask")))


@pytest.mark.parametrize("at_once", [23, 23 * 4, 10_000])
@pytest.mark.parametrize("node", ["h", "back.h", "forget"])
@pytest.mark.parametrize("only", [False, True])
def test_every_sequence_is_searched(monkeypatch, at_once: int, node: str, only: bool) -> None:
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    net, batch = network("lstm", 5, bidirectional=True), many()
    units, threshold = (0, 3, 4), 0.02 if node.endswith("h") else 0.56
    question = SelectionMatches("net", "layer1", node, units, threshold, 3, only, most=12)
    shown = inspect(net, batch, question)
    wanted, series = [], []
    for b in range(11):
        one = Batch(batch.inputs[:, b : b + 1], batch.targets[:, b : b + 1], batch.mask[:, b : b + 1])
        series.append(trace(net, one).nodes[f"layer1/{node}"])
        found = on_throughout(series[-1], threshold, 3, only)
        wanted += find_matches(found, np.array(units), 3, most=12, sequence=b)
    wanted = ranked(wanted, 12)
    assert len(wanted) > 3 or (only and node == "forget")
    for name in ("sequence", "start", "overlap", "extra"):
        assert shown[name].tolist() == [getattr(match, name) for match in wanted]
    for match, means, inputs in zip(wanted, shown["means"], shown["inputs"], strict=True):
        steps = np.arange(match.start - 8, match.start + 11)
        inside = (steps >= 0) & (steps < 23)
        mean = series[match.sequence][:, list(units)].mean(axis=1)
        np.testing.assert_allclose(means[inside], mean[steps[inside]], rtol=1e-12)
        assert np.isnan(means[~inside]).all() and (inputs[~inside] == -1).all()
        assert inputs[inside].tolist() == batch.inputs[steps[inside], match.sequence].argmax(axis=1).tolist()
    assert shown["searched"].tolist() == [11, 253]


def test_long_data_are_searched_from_the_beginning_only(monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_STEPS", 23 * 4)
    shown = inspect(network("rnn"), many(), SelectionMatches("net", "layer1", "h", (0,), -2.0, 2))
    assert shown["searched"].tolist() == [4, 92] and shown["sequence"].max() < 4


def test_no_match_and_bad_questions() -> None:
    net = network("rnn")
    shown = inspect(net, many(), SelectionMatches("net", "layer1", "h", (1,), 5.0, 2))
    assert shown["start"].shape == (0,) and shown["means"].shape == (0, 18)
    for layer, node, units, words in (("layer7", "h", (0,), "layer"), ("layer1", "q", (0,), "node"),
                                      ("layer1", "h", (5,), "unit 5")):  # fmt: skip
        with pytest.raises(BadInput, match=words):
            inspect(net, many(), SelectionMatches("net", layer, node, units, 0.1, 2))
