"""Derived gradients against central differences, as library code: the last word on whether a cell learns truly."""

import numpy as np
from numpy.typing import NDArray

from playground.cell.graph import Cell
from playground.compiler.interpret import gradients, interpret
from playground.compiler.lower import compile_cell

STEP = 1e-5  # of the central difference: error O(STEP²), rounding about 1e-16 / STEP


def random_parameters(
    cell: Cell, inputs: int, units: int, rng: np.random.Generator, scale: float = 0.5
) -> dict[str, NDArray[np.float64]]:
    """Normal weights of deviation `scale` for every parameter of the cell."""
    plan = compile_cell(cell, inputs, units)
    return {spec.name: rng.normal(0.0, scale, spec.shape) for spec in plan.parameters}


def gradient_check(cell: Cell, inputs: int = 3, units: int = 5, steps: int = 7, batch: int = 2, seed: int = 0) -> float:
    """Largest difference between a derived gradient and its central difference, over the largest gradient (float64).

    The loss is a random linear function of all outputs; all parameters and all inputs are checked. Raises BadInput
    for a cell that cannot be compiled.
    """
    rng = np.random.default_rng(seed)
    parameters = random_parameters(cell, inputs, units, rng)
    x = rng.normal(size=(steps, batch, inputs))
    run = interpret(cell, parameters, x, units)
    direction = rng.normal(size=run.outputs.shape)
    derived = gradients(cell, parameters, x, units, run, direction)

    def loss() -> float:
        return float((interpret(cell, parameters, x, units).outputs * direction).sum())

    worst, largest = 0.0, 1e-12
    for array, gradient in [*((parameters[name], derived.parameters[name]) for name in parameters), (x, derived.x)]:
        for index in np.ndindex(array.shape):
            before = array[index]
            array[index] = before + STEP
            above = loss()
            array[index] = before - STEP
            below = loss()
            array[index] = before
            worst = max(worst, float(abs((above - below) / (2 * STEP) - gradient[index])))
            largest = max(largest, float(abs(gradient[index])))
    return worst / largest
