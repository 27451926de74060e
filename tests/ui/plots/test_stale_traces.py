"""Between an edit and the worker's answer the traces are of another task or network: no plot minds."""

from contextlib import suppress

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.experiment.edits import (
    AddLayer,
    AddNet,
    RemoveLayer,
    RemoveNet,
    RenameNet,
    ReplaceCell,
    SetTask,
    SetUnits,
    SetValue,
)
from playground.network.spec import Layer, Net, Training
from playground.tasks.spec import Adding, DelayedRecall, Table, TemporalOrder, Text
from playground.training.run import Run
from playground.ui.plots import PLOTS, make_plot
from playground.ui.session import Session

NETS = (
    Net("A", (Layer("layer1", "lstm", 3, bidirectional=True, dropout=0.2), Layer("layer2", "gru", 2))),
    Net("B", (Layer("layer1", "rnn", 2),)),
)
TASKS = {
    "recall": DelayedRecall(lag=5, test_sequences=2),
    "adding": Adding(length=7, test_sequences=2),
    "order": TemporalOrder(length=20, test_sequences=2),
    "table": Table(window=12, warmup=2, test_sequences=2),
    "text": Text(length=9, test_sequences=2),
}
EDITS = {
    "units": SetUnits("A", "layer1", 1),
    "cell": ReplaceCell("A", "layer1", "rnn"),
    "no layer": RemoveLayer("A", "layer1"),
    "a layer": AddLayer("B", 0, "lstm", 5),
    "renamed": RenameNet("A", "B 2"),
    "no net": RemoveNet("A"),
    "a net": AddNet("gru"),
    "one way": SetValue("networks.A.layers.layer1.bidirectional", False),
    "last": SetValue("networks.A.readout.at", "last"),
}


@pytest.fixture(scope="module")
def told():
    """Task → what a run of it has told."""
    runs = {}
    for name, task in TASKS.items():
        run = Run(Experiment(task=task, networks=NETS, training=Training(batch=2)))
        results = run.step_once()
        runs[name] = (run.experiment, run.traces(), results)
    return runs


def begin(qapp, told, task):
    experiment, traces, results = told[task]
    session = Session(experiment)
    session.curves.append_steps([1], [[r.loss] for r in results], [[r.gradient_norm] for r in results])
    session.record.traces = traces
    return session


def use(plot) -> None:
    """Everything that a person can have a plot do."""
    plot.make_stale()
    plot.refresh()
    plot.grab()
    plot.summary()
    with suppress(BadInput):  # there is nothing to write
        plot.export_data()


@pytest.mark.parametrize("name", PLOTS)
def test_another_task(name: str, told, qapp, qtbot) -> None:
    for first in TASKS:
        session = begin(qapp, told, first)
        plot = make_plot(name, session)
        qtbot.addWidget(plot)
        plot.resize(600, 300)
        plot.show()
        use(plot)
        for second in TASKS:
            session.apply(SetTask(TASKS[second]))
            session.set_time(10_000)
            use(plot)
        session.record.traces = told[second][1]
        session.traces_changed.emit(session.traces)
        use(plot)
        QApplication.processEvents()
        session.close()


@pytest.mark.parametrize("name", PLOTS)
def test_other_networks(name: str, told, qapp, qtbot) -> None:
    session = begin(qapp, told, "recall")
    plot = make_plot(name, session)
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    plot.show()
    for edit in EDITS.values():
        assert session.apply(edit), edit
        use(plot)
        session.undo()
        use(plot)
    session.apply(RemoveNet("A"))
    session.apply(RemoveNet("B"))
    use(plot)
    session.close()


ACTS = (
    lambda plot: plot._typed(0.5, False),
    lambda plot: plot._typed_text("abc"),
    lambda plot: plot._dragged(4, 0.7, True),
    lambda plot: plot._dragged(10_000, 0.7, False),
    lambda plot: QTest.keyClick(plot, Qt.Key.Key_Up),
    lambda plot: QTest.keyClick(plot, Qt.Key.Key_Delete),
)


@pytest.mark.parametrize("second", TASKS)
def test_a_hand_in_the_sequence_of_the_task_before(second: str, told, qapp, qtbot) -> None:
    """A number was typed, a text, a point dragged, a key pressed; and the plot was not drawn again yet."""
    for first in TASKS:
        session = begin(qapp, told, first)
        plot = make_plot("sequence", session)
        qtbot.addWidget(plot)
        plot.resize(600, 300)
        plot.show()
        for act in ACTS:
            session.apply(SetTask(TASKS[first]))
            plot.make_stale()
            plot.refresh()
            session.apply(SetTask(TASKS[second]))
            act(plot)
        plot.refresh()
        session.close()
