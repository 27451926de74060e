"""The chain of trust: central differences → interpreter → array code, gradients included."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_cells import random_cells

from playground.cell.graph import Cell, Gate, Init, Input, Memory, Operation, Output, Wire
from playground.cell.library import LIBRARY
from playground.compiler.gradient_check import gradient_check, random_parameters
from playground.compiler.interpret import gradients, interpret
from playground.compiler.lower import compile_cell
from playground.engine import Setup, choose

T, B, D, H = 7, 3, 2, 5


def run_both(
    cell: Cell,
    inputs: int,
    units: int,
    watch: bool = False,
    scale: float = 0.5,
    engine: str = "numpy",
    dtype: str = "float64",
    batch: int = B,
) -> float | None:
    """Largest difference between an engine and the interpreter in float64, over the size of what is compared: its
    largest number, or in float64 1 where that is less. Both are given numbers that the dtype has exactly."""

    def drawn(shape: tuple[int, ...]) -> np.ndarray:
        return rng.normal(size=shape).astype(dtype).astype(float)

    rng = np.random.default_rng(3)
    plan = compile_cell(cell, inputs, units, watch)
    named = random_parameters(cell, inputs, units, rng, scale)
    named = {name: values.astype(dtype).astype(float) for name, values in named.items()}
    weights = {name: np.zeros(shape, dtype) for name, shape in plan.packed.items()}
    found = {name: np.full(shape, np.nan, dtype) for name, shape in plan.packed.items()}
    for spec in plan.parameters:
        weights[spec.packed][spec.row : spec.row + spec.shape[0]] = named[spec.name]
    runner = choose(engine).build(plan, weights, found, Setup(T, batch, dtype, True, keep_all=watch))
    x = drawn((T, batch, inputs))
    start = {slot.name: drawn((batch, slot.size)) for slot in plan.memories if isinstance(slot.start, float)}
    shared = {node: start[value] for node, value in plan.nodes.items() if value in start}
    run = interpret(cell, named, x, units, shared)
    direction = drawn(run.outputs.shape)
    truth = gradients(cell, named, x, units, run, direction)
    worst, least = 0.0, 1.0 if dtype == "float64" else np.finfo(dtype).tiny
    for _ in range(2):  # buffers are reused: the second time must be as good as the first
        runner.x[...] = x.transpose(0, 2, 1)
        output = runner.forward({name: value.T for name, value in start.items()})
        runner.d_out[...] = direction.transpose(0, 2, 1)
        runner.backward()
        pairs = [(output.transpose(0, 2, 1), run.outputs), (runner.d_x.transpose(0, 2, 1), truth.x)]
        pairs += [(runner.final()[slot.name].T, run.final[slot.name]) for slot in plan.memories]
        for spec in plan.parameters:
            rows = found[spec.packed][spec.row : spec.row + spec.shape[0]]
            pairs.append((rows, truth.parameters[spec.name]))
        if watch:
            for node, value in plan.nodes.items():
                wanted = np.stack([values[node] for values in run.values])
                pairs.append((runner.series(value).transpose(0, 2, 1), wanted))
            for value in plan.outputs:
                alike = [node for node, shared in plan.nodes.items() if shared == value]
                wanted = np.stack([sum(nodes[node] for node in alike) for nodes in truth.nodes])
                pairs.append((runner.series(f"d:{value}").transpose(0, 2, 1), wanted))
        if not all(np.isfinite(b).all() and np.abs(b).max(initial=0) < 1e6 for _, b in pairs):
            return None  # the cell overflows: nothing to compare
        for a, b in pairs:
            worst = max(worst, float(np.abs(a - b).max(initial=0) / max(least, np.abs(b).max(initial=0))))
    return worst


def units_of(name: str) -> int:
    return 6 if name == "lstm_1997_blocks" else H


@pytest.mark.parametrize("name", LIBRARY)
def test_library_gradients_are_true(name: str) -> None:
    assert gradient_check(LIBRARY[name], inputs=D, units=units_of(name), steps=T, batch=B) <= 1e-6


@pytest.mark.parametrize("watch", [False, True])
@pytest.mark.parametrize("name", LIBRARY)
def test_library_array_code_is_the_interpreter(name: str, watch: bool) -> None:
    assert run_both(LIBRARY[name], D, units_of(name), watch) <= 1e-10


@pytest.mark.parametrize("watch", [False, True])
@pytest.mark.parametrize("name", LIBRARY)
def test_library_machine_code_is_the_interpreter(name: str, watch: bool) -> None:
    assert run_both(LIBRARY[name], D, units_of(name), watch, engine="native") <= 1e-10


@pytest.mark.parametrize("watch", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LIBRARY)
def test_library_machine_code_for_one_sequence_is_the_interpreter(name: str, dtype: str, watch: bool) -> None:
    units = 2 * units_of(name) + 8  # a whole vector and some more
    worst = run_both(LIBRARY[name], D, units, watch, scale=0.3, engine="native", dtype=dtype, batch=1)
    assert worst is not None and worst <= (1e-10 if dtype == "float64" else 1e-5)


@pytest.mark.parametrize("bytes_of_a_vector", [16, 32, 64])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["lstm", "min_lstm", "lstm_1997_blocks"])
def test_one_sequence_in_vectors_of_any_width(
    name: str, dtype: str, bytes_of_a_vector: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.engine.native_compile.vector_bytes", lambda: bytes_of_a_vector)
    for units in (2, 16, 22):
        worst = run_both(LIBRARY[name], 17, units, scale=0.2, engine="native", dtype=dtype, batch=1)
        assert worst is not None and worst <= (1e-10 if dtype == "float64" else 1e-5)


@pytest.mark.parametrize(("name", "units"), [("lstm", 101), ("gru", 197), ("rnn", 192)])
def test_one_sequence_in_several_blocks(name: str, units: int) -> None:
    worst = run_both(LIBRARY[name], 203, units, scale=0.05, engine="native", batch=1)
    assert worst is not None and worst <= 1e-10


@pytest.mark.parametrize("watch", [False, True])
@pytest.mark.parametrize("engine", ["native", "numpy"])
@pytest.mark.parametrize("name", LIBRARY)
def test_library_in_float32_is_the_interpreter_to_one_in_a_hundred_thousand(
    name: str, engine: str, watch: bool
) -> None:
    assert run_both(LIBRARY[name], D, units_of(name), watch, engine=engine, dtype="float32") <= 1e-5


def random_cells_agree(cell: Cell, watch: bool, engine: str = "numpy", units: int = 6, batch: int = B) -> None:
    with np.errstate(all="ignore"):
        worst = run_both(cell, 4, units, watch, scale=0.3, engine=engine, batch=batch)
    assume(worst is not None)
    assert worst <= 1e-10


@settings(max_examples=100)
@given(cell=random_cells())
def test_random_cells_array_code_is_the_interpreter(cell: Cell) -> None:
    random_cells_agree(cell, watch=False)


@pytest.mark.slow
@settings(max_examples=300)
@given(cell=random_cells())
def test_three_hundred_random_cells_array_code_is_the_interpreter(cell: Cell) -> None:
    random_cells_agree(cell, watch=False)


@settings(max_examples=40)
@given(cell=random_cells())
def test_random_cells_machine_code_is_the_interpreter(cell: Cell) -> None:
    random_cells_agree(cell, watch=False, engine="native")


@settings(max_examples=40)
@given(cell=random_cells(), watch=st.booleans(), units=st.sampled_from([6, 12]))
def test_random_cells_machine_code_for_one_sequence_is_the_interpreter(cell: Cell, watch: bool, units: int) -> None:
    random_cells_agree(cell, watch, "native", units, batch=1)


@pytest.mark.slow
@settings(max_examples=300)
@given(cell=random_cells(), watch=st.booleans(), units=st.sampled_from([6, 12, 24]))
def test_three_hundred_random_cells_machine_code_for_one_sequence(cell: Cell, watch: bool, units: int) -> None:
    random_cells_agree(cell, watch, "native", units, batch=1)


@settings(max_examples=20)
@given(cell=random_cells())
def test_watching_machine_code_changes_nothing(cell: Cell) -> None:
    random_cells_agree(cell, watch=True, engine="native")


@pytest.mark.slow
@settings(max_examples=300)
@given(cell=random_cells())
def test_three_hundred_random_cells_machine_code_is_the_interpreter(cell: Cell) -> None:
    random_cells_agree(cell, watch=False, engine="native")


@settings(max_examples=60)
@given(cell=random_cells())
def test_watching_changes_nothing(cell: Cell) -> None:
    random_cells_agree(cell, watch=True)


@settings(max_examples=80)
@given(cell=random_cells(smooth=True))
def test_random_cells_gradients_are_true(cell: Cell) -> None:
    assert gradient_check(cell, inputs=4, units=6, steps=4, batch=2) <= 1e-6


@pytest.mark.slow
@settings(max_examples=300)
@given(cell=random_cells(smooth=True))
def test_three_hundred_random_cells_gradients_are_true(cell: Cell) -> None:
    assert gradient_check(cell, inputs=4, units=6, steps=4, batch=2) <= 1e-6


def test_a_wrong_derivative_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.compiler import operations
    from playground.compiler.expressions import Const

    wrong = operations.Rule(operations.ACTIVATIONS["tanh"].value, (Const(1.0),))
    monkeypatch.setitem(operations.ACTIVATIONS, "tanh", wrong)
    assert gradient_check(LIBRARY["rnn"]) > 1e-2


def linear_cell(*, peephole: bool = False) -> Cell:
    wire = Wire("h_prev", kind="diagonal") if peephole else Wire("h_prev")
    gate = Gate("h", wires=(Wire("x"), wire), activation="identity", bias=None)
    return Cell("linear", nodes=(Input("x"), Memory("h_prev", source="h"), gate, Output("out", sources=("h",))))


def test_a_stopped_wire_passes_no_gradient_back() -> None:
    cell = linear_cell()
    stopped = Wire("h_prev", stop_gradient=True)
    gate = Gate("h", wires=(Wire("x"), stopped), activation="identity", bias=None)
    nodes = (Input("x"), Memory("h_prev", source="h"), gate, Output("out", sources=("h",)))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(T, B, D))
    weights = random_parameters(cell, D, H, rng)
    for candidate, dies in ((cell, False), (Cell("stopped", nodes=nodes), True)):
        run = interpret(candidate, weights, x, H)
        last = np.zeros_like(run.outputs)
        last[-1] = 1.0
        flow = gradients(candidate, weights, x, H, run, last)
        assert (np.abs(flow.x[:-1]).max() == 0) == dies
        assert np.abs(flow.parameters["h.weight.h_prev"]).max() > 0
    assert run_both(Cell("stopped", nodes=nodes), D, H) <= 1e-10


@pytest.mark.parametrize(("engine", "batch"), [("native", B), ("native", 1), ("numpy", B)])
@pytest.mark.parametrize("stopped", [False, True])
def test_a_diagonal_wire_from_a_block_gate(stopped: bool, engine: str, batch: int) -> None:
    """Only the repeated source is kept: what the blocks themselves were, nothing on the way back reads."""
    block = Gate("n", wires=(Wire("x"),), block=2, scale=4.0, shift=-2.0)
    gate = Gate("m", wires=(Wire("n", kind="diagonal", stop_gradient=stopped),))
    cell = Cell("blocks", nodes=(Input("x"), block, gate, Output("out", sources=("m",))))
    assert run_both(cell, D, 6, engine=engine, batch=batch) <= 1e-10


def test_a_linear_net_keeps_rho_to_the_k() -> None:
    """W = ρ·orthogonal: the gradient's norm k steps back is ρᵏ (FIELD: within 1e-6)."""
    rho, steps = 0.9, 20
    q, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(H, H)))
    weights = {"h.weight.h_prev": rho * q, "h.weight.x": np.eye(H, D)}
    x = np.zeros((steps, 1, D))
    run = interpret(linear_cell(), weights, x, H)
    d = np.zeros_like(run.outputs)
    d[-1, 0, 0] = 1.0
    norms = [np.linalg.norm(nodes["h"]) for nodes in gradients(linear_cell(), weights, x, H, run, d).nodes]
    assert np.allclose(norms[::-1], rho ** np.arange(steps), rtol=1e-6)


