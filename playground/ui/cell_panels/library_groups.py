"""In which order the palette shows the library: the cells that people know first, the others in groups."""

from PySide6.QtCore import QCoreApplication

from playground.cell.graph import Cell, Memory
from playground.cell.library import LIBRARY

KNOWN = ("rnn", "lstm", "lstm_1997", "gru", "peephole", "cifg", "mgu", "slstm", "indrnn")


def has_memory(cell: Cell) -> bool:
    """Whether it is a recurrent cell; the others are layers."""
    return any(isinstance(node, Memory) for node in cell.nodes)


def known_first() -> list[Cell]:
    """The cells that stand in the palette at once."""
    return [LIBRARY[name] for name in KNOWN if name in LIBRARY]


def groups() -> list[tuple[str, list[Cell]]]:
    """(title, cells) of the others; what belongs to no group comes last."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Library", text)

    named = [
        (tr("LSTM family"), ("lstm_1997_blocks", "nig", "nfg", "nog", "niaf", "noaf", "fgr", "janet", "min_lstm")),
        (tr("GRU family"), ("gru_2014", "mut1", "mut2", "mut3", "min_gru")),
        (tr("Without gates"), ("relu_rnn", "irnn", "scrn")),
    ]
    taken = {*KNOWN, *(name for _, names in named for name in names)}
    others = [cell for cell in LIBRARY.values() if cell.name not in taken and has_memory(cell)]
    found = [(title, [LIBRARY[name] for name in names if name in LIBRARY]) for title, names in named]
    return [(title, cells) for title, cells in [*found, (tr("Others"), others)] if cells]


def layers() -> list[Cell]:
    """Cells without a memory."""
    return [cell for cell in LIBRARY.values() if not has_memory(cell)]
