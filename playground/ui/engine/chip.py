"""The button in the transport bar that says what computes; its menu changes it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from playground.ui.engine.menu import EngineMenu
from playground.ui.engine.words import name_of
from playground.ui.session import Session


class EngineChip(QToolButton):
    """Text: the engine. Tooltip and description: why it is this one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("transport.engine")
        self.setProperty("look", "quiet")
        self.setProperty("chip", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take Space away from Play
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.menu_of_engines = EngineMenu(session, True, self)
        self.setMenu(self.menu_of_engines)
        session.engine.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """In words of now."""
        engine = self._session.engine
        name = name_of(engine.chosen.engine) if engine.chosen else self.tr("engine")
        self.setText(f"{name} ▾")
        self.setAccessibleName(self.tr("Engine: {0}").format(name))
        self.setToolTip(engine.reason)
        self.setWhatsThis(engine.reason)
        self.setAccessibleDescription(engine.reason)
