"""Writes tests/network/inspections/autograd.json: what PyTorch's autograd finds at every step of small nets.

Run by hand where PyTorch is installed: `python tests/inspection_reference_cases.py`. The tests compare with the file
everywhere, and with the live PyTorch where there is one (marker `peers`).
"""

import json
from pathlib import Path
from typing import Any

T, D, H, O = 7, 2, 5, 4
FILE = Path(__file__).parent / "network" / "inspections" / "autograd.json"
CASES = [(kind, layers) for kind in ("rnn", "lstm", "gru") for layers in (1, 2)]
ASKED = (4, 2)  # the step and the output whose connectivity is asked for


def short(tensor: Any) -> Any:
    """Nested lists of numbers with twelve digits."""
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda text: float(f"{float(text):.12g}"))


def compute(kind: str, layers: int, seed: int) -> dict[str, object]:
    """One net of cells stepped by hand, in float64, with a dense readout and a squared error at some of the steps.

    gradients: "layer/node" → ∂L/∂node_t [T, H]. last: the same for the error of the last step alone. items: [T, T, H],
    ∂E_t/∂h_k of the top layer. inputs_gradient: ∂L/∂x_t [T, D]. connectivity: ∂ score_k(t)/∂x_s [T, D].
    """
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    maker = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[kind]
    cells = [maker(D if k == 0 else H, H).double() for k in range(layers)]
    readout = torch.nn.Linear(H, O).double()
    inputs = torch.randn(T, D, dtype=torch.float64, requires_grad=True)
    targets = torch.randn(T, O, dtype=torch.float64)
    mask = torch.tensor([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], dtype=torch.float64)
    h = [torch.zeros(H, dtype=torch.float64) for _ in cells]
    c = [torch.zeros(H, dtype=torch.float64) for _ in cells]
    seen: dict[str, list[Any]] = {}
    scores = []
    for t in range(T):
        value = inputs[t]
        for k, cell in enumerate(cells):
            if kind == "lstm":
                # written out: LSTMCell hands out a c that its own h does not go through
                gates = cell.weight_ih @ value + cell.bias_ih + cell.weight_hh @ h[k] + cell.bias_hh
                i, f, g, o = gates.chunk(4)
                c[k] = f.sigmoid() * c[k] + i.sigmoid() * g.tanh()
                h[k] = o.sigmoid() * c[k].tanh()
                seen.setdefault(f"layer{k + 1}/c", []).append(c[k])
            else:
                h[k] = cell(value, h[k])
            seen.setdefault(f"layer{k + 1}/h", []).append(h[k])
            value = h[k]
        scores.append(readout(value))
    errors = [((score - target) ** 2).mean() for score, target in zip(scores, targets, strict=True)]
    parts = [error * weight / mask.sum() for error, weight in zip(errors, mask, strict=True)]

    def gradient(of: Any, with_respect_to: list[Any]) -> Any:
        found = torch.autograd.grad(of, with_respect_to, retain_graph=True, allow_unused=True)
        return torch.stack(
            [torch.zeros_like(v) if g is None else g for g, v in zip(found, with_respect_to, strict=True)]
        )

    loss, steps = sum(parts), inputs
    k, output = ASKED
    named = {
        f"{name}_l{layer}": parameter for layer, cell in enumerate(cells) for name, parameter in cell.named_parameters()
    }
    named |= {f"readout.{name}": parameter for name, parameter in readout.named_parameters()}
    return {
        "kind": kind,
        "layers": layers,
        "weights": {name: short(value.detach()) for name, value in named.items()},
        "inputs": short(inputs.detach()),
        "targets": short(targets),
        "mask": short(mask),
        "gradients": {name: short(gradient(loss, values)) for name, values in seen.items()},
        "last": {name: short(gradient(errors[-1], values)) for name, values in seen.items()},
        "items": [short(gradient(part, seen[f"layer{layers}/h"])) for part in parts],
        "inputs_gradient": short(gradient(loss, [steps])[0]),
        "connectivity": short(gradient(scores[k][output], [steps])[0]),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps([compute(kind, layers, 5) for kind, layers in CASES]) + "\n")
