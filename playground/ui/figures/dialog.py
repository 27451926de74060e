"""The export dialog: where to, in which format, how large, on what background."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.errors import BadInput
from playground.export.catalogue import FORMATS
from playground.ui.figures import render, title_of
from playground.ui.state import Notice


class ExportDialog(QDialog):
    """`thing`: a plot, or a panel with a graphics view. `written(path)` tells when a figure has been written; what goes
    wrong is said in the dialog, which then stays open."""

    written = Signal(object)
    last_folder: Path | None = None  # for the next dialog of this window

    def __init__(self, parent: QWidget | None, thing: Any, format: str = "svg") -> None:
        super().__init__(parent)
        self._thing = thing
        self.setObjectName("export.dialog")
        self.setWindowTitle(self.tr("Export {0}").format(title_of(thing)))
        self.setAccessibleName(self.windowTitle())
        self.format = QComboBox()
        for name in FORMATS:
            if name != "csv" or hasattr(thing, "export_data"):
                self.format.addItem(name.upper(), name)
        self.format.setCurrentIndex(max(0, self.format.findData(format)))
        self.scale = QDoubleSpinBox()
        self.scale.setRange(0.5, 16.0)
        self.scale.setSingleStep(0.5)
        self.scale.setDecimals(1)
        self.scale.setValue(2.0)
        self.scale.setPrefix("× ")
        self.background = QComboBox()
        for name, text in (
            ("theme", self.tr("as on the screen")),
            ("white", self.tr("white")),
            ("transparent", self.tr("transparent")),
        ):
            self.background.addItem(text, name)
        self.path = QLineEdit(str(self._suggested()))
        self.browse = QPushButton(self.tr("Browse…"))
        self.browse.clicked.connect(self._browse)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setVisible(False)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self.buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self.export)
        self.buttons.rejected.connect(self.reject)
        self._arrange()
        self.format.currentIndexChanged.connect(self._format_changed)
        self._format_changed()

    def _arrange(self) -> None:
        place = QHBoxLayout()
        place.addWidget(self.path, 1)
        place.addWidget(self.browse)
        form = QFormLayout()
        for name, text, field in (
            ("format", self.tr("&Format"), self.format),
            ("scale", self.tr("&Pixels per screen pixel"), self.scale),
            ("background", self.tr("&Background"), self.background),
        ):
            field.setObjectName(f"export.{name}")
            field.setAccessibleName(text.replace("&", ""))
            form.addRow(text, field)
        label = QLabel(self.tr("F&ile"))
        label.setBuddy(self.path)
        form.addRow(label, place)
        for widget, name, text in (
            (self.path, "export.path", self.tr("File to write")),
            (self.browse, "export.browse", self.tr("Choose the file")),
            (self.message, "export.message", self.tr("What went wrong")),
            (self.export_button, "export.write", self.tr("Write the figure")),
        ):
            widget.setObjectName(name)
            widget.setAccessibleName(text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(self.message)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(480)

    def _suggested(self) -> Path:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        folder = self.last_folder or getattr(getattr(self._thing, "session", None), "folder", None)
        name = str(getattr(self._thing, "name", "") or title_of(self._thing) or "figure").lower().replace(" ", "-")
        return (folder or Path(documents or Path.home())) / f"{name}.{self.format.currentData()}"

    def _format_changed(self) -> None:
        format = self.format.currentData()
        self.scale.setEnabled(format == "png")
        self.background.setEnabled(format != "csv")
        path = Path(self.path.text())
        if path.suffix.lower().lstrip(".") in FORMATS:
            self.path.setText(str(path.with_suffix(f".{format}")))

    def _browse(self) -> None:
        name = self.format.currentText()
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.windowTitle(), self.path.text(), f"{name} (*.{self.format.currentData()})"
        )
        if chosen:
            self.path.setText(chosen)

    def export(self) -> Path | None:
        """Write the figure and close; on bad input say so and stay."""
        path, format = Path(self.path.text().strip()).expanduser(), self.format.currentData()
        try:
            if not path.name:
                raise BadInput(self.tr("file"), self.tr("no name is given"), self.tr("choose a file"))
            path = path if path.suffix else path.with_suffix(f".{format}")
            made = render(self._thing, path, format, self.scale.value(), self.background.currentData())
        except BadInput as problem:
            self.message.setText(str(problem))
            self.message.setVisible(True)
            return None
        type(self).last_folder = made.parent
        self.written.emit(made)
        session = getattr(self._thing, "session", None)
        if session is not None:
            session.notice.emit(Notice("info", self.tr("The figure is in {0}.").format(made)))
        self.accept()
        return made


def export_dialog(parent: QWidget | None, thing: Any, format: str = "svg") -> ExportDialog:
    """Open the dialog for a plot or the canvas. It is modal to its window and does not block."""
    dialog = ExportDialog(parent, thing, format)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
