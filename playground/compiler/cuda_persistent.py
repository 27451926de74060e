"""Program → two CUDA kernels that run a whole sequence each, with the recurrent weights kept in shared memory.

The batch is cut into *groups* of `columns` sequences, which never meet; each has a *team* of `slices` blocks. A block
owns a slice of the units of every value, keeps the weights that its units need on the multiprocessor for the whole
sequence (Diamos et al. 2016, persistent RNNs), and reads the state of all units from the second cache once per
product. With one slice nothing but the block itself has to wait; with several, the team meets at a barrier in global
memory, once per time step and direction for the LSTM.

What it costs: with n slices the state travels through the second cache at every product, s·I bytes for each of n blocks
and sequence, and a step is no shorter than its barriers; with one slice the work of a group stays on one
multiprocessor. `cuda_geometry` weighs the two. Weights that do not fit go stage by stage (`cuda_steps`). A launch lasts
as long as the sequence, which a driver that also draws the screen may cut off after seconds: 10,000 steps of a few
microseconds are far from that.

The scheme is that of Diamos et al. (2016, "Persistent RNNs") with the fusions of Appleyard et al. (2016, "Optimizing
performance of recurrent neural networks on GPUs"). FlashRNN (Pöppel et al. 2024) does it for three cells; its licence
forbids copying, and nothing here is taken from it.
"""

from playground.compiler.cuda_geometry import Geometry, aligned, parts_size
from playground.compiler.cuda_prelude import PRELUDE, TEAM
from playground.compiler.cuda_program import BackProduct, GateProduct, Op, Program, Stage
from playground.compiler.cuda_text import REALS, CudaText


def emit_sequence(program: Program, dtype: str, geometry: Geometry) -> tuple[str, tuple[str, ...]]:
    """The text with kernels `forward` and `backward`, and the arrays they are given after
    (T, B, row stride of x, 0, counters, scratch)."""
    text = CudaText(program)
    bodies = [
        _kernel(text, geometry, name, stages, steps)
        for name, stages, steps in (
            ("forward", program.forward, "int t = 0; t < T; ++t"),
            ("backward", program.backward, "int t = T - 1; t >= 0; --t"),
        )
    ]
    head = (
        f"typedef {REALS[dtype]} real;\n"
        f"#define COLUMNS {geometry.columns}\n#define LANES {geometry.lanes}\n"
        f"#define SLICES {geometry.slices}\n#define SPLIT {geometry.split}\n"
        f"#define UNIT_THREADS {geometry.unit_threads}\n#define THREADS {geometry.threads}\n"
    )
    kernels = [
        text.signature(name, "__launch_bounds__(THREADS) ") + body
        for name, body in zip(("forward", "backward"), bodies, strict=True)
    ]
    return "\n".join([head, PRELUDE, TEAM, *kernels]), tuple(text.arrays)


def _kernel(text: CudaText, geometry: Geometry, name: str, stages: list[Stage], steps: str) -> str:
    program = text.program
    lines = [
        "extern __shared__ __align__(16) unsigned char pool[];",
        "real* staged = (real*)pool;",
        "const int tid = threadIdx.x, group = blockIdx.x, slice = blockIdx.y;",
        "const int local = tid % UNIT_THREADS, column = local % COLUMNS, c = group * COLUMNS + column;",
        "unsigned int turn = 0;",
    ]
    products = [op for stage in stages for op in stage.products]
    offset = aligned(geometry.chunk * geometry.columns)
    lines.append(f"real* parts = staged + {offset};")
    offset += parts_size(geometry, products)
    weights: dict[Op, str] = {}
    for number, op in enumerate(products):
        weights[op] = f"w{number}"
        lines.append(f"real* w{number} = staged + {offset};")
        lines += _load_weights(text, geometry, op, weights[op])
        width = op.width
        offset += aligned(geometry.share(op.size) * program.inner(op) * width)
    lines.append(f"for ({steps}) {{")
    for number, stage in enumerate(stages):
        lines.append(f"    // stage {number} of {name}: {stage.size} units")
        if stage.barrier:
            lines.append("    team_barrier(counters + group, turn);")
        lines += [f"    {line}" for line in _stage(text, geometry, stage, weights)]
    lines.append("}")
    return "\n".join(f"    {line}" for line in lines) + "\n}\n"


