"""Units that stay on across chosen steps, and where else they do (LSTMVis: Strobelt et al. 2018)."""

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGraphicsView

from playground.network.inspections.matches import AROUND
from playground.network.inspections.spec import Inspection, SelectionMatches
from playground.network.selection import Match, find_matches, on_throughout
from playground.ui.plots.asking import Asking
from playground.ui.plots.classes import symbol_text
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style
from playground.ui.plots.layers import BACK, layer_cell, maps
from playground.ui.plots.legend import Entry
from playground.ui.plots.match_list import MatchList, Row
from playground.ui.plots.ranges import spread, value_range
from playground.ui.plots.stretches import Stretch
from playground.ui.plots.ticks import Axis
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.unit_lines import Brush, Threshold, UnitLines
from playground.ui.plots.words import tr
from playground.ui.run.inspections import Answer
from playground.ui.theme import Theme

ACROSS, ONLY = "across", "only"
MOST = 20
WIDE, SLIM = 460, 1.4  # the list stands beside the chart from so many px on, or so many times the height; else below
ROOM = 360, 260  # px: a plot that is neither so wide nor so high has no list
BESIDE, MOST_BESIDE, BELOW = 190, 0.42, 0.42  # its width, its largest share of the width, its share of the height


def accent(theme: Theme) -> str:
    """Of the chosen steps; no lambda, so that the same stretches are equal."""
    return theme.accent


def muted(theme: Theme) -> str:
    """Of matches."""
    return theme.muted


