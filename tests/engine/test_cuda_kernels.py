"""The text of the CUDA kernels, run on this machine's CPU thread by thread, against the interpreter."""

import numpy as np
import pytest
from cuda_cases import both, same, worst
from cuda_shim import COMPILER, Order, ShimCuda, ShimKernel, counts
from hypothesis import HealthCheck, assume, given, settings
from random_cells import random_cells

from playground.cell.graph import Cell
from playground.cell.library import LIBRARY
from playground.compiler.cuda_geometry import Device, fit
from playground.compiler.cuda_program import Program
from playground.compiler.interpret import Clamped
from playground.compiler.lower import compile_cell
from playground.compiler.reach import Reach
from playground.engine import Setup
from playground.engine.array_engine import CellRunner
from playground.engine.cuda_engine import CudaEngine, CudaRunner

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler (g++ or clang++) was found")

T, B, D, H = 7, 3, 2, 5


def engine(shared: int = 99 * 1024, multiprocessors: int = 6, threads: int = 512) -> CudaEngine:
    """The engine on a device with such limits."""
    return CudaEngine(ShimCuda(shared, multiprocessors, threads))  # type: ignore[arg-type]


def units_of(name: str, units: int) -> int:
    return units + units % 2 if name == "lstm_1997_blocks" else units