def test_equal_nodes_are_computed_once_and_unused_ones_not_at_all() -> None:
    nodes = (
        Input("x"),
        Memory("a", source="h"),
        Memory("b", source="h"),
        Gate("g", wires=(Wire("x"), Wire("a"), Wire("b", kind="diagonal"))),
        Operation("one", operation="tanh", sources=("g",)),
        Operation("two", operation="tanh", sources=("g",)),
        Operation("h", operation="add", sources=("one", "two")),
        Operation("idle", operation="negate", sources=("g",)),
        Gate("lost", wires=(Wire("x"),)),
        Output("out", sources=("h",)),
    )
    plan = compile_cell(Cell("twice", nodes=nodes), D, H)
    assert plan.removed == ("idle", "lost")
    assert plan.nodes["two"] == "one"
    assert len(plan.memories) == 1
    assert run_both(Cell("twice", nodes=nodes), D, H, watch=True) <= 1e-10


def test_the_order_in_which_a_cell_was_drawn_does_not_matter() -> None:
    cell = LIBRARY["lstm"]
    shuffled = Cell("lstm", nodes=tuple(reversed(cell.nodes)))
    a, b = compile_cell(cell, D, H), compile_cell(shuffled, D, H)
    assert a.forward == b.forward and a.backward == b.backward and a.packed == b.packed


