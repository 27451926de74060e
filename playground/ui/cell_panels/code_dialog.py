"""Show the code: what the compiler wrote for the open cell, to read, to copy, and to keep."""

from collections.abc import Callable

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from playground.ui.cell_panels.highlight import PythonHighlighter
from playground.ui.session import Session
from playground.ui.widgets.card import label


class CodeDialog(QDialog):
    """A window that does not block. The text stays as it was when it was opened."""

    def __init__(
        self, session: Session, title: str, source: str, save: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("dialog.code")
        self.setWindowTitle(self.tr("The code of {0}").format(title))
        self.resize(880, 640)
        self.source = source
        self.view = QPlainTextEdit(source)
        self.view.setObjectName("code.view")
        self.view.setAccessibleName(self.tr("NumPy source of the cell"))
        self.view.setReadOnly(True)
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(12)
        self.view.setFont(font)
        self.highlighter = PythonHighlighter(self.view.document(), session.theme)
        session.theme_changed.connect(self.highlighter.set_theme)
        about = self.tr("It runs on its own, with NumPy alone, and checks one of its gradients.")
        buttons = QHBoxLayout()
        for name, text, act in (
            ("code.copy", self.tr("Copy"), lambda: QGuiApplication.clipboard().setText(self.source)),
            ("code.save", self.tr("Save…"), save),
        ):
            buttons.addWidget(self._button(name, text, act))
        buttons.addStretch(1)
        buttons.addWidget(self._button("code.close", self.tr("Close"), self.close))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(label(f"{title}. {about}", "muted", wrap=True))
        column.addWidget(self.view, 1)
        column.addLayout(buttons)

    def _button(self, name: str, text: str, act: Callable[[], object]) -> QPushButton:
        made = QPushButton(text)
        made.setObjectName(name)
        made.setAccessibleName(text)
        made.clicked.connect(lambda _=False: act())
        return made
