"""The window's half of the engine: what this machine has, what computes, and what a person wants."""

from PySide6.QtCore import QObject, Signal

from playground.training.messages import EngineChosen, Ready
from playground.ui.engine.words import ORDER, reason
from playground.ui.run.training_link import TrainingLink


class Engines(QObject):
    """`session.engine`. Which engine is wanted belongs to this machine, not to the experiment: it is remembered in the
    settings, and no file says it."""

    changed = Signal()  # anything below reads otherwise now
    wanted_changed = Signal(str)  # a person chose: to be remembered

    def __init__(self, link: TrainingLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self.lines: dict[str, str] = {}
        self.usable: tuple[str, ...] = ()
        self.chosen: EngineChosen | None = None
        link.ready.connect(self._on_ready)
        link.begun.connect(self._on_begun)
        link.engine_chosen.connect(self._on_chosen)

    @property
    def wanted(self) -> str:
        """ "auto", or the engine that a person asked for."""
        return self._link.engine

    @property
    def reason(self) -> str:
        """One line: what computes and why."""
        return reason(self.chosen, self.usable)

    @property
    def names(self) -> tuple[str, ...]:
        """All there are, usable or not, in the order in which they are listed."""
        return tuple(name for name in ORDER if name in self.lines) or ORDER

    def choose(self, engine: str) -> None:
        """Go on with this engine, or "auto"; the networks keep all that they have learnt."""
        self._link.set_engine(engine)
        self.wanted_changed.emit(engine)
        self.changed.emit()

    def remember(self, engine: str) -> None:
        """What was wanted in an earlier window."""
        self._link.engine = engine

    def _on_ready(self, event: Ready) -> None:
        self.lines, self.usable = dict(event.engines), event.usable
        self.changed.emit()

    def _on_begun(self) -> None:
        self.chosen = None
        self.changed.emit()

    def _on_chosen(self, event: EngineChosen) -> None:
        self.chosen = event
        self.changed.emit()
