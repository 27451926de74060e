"""*Show the code*: the source that runs a cell, made into one file that runs on its own, with nothing but NumPy.

The two functions in it are what the array engine runs, letter by letter. Around them stands what the engine does
besides: arrays, views of each step, random weights, and a check of one gradient.
"""

import re
import textwrap

from playground.cell.formula import cell_formulas
from playground.cell.graph import Cell
from playground.compiler.array_code import emit
from playground.compiler.array_storage import ArrayCode
from playground.compiler.lower import compile_cell
from playground.compiler.plan import Plan

# Beside NumPy's own functions; the same as in the engine.
HELPERS = {
    "sigmoid": '''
def sigmoid(a, out):
    """By way of tanh, which overflows nowhere."""
    np.multiply(a, 0.5, out=out)
    np.tanh(out, out=out)
    np.multiply(out, 0.5, out=out)
    np.add(out, 0.5, out=out)
''',
    "softplus": """
def softplus(a, out):
    np.logaddexp(a, 0.0, out=out)
""",
    "positive": '''
def positive(a, out):
    """1 where a > 0, else 0."""
    np.greater(a, 0.0, out=out)
''',
    "at_least": '''
def at_least(a, b, out):
    """1 where a >= b, else 0."""
    np.greater_equal(a, b, out=out)
''',
}
TOTAL = {"total": "sum as total"}

MAIN = """
def main():
    rng = np.random.default_rng(SEED)
    weights = {name: rng.uniform(-1.0, 1.0, shape) / np.sqrt(UNITS) for name, shape in WEIGHTS.items()}
    x = rng.normal(size=(STEPS, INPUTS, BATCH))
    d_out = rng.normal(size=(STEPS, OUTPUTS, BATCH))  # the loss is the sum of d_out * outputs
    outputs, gradients, d_x = run(x, weights, d_out)
    print(f"{STEPS} steps of {BATCH} sequences: outputs {outputs.shape}, mean square {np.mean(outputs**2):.6f}")
    for name, gradient in {**gradients, "x": d_x}.items():
        print(f"  gradient of {name}: shape {gradient.shape}, norm {np.linalg.norm(gradient):.6f}")

    # the largest gradient against a central difference
    name = max(gradients, key=lambda name: np.abs(gradients[name]).max(), default="x")
    array, gradient = (weights[name], gradients[name]) if gradients else (x, d_x)
    index = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    before, step = array[index], 1e-5
    array[index] = before + step
    above = np.sum(d_out * run(x, weights))
    array[index] = before - step
    below = np.sum(d_out * run(x, weights))
    array[index] = before
    derived, measured = gradient[index], (above - below) / (2 * step)
    print(f"d loss / d {name}[{', '.join(map(str, index))}]: derived {derived:.9f}, measured {measured:.9f}")
    if not abs(derived - measured) <= 1e-5 * max(1.0, abs(derived)):
        raise SystemExit("they differ")


if __name__ == "__main__":
    main()
"""


def show_code(cell: Cell, inputs: int, units: int, steps: int = 20, batch: int = 3) -> str:
    """A Python file that runs the cell over random sequences, forward and backward, and checks one gradient.

    Its `run(x, weights, d_out)` is there to be imported: x [T, D, B]. Raises BadInput for a cell with errors.
    """
    plan = compile_cell(cell, inputs, units)
    code = emit(plan)
    parts = [
        _header(cell, plan),
        _imports(code),
        _constants(plan, steps, batch),
        *(text for name, text in HELPERS.items() if _used(name, code)),
        "\n" + code.forward,
        "\n" + code.backward,
        _allocate(code),
        _steps("forward_steps", "forward", code, code.forward_steps),
        _steps("backward_steps", "backward", code, code.backward_steps),
        _run(plan, code),
        MAIN,
    ]
    return "\n".join(part.strip("\n") + "\n" for part in parts[:3]) + "".join(
        "\n\n" + part.strip("\n") + "\n" for part in parts[3:]
    )


