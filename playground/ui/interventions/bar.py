"""The bar under the canvas while something is reached into: how much, what it does to the loss, and the whole list."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from playground.cell.check import sources_of
from playground.network.changes import AnyChange, Clamp, Cut, Freeze
from playground.training.interventions import Intervention
from playground.ui.interventions.rows import InterventionRow
from playground.ui.interventions.words import by_hand_text, details, effect_text, noise_text, number, title
from playground.ui.session import Session
from playground.ui.state import Selection
from playground.ui.widgets.card import label
from playground.ui.widgets.elided import ElidedLabel
from playground.ui.workshop import WireName

Place = tuple[str, str, tuple[int, ...]]  # network, parameter, index
LEAST_HEIGHT, MOST_HEIGHT = 58, 132  # px of the list where there is little room, and where there is; more of it scrolls


class InterventionBar(QFrame):
    """`rows` by what they are about: ("change", id), ("noise", number), ("weight", place). Hidden while there is
    nothing in it, so that it takes no room from those who only look."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rows: dict[tuple[str, Any], InterventionRow] = {}
        self.setObjectName("interventions")
        self.setProperty("card", "true")
        self.setAccessibleName(self.tr("Interventions"))
        column = QVBoxLayout(self)
        column.setContentsMargins(15, 5, 9, 5)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.count = label("", "title")
        self.count.setObjectName("interventions.count")
        self.effect = ElidedLabel(least=120)
        self.effect.setObjectName("interventions.effect")
        head.addWidget(self.count)
        head.addWidget(self.effect, 1)
        self.show_list = self._button("list", self.tr("List"), self.tr("Show every intervention (Ctrl+I)"))
        self.show_list.setCheckable(True)
        self.show_list.toggled.connect(self._unfold)
        head.addWidget(self.show_list)
        all_back = self._button("all_back", self.tr("Take all back"), self.tr("The networks as they are by themselves"))
        all_back.clicked.connect(lambda _=False: session.reaching.take_back())
        head.addWidget(all_back)
        column.addLayout(head)
        self._whole = label("", "muted", wrap=True)
        self._whole.setObjectName("interventions.effects")
        self._whole.hide()
        column.addWidget(self._whole)
        self._area = QScrollArea()
        self._area.setObjectName("interventions.scroll")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        inside.setProperty("page", True)
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 6, 2)
        self._list.setSpacing(2)
        self._area.setWidget(inside)
        self._area.hide()
        column.addWidget(self._area)
        session.reaching.changed.connect(self.refresh)
        session.weights.intervened.connect(self.refresh)
        self.refresh()

    def _button(self, key: str, text: str, help: str) -> QPushButton:
        made = QPushButton(text)
        made.setObjectName(f"interventions.{key}")
        made.setAccessibleName(text)
        made.setToolTip(help)
        made.setProperty("look", "quiet")
        return made

    # -- what is shown --------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The list and the effects, as they are now."""
        reaching = self._session.reaching
        wanted: dict[tuple[str, Any], tuple[str, str, bool]] = {}
        for change in reaching.changes:
            wanted["change", change.id] = (title(change), details(change, self._session.experiment), change.on)
        for noise in reaching.noises:
            wanted["noise", noise.number] = (noise_text(noise), self._about_noise(noise), True)
        for place, (before, last) in self._by_hand().items():
            where = self.tr("{0} · by hand at step {1}").format(last.net, f"{last.step:,}")
            wanted["weight", place] = (by_hand_text(last, before), where, True)
        for key in [key for key in self.rows if key not in wanted]:
            row = self.rows.pop(key)
            self._list.removeWidget(row)
            row.hide()
            row.setParent(None)
            row.deleteLater()
        for at, key in enumerate(wanted):
            if key not in self.rows:
                self.rows[key] = self._row(key)
                self._list.insertWidget(at, self.rows[key])
            self.rows[key].show_text(*wanted[key])
        self._show_head(len(wanted))

    def _by_hand(self) -> dict[Place, tuple[float, Intervention]]:
        """Weights that are not what they were before a person set them: the number then, and the last setting."""
        found: dict[Place, tuple[float, Intervention]] = {}
        for one in self._session.weights.interventions:
            place = (one.net, one.parameter, one.index)
            found[place] = (found[place][0] if place in found else one.before, one)
        return {place: (before, last) for place, (before, last) in found.items() if before != last.after}

    def _about_noise(self, noise: Any) -> str:
        effect = self._session.reaching.noise_effect(noise)
        parts = [noise.net, self.tr("step {0}").format(f"{noise.step:,}")]
        if effect is not None:
            parts.append(self.tr("test loss then {0} → {1}").format(*map(number, effect)))
        return " · ".join(parts)

    def _show_head(self, count: int) -> None:
        text = self.tr("1 intervention") if count == 1 else self.tr("{0} interventions").format(count)
        self.count.setText(text)
        said = "   ".join(effect_text(effect) for effect in self._session.reaching.effects())
        self.effect.setText("" if self.show_list.isChecked() else said)  # the list has room for all of it
        self._whole.setText(said.replace("   ", "\n"))
        self.effect.setToolTip(said.replace("   ", "\n"))
        self.setAccessibleDescription(f"{text}. {said}")
        self._whole.setVisible(self.show_list.isChecked() and bool(said))
        self.setVisible(count > 0 and self.parentWidget() is not None)
        self._fit_list()

    def _fit_list(self) -> None:
        high = sum(row.sizeHint().height() + 2 for row in self.rows.values()) + 4
        self._area.setMinimumHeight(min(high, LEAST_HEIGHT))
        self._area.setMaximumHeight(min(high, MOST_HEIGHT))

    # -- rows -----------------------------------------------------------------------------------------------------

    def _row(self, key: tuple[str, Any]) -> InterventionRow:
        kind, what = key
        reaching = self._session.reaching
        if kind == "noise":
            return InterventionRow(f"interventions.noise{what}", partial(reaching.take_back_noise, what))
        if kind == "weight":
            name = f"interventions.{what[0]}.{what[1]}.{'.'.join(map(str, what[2]))}"
            return InterventionRow(name, partial(self._unset, what))
        go: Callable[[], object] | None = partial(self.go_to, what)
        if not isinstance(self._change(what), Clamp | Cut | Freeze):
            go = None
        return InterventionRow(
            f"interventions.{what}", partial(reaching.take_back, what), lambda on: reaching.switch(what, on), go
        )

    def _change(self, id: str) -> AnyChange | None:
        return next((change for change in self._session.reaching.changes if change.id == id), None)

    def _unset(self, place: Place) -> None:
        """The number as it was before it was first set by hand."""
        if place in (known := self._by_hand()):
            self._session.weights.set_value(*place, known[place][0])

    def go_to(self, id: str) -> None:
        """Open the cell, and choose the node or the wire there; the layer of a frozen parameter, or the readout."""
        change, workshop = self._change(id), self._session.workshop
        if isinstance(change, Freeze):
            layer, _, rest = change.parameter.partition(".")
            if layer == "readout":
                workshop.leave()
                self._session.select(Selection("readout", change.net))
            elif workshop.enter(change.net, layer):
                workshop.choose(rest.removeprefix("back.").partition(".")[0])
        elif isinstance(change, Clamp) and workshop.enter(change.net, change.layer):
            workshop.choose(change.node.removeprefix("back."))
            self._session.set_time(change.start if change.start >= 0 else self._session.length + change.start)
        elif isinstance(change, Cut) and workshop.enter(change.net, change.layer):
            wire = self._wire(change)
            workshop.choose(change.node) if wire is None else workshop.choose_wire(wire)

    def _wire(self, cut: Cut) -> WireName | None:
        cell = self._session.workshop.cell
        for node in cell.nodes if cell is not None else ():
            if node.id == cut.node and cut.source in (sources := list(sources_of(node))):
                return WireName(cut.source, cut.node, sources.index(cut.source))
        return None

    # -- folding --------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Unfold the list, or fold it again (Ctrl+I)."""
        self.show_list.toggle()

    def _unfold(self, on: bool) -> None:
        self._area.setVisible(on)
        self.refresh()
        self._fit_list()
