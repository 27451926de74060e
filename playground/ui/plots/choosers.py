"""The small choosers in a plot's header: calm text with a chevron, a real combo box for keyboard and screen reader."""

from functools import lru_cache
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMoveEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from playground.ui.plots.fonts import label_font
from playground.ui.plots.words import tr
from playground.ui.theme import LIGHT, Theme

HEIGHT = 20


class Chooser(QComboBox):
    """`choices`: (data, text) pairs; what was chosen stays chosen as long as it is offered."""

    def __init__(self, name: str, accessible: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setToolTip(accessible)
        self.setFont(label_font())
        self.setProperty("look", "plot")  # lower than the window's other choosers
        self.theme: Theme = LIGHT
        self.part = ""  # of its plot: layer, unit, node …
        self.wanted: object = None  # what a person chose, or a layout; it comes back whenever it is offered
        self.altered = True  # its text, its place or whether it is seen, since its plot placed it
        self._offered: list[tuple[object, str]] = []
        self.activated.connect(self._take)
        self.currentIndexChanged.connect(self._alter)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def offer(self, choices: list[tuple[object, str]]) -> bool:
        """Replace the choices. Returns whether that changed what is chosen. With a single choice it hides."""
        if self.offers(choices):
            return False
        before = was = self.currentData()
        self._offered, self.altered = list(choices), True
        if self.wanted is not None and any(same(data, self.wanted) for data, _ in choices):
            before = next(data for data, _ in choices if same(data, self.wanted))
        self.blockSignals(True)
        self.clear()
        for data, text in choices:
            self.addItem(text, data)
        keep = [index for index, (data, _) in enumerate(choices) if data == before]
        self.setCurrentIndex(keep[0] if keep else (0 if choices else -1))
        self.blockSignals(False)
        self.setVisible(len(choices) > 1)
        return bool(self.currentData() != was)

    def offers(self, choices: list[tuple[object, str]]) -> bool:
        """Whether these are the choices already."""
        return choices == self._offered

    def currentData(self, role: int = Qt.ItemDataRole.UserRole) -> Any:
        """What is chosen, None without choices. Kept here, because plots ask all the time and Qt takes long to say."""
        index = self.currentIndex()
        return self._offered[index][0] if index >= 0 else None

    def setCurrentIndex(self, index: int) -> None:
        """Also where its signals are blocked it is known that it is altered."""
        self.altered = True
        super().setCurrentIndex(index)

    def choose(self, data: object) -> bool:
        """Choose by data. False when it is not offered."""
        for index in range(self.count()):
            if same(self.itemData(index), data):
                self.setCurrentIndex(index)
                self.wanted = self.itemData(index)
                return True
        return False

    def want(self, data: object) -> None:
        """Choose by data as soon as it is offered."""
        if not self.choose(data):
            self.wanted = data

    def _take(self, index: int) -> None:
        self.wanted = self.itemData(index)

    def _alter(self, *_: object) -> None:
        self.altered = True

    def setVisible(self, visible: bool) -> None:
        before = self.isHidden()
        super().setVisible(visible)
        self.altered = self.altered or self.isHidden() != before

    def moveEvent(self, event: QMoveEvent) -> None:
        self.altered = True
        super().moveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.altered = True
        super().resizeEvent(event)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.currentText())
        return QSize(min(150, width + 26), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, HEIGHT)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():  # scrolling past a plot must not change it
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        edge = self.theme.accent if self.hasFocus() else self.theme.border
        painter.setPen(QPen(QColor(edge), 1.0))
        painter.setBrush(QColor(self.theme.field) if self.underMouse() or self.hasFocus() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(QColor(self.theme.text if self.underMouse() else self.theme.muted))
        text = QFontMetrics(self.font()).elidedText(self.currentText(), Qt.TextElideMode.ElideRight, self.width() - 24)
        painter.drawText(self.rect().adjusted(7, 0, -14, 0), Qt.AlignmentFlag.AlignVCenter, text)
        x, y = self.width() - 10.5, self.height() / 2 - 1.0
        painter.drawPolyline([QPointF(x - 3, y), QPointF(x, y + 3), QPointF(x + 3, y)])


@lru_cache(maxsize=16)
def units_text(units: int) -> tuple[tuple[object, str], ...]:
    """The choice among so many units."""
    return tuple((unit, tr("unit {0}").format(unit)) for unit in range(units))


def same(first: object, second: object) -> bool:
    """Whether two choices are the same, also when one of them was in a file, where a pair is a list."""
    return _plain(first) == _plain(second)


def _plain(data: object) -> object:
    return [_plain(part) for part in data] if isinstance(data, tuple | list) else data
