"""Clamps and cuts: central differences → interpreter → array code and machine code; weights lie where they lay."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs
from random_cells import random_cells

from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output, Wire
from playground.cell.library import LIBRARY
from playground.compiler.gradient_check import random_parameters
from playground.compiler.interpret import Clamped, Interpretation, gradients, interpret, node_sizes
from playground.compiler.lower import compile_cell
from playground.compiler.reach import UNTOUCHED, Reach
from playground.engine import Setup, choose

T, B, D, H = 7, 3, 2, 5


def random_clamps(
    cell: Cell, nodes: list[str], inputs: int, units: int, rng: np.random.Generator
) -> dict[str, Clamped]:
    """For each node about a third of all places replaced, half of those held; by positive values, and not held at once,
    because some cells divide."""
    sizes = node_sizes(cell, inputs, units)
    made = {}
    for node in nodes:
        shape = (T, sizes[node])
        keep, hold = (rng.random(shape) > 0.4).astype(float), (rng.random(shape) > 0.5).astype(float)
        hold[0] = 0.0
        made[node] = Clamped(keep, rng.uniform(0.5, 1.5, shape), hold)
    return made


class Ran:
    """One cell run by an engine in float64. pairs: (engine's, interpreter's) of everything there is."""

    def __init__(
        self, cell: Cell, clamps: dict[str, Clamped], reach: Reach, inputs: int = D, units: int = H,
        engine: str = "numpy", watch: bool = False, reference: Cell | None = None, scale: float = 0.5,
    ) -> None:  # fmt: skip
        rng = np.random.default_rng(3)
        plan = compile_cell(cell, inputs, units, watch, reach)
        named = random_parameters(cell, inputs, units, rng, scale)
        weights = {name: np.zeros(shape) for name, shape in plan.packed.items()}
        self.found = {name: np.full(shape, np.nan) for name, shape in plan.packed.items()}
        for spec in plan.parameters:
            weights[spec.packed][spec.row : spec.row + spec.shape[0]] = named[spec.name]
        runner = choose(engine).build(plan, weights, self.found, Setup(T, B, "float64", True, keep_all=watch))
        x = rng.normal(size=(T, B, inputs))
        run = interpret(reference or cell, named, x, units, clamps=clamps)
        direction = rng.normal(size=run.outputs.shape)
        truth = gradients(reference or cell, named, x, units, run, direction, clamps)
        self.pairs: list[tuple[np.ndarray, np.ndarray]] = []
        for _ in range(2):
            for node in reach.clamped & set(plan.nodes):
                clamp = clamps[node]
                runner.clamp(node, clamp.keep, clamp.value, clamp.hold if node in reach.held else None)
            runner.x[...] = x.transpose(0, 2, 1)
            output = runner.forward()
            runner.d_out[...] = direction.transpose(0, 2, 1)
            runner.backward()
            self.pairs += [(output.transpose(0, 2, 1), run.outputs), (runner.d_x.transpose(0, 2, 1), truth.x)]
            for spec in plan.parameters:
                rows = self.found[spec.packed][spec.row : spec.row + spec.shape[0]]
                self.pairs.append((rows, truth.parameters[spec.name]))
            if watch and reference is None:
                for node, value in plan.nodes.items():
                    wanted = np.stack([values[node] for values in run.values])
                    self.pairs.append((runner.series(value).transpose(0, 2, 1), wanted))

    def worst(self) -> float | None:
        if not all(np.isfinite(b).all() and np.abs(b).max(initial=0) < 1e6 for _, b in self.pairs):
            return None
        return float(np.max([np.abs(a - b).max(initial=0) / max(1.0, np.abs(b).max(initial=0)) for a, b in self.pairs]))


def clampable(cell: Cell) -> list[str]:
    return list(compile_cell(cell, D, 6 if "block" in cell.name else H).nodes)


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("watch", [False, True])
@pytest.mark.parametrize("name", ["lstm", "peephole", "gru", "gru_2014", "lstm_1997_blocks", "slstm", "rnn"])
def test_every_node_of_a_library_cell_can_be_clamped(name: str, watch: bool, engine: str) -> None:
    cell, units = LIBRARY[name], 6 if name == "lstm_1997_blocks" else H
    rng = np.random.default_rng(1)
    for node in clampable(cell):
        clamps = random_clamps(cell, [node], D, units, rng)
        worst = Ran(cell, clamps, Reach(frozenset([node]), frozenset([node])), units=units, engine=engine, watch=watch)
        assert worst.worst() <= 1e-10, node


@pytest.mark.parametrize("name", LIBRARY)
def test_derived_gradients_of_a_clamped_cell_are_central_differences(name: str) -> None:
    cell, units = LIBRARY[name], 6 if name == "lstm_1997_blocks" else H
    rng = np.random.default_rng(2)
    parameters = random_parameters(cell, D, units, rng)
    clamps = random_clamps(cell, list(rng.permutation(clampable(cell))[:3]), D, units, rng)
    x, step = rng.normal(size=(T, B, D)), 1e-5

    def run() -> Interpretation:
        return interpret(cell, parameters, x, units, clamps=clamps)

    first = run()
    direction = rng.normal(size=first.outputs.shape)
    derived = gradients(cell, parameters, x, units, first, direction, clamps)
    arrays = [*((parameters[name], derived.parameters[name]) for name in parameters), (x, derived.x)]
    largest = max(float(np.abs(gradient).max(initial=0)) for _, gradient in arrays)
    for array, gradient in arrays:
        for index in list(np.ndindex(array.shape))[:: max(1, array.size // 12)]:
            before = array[index]
            array[index] = before + step
            above = float((run().outputs * direction).sum())
            array[index] = before - step
            below = float((run().outputs * direction).sum())
            array[index] = before
            assert abs((above - below) / (2 * step) - gradient[index]) <= 1e-6 * max(1.0, largest)


@settings(max_examples=60, deadline=None)
@given(cell=random_cells(), seed=st.integers(0, 99), watch=st.booleans(), engine=st.sampled_from(["numpy", "native"]))
def test_random_cells_with_random_clamps(cell: Cell, seed: int, watch: bool, engine: str) -> None:
    rng = np.random.default_rng(seed)
    nodes = list(compile_cell(cell, 4, 6).nodes)
    chosen = list(rng.permutation(nodes)[: rng.integers(1, 4)])
    clamps = random_clamps(cell, chosen, 4, 6, rng)
    held = frozenset(node for node in chosen if rng.random() < 0.5)
    for node in chosen:
        hold = (rng.random(clamps[node].hold.shape) > 0.5) * float(node in held)  # also before the first step
        clamps[node] = Clamped(clamps[node].keep, rng.normal(size=hold.shape), hold)
    with np.errstate(all="ignore"):
        worst = Ran(cell, clamps, Reach(frozenset(chosen), held), 4, 6, engine, watch, scale=0.3).worst()
    assume(worst is not None)
    assert worst <= 1e-10


def test_what_a_clamped_node_would_have_been_does_not_leak_even_when_it_is_not_finite() -> None:
    """An exponential gate that overflows is clamped: outputs and gradients are finite."""
    nodes = (
        Input("x"),
        Memory("h_prev", source="h"),
        Gate("big", wires=(Wire("x"), Wire("h_prev")), activation="exp"),
        Operation("h", operation="multiply", sources=("big", "small")),
        Gate("small", wires=(Wire("x"),), activation="tanh"),
        Output("out", sources=("h",)),
    )
    cell = Cell("overflows", nodes=nodes)
    for engine in ("numpy", "native"):
        plan = compile_cell(cell, D, H, reach=Reach(frozenset(["big"])))
        weights = {name: np.full(shape, 1e3) for name, shape in plan.packed.items()}
        found = {name: np.zeros(shape) for name, shape in plan.packed.items()}
        runner = choose(engine).build(plan, weights, found, Setup(T, B, "float64"))
        runner.x[...] = 1.0
        runner.clamp("big", np.zeros((T, H)), np.full((T, H), 0.5))
        out = runner.forward().copy()
        assert np.allclose(out, 0.5)
        runner.d_out[...] = 1.0
        runner.backward()
        assert all(np.isfinite(gradient).all() for gradient in found.values())
        runner.clamp("big", np.ones((T, H)), np.zeros((T, H)))
        assert np.isinf(runner.forward()).any()


@pytest.mark.parametrize("name", LIBRARY)
def test_the_packed_weights_lie_the_same_whatever_is_reached_into(name: str) -> None:
    cell, units = LIBRARY[name], 6 if name == "lstm_1997_blocks" else H
    plain = compile_cell(cell, D, units)
    wires = [(node.id, wire.source) for node in cell.nodes if isinstance(node, Gate) for wire in node.wires]
    nodes = frozenset(plain.nodes)
    for reach in (Reach(nodes, nodes), Reach(cut=frozenset(wires)), Reach(nodes, cut=frozenset(wires[:1]))):
        touched = compile_cell(cell, D, units, reach=reach)
        assert touched.packed == plain.packed and touched.parameters == plain.parameters


def test_two_equal_nodes_of_which_one_is_clamped() -> None:
    nodes = (
        Input("x"),
        Memory("a", source="h"),
        Memory("b", source="h"),
        Gate("g", wires=(Wire("x"), Wire("a"), Wire("b"))),
        Operation("one", operation="tanh", sources=("g",)),
        Operation("two", operation="tanh", sources=("g",)),
        Gate("k", wires=(Wire("one"), Wire("two"))),
        Operation("h", operation="add", sources=("k", "two")),
        Output("out", sources=("h",)),
    )
    cell = Cell("twice", nodes=nodes)
    rng = np.random.default_rng(0)
    for chosen in (["two"], ["a"], ["one", "b"]):
        clamps = random_clamps(cell, chosen, D, H, rng)
        for engine in ("numpy", "native"):
            ran = Ran(cell, clamps, Reach(frozenset(chosen), frozenset(chosen)), engine=engine)
            assert ran.worst() <= 1e-10
    assert compile_cell(cell, D, H).packed == compile_cell(cell, D, H, reach=Reach(frozenset(["two"]))).packed


# -- wires --------------------------------------------------------------------------------------------------------


def without(cell: Cell, gate: str, source: str, **changes: object) -> Cell:
    """The cell without a wire into a gate, or with another such wire."""

    def change(node: object) -> object:
        if not isinstance(node, Gate) or node.id != gate:
            return node
        wires = [structs.replace(w, **changes) if w.source == source else w for w in node.wires]
        return structs.replace(node, wires=tuple(w for w in wires if changes or w.source != source))

    return structs.replace(cell, nodes=tuple(change(node) for node in cell.nodes))


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("name", ["peephole", "gru", "lstm_1997_blocks", "mut1"])
def test_a_wire_into_a_gate_is_cut_or_stops_the_gradient(name: str, engine: str) -> None:
    cell, units = LIBRARY[name], 6 if name == "lstm_1997_blocks" else H
    for gate in [node for node in cell.nodes if isinstance(node, Gate)]:
        for wire in gate.wires:
            one = frozenset([(gate.id, wire.source)])
            if len(gate.wires) > 1:
                ran = Ran(cell, {}, Reach(cut=one), units=units, engine=engine,
                          reference=without(cell, gate.id, wire.source))  # fmt: skip
                assert ran.worst() <= 1e-10, (gate.id, wire.source)
            other = without(cell, gate.id, wire.source, stop_gradient=True)
            ran = Ran(cell, {}, Reach(stopped=one), units=units, engine=engine, reference=other)
            assert ran.worst() <= 1e-10, (gate.id, wire.source)


def lstm_with(*changed: object) -> Cell:
    """The LSTM with some nodes replaced or added."""
    ids = {node.id for node in changed}
    kept = [node for node in LIBRARY["lstm"].nodes if node.id not in ids]
    return structs.replace(LIBRARY["lstm"], nodes=(*kept, *changed))


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_wire_into_an_operation_a_memory_or_the_output_is_cut(engine: str) -> None:
    cell = LIBRARY["lstm"]
    product = next(n for n in cell.nodes if isinstance(n, Operation) and set(n.sources) == {"forget", "c_prev"})
    one = Operation("one", operation="scale", sources=("c_prev",))
    cases = {
        (product.id, "forget"): structs.replace(one, id=product.id),
        ("c_prev", "c"): None,
        ("out", "h"): None,
    }
    for wire, node in cases.items():
        ran = Ran(cell, {}, Reach(cut=frozenset([wire])), engine=engine, reference=lstm_with(node) if node else None)
        if node is not None:
            assert ran.worst() <= 1e-10
    cut = Ran(cell, {}, Reach(cut=frozenset([("out", "h")])), engine=engine)
    assert not cut.pairs[0][0].any() and not cut.pairs[1][0].any()
    # a memory that is cut gives its start value at every step: the same as clamping it to 0
    clamps = {"c_prev": Clamped(np.zeros((T, H)), np.zeros((T, H)), np.zeros((T, H)))}
    ran = Ran(cell, clamps, Reach(frozenset(["c_prev"])), engine=engine)
    cut = Ran(cell, {}, Reach(cut=frozenset([("c_prev", "c")])), engine=engine)
    assert ran.worst() <= 1e-10
    for (a, _), (b, _) in zip(ran.pairs, cut.pairs, strict=True):
        assert np.abs(a - b).max() <= 1e-12


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_only_the_gradient_of_the_cell_state_is_cut(engine: str) -> None:
    """Forward as before; nothing of the last step's gradient reaches the first through c."""
    cell = LIBRARY["lstm"]
    stopped = frozenset([("c_prev", "c"), ("h_prev", "h")])
    plain, ran = Ran(cell, {}, UNTOUCHED, engine=engine), Ran(cell, {}, Reach(stopped=stopped), engine=engine)
    assert np.array_equal(plain.pairs[0][0], ran.pairs[0][0])
    parameters = random_parameters(cell, D, H, np.random.default_rng(3))
    rng = np.random.default_rng(4)
    x = rng.normal(size=(T, B, D))
    whole = interpret(cell, parameters, x, H)
    d = np.zeros_like(whole.outputs)
    d[-1] = 1.0
    for reach, reaches in ((UNTOUCHED, True), (Reach(stopped=stopped), False)):
        plan = compile_cell(cell, D, H, reach=reach)
        weights = {name: np.zeros(shape) for name, shape in plan.packed.items()}
        for spec in plan.parameters:
            weights[spec.packed][spec.row : spec.row + spec.shape[0]] = parameters[spec.name]
        found = {name: np.zeros(shape) for name, shape in plan.packed.items()}
        runner = choose(engine).build(plan, weights, found, Setup(T, B, "float64", True))
        runner.x[...] = x.transpose(0, 2, 1)
        runner.forward()
        runner.d_out[...] = d.transpose(0, 2, 1)
        runner.backward()
        assert bool(runner.d_x[0].any()) == reaches and runner.d_x[-1].any()


def test_reaching_into_a_node_that_leads_nowhere_changes_nothing() -> None:
    nodes = (Input("x"), Gate("h", wires=(Wire("x"),)), Gate("lost", wires=(Wire("x"),)), Output("out", sources=("h",)))
    cell = Cell("lost", nodes=nodes)
    reach = Reach(frozenset(["lost"]), frozenset(["lost"]), frozenset([("lost", "x")]))
    assert compile_cell(cell, D, H, reach=reach) == compile_cell(cell, D, H)
