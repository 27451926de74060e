"""The main job with real events and a real worker process: launch, train, pause, edit, undo, feed a file, export."""

import os
import signal

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from playground.experiment.edits import RemoveNet, SetValue
from playground.tasks.spec import DelayedRecall, Table
from playground.ui.palette_panel import CELL_TYPE
from playground.ui.session import Selection

WAIT = 20_000


def press(qtbot, window, key):
    """A key at the window, with the focus in no field."""
    window.centralWidget().setFocus()
    qtbot.keyClick(window, key)


def train_to(qtbot, window, step):
    session = window.session
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.run_state.step >= step, timeout=WAIT)


def pause(qtbot, window):
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.run_state.state == "paused", timeout=WAIT)


def drop(widget, mime, point=None):
    """Drag `mime` over `widget` and let it go. True when it was taken."""
    place = QPointF(point or widget.rect().center())
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(place.toPoint(), action, mime, buttons, keys)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(widget, QDragMoveEvent(place.toPoint(), action, mime, buttons, keys))
    event = QDropEvent(place, action, mime, buttons, keys)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def files_mime(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_from_launch_to_a_fed_file(qtbot, window, tmp_path):
    session = window.session
    assert session.run_state.state == "paused" and session.run_state.step == 0
    train_to(qtbot, window, 40)
    assert session.curves.losses.shape[0] == 2 and np.isfinite(session.curves.losses).all()
    qtbot.waitUntil(lambda: session.traces is not None and session.traces.step > 0, timeout=WAIT)
    qtbot.waitUntil(lambda: session.curves.test_steps.size > 1, timeout=WAIT)
    assert window.findChild(QPushButton, "transport.play").accessibleName() == "Pause"
    pause(qtbot, window)
    step = session.run_state.step
    assert session.curves.steps[-1] == step
    assert f"step {step:,}" in window.findChild(QLabel, "transport.status").text()

    session.select(Selection("layer", "LSTM", "layer1"))
    field = window.findChild(QLineEdit, "layer.units")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "6")
    with qtbot.waitSignal(session.started, timeout=WAIT):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.experiment.networks[1].layers[0].units == 6
    assert window.menus.actions["edit.undo"].text() == "Undo set units to 6"
    with qtbot.waitSignal(session.started, timeout=WAIT):
        window.menus.actions["edit.undo"].trigger()
    assert session.experiment.networks[1].layers[0].units == 4

    table = tmp_path / "tides.csv"
    table.write_text("hour,level\n" + "".join(f"{row},{np.sin(row / 5):.4f}\n" for row in range(400)))
    with qtbot.waitSignal(session.started, timeout=WAIT):
        assert drop(window, files_mime(table))
    assert isinstance(session.experiment.task, Table)
    assert "tides.csv" in window.notices.notices[0].text
    train_to(qtbot, window, 10)
    pause(qtbot, window)
    qtbot.waitUntil(lambda: session.traces is not None and session.traces.inputs.shape[1] == 1, timeout=WAIT)
    with qtbot.waitSignal(session.started, timeout=WAIT):
        window.notices.frames[0].buttons[0].click()
    assert isinstance(session.experiment.task, DelayedRecall)


def test_a_cell_from_the_palette_lands_on_the_canvas_and_trains(qtbot, window):
    session = window.session
    item = next(item for item in window.palette_panel.items if item.key == "gru")
    mime = item.mime_data()
    assert bytes(mime.data(CELL_TYPE).data()) == b"gru"
    view = window.canvas.view
    place = view.mapFromScene(window.canvas.race_zone().sceneBoundingRect().center())
    with qtbot.waitSignal(session.started, timeout=WAIT):
        assert drop(view.viewport(), mime, place)
    assert [net.name for net in session.experiment.networks] == ["RNN", "LSTM", "GRU"]
    session.apply(SetValue("training.goal.steps", 5))  # who solves the task would come first in the table
    train_to(qtbot, window, 5)
    qtbot.waitUntil(lambda: session.run_state.state == "stopped", timeout=WAIT)
    assert session.curves.losses.shape == (3, 5)
    assert [row[0] for row in window.race.table.texts()] == ["RNN", "LSTM", "GRU"]


def test_figures_and_numbers_of_what_was_trained(qtbot, window, tmp_path):
    train_to(qtbot, window, 25)
    pause(qtbot, window)
    qtbot.waitUntil(lambda: window.session.traces is not None and window.session.traces.step > 0, timeout=WAIT)
    window.dialogs.preset["folder"] = tmp_path
    window.menus._list_exports()
    for format in ("svg", "csv"):
        window.menus.actions[f"export.all.{format}"].trigger()
        assert {file.stem for file in tmp_path.glob(f"*.{format}")} == {"network", *window.plots.docks}
        assert window.notices.notices[0].level == "info"


