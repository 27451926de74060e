"""The state's way through its first principal components, and the points where it would stand still."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent

from playground.cell.graph import Cell, Memory
from playground.compiler.interpret import used_part
from playground.engine.threads import set_threads
from playground.network.fixed_points import kind_of
from playground.network.inspections.spec import FixedPoints, Inspection
from playground.network.portrait import Basis, principal_basis
from playground.network.traces import NetTraces
from playground.ui.plots.asking import Asking
from playground.ui.plots.chart import GHOST
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style
from playground.ui.plots.layers import layer_cell, remembered, trace_key
from playground.ui.plots.legend import Entry
from playground.ui.plots.path import Path
from playground.ui.plots.readout import Reading
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr
from playground.ui.run.inspections import Answer
from playground.ui.theme import Theme

SOLID = "3d"
VIEWS = ("1 2", "1 3", "2 3", SOLID)
FAR = 4.0  # times the path's own reach: points beyond it do not make the picture larger
TURN = 0.01  # radians per pixel
NOWHERE = np.zeros((0, 3))


@dataclass(frozen=True)
class Point:
    """A fixed or slow point. place: in the basis, [3]. largest: the sizes of its eigenvalues, the largest first."""

    kind: str
    place: NDArray[np.float64]
    speed: float
    largest: NDArray[np.float64]


MARKS = {"stable": "circle", "saddle": "diamond", "unstable": "ring", "slow": "plus"}


def _colour(kind: str) -> Any:
    roles = {"stable": "good", "saddle": "warning", "unstable": "bad", "slow": "muted"}
    return lambda theme: str(getattr(theme, roles[kind]))


class TrajectoryPlot(Asking, TimePlot):
    """The state of a layer is what all its memories hold, (h, c) for the LSTM. The basis is that of the probe's states;
    its signs stay from frame to frame."""

    name = "trajectory"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "State trajectory"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Trajectory"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "The state of a layer (all its memories) along the probe sequence, in its first principal components; the "
            "line grows stronger with time, the ring is its begin and the square its end. Marks are fixed points of "
            "the map s → F(s, x) with the input x held: minima of q = ½‖F(s, x) − s‖² below 1e-14, stable where all "
            "eigenvalues of the Jacobian lie within the unit circle, unstable where all lie outside, else saddles; "
            "slow points have q up to 1e-4 (Sussillo and Barak 2013). Points that no search began near are not found. "
            "Drag, or Shift and an arrow, turns the view of three components.",
        )
    )
    group = "memory"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._view = self.add_chooser("view", tr("which components"))
        texts = (tr("PC 1, 2"), tr("PC 1, 3"), tr("PC 2, 3"), tr("PC 1, 2, 3"))
        self._view.offer(list(zip(VIEWS, texts, strict=True)))
        self._input = self.add_chooser("input", tr("the input that is held for the fixed points"))
        held = (("mean", tr("x: its mean")), ("zero", tr("x: 0")), ("now", tr("x: at the cursor")))
        self._input.offer(list(held))
        set_threads(1)  # of the window's own products: they are small, and the cores belong to the training
        self._path = Path(self.turn)
        self.chart.add_item(self._path)
        self._angles = [0.6, 0.4]  # radians: around the upright axis, and towards the eye
        self._basis: Basis | None = None
        self._traces: NetTraces | None = None  # that the basis is of
        self._states: NDArray = np.zeros((0, 0))
        self._places: NDArray = np.zeros((0, 3))
        self._before: NDArray = np.zeros((0, 3))  # the ghost's states in the basis
        self._points: list[Point] = []
        self._judged: tuple[Answer | None, Sequence[tuple[str, float, NDArray]]] = None, ()  # points of an answer
        self._middle, self._reach = np.zeros(2), np.zeros(2)
        self._home: tuple[object, ...] = (None,) * 5  # what the ranges are of
        self._labelled: object = None  # what the axes' labels are of
        self._key: object = None
        self._kinds: tuple[str, ...] = ()
        self.chart.extra_readings = self._reading
        self.chart.picked.connect(self._pick_state)
        self.chart.switched.connect(self._show_ghost)
        self.session.time_changed.connect(self.make_stale)

    def _pick(self, x: float) -> None:
        """Nothing: x is no time here; see `_pick_state`."""

    def _move_cursor(self, *_: object) -> None:
        self._path.set_at(int(self.session.time))

    # -- drawing --------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell, traces = layer_cell(self.session.experiment, choice), self.traces_of(net)
        sources = memory_sources(cell) if cell is not None else []
        self._states = state_of(traces, layer, sources)
        self.place_choosers()
        if not self._states.size:
            self.ask({})
            self._points, self._key = [], None
            self._path.set_points(np.zeros((0, 2)), str)
            self.set_series([], [])
            self.draw_ghosts({})
            none = cell is not None and not sources
            self.chart.set_message(tr("This layer has no memory, so it has no state.") if none else tr(self.EMPTY))
            return
        key = (choice, tuple(sources), self._states.shape[1])
        if key != self._key:
            self._key, self._basis, self._reach = key, None, np.zeros(2)
        if self._basis is None or traces is not self._traces:  # scrubbing changes neither
            self._basis, self._traces = principal_basis(self._states, 3, self._basis), traces
        self._places = self._basis.project(self._states)
        before = state_of(self.ghost_of(net), layer, sources)
        there = before.shape[1] == self._states.shape[1]
        self._before = self._basis.project(before) if there else NOWHERE
        self._points = self._find(net, layer)
        self.chart.set_message("")
        self.update_times(len(self._states))
        self._show()

    def _find(self, net: str, layer: str) -> list[Point]:
        held = str(self._input.currentData() or "mean")
        t = int(self.session.time) if held == "now" else 0
        asked: dict[Hashable, Inspection] = {(net, layer, held): FixedPoints(net, layer, held, t)}  # type: ignore[arg-type]
        found: list[Point] = []
        for answer in self.ask(asked).values():
            points = answer.arrays.get("points")
            if points is None or self._basis is None or points.shape[1] != len(self._basis.centre):
                continue
            if answer is not self._judged[0]:
                eigenvalues, speeds = answer.arrays["eigenvalues"], answer.arrays["speeds"].tolist()
                sizes = np.hypot(eigenvalues[:, :, 0], eigenvalues[:, :, 1])
                self._judged = answer, [(kind_of(q, each), q, each) for q, each in zip(speeds, sizes, strict=True)]
            for place, (kind, speed, each) in zip(self._basis.project(points), self._judged[1], strict=True):
                found.append(Point(kind, place, speed, each))
        return found

    def _show(self) -> None:
        """Everything in the chosen view."""
        found = {point.kind for point in self._points}
        kinds = tuple(kind for kind in MARKS if kind in found)
        if kinds != self._kinds or set(self.chart.curves) != set(kinds):
            self._kinds = kinds
            styles = [Style(_colour(kind), 1.4, mark=MARKS[kind], dots=True) for kind in kinds]
            texts = {"stable": tr("stable"), "saddle": tr("saddle"), "unstable": tr("unstable"), "slow": tr("slow")}
            curves = [Curve(kind, "", style, (kind,)) for kind, style in zip(kinds, styles, strict=True)]
            for curve in curves:
                curve.setZValue(6)
            self.set_series(curves, [Entry(k, texts[k], style) for k, style in zip(kinds, styles, strict=True)])
        for kind in kinds:
            flat = self._flat(np.array([point.place for point in self._points if point.kind == kind]))
            flat = flat[np.lexsort((flat[:, 1], flat[:, 0]))]
            self.chart.curves[kind].set_source(Line(flat[:, 0], flat[:, 1]))
        self._label()
        path = self._flat(self._places)
        self._path.turns = self._view.currentData() == SOLID
        before = self._flat(self._before)
        self.chart.set_ghost_text(self.ghost_text() if len(before) else "")
        self._go_home(np.concatenate([path, before]) if len(before) else path)
        self._path.set_ghost(before)
        self._show_ghost()
        self._path.set_points(path, lambda t: self.chart.format_x(float(self.times[t])), self._arms())
        self._path.set_at(int(self.session.time))
        self.chart.read()

    def _flat(self, places: NDArray) -> NDArray[np.float64]:
        """[n, 3] in the basis as [n, 2] in the picture."""
        view = str(self._view.currentData() or VIEWS[0])
        if view == SOLID:
            return places @ eye(*self._angles).T
        across, up = (int(axis) - 1 for axis in view.split())
        return places[:, across : up + 1 : up - across]

    def _label(self) -> None:
        assert self._basis is not None
        view = str(self._view.currentData() or VIEWS[0])
        self.chart.frame.bare = view == SOLID
        if view == SOLID:
            return
        shares = [f"{100 * share:.0f} %" for share in self._basis.shares.tolist()]
        if (view, shares) == self._labelled:  # the very axes: that nothing has changed is seen at once
            return
        self._labelled = view, shares
        across, up = (int(axis) for axis in view.split())
        long = tr("principal component {0} ({1} of the variance)")
        axes = [
            Axis((long.format(n, shares[n - 1]), tr("PC {0} ({1})").format(n, shares[n - 1]), f"PC {n}"))
            for n in (across, up)
        ]
        self.chart.frame.x_axis, self.chart.frame.y_axis = axes

    def _arms(self) -> tuple[tuple[float, float, str], ...]:
        """The three axes of a turned view, as long as the path is wide."""
        if self._view.currentData() != SOLID or self._basis is None:
            return ()
        ends = np.diag(np.full(3, 0.8 * float(self._reach.max()))) @ eye(*self._angles).T
        texts = [f"PC {n} ({100 * float(share):.0f} %)" for n, share in enumerate(self._basis.shares, 1)]
        return tuple((float(x), float(y), text) for (x, y), text in zip(ends, texts, strict=True))

    def _go_home(self, path: NDArray) -> None:
        """Equal units on both axes, so that distances can be compared; room for the path and what is not far off it."""
        solid = self._view.currentData() == SOLID
        finite = path if np.isfinite(path.sum()) else path[np.isfinite(path).all(axis=1)]
        low, high = (finite.min(axis=0), finite.max(axis=0)) if len(finite) else (np.zeros(2), np.zeros(2))
        middle, own = (low + high) / 2, (high - low) / 2
        if solid:  # the same from every side, so that turning does not zoom
            known = np.concatenate([self._places, self._before])
            known = known[np.isfinite(known).all(axis=1)]
            middle, own = np.zeros(2), np.full(2, float(np.linalg.norm(known, axis=1).max(initial=0.0)))
        reach = np.maximum(own, 1e-6)
        for point in self._points:
            away = np.abs(self._flat(point.place[None])[0] - middle)
            if away.max() <= FAR * max(own.max(), 1e-9):
                reach = np.maximum(reach, away)
        reach = 1.12 * reach
        before = self._reach
        moved = np.abs(middle - self._middle).max() > 0.1 * before.max()
        if (reach > before).any() or (reach < 0.6 * before).all() or moved:
            self._middle, self._reach = middle, 1.05 * reach
        frame = self.chart.frame
        now = frame.mapping, self._middle, self._reach, frame.x_axis, frame.y_axis
        if all(one is other for one, other in zip(now, self._home, strict=True)):
            return
        for _ in range(2):  # the ticks' texts decide how much room is left
            rect = self.chart.mapping().rect
            size = np.array([max(rect.width(), 1.0), max(rect.height(), 1.0)])
            half = float((self._reach / size).max()) * size
            (x0, y0), (x1, y1) = self._middle - half, self._middle + half
            self.chart.set_home((float(x0), float(x1)), (float(y0), float(y1)))
        self._home = frame.mapping, self._middle, self._reach, frame.x_axis, frame.y_axis

    def _show_ghost(self) -> None:
        self._path.show_ghost(GHOST not in self.chart.hidden)

    def turn(self, dx: float, dy: float) -> None:
        """Turn the view of three components by so many pixels."""
        self._angles[0] = (self._angles[0] + dx * TURN) % (2 * np.pi)
        self._angles[1] = float(np.clip(self._angles[1] + dy * TURN, -np.pi / 2, np.pi / 2))
        if len(self._states):
            self._show()

    # -- events ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        moves = {key.Key_Left: (-20, 0), key.Key_Right: (20, 0), key.Key_Up: (0, -20), key.Key_Down: (0, 20)}
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if shifted and event.key() in moves and self._view.currentData() == SOLID:
            self.turn(*moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.make_stale()

    def _chosen(self, *args: object) -> None:
        self._reach = np.zeros(2)
        super()._chosen(*args)

    def _pick_state(self, x: float, y: float) -> None:
        step = self._path.nearest(x, y)
        if step >= 0:
            self.session.set_time(step)

    # -- words ----------------------------------------------------------------------------------------------------

    def _reading(self, x: float, y: float) -> list[Reading]:
        found: list[Reading] = []
        theme: Theme = self.theme
        m = self.chart.mapping()
        for point in self._points:
            flat = self._flat(point.place[None])
            px, py = float(m.x(flat[:, 0])[0]), float(m.y(flat[:, 1])[0])
            here = float(m.x(np.array([x]))[0]), float(m.y(np.array([y]))[0])
            if np.hypot(px - here[0], py - here[1]) > 12 or point.kind in self.chart.hidden:
                continue
            sizes = ", ".join(value_text(float(size)) for size in point.largest[:3])
            said = f"q {value_text(point.speed)}, |λ| {sizes}" + (" …" if len(point.largest) > 3 else "")
            found.append(Reading(tr(point.kind), said, _colour(point.kind)(theme), MARKS[point.kind], (px, py)))
        step = self._path.nearest(x, y)
        if step >= 0:
            place = ", ".join(value_text(float(value)) for value in self._places[step])
            name = f"{self.chart.x_name} {self.chart.format_x(float(self.times[step]))}"
            found.append(Reading(name, f"PC {place}", theme.accent))
        return found

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not len(self._states):
            return {}
        none = np.full(len(self._points), np.nan)
        places = np.concatenate([self._places, *[point.place[None] for point in self._points]])
        header, times = self.time_column()
        states = np.full(len(times), np.nan)
        table: dict[str, Any] = {
            "what": [tr("state")] * len(times) + [f"{point.kind} point" for point in self._points],
            header: np.concatenate([times, none]),
        }
        for number in range(3):
            table[f"principal component {number + 1} [1]"] = places[:, number]
        table["speed q [1]"] = np.concatenate([states, [point.speed for point in self._points]])
        table["largest |eigenvalue| [1]"] = np.concatenate([states, [point.largest[0] for point in self._points]])
        return table


@remembered
def memory_sources(cell: Cell) -> list[str]:
    """The nodes that the memories of a cell take their values from, in the order of its state."""
    return [node.source for node in used_part(cell).nodes if isinstance(node, Memory)]


def state_of(traces: NetTraces | None, layer: str, sources: list[str]) -> NDArray[np.float64]:
    """All memories of a layer side by side [T, n]; [0, 0] where one of them is not known."""
    nodes = traces.nodes if traces is not None else {}
    known = [nodes[key] for key in (trace_key(layer, source) for source in sources) if key in nodes]
    if not known or len(known) < len(sources):
        return np.zeros((0, 0))
    return np.concatenate(known, axis=1, dtype=np.float64)


def eye(around: float, towards: float) -> NDArray[np.float64]:
    """[2, 3]: the directions to the right and upwards of one who looks from there; orthonormal."""
    right = [np.cos(around), np.sin(around), 0.0]
    up = [-np.sin(around) * np.sin(towards), np.cos(around) * np.sin(towards), np.cos(towards)]
    return np.array([right, up])
