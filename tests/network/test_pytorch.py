"""RNN, LSTM and GRU are PyTorch's, outputs and all gradients, in float32."""

import json

import numpy as np
import pytest
from pytorch_reference_cases import CASES, FILE, as_ours, compute

from playground.engine import choose
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.tasks.base import Batch, Facts


def compare(case: dict[str, object]) -> None:
    kind, layers, both = str(case["kind"]), int(str(case["layers"])), bool(case["bidirectional"])
    arrays = {key: np.array(case[key]) for key in ("inputs", "targets", "outputs")}
    T, B, D = arrays["inputs"].shape
    O, H = arrays["outputs"].shape[2], np.array(case["weights"]["weight_hh_l0"]).shape[1]  # type: ignore[index]
    facts = Facts("test", "", D, O, T, "mse", ("mse",))
    net = Net("net", tuple(Layer(f"layer{k + 1}", kind, H, bidirectional=both) for k in range(layers)))
    network = Network(net, {}, facts, Training(), choose("numpy"))
    weights, gradients = (
        as_ours({name: np.array(value) for name, value in case[key].items()}, kind, layers, both, key == "gradients")  # type: ignore[attr-defined]
        for key in ("weights", "gradients")
    )
    assert set(weights) == set(network.parameters.names)
    for name, value in weights.items():
        network.parameters.view(name)[...] = value
    outputs, _ = network.forward(arrays["inputs"])
    assert outputs.dtype == np.float32
    assert np.abs(outputs - arrays["outputs"]).max() <= 1e-5
    loss, _ = network.train_step_gradient(Batch(arrays["inputs"], arrays["targets"], np.ones((T, B))))
    assert abs(loss - float(str(case["loss"]))) <= 1e-5
    for name, value in gradients.items():
        assert np.abs(network.parameters.gradient(name) - value).max() <= 1e-5, name


@pytest.mark.parametrize(
    "case",
    json.loads(FILE.read_text()),
    ids=lambda case: f"{case['kind']}-{case['layers']}{'-both' * case['bidirectional']}",
)
def test_recorded_pytorch(case: dict[str, object]) -> None:
    compare(case)


@pytest.mark.peers
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("kind", "layers", "bidirectional"), CASES)
def test_live_pytorch(kind: str, layers: int, bidirectional: bool, seed: int) -> None:
    pytest.importorskip("torch")
    compare(compute(kind, layers, seed, bidirectional))
