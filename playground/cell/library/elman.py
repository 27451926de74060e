"""Cells with one loop and no gates, and layers without any loop."""

from playground.cell.graph import Activation, Cell, Init, Output, Wire
from playground.cell.library.parts import FROM_H, FROM_X, H_PREV, X, gate, memory, operation

OUT_H = Output("out", sources=("h",))


def _dense(name: str, label: str, activation: Activation) -> Cell:
    about = "A layer without memory: the same dense map at every step."
    return Cell(name, (X, gate("h", "hidden", FROM_X, activation=activation), OUT_H), label, "", about)


RNN = Cell(
    name="rnn",
    label="RNN",
    paper="Elman (1990), Finding structure in time",
    about="The simplest loop: the new hidden state is a squashed sum of the input and the old hidden state.",
    nodes=(X, H_PREV, gate("h", "hidden", FROM_X, FROM_H, activation="tanh"), OUT_H),
)

RELU_RNN = Cell(
    name="relu_rnn",
    label="ReLU RNN",
    paper="Elman (1990), with the rectifier of Nair and Hinton (2010)",
    about="The simplest loop with a rectifier: nothing saturates, so what does not vanish may explode.",
    nodes=(X, H_PREV, gate("h", "hidden", FROM_X, FROM_H, activation="relu"), OUT_H),
)

IRNN = Cell(
    name="irnn",
    label="IRNN",
    paper="Le, Jaitly and Hinton (2015), A simple way to initialize recurrent networks of rectified linear units",
    about="A ReLU RNN whose recurrent matrix starts as the identity: at first it simply remembers.",
    nodes=(
        X,
        H_PREV,
        gate(
            "h", "hidden", Wire("x", init=Init("normal", 0.1)), Wire("h_prev", init=Init("identity")), activation="relu"
        ),
        OUT_H,
    ),
)

INDRNN = Cell(
    name="indrnn",
    label="IndRNN",
    paper="Li et al. (2018), Independently recurrent neural network",
    about="Every unit remembers only itself: its recurrent matrix is a vector, and its gradient a power of one number.",
    nodes=(
        X,
        H_PREV,
        gate("h", "hidden", FROM_X, Wire("h_prev", kind="diagonal", init=Init("identity")), activation="relu"),
        OUT_H,
    ),
)

SCRN = Cell(
    name="scrn",
    label="SCRN",
    paper="Mikolov et al. (2014), Learning longer memory in recurrent neural networks",
    about="A fast hidden state beside a slow one, which forgets only a twentieth at each step; the output sees both.",
    nodes=(
        X,
        H_PREV,
        memory("s_prev", "s", "cell"),
        gate("context", "candidate", FROM_X, activation="identity", bias=None),
        operation("fresh", "scale", "context", role="input_gate", label="× 0.05", value=0.05),
        operation("kept", "scale", "s_prev", role="forget", label="× 0.95", value=0.95),
        operation("s", "add", "kept", "fresh", role="cell", label="s"),
        gate("h", "hidden", FROM_X, FROM_H, Wire("s")),
        Output("out", sources=("h", "s")),
    ),
)

EMBEDDING = Cell(
    name="embedding",
    label="Embedding",
    paper="Bengio et al. (2003), A neural probabilistic language model",
    about="A vector of its own for every symbol: a matrix without bias, met by inputs of which just one is 1.",
    nodes=(
        X,
        gate("h", "hidden", Wire("x", init=Init("normal", 1.0)), activation="identity", bias=None),
        OUT_H,
    ),
)

DENSE_TANH = _dense("dense_tanh", "Dense tanh", "tanh")
DENSE_RELU = _dense("dense_relu", "Dense ReLU", "relu")