def test_gates_share_one_product_and_neighbours_one_call() -> None:
    plan = compile_cell(LIBRARY["lstm"], D, H)
    assert plan.packed["weight_h_prev"] == (4 * H, H) and plan.packed["weight_x"] == (4 * H, D)
    assert len(plan.products["h_prev"].rows) == 1
    pytorch_gru = compile_cell(LIBRARY["gru"], D, H)
    assert pytorch_gru.packed["weight_h_prev"] == (3 * H, H)
    assert len(pytorch_gru.products["h_prev"].rows) == 1 and len(pytorch_gru.x.rows) == 1


def test_weights_of_the_1997_net_with_blocks_and_gate_recurrence() -> None:
    """The adding problem's net: (2 + 8 + 1)·8 weights below its 5 of the readout (Hochreiter and Schmidhuber 1997)."""
    plan = compile_cell(LIBRARY["lstm_1997_blocks"], 2, 4)
    assert sum(int(np.prod(spec.shape)) for spec in plan.parameters) + 5 == 93


def test_start_values_can_be_learned() -> None:
    nodes = (
        Input("x"),
        Memory("h_prev", source="h", start=Init("normal", 1.0), learned=True),
        Gate("h", wires=(Wire("x"), Wire("h_prev")), activation="tanh"),
        Output("out", sources=("h",)),
    )
    cell = Cell("learned", nodes=nodes)
    assert "h_prev.start" in {spec.name for spec in compile_cell(cell, D, H).parameters}
    assert gradient_check(cell) <= 1e-6
    assert run_both(cell, D, H) <= 1e-10
    assert run_both(cell, D, 19, engine="native", batch=1) <= 1e-10
