"""Cells of 2018 and after: fewer gates, exponential gates, gates that do not look back."""

from playground.cell.graph import Cell, Init, Output
from playground.cell.library.parts import FROM_H, FROM_X, X, gate, memory, operation

JANET = Cell(
    name="janet",
    label="JANET",
    paper="van der Westhuizen and Lasenby (2018), The unreasonable effectiveness of the forget gate",
    about="An LSTM with nothing but a forget gate, whose biases start spread over lags up to a hundred steps.",
    nodes=(
        X,
        memory("h_prev", "c", "cell"),
        gate("s", "forget", FROM_X, FROM_H, activation="identity", bias=Init("chrono", 100.0)),
        operation("forget", "sigmoid", "s", role="forget"),
        operation("beta", "constant", role="input_gate", label="β = 1", value=1.0),
        operation("lower", "subtract", "s", "beta", role="input_gate"),
        operation("held", "sigmoid", "lower", role="input_gate"),
        operation("input", "one_minus", "held", role="input_gate"),
        gate("candidate", "candidate", FROM_X, FROM_H, activation="tanh"),
        operation("keep", "multiply", "forget", "h_prev", role="forget"),
        operation("write", "multiply", "input", "candidate", role="input_gate"),
        operation("c", "add", "keep", "write", role="cell", label="c"),
        Output("out", sources=("c",)),
    ),
)

SLSTM = Cell(
    name="slstm",
    label="sLSTM",
    paper="Beck et al. (2024), xLSTM: extended long short-term memory",
    about="Exponential gates: the cell can revise what it stored. A running maximum m keeps the exponentials finite.",
    nodes=(
        X,
        memory("h_prev", "h"),
        memory("c_prev", "c", "cell"),
        memory("n_prev", "n", "cell"),
        memory("m_prev", "m", "none"),
        gate("input", "input_gate", FROM_X, FROM_H, activation="identity"),
        gate("forget", "forget", FROM_X, FROM_H, activation="log_sigmoid", bias=1.0),
        gate("candidate", "candidate", FROM_X, FROM_H, activation="tanh"),
        gate("output", "output", FROM_X, FROM_H),
        operation("held", "add", "forget", "m_prev", role="forget"),
        operation("m", "maximum", "input", "held", label="m"),
        operation("i_log", "subtract", "input", "m", role="input_gate"),
        operation("f_log", "subtract", "held", "m", role="forget"),
        operation("i_exp", "exp", "i_log", role="input_gate"),
        operation("f_exp", "exp", "f_log", role="forget"),
        operation("keep", "multiply", "f_exp", "c_prev", role="forget"),
        operation("write", "multiply", "i_exp", "candidate", role="input_gate"),
        operation("c", "add", "keep", "write", role="cell", label="c"),
        operation("weighed", "multiply", "f_exp", "n_prev", role="forget"),
        operation("sum", "add", "weighed", "i_exp", role="cell"),
        operation("one", "constant", label="1", value=1.0),
        operation("n", "maximum", "sum", "one", role="cell", label="n"),
        operation("ratio", "divide", "c", "n", role="cell"),
        operation("h", "multiply", "output", "ratio", role="hidden", label="h"),
        Output("out", sources=("h",)),
    ),
)

MIN_GRU = Cell(
    name="min_gru",
    label="minGRU",
    paper="Feng et al. (2024), Were RNNs all we needed?",
    about="A GRU whose gates see only the input: nothing in a step waits for the step before but one sum.",
    nodes=(
        X,
        memory("h_prev", "h"),
        gate("update", "input_gate", FROM_X),
        gate("candidate", "candidate", FROM_X, activation="identity"),
        operation("rest", "one_minus", "update", role="forget"),
        operation("keep", "multiply", "rest", "h_prev", role="forget"),
        operation("write", "multiply", "update", "candidate", role="input_gate"),
        operation("h", "add", "keep", "write", role="hidden", label="h"),
        Output("out", sources=("h",)),
    ),
)

MIN_LSTM = Cell(
    name="min_lstm",
    label="minLSTM",
    paper="Feng et al. (2024), Were RNNs all we needed?",
    about="An LSTM whose gates see only the input and share what there is to share: f and i add up to 1.",
    nodes=(
        X,
        memory("h_prev", "h"),
        gate("forget", "forget", FROM_X, bias=1.0),
        gate("input", "input_gate", FROM_X),
        gate("candidate", "candidate", FROM_X, activation="identity"),
        operation("both", "add", "forget", "input"),
        operation("f_share", "divide", "forget", "both", role="forget"),
        operation("i_share", "divide", "input", "both", role="input_gate"),
        operation("keep", "multiply", "f_share", "h_prev", role="forget"),
        operation("write", "multiply", "i_share", "candidate", role="input_gate"),
        operation("h", "add", "keep", "write", role="hidden", label="h"),
        Output("out", sources=("h",)),
    ),
)
