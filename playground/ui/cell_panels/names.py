"""What nodes are called in titles, and what can be chosen for them, in words."""

from PySide6.QtCore import QCoreApplication

from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output

ACTIVATIONS = (
    ("sigmoid", "sigmoid σ"), ("tanh", "tanh"), ("relu", "relu"), ("identity", "identity"), ("exp", "exp"),
    ("softplus", "softplus"), ("log_sigmoid", "log σ"), ("hard_sigmoid", "hard σ"),
)  # fmt: skip

# What is written into the circle of an operation.
SIGNS = {
    "multiply": "⊙", "add": "+", "subtract": "−", "divide": "÷", "maximum": "max", "minimum": "min", "one_minus": "1−",
    "negate": "−", "sigmoid": "σ", "log_sigmoid": "log σ", "hard_sigmoid": "hard σ",
}  # fmt: skip


def activation_sign(activation: str) -> str:
    """As in a formula; what leaves the sum as it is has none."""
    return "Σ" if activation == "identity" else SIGNS.get(activation, activation)


def _tr(text: str) -> str:
    return QCoreApplication.translate("CellPanels", text)


def roles() -> list[tuple[str, str]]:
    """Role → its name; the role gives a node its colour."""
    return [
        ("none", _tr("none")),
        ("input", _tr("input x")),
        ("forget", _tr("forget")),
        ("input_gate", _tr("input gate")),
        ("output", _tr("output")),
        ("candidate", _tr("candidate")),
        ("cell", _tr("cell state")),
        ("hidden", _tr("hidden")),
    ]


def operations() -> list[tuple[str, str]]:
    """Operation → what it does."""
    return [
        ("multiply", _tr("⊙ multiply")),
        ("add", _tr("+ add")),
        ("subtract", _tr("− subtract")),
        ("divide", _tr("÷ divide")),
        ("maximum", _tr("max")),
        ("minimum", _tr("min")),
        ("one_minus", _tr("1 − a")),
        ("negate", _tr("− a")),
        ("scale", _tr("scale")),
        ("sigmoid", _tr("sigmoid σ")),
        ("tanh", _tr("tanh")),
        ("relu", _tr("relu")),
        ("exp", _tr("exp")),
        ("softplus", _tr("softplus")),
        ("log_sigmoid", _tr("log σ")),
        ("hard_sigmoid", _tr("hard σ")),
        ("constant", _tr("constant")),
    ]


def node_title(cell: Cell, id: str) -> str:
    """A node as a title: "Forget gate", "⊙ keep", "Memory h₋"."""
    node = next((node for node in cell.nodes if node.id == id), None)
    if node is None:
        return id
    name = node.label or node.id.replace("_", " ")
    if isinstance(node, Gate):
        if name.lower().endswith(("gate", "candidate")):
            return name[:1].upper() + name[1:]
        return _tr("{0} gate").format(name[:1].upper() + name[1:] if len(name) > 1 else name)
    if isinstance(node, Memory):
        return _tr("Memory {0}").format(name)
    if isinstance(node, Operation):
        what = dict(operations()).get(node.operation, node.operation)
        return what if name in (node.operation, what) else _tr("{0} · {1}").format(name, what)
    if isinstance(node, Input):
        return _tr("Input {0}").format(name)
    return _tr("Output {0}").format(name) if isinstance(node, Output) else name