@pytest.fixture(params=[False, True], ids=["ascending", "descending"])
def order(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """In which order the threads of a block run: a barrier that is missing would be seen in one of the two."""
    monkeypatch.setattr(Order, "descending", request.param)
    return bool(request.param)


def geometry(runner: object) -> tuple[int, int, int]:
    assert isinstance(runner, CudaRunner) and runner.code.geometry is not None
    return runner.code.geometry.lanes, runner.code.geometry.slices, runner.code.geometry.split


@pytest.mark.parametrize("name", LIBRARY)
def test_library_in_one_kernel_is_the_interpreter(name: str, order: bool) -> None:
    pairs, runner = both(engine(), LIBRARY[name], D, units_of(name, H), T, B)
    assert isinstance(runner, CudaRunner)
    assert runner.code.geometry is not None or runner.code.timeless
    same(pairs, 1e-10)


@pytest.mark.parametrize("name", LIBRARY)
def test_library_stage_by_stage_is_the_interpreter(name: str) -> None:
    pairs, runner = both(engine(shared=16), LIBRARY[name], D, units_of(name, H), T, B)
    assert isinstance(runner, CudaRunner) and (runner.code.geometry is None or not runner.plan.products)
    same(pairs, 1e-10)


@pytest.mark.parametrize("name", LIBRARY)
def test_library_in_float32_is_within_1e_5(name: str) -> None:
    pairs, _ = both(engine(), LIBRARY[name], D, units_of(name, H), T, B, "float32")
    same(pairs, 1e-5)


# H or B beyond a warp, several passes of a block over its units, sources staged in parts, teams of several blocks, sums
# shared by lanes (B small) and by warps
SHAPES = {
    "beyond a warp": (37, 33, engine, {"multiprocessors": 4, "threads": 256}),
    "team of blocks": (37, 3, engine, {"shared": 9000, "multiprocessors": 12, "threads": 64}),
    "one sequence": (37, 1, engine, {"multiprocessors": 2, "threads": 256}),
    "few threads": (13, 9, engine, {"shared": 20_000, "multiprocessors": 3, "threads": 32}),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["lstm", "gru_2014", "lstm_1997_blocks"])
def test_odd_shapes(name: str, shape: str, order: bool) -> None:
    units, batch, make, limits = SHAPES[shape]
    pairs, runner = both(make(**limits), LIBRARY[name], D, units_of(name, units), 3, batch)
    geometry(runner)
    same(pairs, 1e-10)


def test_the_shapes_reach_every_part_of_the_kernels() -> None:
    program = Program(compile_cell(LIBRARY["lstm"], D, 37), True, False)
    found = [
        fit(
            program,
            "float64",
            batch,
            Device(limits.get("shared", 99 * 1024), limits["multiprocessors"], limits["threads"]),
        )
        for _, batch, _, limits in SHAPES.values()
    ]
    layouts = [layout for layout in found if layout is not None]
    assert len(layouts) == len(found)
    assert any(layout.slices > 1 for layout in layouts) and any(layout.slices == 1 for layout in layouts)
    assert any(layout.split > 1 for layout in layouts) and any(layout.lanes > 1 for layout in layouts)
    assert any(layout.share(37) > layout.unit_lanes for layout in layouts)
    assert any(layout.chunk < 4 * 37 for layout in layouts)
    assert any(layout.groups(batch) > 1 for layout, (_, batch, _, _) in zip(layouts, SHAPES.values(), strict=True))


def test_full_warps_of_sequences() -> None:
    """With one multiprocessor there is nothing to win from smaller teams: 32 sequences, no lanes shared."""
    pairs, runner = both(engine(multiprocessors=1, threads=128), LIBRARY["lstm"], D, 21, 3, 63)
    assert geometry(runner)[0] == 1
    same(pairs, 1e-10)


@pytest.mark.parametrize("name", ["lstm", "gru_2014", "mut1", "min_lstm"])
def test_watching_changes_nothing(name: str) -> None:
    same(both(engine(), LIBRARY[name], D, H, T, B, watch=True)[0], 1e-10)


CLAMPED = Reach(
    clamped=frozenset({"h", "forget"}),
    held=frozenset({"h"}),
    cut=frozenset({("input", "h_prev")}),
    stopped=frozenset({("output", "h_prev")}),
)


@pytest.mark.parametrize("shared", [99 * 1024, 16], ids=["one kernel", "stages"])
def test_what_is_reached_into(shared: int) -> None:
    """Clamped and held nodes as the interpreter has them; a cut wire learns nothing."""
    rng = np.random.default_rng(0)
    clamps = {
        node: Clamped(*((rng.random((T, H)) < p).astype(float) if p else rng.normal(size=(T, H)) for p in odds))
        for node, odds in (("h", (0.6, 0, 0.5)), ("forget", (0.5, 0, -1)))
    }
    reach = Reach(clamped=CLAMPED.clamped, held=CLAMPED.held)
    pairs, _ = both(engine(shared), LIBRARY["lstm"], D, H, T, B, reach=reach, clamps=clamps)
    same(pairs, 1e-10)
    pairs, _ = both(engine(shared), LIBRARY["lstm"], D, H, T, B, reach=CLAMPED)
    assert np.array_equal(pairs["input.weight.h_prev"][0], np.zeros((H, H)))


def random_cells_agree(cell: Cell, shared: int = 99 * 1024) -> None:
    found = {}
    for descending in (False, True):
        Order.descending = descending
        try:
            with np.errstate(all="ignore"):
                pairs, _ = both(engine(shared), cell, 4, 6, 3, B, scale=0.3)
        finally:
            Order.descending = False
        assume(worst(pairs) is not None)
        same(pairs, 1e-10)
        found[descending] = pairs
    assert all(np.array_equal(found[True][name][0], found[False][name][0]) for name in found[True])


QUICK = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}


@settings(max_examples=10, **QUICK)
@given(cell=random_cells())
def test_random_cells_in_one_kernel_are_the_interpreter(cell: Cell) -> None:
    random_cells_agree(cell)


@settings(max_examples=5, **QUICK)
@given(cell=random_cells())
def test_random_cells_stage_by_stage_are_the_interpreter(cell: Cell) -> None:
    random_cells_agree(cell, shared=16)


@pytest.mark.slow
@settings(max_examples=300, **QUICK)
@given(cell=random_cells())
def test_three_hundred_random_cells_are_the_interpreter(cell: Cell) -> None:
    random_cells_agree(cell)


@pytest.mark.slow
@settings(max_examples=100, **QUICK)
@given(cell=random_cells())
def test_a_hundred_random_cells_stage_by_stage_are_the_interpreter(cell: Cell) -> None:
    random_cells_agree(cell, shared=16)


