"""The text of the CUDA kernels, compiled to machine code by NVIDIA's own compiler, for every generation of GPUs."""

import pytest
from cuda_nvrtc import compile_for, nvrtc

from playground.cell.library import LIBRARY
from playground.compiler.cuda_geometry import Device
from playground.compiler.cuda_losses import KINDS as LOSSES
from playground.compiler.cuda_losses import emit_loss
from playground.compiler.cuda_steps import emit_steps
from playground.compiler.cuda_updates import KINDS as OPTIMIZERS
from playground.compiler.cuda_updates import emit_update
from playground.compiler.lower import compile_cell
from playground.engine import Setup
from playground.engine.cuda_engine import CodeKey, cuda_code

pytestmark = pytest.mark.skipif(nvrtc() is None, reason="NVRTC is not installed (pip install 'rnn-playground[nvrtc]')")

# compute capability → shared memory of a block in KiB, multiprocessors of one device of that kind
GENERATIONS = {
    "sm_75": Device(64 * 1024, 40), "sm_80": Device(163 * 1024, 108), "sm_86": Device(99 * 1024, 28),
    "sm_89": Device(99 * 1024, 76), "sm_90": Device(227 * 1024, 132), "sm_100": Device(227 * 1024, 148),
    "sm_120": Device(99 * 1024, 170),
}  # fmt: skip
NAMES = list(LIBRARY)


def compiles(name: str, architecture: str, dtype: str, units: int, batch: int, watch: bool = False) -> None:
    """Both ways of running a cell: one kernel, and stage by stage."""
    plan = compile_cell(LIBRARY[name], units, units, watch)
    code = cuda_code(CodeKey(plan, Setup(1, batch, dtype, True, watch), GENERATIONS[architecture]))
    if code.sequence is not None:
        assert b"forward" in compile_for(code.sequence[0], architecture)
    steps = emit_steps(code.program, dtype, True)
    if steps.forward or steps.backward or steps.totals:
        compile_for(steps.text, architecture)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_compiles(name: str, dtype: str) -> None:
    """For each cell another generation; all of them together take longer."""
    architectures = list(GENERATIONS)
    compiles(name, architectures[(NAMES.index(name) + (dtype == "float64")) % len(architectures)], dtype, 12, 9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_losses_and_optimizers_compile(dtype: str) -> None:
    for architecture in ("sm_75", "sm_90"):
        for loss in LOSSES:
            compile_for(emit_loss(loss, dtype), architecture)
        for kind in OPTIMIZERS:
            compile_for(emit_update(kind, dtype), architecture)


@pytest.mark.parametrize("architecture", GENERATIONS)
def test_every_generation_runs_an_lstm(architecture: str) -> None:
    compiles("lstm", architecture, "float32", 64, 64)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("architecture", GENERATIONS)
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_compiles_for_every_generation(name: str, architecture: str, dtype: str) -> None:
    compiles(name, architecture, dtype, 18, 32)


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 8, 64])
@pytest.mark.parametrize("units", [128, 512])
@pytest.mark.parametrize("name", ["lstm", "gru", "peephole"])
def test_large_layers_compile(name: str, units: int, batch: int) -> None:
    compiles(name, "sm_90", "float32", units, batch, watch=True)


def test_a_mistake_is_found() -> None:
    with pytest.raises(AssertionError, match="undefined"):
        compile_for('extern "C" __global__ void k(float* a) { a[0] = undefined_name; }', "sm_90")
