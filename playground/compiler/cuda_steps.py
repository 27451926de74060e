"""Program → one CUDA kernel per stage, for cells too large to stay on the chip, and the sums for weights that are
vectors.

The products of a stage are left to the library of matrix products, which writes their sums into rows of the scratch
array; then one kernel does everything elementwise of the stage. All is put on one stream, so the host never waits
(Appleyard et al. 2016: products of all gates combined, everything pointwise fused).
"""

from dataclasses import dataclass

from playground.compiler.cuda_prelude import PRELUDE, TOTAL
from playground.compiler.cuda_program import BackProduct, GateProduct, Op, Program, Stage
from playground.compiler.cuda_text import REALS, CudaText

SUMMERS = 256  # threads that add up a row


@dataclass(frozen=True)
class Part:
    """Sums of one product: scratch rows `row`:`row + rows` (+)= weight rows × source, or its transpose × delta rows.

    weight: first row of the packed weight. start: first row of delta (backward). add: to what is there.
    """

    op: GateProduct | BackProduct
    row: int
    rows: int
    weight: int
    start: int = 0
    length: int = 0
    add: bool = False


@dataclass(frozen=True)
class Step:
    """A stage: its products, then the kernel of this name over `size` rows."""

    parts: tuple[Part, ...]
    kernel: str
    size: int


@dataclass(frozen=True)
class StepCode:
    """text: with the kernels of all stages and, where `totals` > 0, `totals`, with a block for each of so many rows.

    arrays: what the kernels are given after (T, B, row stride of x, t, counters, scratch).
    scratch_rows: rows [·, B] of the scratch array.
    """

    text: str
    arrays: tuple[str, ...]
    forward: tuple[Step, ...]
    backward: tuple[Step, ...]
    totals: int
    scratch_rows: int


def emit_steps(program: Program, dtype: str, stages: bool) -> StepCode:
    """The kernels of a plan. stages: False where one kernel runs the whole sequence, and only `totals` is needed."""
    text = CudaText(program)
    kernels: list[tuple[str, str]] = []
    rows = program.scratch_rows
    plans: list[tuple[Step, ...]] = []
    for name, found in (("forward", program.forward), ("backward", program.backward)):
        steps: list[Step] = []
        for number, stage in enumerate(found if stages else ()):
            places: dict[GateProduct | BackProduct, int] = {}
            for op in stage.products:
                places[op] = rows
                rows += op.size * op.width
            kernel = f"{name}_{number}"
            kernels.append((kernel, _stage(text, stage, places)))
            parts = tuple(part for op in stage.products for part in _parts(program, op, places[op]))
            steps.append(Step(parts, kernel, stage.size))
        plans.append(tuple(steps))
    totals, body = _totals(text)
    if totals:
        kernels.append(("totals", body))
    head = f"typedef {REALS[dtype]} real;\n#define SUMMERS {SUMMERS}\n"
    parts_text = [head, PRELUDE, TOTAL, *(text.signature(kernel) + body for kernel, body in kernels)]
    return StepCode("\n".join(parts_text), tuple(text.arrays), plans[0], plans[1], totals, rows)


def _parts(program: Program, op: GateProduct | BackProduct, row: int) -> list[Part]:
    """The products of matrices that an op is made of: one for each run of neighbouring rows of its weight."""
    parts: list[Part] = []
    if isinstance(op, BackProduct):
        for number, run in enumerate(program.product(op).back):
            length = run.stop - run.start
            parts.append(Part(op, row, op.size, run.weight, run.start, length, number > 0))
        return parts
    for number, weight in enumerate(op.rows):
        last = parts[-1] if parts else None
        if last is not None and last.weight + last.rows == weight:
            parts[-1] = Part(op, last.row, last.rows + op.size, last.weight)
        else:
            parts.append(Part(op, row + number * op.size, op.size, weight))
    return parts


def _stage(text: CudaText, stage: Stage, places: dict[GateProduct | BackProduct, int]) -> str:
    lines = [
        "const int t = now + blockIdx.y;",
        "const long long index = (long long)blockIdx.x * blockDim.x + threadIdx.x;",
        f"if (index >= (long long){stage.size} * B || t >= T) return;",
        "const int u = int(index / B), c = int(index % B);",
    ]
    sums: dict[Op, str] = {}
    for number, (op, row) in enumerate(places.items()):
        sums[op] = f"s{number}"
        loads = [f"scratch[({row + k * op.size} + u) * (long long)B + c]" for k in range(op.width)]
        lines.append(f"const real s{number}[{op.width}] = {{{', '.join(loads)}}};")
    lines += text.statements(stage, stage.ops, sums)
    return "\n".join(f"    {line}" for line in lines) + "\n}\n"


def _totals(text: CudaText) -> tuple[int, str]:
    """Gradients that are sums of rows: biases, weights of diagonal wires, learned start values."""
    program, plan = text.program, text.program.plan
    jobs: list[tuple[int, str]] = []  # rows, and what a block does for its row r
    delta = ""

    def over_time(name: str, row: str) -> str:
        view = program.home[name]
        extra = program.storage.code.stored[view.storage][0]
        stride = "LX" if view.storage == "x" else f"L{extra}"
        late = " + B" if view.late else ""
        return f"{text.array(view.storage)} + ({view.start} + {row}) * {stride}{late}"

    for run in plan.biased:
        delta = f"{text.array('delta')} + (long long)({run.start} + r) * L0"
        target = f"{text.array('gradient:bias')} + {run.weight} + r"
        jobs.append((run.stop - run.start, f"total({target}, {delta}, 0, L0);"))
    for add in plan.diagonals:
        if add.weight is not None:
            start, stop = plan.bank[add.gate]
            delta = f"{text.array('delta')} + (long long)({start} + r) * L0"
            target = f"{text.array(f'gradient:{add.weight}')} + r"
            jobs.append((stop - start, f"total({target}, {delta}, {over_time(plan.seen(add), 'r')}, L0);"))
    for slot in plan.memories:
        if isinstance(slot.start, str):
            row = program.scratch[f"carry:{slot.name}"]
            target = f"{text.array(f'gradient:{slot.start}')} + r"
            jobs.append((slot.size, f"total({target}, scratch + (long long)({row} + r) * B, 0, B);"))
    lines: list[str] = []
    top = 0
    for rows, call in jobs:
        lines.append(f"if ((int)blockIdx.x < {top + rows}) {{ const int r = blockIdx.x - {top}; {call} return; }}")
        top += rows
    return top, "\n".join(f"    {line}" for line in lines) + "\n}\n"
