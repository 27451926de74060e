"""What says, over the canvas, that an earlier moment of the training is shown; and leads back."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from playground.ui.session import Session
from playground.ui.style import set_look
from playground.ui.widgets.card import label

MARGIN = 8


class MomentBadge(QFrame):
    """Lies at the bottom of `place`, in its middle, while one looks back. It takes no room from what is under it, so
    that nothing moves when it comes."""

    def __init__(self, session: Session, place: QWidget) -> None:
        super().__init__(place)
        self._session, self._place = session, place
        self.setObjectName("moment")
        self.setProperty("card", "badge")
        self.setAccessibleName(self.tr("An earlier moment is shown"))
        self.text = label("", "value")
        self.text.setObjectName("moment.text")
        self.back = QPushButton(self.tr("Back to live"))
        self.back.setObjectName("moment.live")
        self.back.setAccessibleName(self.tr("Back to live"))
        self.back.setToolTip(self.tr("Show the networks as they are now"))
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(self.back, "link")
        self.back.clicked.connect(session.moments.live)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 4, 1)
        row.setSpacing(4)
        row.addWidget(self.text)
        row.addWidget(self.back)
        place.installEventFilter(self)
        session.moments.looked.connect(self.show_moment)
        session.run_changed.connect(lambda _: self.show_moment())
        self.hide()

    def show_moment(self) -> None:
        """Bring it up to date."""
        moments, state = self._session.moments, self._session.run_state
        if not moments.back:
            if not self.isHidden():
                self.hide()
            return
        words = {
            "training": self.tr("Looking at step {0} – training goes on, at step {1}"),
            "paused": self.tr("Looking at step {0} – the training is paused at step {1}"),
        }
        text = words.get(state.state, self.tr("Looking at step {0} – the training stands at step {1}"))
        self.text.setText(text.format(f"{moments.at:,}", f"{state.step:,}"))
        self._settle()
        self.show()
        self.raise_()

    def _settle(self) -> None:
        size = self.sizeHint()
        width = min(size.width(), self._place.width() - 2 * MARGIN)
        left = (self._place.width() - width) // 2
        self.setGeometry(left, self._place.height() - size.height() - MARGIN, width, size.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._place and event.type() == QEvent.Type.Resize and self.isVisible():
            self._settle()
        return super().eventFilter(watched, event)
