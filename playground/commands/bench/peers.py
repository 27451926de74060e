"""The same training step with other libraries: PyTorch's built-in layers, the cell written in PyTorch, JAX's scan.

Each function returns one step: forward, gradients and Adam, squared error on dense targets, float32, all cores.
PyTorch's own layers and the optimizer are used as its manual shows them. The cell written in PyTorch takes the time
steps one by one, input product and all. JAX's step is compiled as a whole, with the input product ahead of the scan.
"""

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from playground.commands.bench.cases import Case
from playground.commands.bench.recurrence import RECURRENCES, Functions

Step = Callable[[], object]
BUILT_IN = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}  # cell → what torch.nn calls it


def numbers(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Inputs [T, B, D] and targets [T, B, O]."""
    size, rng = case.size, np.random.default_rng(0)
    shape = (size.steps, size.batch)
    return tuple(rng.normal(size=(*shape, n)).astype(np.float32) for n in (size.inputs, size.outputs))  # type: ignore[return-value]


def _torch() -> Any:
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(0)
    return torch


def built_in(case: Case) -> Step:
    """torch.nn.LSTM, GRU or RNN with a dense readout."""
    torch = _torch()
    size = case.size
    layer = getattr(torch.nn, BUILT_IN[case.cell])(size.inputs, size.units, case.layers)
    readout = torch.nn.Linear(size.units, size.outputs)
    return _torch_step(torch, case, [layer, readout], lambda x: readout(layer(x)[0]))


def by_hand(case: Case) -> Step:
    """The cell op by op, one time step after the other, as PyTorch's autograd sees it."""
    torch = _torch()
    size, cell = case.size, RECURRENCES[case.cell]
    functions = Functions(torch.sigmoid, torch.tanh, lambda array, parts: array.chunk(parts, -1))
    modules: list[Any] = []
    layers: list[tuple[Any, Any]] = []
    inputs = size.inputs
    for _ in range(case.layers):
        ahead = torch.nn.Linear(inputs, cell.gates * size.units)
        weights = torch.nn.ParameterDict(
            {name: torch.randn(_shape(blocks, size.units)) * size.units**-0.5 for name, blocks in cell.weights.items()}
        )
        modules += [ahead, weights]
        layers.append((ahead, weights))
        inputs = size.units
    readout = torch.nn.Linear(size.units, size.outputs)

    def forward(x: Any) -> Any:
        for ahead, weights in layers:
            given = dict(weights.items())
            states = tuple(torch.zeros(size.batch, size.units) for _ in range(cell.states))
            outputs = []
            for t in range(size.steps):
                states = cell.step(functions, ahead(x[t]), states, given)
                outputs.append(states[0])
            x = torch.stack(outputs)
        return readout(x)

    return _torch_step(torch, case, [*modules, readout], forward)


def _torch_step(torch: Any, case: Case, modules: list[Any], forward: Callable[[Any], Any]) -> Step:
    optimizer = torch.optim.Adam([p for module in modules for p in module.parameters()], lr=1e-3)
    inputs, targets = map(torch.from_numpy, numbers(case))

    def step() -> None:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(forward(inputs), targets)
        loss.backward()
        optimizer.step()
        loss.item()

    return step


def scan(case: Case) -> Step:
    """jax.lax.scan over the time steps; the whole training step is one compiled function."""
    import jax
    import jax.numpy as jnp

    size, cell = case.size, RECURRENCES[case.cell]
    functions = Functions(jax.nn.sigmoid, jnp.tanh, lambda array, parts: jnp.split(array, parts, -1))
    rng = np.random.default_rng(1)

    def draw(*shape: int) -> Any:
        return jnp.asarray(rng.normal(size=shape).astype(np.float32) * size.units**-0.5)

    widths = [size.inputs, *[size.units] * (case.layers - 1)]
    parameters: dict[str, Any] = {
        "layers": [
            {
                "x": draw(width, cell.gates * size.units),
                "bias": draw(cell.gates * size.units),
                **{name: draw(*_shape(blocks, size.units)) for name, blocks in cell.weights.items()},
            }
            for width in widths
        ],
        "readout": draw(size.units, size.outputs),
        "readout_bias": draw(size.outputs),
    }

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        for weights in parameters["layers"]:

            def one(states: Any, row: Any, weights: Any = weights) -> Any:
                states = cell.step(functions, row, states, weights)
                return states, states[0]

            start = tuple(jnp.zeros((size.batch, size.units)) for _ in range(cell.states))
            _, x = jax.lax.scan(one, start, x @ weights["x"] + weights["bias"])
        scores = x @ parameters["readout"] + parameters["readout_bias"]
        return ((scores - y) ** 2).mean()

    @jax.jit
    def update(parameters: Any, mean: Any, square: Any, count: Any, x: Any, y: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(parameters, x, y)
        trees = jax.tree_util.tree_map
        mean = trees(lambda m, g: 0.9 * m + 0.1 * g, mean, gradients)
        square = trees(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradients)
        rate, scale = 1e-3 / (1 - 0.9**count), 1 / (1 - 0.999**count)
        parameters = trees(lambda p, m, s: p - rate * m / (jnp.sqrt(s * scale) + 1e-8), parameters, mean, square)
        return value, parameters, mean, square

    zeros = jax.tree_util.tree_map(jnp.zeros_like, parameters)
    inputs, targets = map(jnp.asarray, numbers(case))
    held = [parameters, zeros, zeros, 0]

    def step() -> None:
        held[3] += 1
        value, *held[:3] = update(*held[:3], float(held[3]), inputs, targets)
        float(value)
        jax.block_until_ready(held[0])

    return step


def _shape(blocks: int, units: int) -> tuple[int, ...]:
    return (units, blocks * units) if blocks else (units,)


# name → the library it needs, the cells it can do (None: those of RECURRENCES), and what makes its step
PEERS: dict[str, tuple[str, tuple[str, ...], Callable[[Case], Step]]] = {
    "torch.nn": ("torch", tuple(BUILT_IN), built_in),
    "torch by hand": ("torch", tuple(RECURRENCES), by_hand),
    "jax scan": ("jax", tuple(RECURRENCES), scan),
}


def peer_name(peer: str, case: Case) -> str:
    """As it stands in the table: "torch.nn.LSTM"."""
    return f"{peer}.{BUILT_IN[case.cell]}" if peer == "torch.nn" else peer


def installed(peer: str) -> bool:
    """Whether its library can be found; it is not imported."""
    return find_spec(PEERS[peer][0]) is not None


def able(peer: str, case: Case) -> bool:
    """Whether it has this cell."""
    return case.cell in PEERS[peer][1]
