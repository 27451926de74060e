"""The gradient taken apart: the parts add up, whatever is masked, grouped, or computed some at a time."""

import numpy as np
import pytest

from playground.errors import BadInput
from playground.network.inspections import items
from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import GradientPerUnit, GradientThroughTime, ItemisedGradient
from playground.tasks.base import Batch

from .conftest import facts, network, sequence


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru_2014", "slstm"])
@pytest.mark.parametrize("most", [1, 3, 64])
def test_the_shares_add_up_to_the_total(cell: str, most: int, engine: str) -> None:
    net, batch = network(cell, 5, engine=engine), sequence()
    node = "c" if cell in ("lstm", "slstm") else "h"
    found = inspect(net, batch, ItemisedGradient("net", "layer1", node, most=most))
    total = inspect(net, batch, GradientThroughTime("net", "layer1", (node,)))[node]
    counted = int(batch.mask.sum())
    assert found["shares"].shape == found["norms"].shape == (min(most, counted), 7)
    assert np.abs(found["shares"].sum(axis=0) - total).max() <= 1e-12
    assert np.abs(found["total"] - total).max() <= 1e-12
    assert (found["norms"].sum(axis=0) >= total - 1e-12).all(), "the triangle inequality"
    assert (np.abs(found["shares"]) <= found["norms"] + 1e-15).all()


def test_in_single_precision_too() -> None:
    net, batch = network("lstm", 16, precision="float32", engine="native"), sequence()
    found = inspect(net, batch, ItemisedGradient("net", "layer1", "h"))
    total = inspect(net, batch, GradientThroughTime("net", "layer1", ("h",)))["h"]
    assert np.abs(found["shares"].sum(axis=0) - total).max() <= 1e-6


def test_an_item_is_the_gradient_of_that_steps_error_alone() -> None:
    net, batch = network("lstm", 5), sequence()
    found = inspect(net, batch, ItemisedGradient("net", "layer1", "c"))
    counted = int(batch.mask.sum())
    for row, (first, last) in enumerate(found["targets"]):
        assert first == last and batch.mask[first, 0]
        mask = np.zeros_like(batch.mask)
        mask[first] = 1
        alone = inspect(net, Batch(batch.inputs, batch.targets, mask), GradientThroughTime("net", "layer1", ("c",)))
        np.testing.assert_allclose(found["norms"][row], alone["c"] / counted, rtol=1e-10)
        assert (found["norms"][row, first + 1 :] == 0).all(), "an error reaches no step after its own"


def test_neighbouring_steps_share_an_item_where_there_are_too_many() -> None:
    net, batch = network("gru", 3, known=facts(50)), sequence(50)
    found = inspect(net, batch, ItemisedGradient("net", "layer1", "h", most=8))
    steps = np.flatnonzero(batch.mask[:, 0])
    assert found["targets"].shape == (8, 2) and found["targets"][0, 0] == steps[0] and found["targets"][-1, 1] == 49
    assert (found["targets"][1:, 0] > found["targets"][:-1, 1]).all()
    single = inspect(net, batch, ItemisedGradient("net", "layer1", "h", most=64))
    assert len(single["targets"]) == len(steps)
    assert np.abs(single["shares"].sum(axis=0) - found["shares"].sum(axis=0)).max() <= 1e-12
    within = (single["targets"][:, 0] >= found["targets"][2, 0]) & (single["targets"][:, 1] <= found["targets"][2, 1])
    assert np.abs(single["shares"][within].sum(axis=0) - found["shares"][2]).max() <= 1e-12


def test_some_at_a_time_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    net, batch = network("lstm", 4, known=facts(40)), sequence(40)
    question = ItemisedGradient("net", "layer1", "h")
    at_once = inspect(net, batch, question)
    monkeypatch.setattr(items, "ROOM", 0)
    assert items._at_once(net, 40) == 16 < len(at_once["targets"])
    for name, values in inspect(net, batch, question).items():
        np.testing.assert_allclose(values, at_once[name], rtol=1e-10, atol=1e-15)


def test_an_answer_at_the_last_step_has_one_item() -> None:
    net, batch = network("lstm", 5, known=facts(at="last")), sequence(at="last")
    found = inspect(net, batch, ItemisedGradient("net", "layer1", "h"))
    assert found["targets"].tolist() == [[6, 6]]
    np.testing.assert_allclose(found["shares"][0], found["total"], rtol=1e-12)


def test_nothing_counted_gives_no_items() -> None:
    net, batch = network("lstm", 5), sequence()
    nothing = Batch(batch.inputs, batch.targets, np.zeros_like(batch.mask))
    found = inspect(net, nothing, ItemisedGradient("net", "layer1", "h"))
    assert found["targets"].shape == (0, 2) and found["shares"].shape == (0, 7) and (found["total"] == 0).all()


def test_classes_are_repeated_as_numbers(engine: str) -> None:
    net = network("rnn", 5, engine=engine, known=facts(loss="cross_entropy"))
    batch = sequence()
    batch = Batch(batch.inputs, np.array([[0], [1], [2], [3], [0], [1], [2]]), batch.mask)
    found = inspect(net, batch, ItemisedGradient("net", "layer1", "h"))
    signed = inspect(net, batch, GradientPerUnit("net", "layer1", "h"))["gradient"]
    assert np.abs(found["shares"].sum(axis=0) - np.linalg.norm(signed, axis=1)).max() <= 1e-12


def test_one_units_parts_are_signed_and_add_up_to_its_derivative() -> None:
    net, batch = network("gru", 4), sequence()
    signed = inspect(net, batch, GradientPerUnit("net", "layer1", "h"))["gradient"]
    assert (signed < 0).any() and (signed > 0).any()
    for unit in range(4):
        found = inspect(net, batch, ItemisedGradient("net", "layer1", "h", unit))
        assert np.abs(found["shares"].sum(axis=0) - signed[:, unit]).max() <= 1e-12
        assert np.abs(found["total"] - signed[:, unit]).max() <= 1e-12
        assert (found["norms"] == np.abs(found["shares"])).all()
    with pytest.raises(BadInput, match="there is no unit 4"):
        inspect(net, batch, ItemisedGradient("net", "layer1", "h", 4))