class SelectionPlot(Asking, TimePlot):
    """Drag across steps, drag the threshold; the list says which units are on at or above it all along, and the
    matches: on the probe, where a click goes, and in the test data, of which a click shows the units' mean."""

    name = "selection"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Unit selection"))
    SHORT = str(QT_TRANSLATE_NOOP("Plot", "Selection"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "Drag across some steps (◆; [ and ] set their begin and end to the cursor) and drag the threshold (Page up "
            "and down move it). Chosen are the units at or above it at all these steps, if you like only those below "
            "it just before and after. Listed is where else they are: most of these units first, then fewest others, "
            "on this sequence and in the test data (Strobelt et al. 2018, LSTMVis).",
        )
    )
    group = "memory"

    def build(self) -> None:
        super().build()
        self._layer = self.make_layer_chooser()
        self._node = self.add_chooser("node", tr("which values"))
        self._rule = self.add_chooser("rule", tr("which units are chosen"))
        self._rule.offer([(ACROSS, tr("on across")), (ONLY, tr("on only there"))])
        self.threshold = 0.3
        self.steps: tuple[int, int] | None = None
        self._values: NDArray = np.zeros((0, 0))
        self._units: NDArray[np.intp] = np.zeros(0, np.intp)
        self._matches: list[Match] = []
        self._answer: Answer | None = None
        self._listed: tuple[Answer, object, tuple[int, int], list[Row]] | None = None  # rows, after what they are of
        self._found: tuple[NDArray[np.bool_], int, int] | None = None  # what units and matches are of
        self._here: tuple[object, list[Row]] | None = None  # those of this sequence, after what they are of
        self._shown_match = -1
        self._dragging = False
        self._asked: dict[Hashable, Inspection] = {}
        self._range: tuple[float, float] | None = None
        self._key: object = None
        self._lines, self._level = UnitLines(), Threshold(self._level_moved)
        for item in (Brush(self._brushed), self._lines, self._level):
            self.chart.add_item(item)
        self._list = MatchList(f"plot.{self.id}.matches", self)
        self._list.chosen.connect(self._go)
        self.chart.frame.y_axis = Axis((tr("value of the unit (no unit)"), tr("value")))

    # -- drawing --------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        net, layer = choice = self.offer_layers(self._layer)
        cell = layer_cell(self.session.experiment, choice)
        self._node.offer(maps(cell) if cell is not None else [])
        node = self._node.currentData()
        self._values = self.node_values(choice, node)
        self.place_choosers()
        if not self._values.size:
            self._empty()
            return
        T, H = self._values.shape
        key = (choice, node, H, T)
        if key != self._key:
            self._key, self._range, self._shown_match = key, None, -1
        self.chart.set_message("")
        self.update_times(T)
        first, last = self.chosen_steps(T)
        only = self._rule.currentData() == ONLY
        self._find(on_throughout(self._values, self.threshold, last - first + 1, only), first, last)
        self._ask(net, layer, str(node), last - first + 1, only)
        self._range = value_range(spread([self._values, np.array([self.threshold])]), self._range)
        self.chart.set_home(self.time_range(), self._range)
        self._lines.set_lines(self.times, self._values, self._units)
        self._level.set_value(self.threshold)
        self._mark(first, last)
        self._compare(first)
        self._tell(first, last)

    def _find(self, found: NDArray[np.bool_], first: int, last: int) -> None:
        """The units and the matches; nothing while the same units are on at the same steps as the last time."""
        before = self._found
        if before is None or before[1:] != (first, last) or not np.array_equal(before[0], found):
            self._found = found, first, last
            self._units = np.flatnonzero(found[first]) if first < len(found) else np.zeros(0, np.intp)
            self._matches = find_matches(found, self._units, last - first + 1, [(first, last)], MOST)

    def _empty(self) -> None:
        self.ask({})
        self._units, self._matches, self._answer, self._key = np.zeros(0, np.intp), [], None, None
        self._found = None
        self._lines.set_lines(np.zeros(0), np.zeros((0, 0)), self._units)
        self.chart.stretches.set_stretches(())
        self.set_series([], [])
        self._list.set_rows("", [])
        self.chart.set_message(tr(self.EMPTY))

    def chosen_steps(self, T: int) -> tuple[int, int]:
        """First and last chosen step of a sequence of T; five in its middle as long as nobody has chosen any."""
        if self.steps is None:
            return max(0, T // 2 - 2), min(T - 1, T // 2 + 2)
        return min(self.steps[0], T - 1), min(self.steps[1], T - 1)

    def _ask(self, net: str, layer: str, node: str, length: int, only: bool) -> None:
        """Ask for matches in the test data, unless something is being dragged."""
        if not self._dragging:
            units = tuple(int(unit) for unit in self._units)
            inner = f"back.{node}" if layer.endswith(BACK) else node
            question = SelectionMatches(net, layer.removesuffix(BACK), inner, units, self.threshold, length, only, MOST)
            self._asked = {question: question} if units else {}
        self._answer = next(iter(self.ask(self._asked).values()), None)

    def _mark(self, first: int, last: int) -> None:
        """Shade the chosen steps and the matches on this sequence, each with its rank."""
        half = (self.times[-1] - self.times[0]) / max(1, len(self.times) - 1) / 2
        made = [Stretch(self.times[first] - half, self.times[last] + half, "◆", accent)]
        for rank, match in enumerate(self._matches[:8], 1):
            end = min(match.start + last - first, len(self.times) - 1)
            made.append(Stretch(self.times[match.start] - half, self.times[end] + half, str(rank), muted))
        self.chart.stretches.set_stretches(tuple(made))

    def _compare(self, first: int) -> None:
        """The chosen units' mean here and, aligned with the chosen steps, at a match of the test data."""
        shown = self._shown_match
        answer = self._answer.arrays if self._answer is not None else {}
        if not (0 <= shown < len(answer.get("start", ()))) or not self._units.size:
            if self.chart.curves:
                self.set_series([], [])
            return
        texts = {"mean": tr("mean of the units"), "match": tr("in the test data")}
        if set(self.chart.curves) != set(texts):
            text, cell = (lambda theme: theme.text), (lambda theme: theme.cell)
            styles = {"mean": Style(text, 2.0), "match": Style(cell, 2.0, (5.0, 3.0), "square")}
            curves = [Curve(key, said, styles[key], (key,)) for key, said in texts.items()]
            self.set_series(curves, [Entry(key, said, styles[key]) for key, said in texts.items()])
        self.chart.curves["mean"].set_source(Line(self.times, self._values[:, self._units].mean(axis=1)))
        means = answer["means"][shown]
        places = np.arange(first - AROUND, first - AROUND + len(means))
        inside = (places >= 0) & (places < len(self.times))
        self.chart.curves["match"].set_source(Line(self.times[places[inside]], means[inside]))

    # -- the list -------------------------------------------------------------------------------------------------

    def _tell(self, first: int, last: int) -> None:
        rows = self._own_rows(last - first) + self._test_rows(last - first)
        units = ", ".join(str(unit) for unit in self._units[:24]) + (" …" if len(self._units) > 24 else "")
        head = tr("{0}: units {1}").format(self._steps(first, last - first), units)
        if not self._units.size:
            head = tr("{0}: no unit is on all along").format(self._steps(first, last - first))
        elif not self._matches:
            head += "\n" + tr("nowhere else on this sequence")
        if self._units.size:
            head += "\n" + self._test_text()
        self._list.set_rows(head, rows)

    def _own_rows(self, more: int) -> list[Row]:
        """Of this sequence; the very same ones while there is nothing else to say."""
        of = self._matches, len(self._units), more, self.chart.x_name, self.times.tobytes()
        if self._here is None or self._here[0] != of:
            ranked = enumerate(self._matches, 1)
            rows = [
                Row(("probe", m.start), f"{rank} · {self._steps(m.start, more)}", self._fit(m)) for rank, m in ranked
            ]
            self._here = of, rows
        return self._here[1]

    def _test_text(self) -> str:
        answer = self._answer
        if answer is None:
            return tr("test data: searching …")
        if answer.problem:
            return answer.problem
        count, sequences = len(answer.arrays["start"]), int(answer.arrays["searched"][0])
        return tr("test data: {0} in {1} sequences").format(count, sequences)

    def _test_rows(self, more: int) -> list[Row]:
        answer = self._answer
        if answer is None or answer.problem:
            return []
        arrays, facts = answer.arrays, self.session.facts
        before, size = self._listed, (len(self._units), more)
        if before is not None and before[0] is answer and before[1] is facts and before[2] == size:
            return before[3]
        rows = []
        for number in range(len(arrays["start"])):
            match = Match(*(int(arrays[name][number]) for name in ("sequence", "start", "overlap", "extra")))
            text = tr("test {0} · t {1}–{2}").format(match.sequence, match.start, match.start + more)
            around = ""
            if facts is not None and facts.input_symbols:
                seen = [symbol_text(facts.input_symbols[k]) if k >= 0 else "" for k in arrays["inputs"][number]]
                around = "…" + "".join(seen[:AROUND]) + "[" + "".join(seen[AROUND:-AROUND]) + "]"
            rows.append(Row(("test", number), text, " · ".join(part for part in (self._fit(match), around) if part)))
        self._listed = answer, facts, size, rows
        return rows

    def _steps(self, first: int, more: int) -> str:
        ends = [self.chart.format_x(float(self.times[min(t, len(self.times) - 1)])) for t in (first, first + more)]
        return f"{self.chart.x_name} {ends[0]}–{ends[1]}"

    def _fit(self, match: Match) -> str:
        return tr("{0} of {1}, {2} others").format(match.overlap, len(self._units), match.extra)

    def _go(self, target: tuple[str, int]) -> None:
        """A row was chosen: go there, or compare with it."""
        kind, number = target
        self._shown_match = number if kind == "test" else -1
        if kind == "probe":
            self.session.set_time(number)
        self.make_stale()

    # -- choosing -------------------------------------------------------------------------------------------------

    def choose_steps(self, first: int, last: int) -> None:
        """The stretch of steps that is asked about."""
        T = max(1, len(self._values))
        low, high = sorted((int(np.clip(first, 0, T - 1)), int(np.clip(last, 0, T - 1))))
        self.steps, self._shown_match = (low, high), -1
        self.make_stale()

    def set_threshold(self, value: float) -> None:
        """From which value on a unit is on."""
        self.threshold, self._shown_match = round(float(value), 3), -1
        self.make_stale()

    def _brushed(self, low: float, high: float, done: bool) -> None:
        self._dragging = not done
        if len(self._values):
            ends = [int(np.argmin(np.abs(self.times - x))) for x in (low, high)]
            self.choose_steps(*ends)

    def _level_moved(self, value: float, done: bool) -> None:
        self._dragging = not done
        self.set_threshold(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now, (first, last) = int(self.session.time), self.chosen_steps(max(1, len(self._values)))
        if event.key() == Qt.Key.Key_BracketLeft:
            self.choose_steps(now, max(now, last))
        elif event.key() == Qt.Key.Key_BracketRight:
            self.choose_steps(min(first, now), now)
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.set_threshold(self.threshold + (0.05 if event.key() == Qt.Key.Key_PageUp else -0.05))
        else:
            super().keyPressEvent(event)

    # -- the rest -------------------------------------------------------------------------------------------------

    def settings(self) -> dict[str, Any]:
        return super().settings() | {"threshold": self.threshold} | ({"steps": list(self.steps)} if self.steps else {})

    def restore(self, settings: dict[str, Any]) -> None:
        super().restore(settings)
        threshold, steps = settings.get("threshold"), settings.get("steps")
        if isinstance(threshold, int | float) and np.isfinite(threshold):
            self.threshold = float(threshold)
        if isinstance(steps, list | tuple) and len(steps) == 2 and all(isinstance(t, int) and t >= 0 for t in steps):
            self.steps = min(steps), max(steps)

    def apply_theme(self, theme: Theme) -> None:
        super().apply_theme(theme)
        self._list.apply_theme(theme)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """What lies beside the chart."""
        QPainter(self).fillRect(event.rect(), QColor(self.theme.panel))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._lay_out()

    def figure_view(self) -> QGraphicsView:
        """The chart over the whole plot: the list is for a hand."""
        self.chart.setGeometry(self.rect())
        return self.chart

    def figure_done(self) -> None:
        """The list has its place again."""
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.width(), self.height()
        room = width >= ROOM[0] or height >= ROOM[1]
        self._list.setVisible(room)
        if not self.isVisible() or not room:
            self.chart.setGeometry(self.rect())
            return
        beside = width >= min(WIDE, SLIM * height)
        if beside:
            wide = min(BESIDE, round(MOST_BESIDE * width))
            self.chart.setGeometry(QRect(0, 0, width - wide, height))
            top = round(self.chart.header)
            self._list.setGeometry(QRect(width - wide, top, wide, height - top))
        else:
            below = round(BELOW * height)
            self.chart.setGeometry(QRect(0, 0, width, height - below))
            self._list.setGeometry(QRect(0, height - below, width, below))

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not self._values.size:
            return {}
        first, last = self.chosen_steps(len(self._values))
        rows = [("probe", 0, first, len(self._units), -1)]
        rows += [("probe", 0, match.start, match.overlap, match.extra) for match in self._matches]
        if self._answer is not None and not self._answer.problem:
            columns = [self._answer.arrays[name].tolist() for name in ("sequence", "start", "overlap", "extra")]
            rows += [("test", *row) for row in zip(*columns, strict=True)]
        return {
            "where": [tr("chosen"), *[row[0] for row in rows[1:]]],
            "sequence [number]": np.array([row[1] for row in rows]),
            "first [step]": np.array([row[2] for row in rows]),
            "last [step]": np.array([row[2] + last - first for row in rows]),
            "units in common [count]": np.array([row[3] for row in rows]),
            "other units [count]": np.array([row[4] if row[4] >= 0 else np.nan for row in rows]),
            "units [numbers]": [" ".join(str(unit) for unit in self._units)] * len(rows),
            "threshold [1]": np.full(len(rows), self.threshold),
        }
