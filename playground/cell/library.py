"""The cells that ship, as data: nodes and wires, nothing else. There is no hand-written recurrence anywhere."""

from playground.cell.graph import Activation, Cell, Gate, Init, Input, Memory, Operation, Output, Role, Wire

X = Input("x", label="x", role="input")
FULL_X, FULL_H = Wire("x"), Wire("h_prev")


def _h_prev(source: str = "h") -> Memory:
    return Memory("h_prev", label="h₋", role="hidden", source=source)


def _gate(id: str, role: Role, *wires: Wire, activation: Activation = "sigmoid", bias: float = 0.0) -> Gate:
    start = Init("constant", bias) if bias else Init("zeros")
    return Gate(id, label=id.replace("_", " "), role=role, wires=wires, activation=activation, bias=start)


def _operation(id: str, operation: str, *sources: str, role: Role = "none", label: str = "") -> Operation:
    return Operation(id, label=label, role=role, operation=operation, sources=sources)  # type: ignore[arg-type]


def _elman(name: str, label: str, activation: Activation) -> Cell:
    return Cell(
        name=name,
        label=label,
        paper="Elman (1990), Finding structure in time",
        about="The simplest loop: the new hidden state is a squashed sum of the input and the old hidden state.",
        nodes=(X, _h_prev(), _gate("h", "hidden", FULL_X, FULL_H, activation=activation), Output("out", sources=("h",))),
    )


def _dense(name: str, label: str, activation: Activation) -> Cell:
    return Cell(
        name=name,
        label=label,
        about="A layer without memory: the same dense map at every step.",
        nodes=(X, _gate("h", "hidden", FULL_X, activation=activation), Output("out", sources=("h",))),
    )


LSTM = Cell(
    name="lstm",
    label="LSTM",
    paper="Hochreiter and Schmidhuber (1997); forget gate by Gers, Schmidhuber and Cummins (2000)",
    about="A cell state that is only multiplied by the forget gate and added to, so that the error can flow back unharmed.",
    nodes=(
        X,
        _h_prev(),
        Memory("c_prev", label="c₋", role="cell", source="c"),
        _gate("input", "input_gate", FULL_X, FULL_H),
        _gate("forget", "forget", FULL_X, FULL_H, bias=1.0),
        _gate("candidate", "candidate", FULL_X, FULL_H, activation="tanh"),
        _gate("output", "output", FULL_X, FULL_H),
        _operation("write", "multiply", "input", "candidate", role="input_gate"),
        _operation("keep", "multiply", "forget", "c_prev", role="forget"),
        _operation("c", "add", "keep", "write", role="cell", label="c"),
        _operation("squash", "tanh", "c", role="cell"),
        _operation("h", "multiply", "output", "squash", role="hidden", label="h"),
        Output("out", sources=("h",)),
    ),
)

_GRU_END = (
    _operation("keep", "multiply", "update", "h_prev", role="forget"),
    _operation("fresh", "one_minus", "update", role="input_gate"),
    _operation("write", "multiply", "fresh", "candidate", role="input_gate"),
    _operation("h", "add", "keep", "write", role="hidden", label="h"),
    Output("out", sources=("h",)),
)

GRU = Cell(
    name="gru",
    label="GRU",
    paper="Cho et al. (2014), with the reset after the product as in cuDNN and PyTorch",
    about="Two gates and one state: the update gate keeps or replaces, the reset gate hides the past from the candidate.",
    nodes=(
        X,
        _h_prev(),
        _gate("reset", "output", FULL_X, FULL_H),
        _gate("update", "forget", FULL_X, FULL_H),
        _gate("past", "hidden", FULL_H, activation="identity"),
        _operation("heard", "multiply", "reset", "past", role="hidden"),
        _gate("candidate", "candidate", FULL_X, Wire("heard", kind="identity"), activation="tanh"),
        *_GRU_END,
    ),
)

GRU_2014 = Cell(
    name="gru_2014",
    label="GRU 2014",
    paper="Cho et al. (2014), Learning phrase representations using RNN encoder-decoder",
    about="The first GRU: the reset gate acts on the state before the product, so a step has two products, one after the other.",
    nodes=(
        X,
        _h_prev(),
        _gate("reset", "output", FULL_X, FULL_H),
        _gate("update", "forget", FULL_X, FULL_H),
        _operation("heard", "multiply", "reset", "h_prev", role="hidden"),
        _gate("candidate", "candidate", FULL_X, Wire("heard"), activation="tanh"),
        *_GRU_END,
    ),
)

LIBRARY: dict[str, Cell] = {
    cell.name: cell
    for cell in (
        _elman("rnn", "RNN", "tanh"),
        _elman("relu_rnn", "ReLU RNN", "relu"),
        LSTM,
        GRU,
        GRU_2014,
        _dense("dense_tanh", "Dense tanh", "tanh"),
        _dense("dense_relu", "Dense ReLU", "relu"),
    )
}