def _comment(text: str) -> str:
    """Any text as comment lines; nothing in it can end them."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.fill(plain, 110, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _header(cell: Cell, plan: Plan) -> str:
    title = f"{cell.label or cell.name}: one layer in NumPy alone, forward and backward through time."
    lines = [_comment(title)]
    if cell.paper:
        lines.append(_comment(cell.paper))
    lines += ["#", *(_comment("    " + line) for line in cell_formulas(cell)[:200]), "#"]
    lines.append(
        _comment(
            f"Written by RNN Playground from the cell's graph, for {plan.inputs} inputs and {plan.units} units. "
            "This file is yours: use it for anything, with or without a mention."
        )
    )
    lines.append(_comment("Run it, and it checks itself; or import `run`. Arrays are [time, size, batch]."))
    return "\n".join(lines)


def _used(function: str, code: ArrayCode) -> bool:
    return re.search(rf"\b{function}\(", code.forward + code.backward) is not None


def _imports(code: ArrayCode) -> str:
    called = set(re.findall(r"^ +(\w+)\(", code.forward + code.backward, re.MULTILINE))
    called |= set(re.findall(r", (matmul)\(", code.forward + code.backward))
    names = sorted(TOTAL.get(name, name) for name in called - set(HELPERS))
    return "import numpy as np\n" + (f"from numpy import {', '.join(names)}" if names else "")


def _constants(plan: Plan, steps: int, batch: int) -> str:
    lines = [
        f"INPUTS, UNITS, OUTPUTS = {plan.inputs}, {plan.units}, {plan.output_size}",
        f"STEPS, BATCH, SEED = {steps}, {batch}, 7",
        "WEIGHTS = {",
    ]
    for packed, shape in plan.packed.items():
        specs = sorted((spec for spec in plan.parameters if spec.packed == packed), key=lambda spec: spec.row)
        rows = ", ".join(f"{spec.name.split('.')[0]} {spec.row}:{spec.row + spec.shape[0]}" for spec in specs)
        lines.append(f'    "{packed}": {shape},  # rows: {rows}')
    return "\n".join([*lines, "}"])


def _allocate(code: ArrayCode) -> str:
    lines = [
        "def allocate(x):",
        '    """Every array that the two functions write into, for x [T, D, B]."""',
        "    T, _, B = x.shape",
        "    return {",
        '        "x": x,',
        "        # one slot per step; one more where a step reads what the step before it wrote",
    ]
    for name, (extra, size) in code.stored.items():
        if name != "x":
            lines.append(f'        "{name}": np.zeros((T{f" + {extra}" if extra else ""}, {size}, B)),')
    if code.scratch:
        lines.append("        # used anew at every step")
        lines += [f'        "{name}": np.zeros(({size}, B)),' for name, size in code.scratch.items()]
    if code.flat:
        lines.append("        # all steps and sequences side by side")
        lines += [f'        "{name}": np.zeros(({size}, T, B)),' for name, size in code.flat.items()]
    return "\n".join([*lines, "    }"])


def _steps(name: str, function: str, code: ArrayCode, views: list[str]) -> str:
    lines = [
        f"def {name}(a):",
        f'    """What the names in the loop of `{function}` stand for at each step: views, made once."""',
        "    return [",
        "        (",
    ]
    for text in views:
        view = code.views[text]
        when = "t + 1" if view.late else "t"
        lines.append(f'            a["{view.storage}"][{when}, {view.start}:{view.stop}],  # {text}')
    return "\n".join([*lines, "        )", '        for t in range(len(a["x"]))', "    ]"])


def _run(plan: Plan, code: ArrayCode) -> str:
    lines = [
        "def run(x, weights, d_out=None):",
        '    """Outputs [T, OUTPUTS, B] for x [T, INPUTS, B]; weights: by name, shaped as in WEIGHTS.',
        "",
        "    With d_out = d loss / d outputs also the gradients, by name, and that of x.",
        '    """',
        "    a = allocate(x)",
    ]
    for slot in plan.memories:
        storage, _, low, high = code.series[slot.name]
        start = f'weights["{slot.start}"][:, None]' if isinstance(slot.start, str) else repr(slot.start)
        lines.append(f'    a["{storage}"][0, {low}:{high}] = {start}  # {slot.name} at the first step')
    lines += _call("forward", code.forward, code)
    outputs = []
    for name in plan.outputs:
        storage, late, low, high = code.series[name]
        when = ":" if code.stored[storage][0] == 0 else "1:" if late else ":-1"
        outputs.append(f'a["{storage}"][{when}, {low}:{high}]')
    joined = outputs[0] if len(outputs) == 1 else f"np.concatenate([{', '.join(outputs)}], axis=1)"
    lines += [
        f"    outputs = {joined}",
        "    if d_out is None:",
        "        return outputs",
        '    a["d_out"][...] = d_out',
        "    gradients = {name: np.zeros(shape) for name, shape in WEIGHTS.items()}",
        *_call("backward", code.backward, code),
        '    return outputs, gradients, a["d_x"]',
    ]
    return "\n".join(lines)


def _call(name: str, source: str, code: ArrayCode) -> list[str]:
    """The call of one of the two functions, each argument in a line of its own."""
    signature = source[source.index("(") + 1 : source.index(")")]
    lines = [f"    {name}("]
    for argument in signature.split(", "):
        if argument == "steps":
            lines.append(f"        {name}_steps(a),")
        elif argument in code.weights:
            packed = code.weights[argument]
            owner = "gradients" if packed.startswith("d:") else "weights"
            lines.append(f'        {owner}["{packed.removeprefix("d:")}"],')
        else:
            lines.append(f'        a["{argument}"],')
    return [*lines, "    )"]
