"""The gradient through time, where it is known: closed forms, PyTorch's autograd, and what the traces say."""

import json

import numpy as np
import pytest
from inspection_reference_cases import CASES, FILE, compute
from pytorch_reference_cases import as_ours

from playground.cell.graph import Cell, Gate, Wire
from playground.errors import BadInput
from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import Connectivity, GradientPerUnit, GradientThroughTime, ItemisedGradient
from playground.network.look import Look
from playground.network.network import Network
from playground.tasks.base import Batch

from .conftest import LINEAR, facts, network, sequence


def gradients(net: Network, batch: Batch, *nodes: str, layer: str = "layer1", loss: str = "all") -> dict:
    return inspect(net, batch, GradientThroughTime("net", layer, nodes, loss))  # type: ignore[arg-type]


@pytest.mark.parametrize("rho", [0.5, 0.9, 1.0, 1.1])
def test_a_linear_net_shows_rho_to_the_lag(rho: float, engine: str) -> None:
    """h_t = W h_{t−1} + …, W = ρ·orthogonal: ‖∂L_T/∂h_{T−k}‖ = ρᵏ‖∂L_T/∂h_T‖, exactly."""
    T, H = 60, 5
    net = network(LINEAR, H, engine=engine, known=facts(T, at="last"))
    Q, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(H, H)))
    net.parameters.view("layer1.h.weight.h_prev")[...] = rho * Q
    shown = gradients(net, sequence(T, at="last"), "h")["h"]
    assert np.abs(shown[::-1] / shown[-1] - rho ** np.arange(T)).max() <= 1e-6 * max(1.0, rho**T)


def test_one_that_answers_at_every_step_shows_it_for_the_last_error_alone() -> None:
    T = 40
    net = network(LINEAR, 5, known=facts(T))
    Q, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(5, 5)))
    net.parameters.view("layer1.h.weight.h_prev")[...] = 0.8 * Q
    batch = sequence(T)
    last, all_of_them = (gradients(net, batch, "h", loss=loss)["h"] for loss in ("last", "all"))
    assert np.abs(last[::-1] / last[-1] - 0.8 ** np.arange(T)).max() <= 1e-6
    assert np.abs(all_of_them / last).min() < 0.99 or np.abs(all_of_them / last).max() > 1.01


@pytest.mark.parametrize("cell", ["lstm", "nfg"])
def test_the_cell_path_with_an_open_forget_gate_loses_nothing(cell: str, engine: str) -> None:
    """f = 1 (a bias of 40, or no such gate), no way through h or a peephole: ∂L/∂c_t is the same at every step."""
    T = 100
    net = network(cell, 5, engine=engine, known=facts(T, at="last"))
    for name in net.parameters.names:
        if name.endswith(("weight.h_prev", "weight.c_prev")):
            net.parameters.view(name)[...] = 0
    if cell == "lstm":
        net.parameters.view("layer1.forget.bias")[...] = 40
        net.parameters.view("layer1.forget.weight.x")[...] = 0
    shown = gradients(net, sequence(T, at="last"), "c")["c"]
    assert shown[-1] > 0 and np.abs(shown / shown[-1] - 1).max() <= 1e-12


@pytest.mark.parametrize("cell", ["lstm", "gru", "mut1", "slstm", "lstm_1997_blocks", "janet"])
def test_traces_and_inspections_say_the_same(cell: str, engine: str) -> None:
    net, batch = network(cell, 6, layers=2, engine=engine, residual=False), sequence()
    traces = Look(net).at(batch).traces("net")
    for layer in ("layer1", "layer2"):
        nodes = [key.partition("/")[2] for key in traces.gradients if key.startswith(layer)]
        for node, norms in gradients(net, batch, *nodes, layer=layer).items():
            np.testing.assert_allclose(norms, traces.gradients[f"{layer}/{node}"], rtol=1e-12)


@pytest.mark.parametrize("cell", ["lstm", "gru_2014", "lstm_1997", "scrn"])
def test_every_node_against_central_differences_of_the_loss(cell: str) -> None:
    """∂L/∂x_t of both layers' inputs, and of the units of a gate by way of its bias: Σ_t ∂L/∂gate_t · gate'."""
    net, batch = network(cell, 4, layers=1), sequence()
    shown = inspect(net, batch, GradientPerUnit("net", "layer1", "x"))["gradient"]
    step = 1e-6
    for t, d in ((0, 0), (3, 1), (6, 0)):
        losses = []
        for sign in (1, -1):
            inputs = batch.inputs.copy()
            inputs[t, 0, d] += sign * step
            losses.append(net.evaluate(Batch(inputs, batch.targets, batch.mask))[0])
        assert abs((losses[0] - losses[1]) / (2 * step) - shown[t, d]) <= 1e-8


def test_a_gate_that_adds_its_bias_to_itself_adds_up_to_the_biases_gradient() -> None:
    """With an identity activation ∂L/∂bias = Σ_t ∂L/∂gate_t: two independent ways through the compiler."""
    net, batch = network(LINEAR), sequence()
    shown = inspect(net, batch, GradientPerUnit("net", "layer1", "h"))["gradient"]
    net.train_step_gradient(batch)
    # ∂L/∂h_t here is the total one, along later steps too, and so is every step's share of the bias's gradient
    np.testing.assert_allclose(shown.sum(axis=0), net.parameters.gradient("layer1.h.bias"), rtol=1e-10)


