"""One plot in its dock: the strip to move it by, its buttons, and the full screen."""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.ui.plots import Plot
from playground.ui.widgets.elided import ElidedLabel

GRIP = 8
BUTTON = 17  # px


class Grip(QWidget):
    """The title bar of a dock: a thin strip to drag it by. A floating dock gets its name and a button to close it."""

    def __init__(self, dock: "PlotDock") -> None:
        super().__init__(dock)
        self._dock = dock
        self.setObjectName(f"{dock.objectName()}.grip")
        self.setAccessibleName(self.tr("Move {0}").format(dock.windowTitle()))
        self.setToolTip(self.tr("Drag to move this plot, double-click to take it out of the window"))
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 4, 0)
        self._title = ElidedLabel(dock.plot.title)
        self._close = QToolButton()
        self._close.setText("×")
        self._close.setProperty("look", "quiet")
        self._close.setObjectName(f"{dock.objectName()}.grip.close")
        self._close.setAccessibleName(self.tr("Close {0}").format(dock.plot.title))
        self._close.setToolTip(self._close.accessibleName())
        self._close.clicked.connect(dock.close)
        row.addWidget(self._title, 1)
        row.addWidget(self._close)
        self.set_floating(False)

    def set_floating(self, floating: bool) -> None:
        self._title.setVisible(floating)
        self._close.setVisible(floating)
        self.setFixedHeight(28 if floating else GRIP)

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._dock.isFloating() or not self.underMouse():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for place in (-8, 0, 8):
            painter.drawEllipse(self.width() // 2 + place, GRIP // 2 - 1, 3, 3)


class PlotButton(QAbstractButton):
    """A small button in a plot's corner: three dots, or a cross. It is drawn while the plot is used."""

    def __init__(self, name: str, text: str, plot: Plot, parent: QWidget) -> None:
        super().__init__(parent)
        self._plot = plot
        self.setObjectName(f"{plot.objectName()}.{name}")
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.setFixedSize(BUTTON, BUTTON)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cross = name == "close"

    def paintEvent(self, event: QPaintEvent) -> None:
        if not (self._plot.underMouse() or self.hasFocus()):
            return
        theme, painter = self._plot.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.field), 1.0))
            painter.setBrush(QColor(theme.field))
            painter.drawRoundedRect(box, 4, 4)
        colour = QColor(theme.text if self.underMouse() else theme.muted)
        middle = box.center()
        if self._cross:
            painter.setPen(QPen(colour, 1.3))
            painter.drawLine(round(middle.x()) - 3, round(middle.y()) - 3, round(middle.x()) + 3, round(middle.y()) + 3)
            painter.drawLine(round(middle.x()) - 3, round(middle.y()) + 3, round(middle.x()) + 3, round(middle.y()) - 3)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for place in (-4.0, 0.0, 4.0):
            painter.drawEllipse(QRectF(middle.x() + place - 1.1, middle.y() - 1.1, 2.2, 2.2))


class Corner(QWidget):
    """The buttons at the top right of a plot: its menu, and closing it."""

    def __init__(self, dock: "PlotDock") -> None:
        super().__init__(dock.plot)
        self._plot = dock.plot
        title = dock.plot.title
        self.menu = PlotButton("more", self.tr("What can be done with “{0}”").format(title), dock.plot, self)
        self.menu.clicked.connect(self._show_menu)
        self.close_button = PlotButton("close", self.tr("Close “{0}”").format(title), dock.plot, self)
        self.close_button.clicked.connect(dock.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 1, 0, 0)
        row.setSpacing(0)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.addWidget(self.menu)
        row.addWidget(self.close_button)
        dock.plot.installEventFilter(self)

    def _show_menu(self) -> None:
        self._plot.show_menu(self.menu.mapTo(self._plot, self.menu.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        return QSize(2 * BUTTON + 2, BUTTON + 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.menu.update()
            self.close_button.update()
        return False


class FullScreen(QWidget):
    """A plot alone on the screen. F11, Escape, or a double click on its title bring it back."""

    left = Signal()

    def __init__(self, dock: "PlotDock") -> None:
        super().__init__(dock.window(), Qt.WindowType.Window)
        self.setObjectName(f"{dock.objectName()}.screen")
        self.setWindowTitle(dock.plot.title)
        self.setAccessibleName(dock.plot.title)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(8, 8, 8, 8)
        inside.addWidget(dock.plot)
        leave = QAction(self.tr("Leave the full screen"), self)
        leave.setShortcuts([QKeySequence("F11"), QKeySequence("Escape")])
        leave.triggered.connect(self.left)
        self.addAction(leave)
        for action in dock.window().findChildren(QAction):  # Space trains here too
            if action.objectName().startswith("train."):
                self.addAction(action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_F11, Qt.Key.Key_Escape):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The system closes it: the plot goes back, it does not vanish."""
        self.left.emit()
        event.accept()


class PlotDock(QDockWidget):
    """One plot in its card. `closed`: a person closed it."""

    closed = Signal()

    def __init__(self, plot: Plot, parent: QWidget | None = None) -> None:
        super().__init__(plot.short_title, parent)
        self.plot = plot
        self.screen_window: FullScreen | None = None
        self.setObjectName(f"dock.{plot.id}")
        self.setAccessibleName(plot.title)
        frame = QFrame()
        frame.setProperty("card", "true")
        self._inside = QVBoxLayout(frame)
        self._inside.setContentsMargins(1, 1, 1, 1)
        self._inside.addWidget(plot)
        self.setWidget(frame)
        self._grip = Grip(self)
        self.setTitleBarWidget(self._grip)
        self.topLevelChanged.connect(self._grip.set_floating)
        self._corner = Corner(self)
        plot.set_corner(self._corner)
        plot.chart.titled.connect(self.toggle_full_screen)

    @property
    def on_screen(self) -> bool:
        """Whether the plot has the whole screen."""
        return self.screen_window is not None

    def toggle_full_screen(self) -> None:
        """Let the plot have the whole screen, or take it back."""
        if self.screen_window is None:
            self.screen_window = FullScreen(self)
            self.screen_window.left.connect(self._take_back)
            self.screen_window.showFullScreen()
            self.plot.setFocus()
        else:
            self._take_back()

    def _take_back(self) -> None:
        screen, self.screen_window = self.screen_window, None
        if screen is not None:
            self._inside.addWidget(self.plot)
            self.plot.show()
            screen.hide()
            screen.deleteLater()
            self.plot.setFocus()

    def toggle_floating(self) -> None:
        """Out of the window, or back into it."""
        self.setFloating(not self.isFloating())

    def closeEvent(self, event: QCloseEvent) -> None:
        self._take_back()
        super().closeEvent(event)
        self.closed.emit()
