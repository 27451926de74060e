"""A path through a plane: lines that grow stronger with time, its begin and its end, and the step that is looked at."""

import math
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.GraphicsScene.mouseEvents import MouseDragEvent
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.ui.plots.fonts import tick_font, tick_width
from playground.ui.plots.geometry import Mapping, clip_to, draw_mark, mixed
from playground.ui.plots.items import GHOST_DASH, GHOST_STRENGTH, GHOST_WIDTH, AreaItem
from playground.ui.plots.still import near
from playground.ui.plots.strokes import draw_lines, line_pen, segments
from playground.ui.theme import Theme

SHADES = 6  # strengths of the line, from the begin to the end
PALEST = 0.25
LABELS = 6  # steps that are named along the path
Arms = tuple[tuple[float, float, str], ...]


@lru_cache(maxsize=4 * SHADES)
def _pen(theme: Theme, strength: float) -> QPen:
    """Of the path where it is so strong."""
    return line_pen(mixed(theme.panel, theme.accent, strength), 1.4)


class Path(AreaItem):
    """points [T, 2] in the plane, NaN for a gap. `turned(dx, dy)` is told of drags, in pixels, while it `turns`."""

    def __init__(self, turned: Callable[[float, float], None]) -> None:
        super().__init__()
        self._turned = turned
        self.turns = False
        self._points: NDArray[np.float64] = np.zeros((0, 2))
        self._names: list[tuple[int, str]] = []
        self._arms: Arms = ()
        self._at = -1
        self._of: tuple[Mapping, NDArray, NDArray, list[tuple[int, str]], Arms] | None = None  # what it was built of
        self._pieces: list[NDArray[np.float64]] = []
        self._px: NDArray[np.float64] = np.zeros((0, 2))
        self._ghost: NDArray[np.float64] = np.zeros((0, 2))
        self._ghost_lines: NDArray[np.float64] = np.zeros((0, 4))
        self._ghost_shown = True
        self.setZValue(4)

    def set_points(self, points: NDArray, name: Callable[[int], str], arms: Arms = ()) -> None:
        """name: of a step; some are written. arms: (x, y, text) of each axis of a turned view, from its origin."""
        self._points = np.asarray(points, np.float64)
        T = len(points)
        some = sorted({round(t) for t in np.linspace(0, T - 1, min(LABELS, T)).tolist()}) if T else []
        self._names = [(t, name(t)) for t in some]
        self._arms = arms
        self.rebuild()

    def set_ghost(self, points: NDArray) -> None:
        """The path that it is compared with [T, 2], pale and dashed below; none: [0, 2]. Told before `set_points`."""
        self._ghost = np.asarray(points, np.float64)

    def show_ghost(self, on: bool) -> None:
        self._ghost_shown = on
        self.update()

    def set_at(self, step: int) -> None:
        """The step that is looked at, -1 for none."""
        if step != self._at:
            self._at = step
            self.update()

    def rebuild(self) -> None:
        """What is drawn is computed when it is painted, once, however much changed before."""
        self.perhaps()

    def still(self) -> bool:
        """See `PlotItem`: then what it is built of stays, as that is what was painted."""
        m = self.mapping
        if self._of is None or m is None:
            return False
        then, points, ghost, names, arms = self._of
        if then != m or names != self._names or arms != self._arms:
            return False
        scale = max(m.scale_x, m.scale_y)
        return near(self._points, points, scale) and near(self._ghost, ghost, scale)

    def _build(self) -> None:
        """Of what there is, unless that is done."""
        m = self.mapping
        if m is None or not len(self._points):
            self._of, self._px, self._pieces = None, np.zeros((0, 2)), []
            return
        of = m, self._points, self._ghost, self._names, self._arms
        if self._of is not None and all(now is then for now, then in zip(of, self._of, strict=True)):
            return
        self._of = of
        self._px = np.stack([m.x(self._points[:, 0]), m.y(self._points[:, 1])], axis=1)
        self._pieces, self._ghost_lines = [], np.zeros((0, 4))
        if len(self._ghost):
            ghost = clip_to(m.x(self._ghost[:, 0]), m.y(self._ghost[:, 1]), m.rect)
            self._ghost_lines = segments(*ghost, GHOST_DASH)
        x, y = clip_to(self._px[:, 0], self._px[:, 1], m.rect)
        lines = segments(x, y, ())
        if len(lines) == len(self._px) - 1:  # as nearly always: nothing is cut off
            count = min(SHADES, len(lines))
            short, longer = divmod(len(lines), count)  # as evenly as can be, the longer ones first
            cuts = [number * short + min(number, longer) for number in range(count + 1)]
            self._pieces = [lines[first:end] for first, end in pairwise(cuts)]
        else:
            for part in np.array_split(np.arange(max(1, len(self._px) - 1)), min(SHADES, max(1, len(self._px) - 1))):
                some = self._px[part[0] : part[-1] + 2]
                self._pieces.append(segments(*clip_to(some[:, 0], some[:, 1], m.rect), ()))

    def nearest(self, x: float, y: float, within: float = 24.0) -> int:
        """The step whose point lies nearest to a position, -1 where none is within so many pixels."""
        m = self.mapping
        if self.unsettled:
            self._build()
            self.unpainted = True
        if m is None or not len(self._px):
            return -1
        at = np.array([float(m.x(np.array([x]))[0]), float(m.y(np.array([y]))[0])])
        with np.errstate(invalid="ignore"):
            distances = np.nan_to_num(np.hypot(*(self._px - at).T), nan=np.inf)
        found = int(distances.argmin())
        return found if distances[found] <= within else -1

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        m, theme = self.mapping, self.theme
        self._build()
        if m is None or not len(self._px):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_arms(painter)
        if self._ghost_shown:
            painter.setPen(line_pen(mixed(theme.panel, theme.accent, GHOST_STRENGTH), GHOST_WIDTH))
            draw_lines(painter, self._ghost_lines)
        for number, piece in enumerate(self._pieces, 1):
            painter.setPen(_pen(theme, PALEST + (1.0 - PALEST) * number / len(self._pieces)))
            draw_lines(painter, piece)
        first, last = self._px[0], self._px[-1]
        if self._inside(first):
            draw_mark(painter, "ring", float(first[0]), float(first[1]), 3.0, QColor(theme.accent))
        if self._inside(last):
            draw_mark(painter, "square", float(last[0]), float(last[1]), 4.0, QColor(theme.accent))
        self._paint_names(painter)
        if 0 <= self._at < len(self._px) and self._inside(self._px[self._at]):
            x, y = self._px[self._at].tolist()
            draw_mark(painter, "circle", x, y, 6.0, QColor(theme.panel))
            draw_mark(painter, "circle", x, y, 4.6, QColor(theme.text))

    def _inside(self, at: NDArray) -> bool:
        """Whether a place in pixels is one, and seen: Qt's SVG writer knows no clipping."""
        return self.mapping is not None and self.mapping.rect.contains(QPointF(float(at[0]), float(at[1])))

    def _paint_names(self, painter: QPainter) -> None:
        """Names of some steps, where they cover neither each other nor leave the picture."""
        assert self.mapping is not None
        taken: list[QRectF] = []
        painter.setFont(tick_font())
        painter.setPen(QColor(self.theme.muted))
        for step, name in self._names:
            x, y = self._px[step].tolist()
            if not (math.isfinite(x) and math.isfinite(y)):
                continue
            box = QRectF(x + 6, y - 14, tick_width(name), 12)
            if self.mapping.rect.contains(box) and not any(box.intersects(other) for other in taken):
                taken.append(box)
                painter.drawText(QPointF(box.left(), box.bottom() - 2), name)

    def _paint_arms(self, painter: QPainter) -> None:
        assert self.mapping is not None
        m = self.mapping
        painter.setFont(tick_font())
        x0, y0 = float(m.x(np.zeros(1))[0]), float(m.y(np.zeros(1))[0])
        for x, y, text in self._arms:
            px, py = float(m.x(np.array([x]))[0]), float(m.y(np.array([y]))[0])
            painter.setPen(line_pen(QColor(self.theme.border), 1.2))
            draw_lines(painter, segments(*clip_to(np.array([x0, px]), np.array([y0, py]), m.rect), ()))
            painter.setPen(QColor(self.theme.muted))
            width = tick_width(text)
            left = min(max(px + 4, m.rect.left() + 2), m.rect.right() - width - 2)
            painter.drawText(QPointF(left, min(max(py, m.rect.top() + 11), m.rect.bottom() - 3)), text)

    def mouseDragEvent(self, event: MouseDragEvent) -> None:
        """pyqtgraph's scene calls this; what is ignored goes to the area."""
        if not self.turns or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        moved = event.scenePos() - event.lastScenePos()
        self._turned(moved.x(), moved.y())