def _load_weights(text: CudaText, geometry: Geometry, op: GateProduct | BackProduct, to: str) -> list[str]:
    """Copy the slice's weights, the numbers for one sum of a unit beside each other, gates innermost."""
    program, share = text.program, geometry.share(op.size)
    product, inner = program.product(op), program.inner(op)
    weight = text.array(f"weight:{product.weight}")
    lines = ["{", f"    const int low = slice * {share}, units = min({share}, {op.size} - low);"]
    if isinstance(op, GateProduct):
        lines.append(f"    for (int i = tid; i < units * {inner}; i += THREADS) {{")
        for number, row in enumerate(op.rows):
            lines.append(f"        {to}[i * {len(op.rows)} + {number}] = {weight}[({row} + low) * {inner} + i];")
        lines.append("    }")
    else:
        begin = 0
        for rows in product.back:
            length = rows.stop - rows.start
            lines += [
                f"    for (int i = tid; i < units * {length}; i += THREADS) {{",
                "        const int unit = i % units, row = i / units;",
                f"        {to}[unit * {inner} + {begin} + row] = "
                f"{weight}[({rows.weight} + row) * {product.size} + low + unit];",
                "    }",
            ]
            begin += length
    return [*lines, "}"]


def _stage(text: CudaText, geometry: Geometry, stage: Stage, weights: dict[Op, str]) -> list[str]:
    share, products = geometry.share(stage.size), stage.products
    lines = [
        "{",
        f"    const int low = slice * {share}, high = min(low + {share}, {stage.size});",
        f"    for (int base = low; base < high; base += {geometry.unit_lanes}) {{",
        "        const int u = base + local / 32 * LANES + local % 32 / COLUMNS;",
    ]
    sums: dict[Op, str] = {}
    for number, op in enumerate(products):
        sums[op] = f"s{number}"
        width, inner = op.width, text.program.inner(op)
        # what is staged can stay there for all units of the block if nothing else is staged in between
        once = " if (base == low) {" if len(products) == 1 and inner <= geometry.chunk else " {"
        lines += [
            f"        real s{number}[{width}] = {{}};",
            f"        for (int from = 0; from < {inner}; from += {geometry.chunk}) {{",
            f"            const int count = min({geometry.chunk}, {inner} - from);",
            f"           {once}",
            "                __syncthreads();",
            "                for (int i = tid; i < count * COLUMNS; i += THREADS) {",
            "                    const int k = from + i / COLUMNS, other = group * COLUMNS + i % COLUMNS;",
            f"                    staged[i] = other < B ? load_far({_source(text, op)}) : real(0);",
            "                }",
            "                __syncthreads();",
            "            }",
            f"            multiply<{width}>(s{number}, {weights[op]}, staged, {inner}, from, count, base - low, "
            "high - low);",
            "        }",
            f"        combine<{width}>(s{number}, parts);",
        ]
    lines.append("        if (tid < UNIT_THREADS && u < high && c < B) {")
    lines += [f"            {line}" for line in text.statements(stage, stage.ops, sums)]
    return [*lines, "        }", "    }", "}"]


def _source(text: CudaText, op: GateProduct | BackProduct) -> str:
    """Where the k-th number that a product reads lies, for sequence `other`."""
    if isinstance(op, GateProduct):
        return text.address(op.source, "k", "other")
    begin, rows = 0, ""
    runs = text.program.product(op).back
    for run in runs:
        place = f"k + {run.start - begin}"
        begin += run.stop - run.start
        rows += place if run is runs[-1] else f"k < {begin} ? {place} : "
    return f"{text.array('delta')} + (long long)({rows}) * L0 + (long long)t * B + other"
