"""The few words in which the library's cells are written down."""

from playground.cell.graph import Activation, Gate, Init, Input, Memory, Operation, OperationKind, Role, Wire

X = Input("x", label="x", role="input")
FROM_X, FROM_H = Wire("x"), Wire("h_prev")
PEEP_BACK, PEEP_NOW = Wire("c_prev", kind="diagonal"), Wire("c", kind="diagonal")


def memory(id: str, source: str, role: Role = "hidden") -> Memory:
    """z⁻¹ of `source`, labelled like "h₋"."""
    return Memory(id, label=f"{id.removesuffix('_prev')}₋", role=role, source=source)


H_PREV = memory("h_prev", "h")
C_PREV = memory("c_prev", "c", "cell")


def gate(
    id: str,
    role: Role,
    *wires: Wire,
    activation: Activation = "sigmoid",
    bias: float | Init | None = 0.0,
    scale: float = 1.0,
    shift: float = 0.0,
    block: int = 1,
) -> Gate:
    """A gate labelled with its own name; a number as bias is where every unit starts."""
    if isinstance(bias, float):
        bias = Init("constant", bias) if bias else Init("zeros")
    label = id.replace("_", " ")
    return Gate(id, label, role, None, wires, activation, bias, scale, shift, block)


def operation(
    id: str, kind: OperationKind, *sources: str, role: Role = "none", label: str = "", value: float = 1.0
) -> Operation:
    """An elementwise operation on the named nodes."""
    return Operation(id, label, role, None, kind, sources, value)
