"""Gated cells whose only memory is the hidden state."""

from playground.cell.graph import Cell, Output, Wire
from playground.cell.library.parts import FROM_H, FROM_X, H_PREV, X, gate, operation

OUT_H = Output("out", sources=("h",))
HEARD = operation("heard", "multiply", "reset", "h_prev", role="hidden")
KEEP = operation("keep", "multiply", "update", "h_prev", role="forget")
FRESH = operation("fresh", "one_minus", "update", role="input_gate")
WRITE = operation("write", "multiply", "fresh", "candidate", role="input_gate")
H = operation("h", "add", "keep", "write", role="hidden", label="h")

GRU = Cell(
    name="gru",
    label="GRU",
    paper="Cho et al. (2014), with the reset after the product as in cuDNN and PyTorch",
    about="One state, two gates: the update gate keeps or replaces, the reset gate hides the past from the candidate.",
    nodes=(
        X,
        H_PREV,
        gate("reset", "output", FROM_X, FROM_H),
        gate("update", "forget", FROM_X, FROM_H),
        gate("past", "hidden", FROM_H, activation="identity"),
        operation("heard", "multiply", "reset", "past", role="hidden"),
        gate("candidate", "candidate", FROM_X, Wire("heard", kind="identity"), activation="tanh"),
        KEEP,
        FRESH,
        WRITE,
        H,
        OUT_H,
    ),
)

GRU_2014 = Cell(
    name="gru_2014",
    label="GRU 2014",
    paper="Cho et al. (2014), Learning phrase representations using RNN encoder-decoder",
    about="The first GRU: the reset gate acts before the product, so a step has two products, one after the other.",
    nodes=(
        X,
        H_PREV,
        gate("reset", "output", FROM_X, FROM_H),
        gate("update", "forget", FROM_X, FROM_H),
        HEARD,
        gate("candidate", "candidate", FROM_X, Wire("heard"), activation="tanh"),
        KEEP,
        FRESH,
        WRITE,
        H,
        OUT_H,
    ),
)

MGU = Cell(
    name="mgu",
    label="MGU",
    paper="Zhou et al. (2016), Minimal gated unit for recurrent neural networks",
    about="One gate does it all: it forgets, and it decides what of the past the candidate hears.",
    nodes=(
        X,
        H_PREV,
        gate("forget", "forget", FROM_X, FROM_H),
        operation("heard", "multiply", "forget", "h_prev", role="hidden"),
        gate("candidate", "candidate", FROM_X, Wire("heard"), activation="tanh"),
        operation("fresh", "one_minus", "forget", role="forget"),
        operation("keep", "multiply", "fresh", "h_prev", role="forget"),
        operation("write", "multiply", "forget", "candidate", role="input_gate"),
        H,
        OUT_H,
    ),
)

# What the three cells found by search share: h = candidate ⊙ z + h₋ ⊙ (1 - z)
_MIX = (
    operation("write", "multiply", "update", "candidate", role="input_gate"),
    operation("rest", "one_minus", "update", role="forget"),
    operation("keep", "multiply", "rest", "h_prev", role="forget"),
    H,
    OUT_H,
)
_SEARCH = "Jozefowicz, Zaremba and Sutskever (2015), An empirical exploration of recurrent network architectures"

MUT1 = Cell(
    name="mut1",
    label="MUT1",
    paper=_SEARCH,
    about="Found by search: the update gate sees the input only, and the candidate sees it squashed.",
    nodes=(
        X,
        H_PREV,
        gate("update", "forget", FROM_X),
        gate("reset", "output", FROM_X, FROM_H),
        HEARD,
        # the paper adds tanh(x) itself, which needs as many inputs as units; here a matrix comes before
        gate("projection", "input", FROM_X, activation="tanh", bias=None),
        gate("candidate", "candidate", Wire("heard"), Wire("projection", kind="identity"), activation="tanh"),
        *_MIX,
    ),
)

MUT2 = Cell(
    name="mut2",
    label="MUT2",
    paper=_SEARCH,
    about="Found by search: close to a GRU, with the roles of its two gates exchanged.",
    nodes=(
        X,
        H_PREV,
        gate("update", "forget", FROM_X, FROM_H),
        gate("reset", "output", FROM_X, FROM_H),
        HEARD,
        gate("candidate", "candidate", FROM_X, Wire("heard"), activation="tanh"),
        *_MIX,
    ),
)

MUT3 = Cell(
    name="mut3",
    label="MUT3",
    paper=_SEARCH,
    about="Found by search: the update gate sees the past through another squashing function.",
    nodes=(
        X,
        H_PREV,
        operation("squashed", "tanh", "h_prev", role="hidden"),
        gate("update", "forget", FROM_X, Wire("squashed")),
        gate("reset", "output", FROM_X, FROM_H),
        HEARD,
        gate("candidate", "candidate", FROM_X, Wire("heard"), activation="tanh"),
        *_MIX,
    ),
)
