"""A label that says the same in more or fewer words, whichever there is room for."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class FittingLabel(QLabel):
    """Shows the first of its texts, from long to short, that fits. Screen readers are told the longest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ("",)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_texts(self, texts: tuple[str, ...]) -> None:
        """From long to short."""
        if texts != self._texts:
            self._texts = texts
            self.setAccessibleDescription(texts[0])
            self.updateGeometry()
            self._choose()

    @property
    def longest(self) -> str:
        return self._texts[0]

    def sizeHint(self) -> QSize:
        return QSize(self._room(self._texts[0]), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._room(text) for text in self._texts), super().minimumSizeHint().height())

    def _room(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 4

    def _choose(self) -> None:
        fitting = [text for text in self._texts if self._room(text) <= self.width()]
        chosen = (fitting or [self._texts[-1]])[0]
        self.setText(chosen)
        self.setToolTip(self._texts[0] if chosen != self._texts[0] else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()
