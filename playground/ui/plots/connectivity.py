"""Which inputs an output rests on (Madsen 2019, "Visualizing memorization in RNNs", Distill)."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP, QPointF

from playground.network.inspections.spec import Connectivity, Inspection
from playground.tasks.base import Facts
from playground.ui.plots.asking import Asking
from playground.ui.plots.classes import symbol_text
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.legend import Entry
from playground.ui.plots.ranges import NormRange, spread
from playground.ui.plots.text_grid import TextGrid, symbols_of
from playground.ui.plots.ticks import Axis, value_text
from playground.ui.plots.timeplot import TimePlot
from playground.ui.plots.words import tr
from playground.ui.run.inspections import Answer

STRONGEST = -1
CURVES, TEXT = "curves", "text"
FLOOR = 1e-12  # of the largest value: below it is rounding


class ConnectivityPlot(Asking, TimePlot):
    """Curves of every network, or, where the sequence is a text, that text shaded for one of them."""

    name = "connectivity"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Connectivity"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "How much each past input matters to the answer at the chosen step: ‖∂ score_k(t̃)/∂x_t‖, the norm of the "
            "derivative of output k's score (before softmax or sigmoid) at the cursor's step t̃ with respect to the "
            "input at every step t (Madsen 2019). Move the cursor, or click a character, to ask about another step.",
        )
    )
    group = "gradient"
    logarithmic = True

    def build(self) -> None:
        super().build()
        self.log_y = True
        self._view = self.add_chooser("view", tr("how it is shown"))
        self._net = self.add_chooser("net", tr("network"))
        self._output = self.add_chooser("output", tr("which output"))
        self._found: dict[str, Answer] = {}
        self._outputs: list[str] = []
        self._offered: Facts | None = None  # whose outputs these are
        self._key: object = None
        self._range = NormRange(FLOOR)
        self._text = TextGrid(self.session.set_time)
        self.chart.add_item(self._text)
        self._text.setVisible(False)
        self.chart.moved.connect(self._point)
        self.session.time_changed.connect(self.make_stale)

    # -- drawing --------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        names = [net.name for net in self.session.experiment.networks if net.layers]
        text = self._symbols()
        self._view.offer([(TEXT, tr("as text")), (CURVES, tr("as curves"))] if text else [(CURVES, tr("as curves"))])
        as_text = bool(text) and self._view.currentData() == TEXT
        self._net.offer([(name, name) for name in names])
        self._net.setVisible(as_text and len(names) > 1)
        self._offer_outputs()
        chosen = self._output.currentData()
        asked = [self._net.currentData()] if as_text else names
        t, k = int(self.session.time), STRONGEST if chosen is None else int(chosen)
        questions: dict[Hashable, Inspection] = {name: Connectivity(name, t, k) for name in asked if name}
        answers = self.ask(questions)
        self._found = {str(name): answer for name, answer in answers.items() if answer.arrays}
        self._text.setVisible(as_text and bool(self._found))
        self.chart.frame.bare = as_text
        self.chart.cursor.setVisible(not as_text)
        if not self._found:
            self._key = None
            self.set_series([], [])
            self.chart.set_message(self.problem_of(answers) or tr(self.EMPTY))
            self.place_choosers()
            return
        self.chart.set_message("")
        self.update_times(max(len(answer.arrays["norms"]) for answer in self._found.values()))
        if as_text:
            self._draw_text(text)
        else:
            self._draw_curves(names)
        self.place_choosers()

    def _offer_outputs(self) -> None:
        facts = self.session.facts
        if facts is self._offered:
            return
        self._offered = facts
        outputs = [*(facts.symbols or facts.output_names)] if facts is not None else []
        if facts is not None and not outputs:
            outputs = [tr("output {0}").format(k) for k in range(facts.outputs)]
        each: list[tuple[object, str]] = [(k, _shown(text)) for k, text in enumerate(outputs)]
        self._outputs = [text for _, text in each]
        self._output.offer([(STRONGEST, tr("strongest output")), *each] if len(each) > 1 else each)

    def _draw_curves(self, names: list[str]) -> None:
        texts = tuple((name, self._asked_of(name)) for name in self._found)
        if texts != self._key:
            self._key = texts
            styles = [Style(contestant(i), 1.6, mark=MARKS[i % len(MARKS)]) for i in map(names.index, self._found)]
            triples = list(zip(texts, styles, strict=True))
            curves = [Curve(name, name, style, (name,)) for (name, _), style in triples]
            self.set_series(curves, [Entry(name, f"{name}: {text}", style) for (name, text), style in triples])
        self.chart.frame.y_axis = _axis(self.log_y)
        for name, answer in self._found.items():
            norms = answer.arrays["norms"]
            norms = np.where(norms > 0, norms, np.nan) if self.log_y else norms
            self.chart.curves[name].set_source(Line(self.times[: len(norms)], norms))
        found = spread([answer.arrays["norms"] for answer in self._found.values()], positive=self.log_y)
        self.chart.set_home(self.time_range(), self._range.take(found, self.log_y))

    def _draw_text(self, symbols: list[str]) -> None:
        self._key = None
        self.set_series([], [])
        name, answer = next(iter(self._found.items()))
        norms = answer.arrays["norms"]
        largest = float(norms.max(initial=0.0)) or 1.0
        asked = self._asked_of(name)

        def said(step: int) -> str:
            text = tr("input {0} at {1}: ‖∂ score of {2} / ∂x‖ = {3}, {4} % of the largest")
            share = f"{100 * norms[step] / largest:.1f}"
            at = self.chart.format_x(float(self.times[step]))
            return text.format(_shown(symbols[step]), at, asked, value_text(float(norms[step])), share)

        self._text.set_text(symbols[: len(norms)], norms / largest, int(answer.arrays["at"][0]), said)
        self.chart.set_home(self.time_range(), (0.0, 1.0))

    def _point(self, at: QPointF | None) -> None:
        """Through a method of this: what is connected to an item that dies first is called on its remains."""
        self._text.point_at(at)

    # -- words ----------------------------------------------------------------------------------------------------

    def _symbols(self) -> list[str]:
        """The sequence as text, [] when it is none."""
        facts, probe = self.session.facts, self.session.probe
        if facts is None or probe is None or not facts.input_symbols:
            return []
        return symbols_of(probe.batch.inputs[:, 0], facts.input_symbols)

    def _asked_of(self, name: str) -> str:
        """The output and the step that an answer is about."""
        t, k = self._found[name].arrays["at"].tolist()
        output = self._outputs[k] if k < len(self._outputs) else str(k)
        at = self.chart.format_x(float(self.times[t])) if t < len(self.times) else str(t)
        return tr("{0} at {1}").format(output, at)

    def columns(self) -> dict[str, Any]:
        self.refresh()
        if not self._found:
            return {}
        header, times = self.time_column()
        table: dict[str, Any] = {header: times}
        for name, answer in self._found.items():
            norms: NDArray = answer.arrays["norms"]
            column = np.full(len(times), np.nan)
            column[: len(norms)] = norms
            table[f"{name} derivative of {self._asked_of(name)} [score/1]"] = column
        return table


@lru_cache(maxsize=2)
def _axis(log: bool) -> Axis:
    return Axis((tr("‖∂ score/∂x_t‖ (score per unit of the input)"), "‖∂ score/∂x‖"), log=log)


def _shown(symbol: str) -> str:
    """A symbol or an output's name as something that can be seen."""
    return symbol_text(symbol)
