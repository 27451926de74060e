"""The LSTM of 1997, that of 2000, and the variants compared by Greff et al. (2015)."""

from msgspec import structs

from playground.cell.graph import AnyNode, Cell, Gate, Output, Wire
from playground.cell.library.parts import (
    C_PREV,
    FROM_H,
    FROM_X,
    H_PREV,
    PEEP_BACK,
    PEEP_NOW,
    X,
    gate,
    memory,
    operation,
)

ODYSSEY = "Greff et al. (2015), LSTM: a search space odyssey"
OUT_H = Output("out", sources=("h",))
WRITE = operation("write", "multiply", "input", "candidate", role="input_gate")
KEEP = operation("keep", "multiply", "forget", "c_prev", role="forget")
C = operation("c", "add", "keep", "write", role="cell", label="c")
SQUASH = operation("squash", "tanh", "c", role="cell")
H = operation("h", "multiply", "output", "squash", role="hidden", label="h")

LSTM = Cell(
    name="lstm",
    label="LSTM",
    paper="Hochreiter and Schmidhuber (1997); forget gate by Gers, Schmidhuber and Cummins (2000)",
    about="A cell state that is only multiplied by the forget gate and added to: the error can flow back unharmed.",
    nodes=(
        X,
        H_PREV,
        C_PREV,
        gate("input", "input_gate", FROM_X, FROM_H),
        gate("forget", "forget", FROM_X, FROM_H, bias=1.0),
        gate("candidate", "candidate", FROM_X, FROM_H, activation="tanh"),
        gate("output", "output", FROM_X, FROM_H),
        WRITE,
        KEEP,
        C,
        SQUASH,
        H,
        OUT_H,
    ),
)

PEEPHOLE = Cell(
    name="peephole",
    label="Peephole",
    paper="Gers, Schraudolph and Schmidhuber (2002), Learning precise timing with LSTM recurrent networks",
    about="The gates see the cell state itself through one weight per unit, and so learn to count steps.",
    nodes=(
        X,
        H_PREV,
        C_PREV,
        gate("input", "input_gate", FROM_X, FROM_H, PEEP_BACK),
        gate("forget", "forget", FROM_X, FROM_H, PEEP_BACK, bias=1.0),
        gate("candidate", "candidate", FROM_X, FROM_H, activation="tanh"),
        WRITE,
        KEEP,
        C,
        gate("output", "output", FROM_X, FROM_H, PEEP_NOW),
        SQUASH,
        H,
        OUT_H,
    ),
)


def _early(
    name: str, label: str, about: str, wires: tuple[Wire, ...], block: int, memories: tuple[AnyNode, ...]
) -> Cell:
    """The cell of 1997: no forget gate; squashings 4σ-2 on the way in and 2σ-1 on the way out."""
    return Cell(
        name=name,
        label=label,
        paper="Hochreiter and Schmidhuber (1997), Long short-term memory",
        about=about,
        nodes=(
            X,
            H_PREV,
            C_PREV,
            *memories,
            gate("input", "input_gate", *wires, block=block),
            gate("output", "output", *wires, block=block),
            gate("candidate", "candidate", *wires, scale=4.0, shift=-2.0),
            WRITE,
            operation("c", "add", "c_prev", "write", role="cell", label="c"),
            # 2σ(c) - 1 is tanh(c / 2)
            operation("half", "scale", "c", role="cell", label="÷ 2", value=0.5),
            operation("squash", "tanh", "half", role="cell"),
            H,
            OUT_H,
        ),
    )


LSTM_1997 = _early(
    "lstm_1997",
    "LSTM 1997",
    "The first one: an input gate, an output gate and a cell state that is only ever added to. It cannot forget.",
    (FROM_X, FROM_H),
    1,
    (),
)

LSTM_1997_BLOCKS = _early(
    "lstm_1997_blocks",
    "1997 blocks",
    "As in the paper's experiments: two cells share their gates, and the gates see what all gates did a step before. "
    "Needs an even number of units.",
    (FROM_X, FROM_H, Wire("input_prev"), Wire("output_prev")),
    2,
    (memory("input_prev", "input", "input_gate"), memory("output_prev", "output", "output")),
)


def _variant(name: str, label: str, about: str, *changes: AnyNode, without: tuple[str, ...] = ()) -> Cell:
    """The peephole LSTM with some nodes replaced (by id), added, or left out."""
    new = {node.id: node for node in changes}
    nodes = [new.pop(node.id, node) for node in PEEPHOLE.nodes if node.id not in without]
    return Cell(name, (*nodes, *new.values()), label, ODYSSEY, about)


NIG = _variant(
    "nig",
    "NIG",
    "No input gate. Everything is written: the input gate is always 1.",
    operation("c", "add", "keep", "candidate", role="cell", label="c"),
    without=("input", "write"),
)
NFG = _variant(
    "nfg",
    "NFG",
    "No forget gate. Nothing is ever forgotten: the forget gate is always 1.",
    operation("c", "add", "c_prev", "write", role="cell", label="c"),
    without=("forget", "keep"),
)
NOG = _variant(
    "nog",
    "NOG",
    "No output gate. The cell state is always shown: the output gate is always 1.",
    operation("h", "tanh", "c", role="hidden", label="h"),
    without=("output", "squash"),
)
NIAF = _variant(
    "niaf",
    "NIAF",
    "No input activation. The candidate is not squashed.",
    gate("candidate", "candidate", FROM_X, FROM_H, activation="identity"),
)
NOAF = _variant(
    "noaf",
    "NOAF",
    "No output activation. The cell state is shown without a squashing function.",
    operation("h", "multiply", "output", "c", role="hidden", label="h"),
    without=("squash",),
)
CIFG = _variant(
    "cifg",
    "CIFG",
    "Coupled gates: what is forgotten makes room for exactly as much of the new, i = 1 - f.",
    operation("input", "one_minus", "forget", role="input_gate", label="1 - f"),
)


def _full_gate_recurrence() -> Cell:
    seen = tuple(Wire(f"{id}_prev") for id in ("input", "forget", "output"))
    gates = [node for node in PEEPHOLE.nodes if isinstance(node, Gate) and node.id != "candidate"]
    return _variant(
        "fgr",
        "FGR",
        "Full gate recurrence. Every gate also sees what all three gates did a step before: nine more matrices.",
        *(structs.replace(node, wires=(*node.wires, *seen)) for node in gates),
        *(memory(f"{node.id}_prev", node.id, node.role) for node in gates),
    )


FGR = _full_gate_recurrence()
