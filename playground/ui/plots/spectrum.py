"""Eigenvalues of the recurrent matrices in the complex plane, with the circle that they must not all fall into."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.cell.graph import Cell, Gate
from playground.network.inspections.spec import Inspection, Spectrum
from playground.ui.plots.asking import Asking
from playground.ui.plots.geometry import MARKS, clip_to
from playground.ui.plots.history import Line
from playground.ui.plots.items import AreaItem, Curve, Style, role_colour
from playground.ui.plots.layerplot import LayerPlot
from playground.ui.plots.layers import layer_cell
from playground.ui.plots.legend import Entry
from playground.ui.plots.readout import Reading
from playground.ui.plots.strokes import draw_lines, line_pen, segments
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.words import tr
from playground.ui.run.inspections import Answer

ALL = ""
SINGULAR = "|singular"
CORNERS = 360  # of the polygon that is drawn for the circle: in a figure nothing else can be cut off
# the steepest slope γ of each activation; exp has none
SLOPES = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0, "identity": 1.0, "softplus": 1.0, "log_sigmoid": 1.0,
          "hard_sigmoid": 1 / 6}  # fmt: skip


class SpectrumPlot(Asking, LayerPlot):
    """One mark per eigenvalue, in the colour and with a shape of its gate."""

    name = "spectrum"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Eigenvalues of the recurrent weights"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Eigenvalues"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "The eigenvalues λ of each recurrent matrix (weight_hh) in the complex plane, with the unit circle. On the "
            "way back through time the gradient is multiplied by such a matrix, and by the activation's slope (at most "
            "γ: 1 for tanh, ¼ for σ), at every step. What bounds the product is the largest singular value σ₁, not "
            "|λ|: in a plain RNN, σ₁ < 1/γ suffices for the gradient to vanish, σ₁ > 1/γ is needed for it to explode "
            "(Pascanu et al. 2013).",
        )
    )
    EMPTY = str(QT_TRANSLATE_NOOP("Plot", "Press Space to train. The eigenvalues of the weights appear here."))
    group = "gradient"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._gate = self.add_chooser("node", tr("which matrix"))
        self._arrays: dict[str, NDArray] = {}
        self._key: object = None
        self._reach = np.ones(3)  # to the left of 0, to the right, and up and down
        self._circle = Circle()
        self.chart.add_item(self._circle)
        self.chart.frame.x_axis = Axis((tr("real part of λ"), "Re λ"))
        self.chart.frame.y_axis = Axis((tr("imaginary part of λ"), "Im λ"))
        self.chart.x_name = "Re λ"
        self.chart.extra_readings = self._reading

    def draw(self) -> None:
        choice = self.offer_layers(self._layer, backward=False)
        cell = layer_cell(self.session.experiment, choice)
        answers: dict[Any, Answer] = {}
        if cell is not None:
            questions: dict[Any, Inspection] = {choice: Spectrum(*choice)}
            answers = self.ask(questions)
        found = answers[choice].arrays if choice in answers else {}
        each: list[tuple[object, str]] = [(name, spoken(name)) for name in matrices(found)]
        self._gate.offer([(ALL, tr("all matrices")), *each] if len(each) > 1 else [])
        self._gate.setVisible(len(each) > 1)
        chosen = self._gate.currentData()
        self._arrays = {name: found[name] for name in found if not chosen or name.removesuffix(SINGULAR) == chosen}
        message = "" if matrices(self._arrays) else self._why(cell, answers)
        self.chart.set_message(message)
        self._circle.setVisible(not message)
        if message or cell is None:
            self._key = None
            self.set_series([], [])
            self.place_choosers()
            return
        self._show(cell)
        self._go_home()

    def _why(self, cell: Cell | None, answers: dict[Any, Answer]) -> str:
        """Why there is nothing to see."""
        if cell is None or not answers:
            return tr(self.EMPTY)
        return self.problem_of(answers) or tr(
            "This cell has no recurrent matrix: it looks back through vectors at most."
        )

    def _show(self, cell: Cell) -> None:
        names = matrices(self._arrays)
        texts = [(f"{spoken(name)}  {self._said(cell, name)}", self._said_shortly(name)) for name in names]
        key = tuple(names), tuple(texts)
        if key != self._key:
            same_names = self._key is not None and self._key[0] == key[0]  # type: ignore[index]
            self._key = key
            curves, entries = [], list[Entry]()
            for number, (name, (text, short)) in enumerate(zip(names, texts, strict=True)):
                style = Style(role_colour(_role(cell, name)), 1.4, mark=MARKS[number % len(MARKS)], dots=True)
                curves.append(Curve(name, "", style, (name,)))
                entries.append(Entry(name, text, style, short))
            if same_names:
                self.chart.set_entries(entries)
            else:
                self.set_series(curves, entries)
                self._reach = np.ones(3)
        for name in names:
            values = self._arrays[name]
            values = values[np.lexsort((values[:, 1], values[:, 0]))]
            self.chart.curves[name].set_source(Line(values[:, 0], values[:, 1]))
        self.place_choosers()

    def _said(self, cell: Cell, name: str) -> str:
        """|λ| and σ₁, and whether the latter is below 1/γ."""
        eigenvalues, singular = self._arrays[name], self._arrays[name + SINGULAR]
        said = [f"|λ|₁ {value_text(float(np.hypot(*eigenvalues[0])), 3)}"] if len(eigenvalues) else []
        bound, sigma = limit(cell, name), float(singular[0])
        sign = ""
        if bound is not None and np.isfinite(sigma):
            sign = f" {'<' if sigma < bound else '≥'} 1/γ = {value_text(bound)}"
        return ", ".join([*said, f"σ₁ {value_text(sigma, 3)}{sign}"])

    def _said_shortly(self, name: str) -> str:
        return f"{spoken(name)} σ₁ {value_text(float(self._arrays[name + SINGULAR][0]), 2)}"

    def _go_home(self) -> None:
        """Equal units on both axes, so that a circle is a circle; wide enough for the unit circle and all marks."""
        found = np.concatenate([self._arrays[name] for name in matrices(self._arrays)])
        found = found[np.isfinite(found).all(axis=1)]
        real, imaginary = found[:, 0], np.abs(found[:, 1])
        needs = 1.08 * np.maximum(1.0, [-real.min(initial=0), real.max(initial=0), imaginary.max(initial=0)])
        self._reach = np.where((needs > self._reach) | (needs < 0.6 * self._reach), 1.05 * needs, self._reach)
        left, right, up = self._reach.tolist()
        for _ in range(2):  # the ticks' texts decide how much room is left
            rect = self.chart.mapping().rect
            width, height = max(rect.width(), 1.0), max(rect.height(), 1.0)
            unit, middle = max((left + right) / width, 2 * up / height), (right - left) / 2
            half_x, half_y = unit * width / 2, unit * height / 2
            self.chart.set_home((middle - half_x, middle + half_x), (-half_y, half_y))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.make_stale()

    def _reading(self, x: float, y: float) -> list[Reading]:
        shown = [name for name in matrices(self._arrays) if name not in self.chart.hidden and len(self._arrays[name])]
        best = min(((float(np.hypot(*(self._arrays[name] - (x, y)).T).min()), name) for name in shown), default=None)
        if best is None or not np.isfinite(best[0]):
            return []
        values = self._arrays[best[1]]
        a, b = values[int(np.hypot(*(values - (x, y)).T).argmin())]
        curve = self.chart.curves[best[1]]
        m = self.chart.mapping()
        at = float(m.x(np.array([a]))[0]), float(m.y(np.array([b]))[0])
        number = f"{value_text(float(a))} {'−' if b < 0 else '+'} {value_text(abs(float(b)))}i"
        text = f"λ = {number},  |λ| = {value_text(float(np.hypot(a, b)))}"
        return [Reading(spoken(best[1]), text, curve.style.colour(self.theme), curve.style.mark, at)]

    def columns(self) -> dict[str, Any]:
        self.refresh()
        names = matrices(self._arrays)
        rows = [(name, k) for name in names for k in range(len(self._arrays[name + SINGULAR]))]
        if not rows:
            return {}
        pairs = np.array([self._arrays[n][k] if k < len(self._arrays[n]) else (np.nan, np.nan) for n, k in rows])
        return {
            "matrix": [name for name, _ in rows],
            "real part of the eigenvalue [1]": pairs[:, 0],
            "imaginary part of the eigenvalue [1]": pairs[:, 1],
            "singular value [1]": np.array([self._arrays[name + SINGULAR][k] for name, k in rows]),
        }


class Circle(AreaItem):
    """The unit circle and the two axes."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(3)  # marks may lie thick on it
        self.exporting = False

    def setExportMode(self, export: bool, opts: dict | None = None) -> None:
        """In a figure, which may be enlarged, it has more corners."""
        self.exporting = export

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        m = self.mapping
        if m is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        far, zero = np.array([-1e6, 1e6]), np.zeros(2)
        painter.setPen(line_pen(QColor(self.theme.border), 1.0))
        for x, y in ((far, zero), (zero, far)):
            draw_lines(painter, segments(*clip_to(m.x(x), m.y(y), m.rect), ()))
        painter.setPen(line_pen(QColor(self.theme.muted), 1.2))
        radius = m.rect.width() / (m.x1 - m.x0)
        around = np.linspace(0.0, 2 * np.pi, CORNERS if self.exporting else round(min(CORNERS, max(48.0, 2 * radius))))
        draw_lines(painter, segments(*clip_to(m.x(np.cos(around)), m.y(np.sin(around)), m.rect), ()))


def matrices(arrays: dict[str, NDArray]) -> list[str]:
    """The names of the matrices in an answer."""
    return [name for name in arrays if not name.endswith(SINGULAR)]


def spoken(name: str) -> str:
    """A matrix by its gate; with its source where that is not the hidden state's past."""
    gate, _, source = name.removeprefix("back.").partition(".weight.")
    text = gate if source == "h_prev" else f"{gate} ← {source}"
    return f"{text} · {tr('backward')}" if name.startswith("back.") else text


def _gate(cell: Cell, name: str) -> Gate | None:
    id = name.removeprefix("back.").partition(".weight.")[0]
    return next((node for node in cell.nodes if node.id == id and isinstance(node, Gate)), None)


def _role(cell: Cell, name: str) -> str:
    gate = _gate(cell, name)
    return str(gate.role) if gate is not None else "none"


def limit(cell: Cell, name: str) -> float | None:
    """1/γ: what the largest singular value is compared with; None where the slope has no bound."""
    gate = _gate(cell, name)
    slope = SLOPES.get(gate.activation, 0.0) * abs(gate.scale) if gate is not None else 0.0
    return 1.0 / slope if slope else None
