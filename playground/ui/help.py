"""What the Help menu says."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.ui.widgets.card import label


def _tr(text: str) -> str:
    return QCoreApplication.translate("Help", text)


def keys() -> list[tuple[str, str]]:
    """Every key that works everywhere in the window, and what it does."""
    return [
        (_tr("Space"), _tr("train, or pause")),
        ("→", _tr("one training step")),
        ("R", _tr("back to step 0 and the same initial weights")),
        ("Ctrl+Z", _tr("undo the last edit")),
        ("Ctrl+Shift+Z", _tr("redo it")),
        ("Ctrl+S", _tr("save the experiment")),
        ("Ctrl+O", _tr("open an experiment")),
        (_tr("Delete"), _tr("remove what is selected")),
        (_tr("Escape"), _tr("out of a cell; select nothing; leave a field without a change")),
        ("I", _tr("on the canvas: look inside the cell of the selected layer (also Ctrl+Enter)")),
        ("X", _tr("inside a cell: clamp the chosen node at the step that is looked at, or block the chosen wire")),
        ("Ctrl+I", _tr("the list of interventions")),
        ("F11", _tr("the plot that is used in full screen, and back (also a double click on its title)")),
        ("+ − 0", _tr("in a plot: zoom along x, show everything; , and . move (also wheel, Ctrl+wheel, Shift+drag)")),
        ("↑ ↓", _tr("in a number: more or less; with Shift ten times as much")),
        (_tr("Enter"), _tr("in the palette: add; in a field: take what was typed")),
        (_tr("Tab"), _tr("to the next panel, field or plot")),
        ("F1", _tr("then a click on anything: what it is")),
    ]


class KeysDialog(QDialog):
    """The keys, in a small window that does not block."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dialog.keys")
        self.setWindowTitle(_tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        for place, (key, what) in enumerate(keys()):
            name: QLabel = label(key, "title")
            grid.addWidget(name, place, 0)
            grid.addWidget(label(what, "muted"), place, 1)
        column.addLayout(grid)
        close = QPushButton(_tr("Close"))
        close.setObjectName("dialog.keys.close")
        close.clicked.connect(self.accept)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
