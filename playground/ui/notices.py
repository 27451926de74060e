"""Messages with ways out, in a bar under the transport. Nothing here blocks and nothing is lost by waiting."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from playground.ui.state import Notice
from playground.ui.widgets.card import label

INFO_MS = 9000
MOST = 3


class NoticeFrame(QFrame):
    """One message."""

    def __init__(self, notice: Notice, close: Callable[["NoticeFrame"], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setObjectName("notice")
        self.setProperty("notice", notice.level)
        self.setAccessibleName(notice.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(15, 5, 8, 5)
        row.setSpacing(8)
        words = {"info": self.tr("Note"), "warning": self.tr("Please look"), "error": self.tr("This did not work")}
        head = label(words[notice.level], f"notice {notice.level}")
        self.text = label(notice.text, "value", wrap=True)
        self.text.setObjectName("notice.text")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(head, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        self.buttons: list[QPushButton] = []
        for number, (name, act) in enumerate(notice.actions):
            button = QPushButton(name)
            button.setObjectName(f"notice.action{number}")
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self._acting(act, close))
            row.addWidget(button)
            self.buttons.append(button)
        leave = QToolButton()
        leave.setObjectName("notice.close")
        leave.setText("×")
        leave.setProperty("look", "quiet")
        leave.setAccessibleName(self.tr("Close this message"))
        leave.setToolTip(self.tr("Close this message"))
        leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        leave.clicked.connect(lambda: close(self))
        row.addWidget(leave)

    def _acting(self, act: Callable[[], object], close: Callable[["NoticeFrame"], None]) -> Callable[[], None]:
        def run() -> None:
            close(self)
            act()

        return run


class NoticeBar(QWidget):
    """The latest few messages, the newest on top. The same text appears once; notes go away by themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notices")
        self.setAccessibleName(self.tr("Messages"))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.frames: list[NoticeFrame] = []
        self.hide()

    @property
    def notices(self) -> list[Notice]:
        """What is shown, the newest first."""
        return [frame.notice for frame in self.frames]

    def show_notice(self, notice: Notice) -> None:
        """Put a message on top."""
        for frame in [frame for frame in self.frames if frame.notice.text == notice.text]:
            self._close(frame)
        frame = NoticeFrame(notice, self._close, self)
        self.frames.insert(0, frame)
        self.column.insertWidget(0, frame)
        for old in self.frames[MOST:]:
            self._close(old)
        self.show()
        if notice.level == "info":
            QTimer.singleShot(INFO_MS, frame, lambda: self._close(frame))

    def _close(self, frame: NoticeFrame) -> None:
        if frame in self.frames:
            self.frames.remove(frame)
            self.column.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
        self.setVisible(bool(self.frames))