def test_nothing_of_the_network_changes() -> None:
    net, batch = network("lstm"), sequence()
    net.train_step_gradient(batch)
    before = net.parameters.values.copy(), net.parameters.gradients.copy()
    for question in (
        GradientThroughTime("net", "layer1", ("h", "c", "forget", "x")),
        ItemisedGradient("net", "layer1", "c", most=3),
        Connectivity("net", 3),
    ):
        inspect(net, batch, question)
    assert np.array_equal(before[0], net.parameters.values) and np.array_equal(before[1], net.parameters.gradients)


def test_both_directions_and_their_own_nodes() -> None:
    net, batch = network("rnn", 3, bidirectional=True), sequence()
    shown = gradients(net, batch, "h", "back.h", loss="last")
    assert (shown["back.h"][:-1] == 0).all(), "what comes later in its order is earlier in the sequence"
    assert shown["back.h"][-1] > 0 and shown["h"][0] > 0


def test_what_stops_no_gradient_passes_is_zero_not_an_error() -> None:
    nodes = tuple(
        Gate("h", wires=(Wire("x"), Wire("h_prev", stop_gradient=True)), activation="tanh") if node.id == "h" else node
        for node in LINEAR.nodes
    )
    net = network(Cell("stopped", nodes), known=facts(at="last"))
    shown = gradients(net, sequence(at="last"), "h")["h"]
    assert (shown[:-1] == 0).all() and shown[-1] > 0


@pytest.mark.parametrize("question", [
    GradientThroughTime("net", "layer2", ("h",)), GradientThroughTime("net", "layer1", ("nothing",)),
    GradientThroughTime("net", "layer1", ("h_prev",)), GradientThroughTime("net", "layer1", ("back.h",)),
    GradientPerUnit("net", "layer1", "c_prev"), ItemisedGradient("net", "layer1", "out"), Connectivity("net", 2, 4),
])  # fmt: skip
def test_what_is_not_there_is_said(question: object) -> None:
    with pytest.raises(BadInput) as said:
        inspect(network("lstm"), sequence(), question)  # type: ignore[arg-type]
    assert "networks.net" in said.value.place and said.value.remedy


# -- PyTorch ------------------------------------------------------------------------------------------------------


def compare(case: dict, engine: str) -> None:
    kind, layers = case["kind"], case["layers"]
    arrays = {key: np.array(case[key]) for key in ("inputs", "targets", "mask")}
    T, D = arrays["inputs"].shape
    O, H = arrays["targets"].shape[1], np.array(case["weights"]["weight_hh_l0"]).shape[1]
    net = network(kind, H, layers, engine, known=facts(T, D, O))
    for name, value in as_ours(
        {n: np.array(v) for n, v in case["weights"].items()}, kind, layers, False, False
    ).items():
        net.parameters.view(name)[...] = value
    mask = arrays["mask"][:, None]
    batch = Batch(arrays["inputs"][:, None], arrays["targets"][:, None] * mask[:, :, None], mask)
    for loss, found in (("all", case["gradients"]), ("last", case["last"])):
        for key, values in found.items():
            layer, node = key.split("/")
            signed = inspect(net, batch, GradientPerUnit("net", layer, node, loss))["gradient"]
            assert np.abs(signed - np.array(values)).max() <= 1e-9, key
            norms = gradients(net, batch, node, layer=layer, loss=loss)[node]
            assert np.abs(norms - np.linalg.norm(values, axis=1)).max() <= 1e-9
    inputs = inspect(net, batch, GradientPerUnit("net", "layer1", "x"))["gradient"]
    assert np.abs(inputs - np.array(case["inputs_gradient"])).max() <= 1e-9
    shown = inspect(net, batch, Connectivity("net", 4, 2))
    assert np.abs(shown["norms"] - np.linalg.norm(case["connectivity"], axis=1)).max() <= 1e-9
    assert shown["at"].tolist() == [4, 2]
    found = inspect(net, batch, ItemisedGradient("net", f"layer{layers}", "h"))
    wanted = np.array(case["items"])[np.flatnonzero(arrays["mask"])]
    assert np.abs(found["norms"] - np.linalg.norm(wanted, axis=2)).max() <= 1e-9
    total = wanted.sum(axis=0)
    direction = total / np.linalg.norm(total, axis=1, keepdims=True)
    assert np.abs(found["shares"] - (wanted * direction).sum(axis=2)).max() <= 1e-9


@pytest.mark.parametrize("case", json.loads(FILE.read_text()), ids=lambda case: f"{case['kind']}-{case['layers']}")
def test_recorded_autograd(case: dict, engine: str) -> None:
    compare(case, engine)


@pytest.mark.peers
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("kind", "layers"), CASES)
def test_live_autograd(kind: str, layers: int, seed: int) -> None:
    pytest.importorskip("torch")
    compare(compute(kind, layers, seed), "native")
