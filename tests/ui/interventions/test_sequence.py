"""A hand in the sequence that is looked at: dragged, typed, by keys, and back again."""

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.network.changes import ProbeEdit
from playground.tasks.spec import Adding, TemporalOrder, Text
from playground.ui.plots import make_plot


@pytest.fixture
def task():
    return None


@pytest.fixture
def plot(qtbot, session, task):
    if task is not None:
        session._replace(replace(session.experiment, task=task), None)
    made = make_plot("sequence", session)
    qtbot.addWidget(made)
    made.resize(520, 260)
    made.show()
    qtbot.waitExposed(made)
    made.refresh()
    return made


def place(plot, index: int, y: float) -> QPointF:
    m = plot.chart.mapping()
    return QPointF(float(m.x(np.array([plot.times[index]]))[0]), float(m.y(np.array([y]))[0]))


def drag(plot, *stops: QPointF) -> None:
    """With the left button, as slowly as pyqtgraph wants it: it passes over moves that follow at once."""
    port, left = plot.chart.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseMove(port, stops[0].toPoint())
    QTest.qWait(30)
    QTest.mousePress(port, left, Qt.KeyboardModifier.NoModifier, stops[0].toPoint())
    for at in stops[1:]:
        QTest.qWait(30)
        there = QPointF(port.mapToGlobal(at.toPoint()))
        none = Qt.MouseButton.NoButton
        event = QMouseEvent(QEvent.Type.MouseMove, at, there, none, left, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(port, event)
    QTest.qWait(30)
    QTest.mouseRelease(port, left, Qt.KeyboardModifier.NoModifier, stops[-1].toPoint())


def test_a_point_is_dragged_and_one_undo_takes_the_whole_drag_back(plot, session):
    before = session.original_probe.batch.inputs[4, 0, 0]
    y = float(np.clip(before - 0.8, *sorted(plot.chart.mapping().__dict__[k] for k in ("y0", "y1"))))
    start = place(plot, 4, before)
    drag(plot, start, start + QPointF(0, 12), place(plot, 4, (before + y) / 2), place(plot, 4, y))
    (edit,) = session.reaching.changes
    assert isinstance(edit, ProbeEdit)
    (point,) = edit.points
    assert (point.time, point.column) == (4, 0) and point.value == pytest.approx(y, abs=0.05)
    assert session.probe.batch.inputs[4, 0, 0] == point.value and session.time == 4
    assert session.original_probe.batch.inputs[4, 0, 0] == before
    plot.refresh()
    assert plot.chart.curves["input"].ghost is not None and plot._handles.changed == {4}
    session.undo()
    assert session.reaching.changes == () and session.probe.batch.inputs[4, 0, 0] == before


def test_a_drag_beside_the_points_zooms_or_pans_and_changes_nothing(plot, session):
    m = plot.chart.mapping()
    at = QPointF(m.rect.left() + 7, m.rect.bottom() - 3)
    assert plot._handles.near(at) == -1
    drag(plot, at, at + QPointF(30, -10), at + QPointF(40, -20))
    assert session.reaching.changes == ()


def test_keys_move_the_point_that_is_looked_at_and_bring_it_back(qtbot, plot, session):
    session.set_time(3)
    plot.setFocus()
    before = session.original_probe.batch.inputs[3, 0, 0]
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    qtbot.keyClick(plot, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert session.probe.batch.inputs[3, 0, 0] == pytest.approx(before + 1.1, abs=2e-3)
    qtbot.keyClick(plot, Qt.Key.Key_Delete)
    assert session.reaching.changes == () and session.experiment.networks


def test_a_number_is_typed_and_the_answer_follows(qtbot, plot, session):
    session.set_time(0)
    plot.make_stale()
    plot.refresh()
    cue = session.original_probe.batch.inputs[0, 0, 0]
    plot.number_field.setFocus()
    plot.number_field.selectAll()
    qtbot.keyClicks(plot.number_field, f"{-cue:g}")
    qtbot.keyClick(plot.number_field, Qt.Key.Key_Return)
    probe, original = session.probe.batch, session.original_probe.batch
    assert probe.inputs[0, 0, 0] == -cue and probe.targets[-1, 0, 0] == 1 - original.targets[-1, 0, 0]
    plot.refresh()
    qtbot.mouseClick(plot.reset, Qt.MouseButton.LeftButton)
    assert session.reaching.changes == () and session.probe is session.original_probe


@pytest.mark.parametrize("task", [Adding(length=12)])
def test_each_column_has_points_of_its_own(qtbot, plot, session):
    plot.chooser("column").choose(1)
    plot.refresh()
    session.set_time(5)
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    (edit,) = session.reaching.changes
    assert (edit.points[0].time, edit.points[0].column) == (5, 1)


@pytest.mark.parametrize("task", [TemporalOrder(length=20)])
def test_symbols_have_rows_and_one_takes_the_place_of_another(qtbot, plot, session):
    assert plot.chart.frame.y_axis.names[:4] == ("E", "B", "X", "Y") and plot.number_field.isHidden()
    inputs = session.probe.batch.inputs[:, 0]
    time = int(np.flatnonzero(inputs[:, 4:].any(axis=1))[0])
    row = int(inputs[time].argmax())
    drag(plot, place(plot, time, row), place(plot, time, row - 1), place(plot, time, 2.1))
    now = session.probe.batch.inputs[time, 0]
    assert now[2] == 1.0 and now.sum() == 1.0


@pytest.mark.parametrize("task", [Text(length=8)])
def test_a_text_is_typed_and_a_letter_that_is_not_there_is_told(qtbot, plot, session):
    field, symbols = plot.text_field, session.facts.symbols
    original = field.text()
    assert len(original) == len(session.probe.times) and plot.number_field.isHidden()

    def write(text):
        field.setFocus()
        field.setText(text)  # QTest cannot type every letter
        field.setModified(True)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        plot.refresh()

    text = "".join(letter for letter in symbols if letter.isalpha())[:6]
    write(text)
    assert session.reaching.changes[0].text == text and session.length == 6 and field.text() == text
    write(text + "☃")
    assert "has no" in plot._problem.text() and session.reaching.changes[0].text == text
    assert field.text() == text
    write(original)
    assert session.reaching.changes == ()
