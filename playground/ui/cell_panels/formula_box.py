"""Equations, typeset."""

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget


class FormulaBox(QFrame):
    """Equations, typeset, on a quiet ground. The text can be copied."""

    def __init__(self, name: str, size: int = 15, centre: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("formula", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 9, 10, 9)
        self.text = QLabel()
        self.text.setObjectName(f"{name}.text")
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if centre:
            self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = self.text.font()
        font.setPixelSize(size)
        self.text.setFont(font)
        column.addWidget(self.text)

    def show_formulas(self, html: list[str], plain: list[str]) -> None:
        """Rich text, and the same as plain text for screen readers."""
        lines = "".join(f'<p style="margin: 2px 0 2px 0">{line}</p>' for line in html)
        if lines != self.text.property("shown"):
            self.text.setProperty("shown", lines)
            self.text.setText(lines)
            self.setAccessibleName("; ".join(plain))
        self.setVisible(bool(html))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as the lines are at this width; a label of rich text does not tell its layout in time."""
        measure = QTextDocument()
        measure.setDocumentMargin(0)
        measure.setDefaultFont(self.text.font())
        measure.setHtml(self.text.text())
        measure.setTextWidth(max(min(self.width(), self.maximumWidth()) - 20, 60))
        self.text.setFixedHeight(math.ceil(measure.size().height()) + 2)
