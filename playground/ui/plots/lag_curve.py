"""The lag curve: which share of seeds solves the task, against how far back it reaches."""

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QPushButton

from playground.errors import BadInput
from playground.export.tables import aligned
from playground.tasks.goals import find_target
from playground.training.repeats.job import lag_of, usual_lags
from playground.training.repeats.statistics import Share, shares
from playground.ui.plots.base import Plot
from playground.ui.plots.geometry import MARKS
from playground.ui.plots.history import Line
from playground.ui.plots.items import Curve, Style, contestant
from playground.ui.plots.legend import Entry
from playground.ui.plots.ticks import Axis
from playground.ui.plots.words import tr
from playground.ui.state import Notice

SEEDS = (3, 5, 10, 20)
REACHES = (1.0, 2.0, 4.0)  # of the task's own lag
USUAL_SEEDS, USUAL_REACH = 5, 2.0
OWN = "own"
MOST = 24  # lags


class LagCurvePlot(Plot):
    """Networks, settings and goal are those of the experiment; only seed and lag are others. Every run ends when the
    task is solved, or at the experiment's goal.

    The runs are `session.repeats`; this plot starts and stops them and draws what there is, also while they run.
    """

    name = "lag_curve"
    TITLE = str(QT_TRANSLATE_NOOP("Plot", "Lag curve"))
    DESCRIPTION = str(
        QT_TRANSLATE_NOOP(
            "Plot",
            "Which share of seeds solves the task, against how many steps back the answer lies: the argument of "
            "Hochreiter (1991) and of Hochreiter and Schmidhuber (1997) in one plot. Networks and settings are those "
            "of this experiment. Bands are Wilson's 95 % intervals (1927).",
        )
    )
    EMPTY = str(
        QT_TRANSLATE_NOOP(
            "Plot", "Press Start to train every network again, with other lags and seeds, in the background."
        )
    )
    group = "training"

    def build(self) -> None:
        self._repeats: Any = getattr(self.session, "repeats", None)  # a session that stands still has none
        self._own: tuple[int, ...] = ()
        self._found: dict[str, list[Share]] = {}
        self._names: tuple[str, ...] | None = None
        self._lags = self.add_chooser("lags", tr("which lags"))
        self._seeds = self.add_chooser("seeds", tr("how many seeds"))
        self._seeds.offer([(count, tr("{0} seeds").format(count)) for count in SEEDS])
        self._seeds.choose(USUAL_SEEDS)
        self.button = QPushButton(tr("Start"), self)
        self.button.setObjectName(f"plot.{self.id}.start")
        self.button.setProperty("look", "plot")
        self.button.clicked.connect(self.toggle)
        self.buttons.append(self.button)
        self.chart.x_name = tr("lag")
        self.chart.format_x = lambda x: f"{x:.0f}"
        self.chart.set_log_x(True)
        choose = QAction(tr("Choose the lags…"), self)
        choose.setObjectName("lag_curve.choose")
        choose.triggered.connect(self._ask)
        run = QAction(tr("Start or stop"), self)
        run.setObjectName("lag_curve.toggle")
        run.triggered.connect(self.toggle)
        self.acts += [run, choose]
        self._offer_lags()
        if self._repeats is not None:
            self._repeats.changed.connect(self._news)

    # -- running --------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self._repeats is not None and self._repeats.what == "lags"

    def lags(self) -> tuple[int, ...]:
        """The lags that are chosen; () where the task has none."""
        chosen = self._lags.currentData()
        if chosen == OWN and self._own:
            return self._own
        return usual_lags(self.session.experiment.task, chosen if isinstance(chosen, float) else USUAL_REACH)

    def toggle(self) -> None:
        """What the button does."""
        if self.running:
            self._repeats.stop()
        else:
            self.start()

    def start(self) -> None:
        """Begin, or go on with what is missing."""
        if self._repeats is None or self.running:
            return
        if not self.lags():
            problem: BadInput | None = BadInput(
                "task", tr("this task has no lag"), tr("choose delayed recall or adding")
            )
        else:
            problem = self._repeats.sweep(self.lags(), int(self._seeds.currentData() or USUAL_SEEDS))
        if problem is not None:
            self.session.notice.emit(Notice("warning", str(problem)))

    def set_lags(self, text: str) -> None:
        """Lags that a person typed: "5, 10, 50"."""
        try:
            own = tuple(sorted({int(part) for part in text.replace(",", " ").replace(";", " ").split()}))
        except ValueError:
            own = ()
        if not own or len(own) > MOST or own[0] < 1:
            problem = BadInput(tr("lags"), tr("found “{0}”").format(text), tr("give whole numbers, such as 5, 10, 50"))
            self.session.notice.emit(Notice("warning", str(problem)))
            return
        self._own = own
        self._offer_lags()
        self._lags.choose(OWN)

    def _ask(self) -> None:
        dialog = QInputDialog(self)
        dialog.setObjectName("lag_curve.lags")
        dialog.setWindowTitle(tr("Lags"))
        dialog.setLabelText(tr("Steps back, such as 5, 10, 50"))
        dialog.setTextValue(", ".join(map(str, self.lags())))
        dialog.textValueSelected.connect(self.set_lags)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def settings(self) -> dict[str, Any]:
        return super().settings() | ({"lags": list(self._own)} if self._own else {})

    def restore(self, settings: dict[str, Any]) -> None:
        own = settings.get("lags")
        if isinstance(own, list) and 0 < len(own) <= MOST and all(isinstance(lag, int) and lag > 0 for lag in own):
            self._own = tuple(sorted(set(own)))
            self._offer_lags()
        super().restore(settings)

    # -- drawing --------------------------------------------------------------------------------------------------

    def _news(self) -> None:
        self._show_button()
        self.make_stale()

    def _offer_lags(self) -> None:
        task = self.session.experiment.task
        own = lag_of(task) or 0
        choices: list[tuple[object, str]] = [
            (reach, tr("lags to {0}").format(usual_lags(task, reach)[-1])) for reach in REACHES if own
        ]
        if self._own:
            choices.append((OWN, tr("lags {0}").format(", ".join(map(str, self._own)))))
        fresh = self._lags.count() == 0 and self._lags.wanted is None
        self._lags.offer(choices)
        if fresh and choices:
            self._lags.blockSignals(True)
            self._lags.setCurrentIndex(REACHES.index(USUAL_REACH) if own else 0)
            self._lags.blockSignals(False)

    def _show_button(self) -> None:
        repeats = self._repeats
        able = repeats is not None and bool(self.lags()) and bool(self.session.experiment.networks)
        self.button.setVisible(able)
        self._seeds.setVisible(able)
        if not able:
            return
        from playground.ui.race.words import progress, short_duration

        text, tip = tr("Start"), tr("Train every network with each of these lags and seeds, in the background")
        if self.running:
            text, tip = tr("Stop · {0}/{1}").format(repeats.done, repeats.total), progress(repeats)
            left = repeats.seconds_left
            text = text if left is None else f"{text} · {short_duration(left)}"
        if (self.button.text(), self.button.toolTip()) != (text, tip):
            self.button.setText(text)
            self.button.setToolTip(tip)
            self.button.setAccessibleName(tr("{0} the lag curve").format(tr("Stop") if self.running else tr("Start")))
            self.place_choosers()

    def draw(self) -> None:
        experiment = self.session.experiment
        names = tuple(net.name for net in experiment.networks)
        self._offer_lags()
        found = {name: shares(self._repeats.of_lags(name)) for name in names} if self._repeats is not None else {}
        self._found = {name: points for name, points in found.items() if points}
        self._show_button()
        if names != self._names:
            self._begin(names)
        setting = tr("lag [steps]") if getattr(experiment.task, "lag", None) else tr("length of the sequence [steps]")
        self.chart.frame.x_axis = Axis((setting, tr("lag")), integer=True)
        self.chart.x_name = tr("lag") if getattr(experiment.task, "lag", None) else tr("length")
        self.chart.frame.y_axis = Axis((self._share_text(), tr("share solved"), tr("solved")))
        self.chart.set_message(self._message())
        for name in names:
            points = self._found.get(name, [])
            line = Line(np.array([p.lag for p in points], float), np.array([p.value for p in points], float))
            band = np.array([p.low for p in points], float), np.array([p.high for p in points], float)
            self.chart.curves[name].set_source(line, band)
            self.chart.curves[f"{name} points"].set_source(line)
        self.chart.set_home(self._lag_range(), (-0.03, 1.05))
        self.place_choosers()
        self.chart.rebuild()

    def _share_text(self) -> str:
        facts = self.session.facts
        target = find_target(facts, self.session.experiment.training.goal.loss) if facts is not None else None
        return (
            tr("share of seeds that solve it ({0})").format(target.text) if target is not None else tr("share solved")
        )

    def _message(self) -> str:
        if lag_of(self.session.experiment.task) is None:
            return tr("This task has no lag. Delayed recall, adding and temporal order have one.")
        if self._found:
            return ""
        return tr("The first runs are on their way.") if self.running else tr(self.EMPTY)

    def _begin(self, names: tuple[str, ...]) -> None:
        self._names = names
        curves, entries = [], []
        for index, name in enumerate(names):
            colour, mark = contestant(index), MARKS[index % len(MARKS)]
            points = Curve(f"{name} points", "", Style(colour, 1.7, mark=mark, dots=True), (name,))
            points.setZValue(3)
            curves += [Curve(name, name, Style(colour, 1.7), (name,)), points]
            entries.append(Entry(name, name, Style(colour, 1.7, mark=mark)))
        self.set_series(curves, entries)
        self.chart.extra_readings = partial(self._counts)  # beside the shares: of how many seeds

    def _counts(self, x: float, y: float) -> list[Any]:
        from playground.ui.plots.readout import Reading

        readings = []
        for name, points in self._found.items():
            near = min(points, key=lambda point: abs(math.log(point.lag / max(x, 1e-9))))
            index = (self._names or ()).index(name)
            text = tr("{0} of {1} seeds").format(near.solved, near.of)
            readings.append(Reading(name, text, contestant(index)(self.theme), MARKS[index % len(MARKS)]))
        return readings

    def _lag_range(self) -> tuple[float, float]:
        lags = [*self.lags(), *(point.lag for points in self._found.values() for point in points)]
        if not lags:
            return 5.0, 200.0
        return min(lags) / 1.12, max(lags) * 1.12

    def columns(self) -> dict[str, Any]:
        self.refresh()
        groups: list[tuple[np.ndarray, dict[str, NDArray]]] = []
        for name, points in self._found.items():
            values: dict[str, NDArray] = {
                f"{name} share solved [1]": np.array([point.value for point in points]),
                f"{name} lower limit of 95 % [1]": np.array([point.low for point in points]),
                f"{name} upper limit of 95 % [1]": np.array([point.high for point in points]),
                f"{name} solved [seeds]": np.array([float(point.solved) for point in points]),
                f"{name} tried [seeds]": np.array([float(point.of) for point in points]),
            }
            groups.append((np.array([point.lag for point in points]), values))
        return dict(aligned("lag [step]", groups)) if groups else {"lag [step]": np.empty(0)}