# -- the shim itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "units", "batch", "limits"),
    [
        ("team_barrier(counters + group, turn);", 37, 3, (9000, 12, 64)),
        ("__syncthreads();", 13, 17, (99 * 1024, 1, 256)),
    ],
)
def test_a_barrier_that_is_missing_is_seen(
    statement: str, units: int, batch: int, limits: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = ShimKernel.__call__

    def without(kernel: ShimKernel, *arguments: object, **options: object) -> None:
        before, _, after = kernel.text.partition('extern "C"')
        spoiled = ShimKernel(before + 'extern "C"' + after.replace(statement, ""), kernel.name, kernel.together)
        spoiled.max_dynamic_shared_size_bytes = kernel.max_dynamic_shared_size_bytes
        launch(spoiled, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(ShimKernel, "__call__", without)
    wrong = 0
    for descending in (False, True):
        monkeypatch.setattr(Order, "descending", descending)
        pairs, _ = both(engine(*limits), LIBRARY["lstm"], D, units, 3, batch)
        wrong += any(not np.allclose(a, b, atol=1e-10) for a, b in pairs.values())
    assert wrong, f"nobody missed {statement}"


# -- what a layer costs -------------------------------------------------------------------------------------------


def test_a_layer_is_a_handful_of_launches_however_long_the_sequence() -> None:
    made, seen = engine(), []
    for steps in (3, 30):
        _, runner = both(made, LIBRARY["lstm"], D, H, steps, B)
        before = dict(counts)
        runner.run_forward()
        runner.run_backward()
        assert counts["transfers"] == before["transfers"]
        seen.append(counts["launches"] - before["launches"])
    # forward: x, sequence; backward: sequence, two weight matrices, biases, the gradient of x
    assert seen == [7, 7]


def test_layers_without_memory_take_all_steps_at_once() -> None:
    made = engine()
    for steps in (3, 30):
        _, runner = both(made, LIBRARY["dense_tanh"], D, H, steps, B)
        before = counts["launches"]
        runner.run_forward()
        assert counts["launches"] - before == 2


def test_a_plan_with_too_many_arrays_goes_the_simple_way(monkeypatch: pytest.MonkeyPatch) -> None:
    from playground.engine import cuda_engine

    monkeypatch.setattr(cuda_engine, "MOST_ARRAYS", 2)
    plan = compile_cell(LIBRARY["lstm"], D, H)
    made = engine()
    weights = {name: made.xp.zeros(shape, "float32") for name, shape in plan.packed.items()}
    assert isinstance(made.build(plan, weights, weights, Setup(T, B)), CellRunner)


def test_sums_are_repeated_to_the_last_bit() -> None:
    runs = [both(engine(), LIBRARY["lstm"], D, 37, 5, 9, "float32")[0] for _ in range(2)]
    assert all(np.array_equal(a[0], runs[1][name][0]) for name, a in runs[0].items())


# -- layouts ------------------------------------------------------------------------------------------------------

HOPPER, TURING = Device(227 * 1024, 132), Device(64 * 1024, 68)


@pytest.mark.parametrize("device", [HOPPER, TURING])
@pytest.mark.parametrize("batch", [1, 3, 16, 32, 64, 100, 512])
@pytest.mark.parametrize("units", [8, 64, 256, 512])
def test_layouts_keep_to_the_device(units: int, batch: int, device: Device) -> None:
    program = Program(compile_cell(LIBRARY["lstm"], 16, units), True, False)
    layout = fit(program, "float32", batch, device)
    if layout is None:
        assert units == 512 or batch >= 100  # 4 MiB of weights, or many times fewer
        return
    assert max(layout.shared) <= device.shared and layout.threads <= device.threads
    assert layout.slices == 1 or layout.slices * layout.groups(batch) <= device.multiprocessors
    assert layout.unit_threads % 32 == 0 and layout.columns * layout.lanes == 32
    assert layout.share(units) * layout.slices >= units


def test_weights_that_do_not_fit_are_left_to_the_library() -> None:
    program = Program(compile_cell(LIBRARY["lstm"], 16, 2048), True, False)
    assert fit(program, "float32", 32, HOPPER) is None  # 64 MiB
    program = Program(compile_cell(LIBRARY["lstm"], 16, 768), True, False)
    layout = fit(program, "float32", 16, HOPPER)
    assert layout is not None and layout.slices > 40  # 9 MiB over 132 multiprocessors
