"""The inspector when nothing is selected: the experiment itself."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from playground.experiment.edits import SetValue
from playground.ui.inspector.form import Form
from playground.ui.session import Session
from playground.ui.widgets.card import label


class AboutField(QPlainTextEdit):
    """A few sentences, taken with Ctrl+Enter or a click elsewhere."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("experiment.about")
        self.setAccessibleName(self.tr("About this experiment"))
        self.setPlaceholderText(self.tr("What is this experiment about?"))
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # a file dropped here is for the window
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # the page scrolls, never a box in it
        self.textChanged.connect(self._fit)

    def refresh(self) -> None:
        if not self.hasFocus() and self.toPlainText() != self._session.experiment.about:
            self.setPlainText(self._session.experiment.about)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as the text; a plain text's layout counts in lines."""
        lines = max(3, round(self.document().documentLayout().documentSize().height()))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 18)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._take()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._take()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        if self.toPlainText() != self._session.experiment.about:
            self._session.apply(SetValue("about", self.toPlainText()))


class ExperimentPage(Form):
    """Name, seed, and a text for people."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)

        def rename(text: str) -> object:
            return session.try_apply(SetValue("name", text.strip() or "Untitled"))

        name = self.text(
            "experiment.name",
            self.tr("name"),
            lambda: session.experiment.name,
            rename,  # type: ignore[arg-type]
            self.tr("What the title says"),
        )
        name.field.setFixedWidth(176)
        self.number(
            "seed",
            self.tr("seed"),
            self.tr("All randomness comes from this number: the same file and seed give the same bits"),
            whole=True,
            low=0,
        )
        self.column.addSpacing(4)
        self.add(label(self.tr("about"), "muted"))
        self.about = AboutField(session)
        self.add(self.about)
        self._refreshers.append(self.about.refresh)
        self.about.refresh()
        self.note(
            lambda: self.tr("Select a sequence, a network or a layer on the canvas to see its settings here."), "small"
        )
