"""How a weight, a bias or a start value begins: the kind, its number, and for an opposite the gate."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from playground.cell.graph import Init
from playground.errors import BadInput
from playground.ui.widgets.choice import ChoiceField
from playground.ui.widgets.number_field import NumberField

INIT_WIDTH = 172  # px
NONE, OWN = "none", "own"
MATRIX = ("uniform", "xavier", "orthogonal", "identity", "normal", "zeros", "constant")
VECTOR = ("uniform", "xavier", "orthogonal", "identity", "normal", "zeros", "constant", "chrono", "chrono_opposite")
BIAS = (NONE, "zeros", "constant", "uniform", "normal", "chrono", "chrono_opposite")
FIXED = ("zeros", "constant")
LEARNED = ("zeros", "constant", "uniform", "normal")
WITHOUT_NUMBER = (NONE, OWN, "zeros")


def kind_text(kind: str) -> str:
    """An initialiser's name for people."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("InitField", text)

    return {
        NONE: tr("no bias"),
        OWN: tr("as the cell"),
        "uniform": tr("uniform 1/√H"),
        "xavier": tr("Xavier"),
        "orthogonal": tr("orthogonal"),
        "identity": tr("identity"),
        "zeros": tr("zeros"),
        "normal": tr("normal"),
        "constant": tr("constant"),
        "chrono": tr("chrono"),
        "chrono_opposite": tr("chrono opposite"),
    }[kind]


def describe_init(init: Init | None) -> str:
    """In a few words: "uniform 1/√H", "chrono 100"."""
    if init is None:
        return kind_text(NONE)
    plain = init.kind == "zeros" or (init.value == 1.0 and init.kind in MATRIX[:4])
    if init.kind == "constant":
        return f"{init.value:+g}".replace("-", "−")
    return kind_text(init.kind) if plain else f"{kind_text(init.kind)} · {init.value:g}"


def help_text() -> str:
    """What the kinds mean, for the tooltip."""
    return QCoreApplication.translate(
        "InitField",
        "uniform: between −v/√H and v/√H. Xavier: Glorot and Bengio (2010), times v. orthogonal, identity: that matrix "
        "times v. normal: standard deviation v. chrono: log U(1, v − 1), with v the longest lag; chrono opposite: "
        "minus what another gate drew (Tallec and Ollivier 2018).",
    )


class InitField(QWidget):
    """`commit(init, merge)` stores one (None: no bias) and returns what is wrong with it. `gates`: (id, text) of those
    that an opposite can name. Where the layer replaces the cell's own way, `commit` gets "own" to go back to that."""

    def __init__(
        self,
        commit: Callable[[Any, bool], BadInput | None],
        kinds: Sequence[str],
        gates: Callable[[], Sequence[tuple[str, str]]] = tuple,  # type: ignore[assignment]
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._commit, self._kinds, self._gates = commit, tuple(kinds), gates
        self._init: Init | None = Init("zeros")
        self._replaced = False
        self.longest: Callable[[], float] = lambda: 100.0
        self.told: Callable[[BadInput | None], object] = lambda problem: None
        self.kind = ChoiceField([], self._choose)
        self.number = NumberField(self._type)
        self.number.setFixedWidth(46)
        self.number.refused.connect(lambda problem: self.told(problem))
        self.gate = ChoiceField([], self._choose_gate)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._arrange(False)

    def setObjectName(self, name: str) -> None:
        super().setObjectName(name)
        self.kind.setObjectName(f"{name}.kind")
        self.number.setObjectName(f"{name}.value")
        self.gate.setObjectName(f"{name}.of")

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.kind.setAccessibleName(self.tr("{0}, kind").format(name))
        self.number.setAccessibleName(self.tr("{0}, number").format(name))
        self.gate.setAccessibleName(self.tr("{0}, opposite of").format(name))

    def _arrange(self, two_lines: bool) -> None:
        """An opposite needs a second line, for its gate."""
        if two_lines == (self._grid.itemAtPosition(1, 0) is not None) and self._grid.count():
            return
        for widget in (self.kind, self.number, self.gate):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.kind, 0, 0, 1, 2 if two_lines else 1)
        self._grid.addWidget(self.number, 1 if two_lines else 0, 1)
        if two_lines:
            self._grid.addWidget(self.gate, 1, 0)
        self.gate.setVisible(two_lines)

    def set_kinds(self, kinds: Sequence[str]) -> None:
        """What can be chosen from now on."""
        self._kinds = tuple(kinds)

    def show_value(self, init: Init | None, replaced: bool = False) -> None:
        """`replaced`: the layer has its own way, which comes before the cell's."""
        self._init, self._replaced = init, replaced
        kind = NONE if init is None else init.kind
        gates = list(self._gates())
        kinds = [k for k in self._kinds if k != "chrono_opposite" or gates or k == kind]
        if kind not in kinds:
            kinds.append(kind)
        options = [(k, kind_text(k)) for k in kinds]
        if replaced:
            options.insert(0, (OWN, kind_text(OWN)))
        self.kind.set_options(options)
        self.kind.show_value(kind)
        self.number.setVisible(kind not in WITHOUT_NUMBER)
        self.number.show_value(None if init is None else init.value)
        self._arrange(kind == "chrono_opposite")
        if init is not None and kind == "chrono_opposite":
            if init.of not in [id for id, _ in gates]:
                gates.append((init.of, init.of or self.tr("no gate")))
            self.gate.set_options([(id, self.tr("of {0}").format(text)) for id, text in gates])
            self.gate.show_value(init.of)

    def _choose(self, kind: str) -> None:
        if kind == OWN:
            made: Any = OWN
        elif kind == NONE:
            made = None
        else:
            old = self._init
            lag = kind.startswith("chrono")
            value = max(3.0, self.longest()) if lag else 1.0
            if old is not None and old.kind.startswith("chrono") and lag:
                value = old.value
            first = next(iter(self._gates()), ("", ""))[0]
            made = Init("zeros") if kind == "zeros" else Init(kind, value, first if kind == "chrono_opposite" else "")  # type: ignore[arg-type]
        problem = self._commit(made, False)
        self.told(problem)
        if problem is not None:
            self.show_value(self._init, self._replaced)

    def _choose_gate(self, gate: str) -> None:
        if self._init is not None:
            self.told(self._commit(Init(self._init.kind, self._init.value, gate), False))

    def _type(self, value: Any, merge: bool) -> BadInput | None:
        old = self._init or Init("constant")
        if old.kind.startswith("chrono") and value < 3:
            return BadInput("", f"found {value:g}", self.tr("give the longest lag, 3 or more"))
        if old.kind == "normal" and value < 0:
            return BadInput("", f"found {value:g}", self.tr("give a standard deviation, 0 or more"))
        return self._commit(Init(old.kind, float(value), old.of), merge)
