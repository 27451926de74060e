"""The questions that the window asks. Tests put answers into `Dialogs` in place of a person."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

Answer = Literal["save", "discard", "cancel"]


class Dialogs(QObject):
    """`preset`: answers by question ("open", "save", "feed", "folder", "unsaved"); what is
    answered there is not asked."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.preset: dict[str, object] = {}

    def ask_open(self, folder: Path) -> Path | None:
        """Which experiment to open; None: none."""
        return self._file(
            "open", self.tr("Open an experiment"), folder, self.tr("Experiments (*.experiment.json *.json)")
        )

    def ask_feed(self, folder: Path) -> Path | None:
        """Which table or text to feed; None: none."""
        kinds = self.tr("Tables and texts (*.csv *.tsv *.txt *.md);;All files (*)")
        return self._file("feed", self.tr("Feed a CSV or text file"), folder, kinds)

    def ask_save(self, suggestion: Path) -> Path | None:
        """Where to save; None: nowhere."""
        if "save" in self.preset:
            return self._preset_path("save")
        kinds = self.tr("Experiments (*.experiment.json)")
        name, _ = QFileDialog.getSaveFileName(self._window, self.tr("Save the experiment"), str(suggestion), kinds)
        return Path(name) if name else None

    def ask_folder(self, folder: Path) -> Path | None:
        """Into which folder to write."""
        if "folder" in self.preset:
            return self._preset_path("folder")
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Export everything into"), str(folder))
        return Path(name) if name else None

    def ask_unsaved(self, name: str) -> Answer:
        """What to do with changes that are not saved."""
        if "unsaved" in self.preset:
            return self.preset["unsaved"]  # type: ignore[return-value]
        box = QMessageBox(self._window)
        box.setObjectName("dialog.unsaved")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(self.tr("Save the changes to “{0}”?").format(name))
        box.setInformativeText(self.tr("Without saving they are gone."))
        save = box.addButton(self.tr("Save"), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(self.tr("Discard"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(save)
        box.exec()
        if box.clickedButton() is save:
            return "save"
        return "discard" if box.clickedButton() is discard else "cancel"

    def _file(self, question: str, title: str, folder: Path, kinds: str) -> Path | None:
        if question in self.preset:
            return self._preset_path(question)
        name, _ = QFileDialog.getOpenFileName(self._window, title, str(folder), kinds)
        return Path(name) if name else None

    def _preset_path(self, question: str) -> Path | None:
        answer = self.preset[question]
        return Path(str(answer)) if answer else None
