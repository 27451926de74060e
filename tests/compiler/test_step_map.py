"""One step as a map: the same as running it, and its Jacobian against central differences."""

import numpy as np
import pytest

from playground.cell.graph import Memory
from playground.cell.library import LIBRARY
from playground.compiler.interpret import interpret
from playground.compiler.lower import compile_cell
from playground.compiler.step_map import StepMap

D, H = 3, 4


def made(name: str, seed: int = 0) -> tuple[StepMap, dict, np.ndarray]:
    rng = np.random.default_rng(seed)
    cell, inputs = LIBRARY[name], H if name in ("mut1", "mut2", "mut3") else D
    parameters = {spec.name: rng.normal(size=spec.shape) * 0.7 for spec in compile_cell(cell, inputs, H).parameters}
    x = rng.normal(size=inputs)
    return StepMap(cell, parameters, H, x), parameters, x


WITH_MEMORY = [name for name, cell in LIBRARY.items() if any(isinstance(node, Memory) for node in cell.nodes)]


@pytest.mark.parametrize("name", WITH_MEMORY)
def test_every_cell_of_the_library(name: str) -> None:
    step, parameters, x = made(name)
    states = np.random.default_rng(1).normal(size=(3, step.size)) * 0.6 + 0.1
    following, J = step.with_jacobian(states)
    names = [memory.id for memory in step._memories]
    start = {id: states[:, place] for id, (_, place) in zip(names, step.sources, strict=True)}
    run = interpret(LIBRARY[name], parameters, np.tile(x, (1, 3, 1)), H, start)
    np.testing.assert_array_equal(following, np.concatenate([run.final[id] for id in names], axis=1))
    np.testing.assert_array_equal(following, step(states))
    for b in range(step.size):
        shift = np.eye(step.size)[b] * 1e-6
        slope = (step(states + shift) - step(states - shift)) / 2e-6
        np.testing.assert_allclose(J[:, :, b], slope, atol=2e-8)


def test_many_states_are_worked_off_in_parts() -> None:
    step, _, _ = made("lstm")
    states = np.random.default_rng(2).normal(size=(700, step.size))
    some = np.array([0, 255, 256, 511, 512, 699])
    for whole, part in zip(step.with_jacobian(states), step.with_jacobian(states[some]), strict=True):
        np.testing.assert_allclose(whole[some], part, rtol=1e-12, atol=1e-12)
