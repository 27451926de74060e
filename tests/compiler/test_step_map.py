"""One step as a map: the same as running it, and its Jacobian against central differences."""

import numpy as np
import pytest
from hypothesis import assume, given
from msgspec import structs
from random_cells import random_cells

from playground.cell.graph import Cell, Gate, Memory
from playground.cell.library import LIBRARY
from playground.compiler.interpret import interpret, used_part
from playground.compiler.lower import compile_cell
from playground.compiler.step_map import StepMap

D, H = 3, 4


def made(name: str, seed: int = 0) -> tuple[StepMap, dict, np.ndarray]:
    return made_of(LIBRARY[name], H if name in ("mut1", "mut2", "mut3") else D, seed)


def made_of(cell: Cell, inputs: int, seed: int = 0, units: int = H) -> tuple[StepMap, dict, np.ndarray]:
    rng = np.random.default_rng(seed)
    parameters = {spec.name: rng.normal(size=spec.shape) * 0.7 for spec in compile_cell(cell, inputs, units).parameters}
    x = rng.normal(size=inputs)
    return StepMap(cell, parameters, units, x), parameters, x


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
    np.testing.assert_allclose(J, differences(step, states), atol=2e-8)


def differences(step: StepMap, states: np.ndarray) -> np.ndarray:
    """The Jacobians by central differences."""
    shifts = np.eye(step.size) * 1e-6
    return np.stack([(step(states + shift) - step(states - shift)) / 2e-6 for shift in shifts], axis=2)


@given(cell=random_cells(smooth=True))
def test_any_cell_with_a_memory(cell: Cell) -> None:
    assume(any(isinstance(node, Memory) for node in used_part(cell).nodes))
    step, _, _ = made_of(cell, D, units=6)  # which blocks can cut
    states = np.random.default_rng(3).normal(size=(2, step.size)) * 0.3
    with np.errstate(all="ignore"):
        J, slopes = step.with_jacobian(states)[1], differences(step, states)
    assume(np.isfinite(slopes).all() and np.abs(slopes).max() < 1e3)
    np.testing.assert_allclose(J, slopes, rtol=1e-4, atol=1e-5)


def test_what_no_gradient_goes_back_through_moves_the_state_all_the_same() -> None:
    """The map is one of values: whether training goes back along a wire is of no matter to where it leads."""
    lstm = LIBRARY["lstm"]
    nodes = [
        structs.replace(node, wires=tuple(structs.replace(wire, stop_gradient=True) for wire in node.wires))
        if isinstance(node, Gate)
        else node
        for node in lstm.nodes
    ]
    step, _, _ = made_of(structs.replace(lstm, nodes=tuple(nodes)), D)
    states = np.random.default_rng(4).normal(size=(2, step.size))
    _, J = step.with_jacobian(states)
    np.testing.assert_array_equal(J, made("lstm")[0].with_jacobian(states)[1])
    assert np.abs(J[:, H:, :H]).max() > 0.01  # from h through the gates to c


def test_many_states_are_worked_off_in_parts() -> None:
    step, _, _ = made("lstm")
    states = np.random.default_rng(2).normal(size=(700, step.size))
    some = np.array([0, 255, 256, 511, 512, 699])
    for whole, part in zip(step.with_jacobian(states), step.with_jacobian(states[some]), strict=True):
        np.testing.assert_allclose(whole[some], part, rtol=1e-12, atol=1e-12)