def test_the_learning_rate_changes_while_it_trains(qtbot, window):
    session = window.session
    train_to(qtbot, window, 5)
    session.apply(SetValue("training.optimizer.learning_rate", 0.02))
    step = session.run_state.step
    qtbot.waitUntil(lambda: session.run_state.step > step, timeout=WAIT)
    assert session.run_state.state == "training" and session.curves.steps[0] == 1
    pause(qtbot, window)


def test_step_and_reset(qtbot, window):
    session = window.session
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: session.run_state.step == 1, timeout=WAIT)
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: session.run_state.step == 2 and session.run_state.state == "paused", timeout=WAIT)
    first = session.curves.losses[:, 0].copy()
    with qtbot.waitSignal(session.started, timeout=WAIT):
        press(qtbot, window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: session.run_state.step == 0, timeout=WAIT)
    assert session.curves.steps.size == 0
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: session.curves.steps.size == 1, timeout=WAIT)
    assert (session.curves.losses[:, 0] == first).all()  # the very same weights, the very same batch


def test_a_goal_stops_it_and_says_so(qtbot, window):
    session = window.session
    session.apply(SetValue("training.goal.steps", 30))
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.run_state.state == "stopped", timeout=WAIT)
    assert session.run_state.step == 30
    assert "30 steps" in window.findChild(QLabel, "transport.status").text()


def test_a_document_that_cannot_be_trained_says_so_and_recovers(qtbot, window):
    session = window.session
    session.apply(SetValue("training.loss", "cross_entropy"))
    qtbot.waitUntil(lambda: bool(window.notices.notices), timeout=WAIT)
    assert window.isVisible() and session.run_state.state != "dead"
    session.undo()
    train_to(qtbot, window, 3)
    assert session.run_state.state == "training"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_killed_worker_is_told_and_training_goes_on_from_the_checkpoint(qtbot, window):
    session = window.session
    train_to(qtbot, window, 30)
    pause(qtbot, window)  # a pause writes a checkpoint
    qtbot.waitUntil(lambda: session._link.checkpoint is not None, timeout=WAIT)
    saved = session._link.checkpoint[0]
    losses = session.curves.losses[:, : saved - 1].copy()
    train_to(qtbot, window, saved + 20)
    os.kill(session._link.process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: session.run_state.state == "dead", timeout=WAIT)
    assert window.isVisible() and window.isEnabled()
    notice = window.notices.notices[0]
    assert notice.level == "error" and "signal 9" in notice.text
    session.apply(SetValue("name", "Still editable"))
    saved = session._link.checkpoint[0]  # perhaps a later one
    labels = [label for label, _ in notice.actions]
    assert labels == [f"Go on from step {saved:,}", "Start again"]
    window.notices.frames[0].buttons[0].click()
    qtbot.waitUntil(lambda: session.run_state.state == "training", timeout=WAIT)
    qtbot.waitUntil(lambda: session.run_state.step > saved + 5, timeout=WAIT)
    steps = session.curves.steps
    assert (np.diff(steps) == 1).all() and steps[0] == 1
    assert (session.curves.losses[:, : losses.shape[1]] == losses).all()
    assert session.experiment.name == "Still editable"
    pause(qtbot, window)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_before_any_checkpoint_it_starts_again(qtbot, window):
    session = window.session
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.run_state.state == "training", timeout=WAIT)
    session._link.checkpoint = None
    os.kill(session._link.process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: session.run_state.state == "dead", timeout=WAIT)
    assert [label for label, _ in window.notices.notices[0].actions][-1] == "Start again"
    assert not window.findChild(QPushButton, "transport.play").isEnabled()
    window.notices.frames[0].buttons[-1].click()
    qtbot.waitUntil(lambda: session.run_state.state == "training" and session.run_state.step > 0, timeout=WAIT)
    assert session.curves.steps[0] == 1


def test_space_before_the_worker_is_ready_is_remembered(qtbot, session):
    from playground.ui.app import make_application
    from playground.ui.main_window import MainWindow

    make_application()
    window = MainWindow(session)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    press(qtbot, window, Qt.Key.Key_Space)
    assert session.run_state.state == "idle" and session.run_state.waiting
    assert "when ready" in window.findChild(QLabel, "transport.status").text()
    qtbot.waitUntil(lambda: session.run_state.step > 3, timeout=WAIT)
    assert session.run_state.state == "training"
    session.history.saved()


def test_without_any_network_training_pauses_and_a_new_one_trains(qtbot, window):
    session = window.session
    train_to(qtbot, window, 5)
    for net in session.experiment.networks:
        session.apply(RemoveNet(net.name))
    qtbot.waitUntil(lambda: session.run_state.state == "paused", timeout=WAIT)
    assert window.notices.notices == []
    with qtbot.waitSignal(session.started, timeout=WAIT):
        session.add_net("rnn")
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.run_state.state == "training" and session.curves.losses.shape[0] == 1, timeout=WAIT)
