"""The engines of this machine as a menu: the fastest by itself, or one of them; those that cannot run say why."""

from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from playground.ui.engine.words import entry, name_of
from playground.ui.session import Session


class EngineMenu(QMenu):
    """Filled anew whenever something about the engines changes. `actions_by_name`: "auto" and every engine."""

    def __init__(self, session: Session, lab: bool, parent: QWidget | None = None) -> None:
        """lab: whether the power lab can be opened from here."""
        super().__init__(parent)
        self._session, self._lab = session, lab
        self.setObjectName("menu.engine")
        self.setTitle(self.tr("Engine"))
        self.setToolTipsVisible(True)
        self.actions_by_name: dict[str, QAction] = {}
        self.refresh()
        session.engine.changed.connect(self.refresh)

    def refresh(self) -> None:
        """What there is and what is chosen, in words of now."""
        engine = self._session.engine
        if not self.actions_by_name:
            self._build()
        fastest = self.tr("The fastest for this network")
        if engine.wanted == "auto" and engine.chosen is not None:
            fastest = self.tr("{0} ({1})").format(fastest, name_of(engine.chosen.engine))
        for name, action in self.actions_by_name.items():
            able = name == "auto" or name in engine.usable
            action.setText(fastest if name == "auto" else entry(name, engine.lines, engine.usable))
            action.setEnabled(able)
            action.setChecked(name == engine.wanted)
            tip = self.tr("Timed on this machine, and remembered") if name == "auto" else engine.lines.get(name, "")
            action.setToolTip(tip)

    def _build(self) -> None:
        group = QActionGroup(self)
        for name in ("auto", *self._session.engine.names):
            action = QAction(self)
            action.setObjectName(f"engine.{name}")
            action.setCheckable(True)
            action.triggered.connect(partial(self._choose, name))
            group.addAction(action)
            self.addAction(action)
            self.actions_by_name[name] = action
        if not self._lab:
            return
        self.addSeparator()
        lab = QAction(self.tr("Power lab…"), self)
        lab.setObjectName("engine.lab")
        lab.setToolTip(self.tr("Time this network on every engine, against its size"))
        lab.triggered.connect(lambda _=False: self._session.request.emit("power_lab"))
        self.addAction(lab)

    def _choose(self, name: str, _: bool = False) -> None:
        self._session.engine.choose(name)
