"""The cells that ship, as data: nodes and wires, nothing else. There is no hand-written recurrence anywhere."""

from playground.cell.graph import Cell
from playground.cell.library import elman, gru, lstm, modern

LIBRARY: dict[str, Cell] = {
    cell.name: cell
    for cell in (
        elman.RNN,
        lstm.LSTM,
        lstm.LSTM_1997,
        gru.GRU,
        lstm.PEEPHOLE,
        lstm.CIFG,
        gru.MGU,
        modern.SLSTM,
        elman.INDRNN,
        elman.RELU_RNN,
        elman.IRNN,
        elman.SCRN,
        lstm.LSTM_1997_BLOCKS,
        lstm.NIG,
        lstm.NFG,
        lstm.NOG,
        lstm.NIAF,
        lstm.NOAF,
        lstm.FGR,
        gru.GRU_2014,
        gru.MUT1,
        gru.MUT2,
        gru.MUT3,
        modern.JANET,
        modern.MIN_GRU,
        modern.MIN_LSTM,
        elman.DENSE_TANH,
        elman.DENSE_RELU,
        elman.EMBEDDING,
    )
}
