"""Writes tests/network/pytorch.json: what PyTorch computes for small RNN, GRU and LSTM nets, gradients included.

Run by hand where PyTorch is installed: `python tests/pytorch_reference_cases.py`. The tests compare with the file
everywhere, and with the live PyTorch where there is one (marker `peers`).
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

T, B, D, H, O = 7, 3, 2, 5, 4
FILE = Path(__file__).parent / "network" / "pytorch.json"

# PyTorch stacks its gates by position; here they are names. A bias of one gate is the sum of PyTorch's two, but for the
# GRU's candidate, whose recurrent bias stands inside the reset (our gate `past`).
GATES = {
    "rnn": ("h",), "relu_rnn": ("h",), "lstm": ("input", "forget", "candidate", "output"),
    "gru": ("reset", "update", "candidate"),
}  # fmt: skip


def parts(array: np.ndarray, kind: str) -> dict[str, np.ndarray]:
    return dict(zip(GATES[kind], np.split(array, len(GATES[kind])), strict=True))


def as_ours(
    values: dict[str, np.ndarray], kind: str, layers: int, bidirectional: bool, gradients: bool
) -> dict[str, np.ndarray]:
    """PyTorch's arrays under our names. A gradient of a sum of two biases is that of either."""
    ours = {name: value for name, value in values.items() if name.startswith("readout")}
    ends = (("", ""), (".back", "_reverse")) if bidirectional else (("", ""),)
    for k, (back, reverse) in ((k, end) for k in range(layers) for end in ends):
        layer = f"layer{k + 1}{back}"
        ih, hh, bi, bh = (
            parts(values[f"{what}_l{k}{reverse}"], kind) for what in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        for gate in GATES[kind]:
            ours[f"{layer}.{gate}.weight.x"] = ih[gate]
            if kind == "gru" and gate == "candidate":
                ours[f"{layer}.past.weight.h_prev"] = hh[gate]
                ours[f"{layer}.candidate.bias"], ours[f"{layer}.past.bias"] = bi[gate], bh[gate]
            else:
                ours[f"{layer}.{gate}.weight.h_prev"] = hh[gate]
                ours[f"{layer}.{gate}.bias"] = bi[gate] if gradients else bi[gate] + bh[gate]
    return ours


def short(tensor: Any) -> Any:
    """Nested lists of numbers with nine digits, all that a float32 has."""
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda text: float(f"{float(text):.9g}"))


def compute(kind: str, layers: int, seed: int, bidirectional: bool = False) -> dict[str, object]:
    """Weights, inputs, outputs, loss and all gradients of one net with a dense readout and a mean squared error."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    makers = {"rnn": torch.nn.RNN, "relu_rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    options = {"nonlinearity": "relu"} if kind == "relu_rnn" else {}
    net = makers[kind](D, H, num_layers=layers, bidirectional=bidirectional, **options)
    readout = torch.nn.Linear(2 * H if bidirectional else H, O)
    inputs = torch.randn(T, B, D, requires_grad=True)
    targets = torch.randn(T, B, O)
    hidden, _ = net(inputs)
    outputs = readout(hidden)
    loss = torch.nn.functional.mse_loss(outputs, targets)
    loss.backward()
    named = {**dict(net.named_parameters()), **{f"readout.{n}": p for n, p in readout.named_parameters()}}
    return {
        "kind": kind,
        "layers": layers,
        "bidirectional": bidirectional,
        "weights": {name: short(value.detach()) for name, value in named.items()},
        "gradients": {name: short(value.grad) for name, value in named.items()},
        "inputs": short(inputs.detach()),
        "targets": short(targets),
        "outputs": short(outputs.detach()),
        "loss": loss.item(),
    }


CASES = [
    (kind, layers, bidirectional)
    for kind in ("rnn", "relu_rnn", "lstm", "gru")
    for layers, bidirectional in ((1, False), (2, False), (3, False), (1, True), (2, True))
]

if __name__ == "__main__":
    FILE.write_text(json.dumps([compute(kind, layers, 3, both) for kind, layers, both in CASES]) + "\n")
