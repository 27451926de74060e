"""Menus, keys, files and looks of the window. Most of it without a worker: nothing here trains."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
)

from playground.experiment import files
from playground.experiment.edits import SetValue
from playground.tasks.spec import Table
from playground.ui.app import make_application
from playground.ui.main_window import MainWindow
from playground.ui.recovery import Recovery
from playground.ui.session import Selection, Session
from playground.ui.settings import Settings
from playground.ui.state import Notice
from playground.ui.style import apply_theme


@pytest.fixture
def played(session, monkeypatch):
    """Counts what the keys would do."""
    calls = []
    for name in ("play", "pause", "step", "reset"):
        monkeypatch.setattr(session, name, lambda name=name: calls.append(name))
    return calls


# -- keys ---------------------------------------------------------------------------------------------------------


def test_letters_typed_into_a_field_are_letters(qtbot, played, quiet):
    search, slider = quiet.palette_panel.search, quiet.scrubber.slider
    qtbot.waitUntil(lambda: slider.isEnabled())
    search.setFocus()
    qtbot.keyClicks(search, "r l")
    qtbot.keyClick(search, Qt.Key.Key_Right)
    assert search.text() == "r l" and played == []
    quiet.centralWidget().setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_R):
        qtbot.keyClick(quiet, key)
    assert played == ["play", "step", "reset"]
    slider.setFocus()
    before = quiet.session.time
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert quiet.session.time == before + 1 and played == ["play", "step", "reset"]
    qtbot.keyClick(slider, Qt.Key.Key_Space)
    assert played[-1] == "play"


def test_a_click_on_a_button_leaves_space_for_play(qtbot, quiet):
    quiet.centralWidget().setFocus()
    qtbot.mouseClick(quiet.transport.reset_button, Qt.MouseButton.LeftButton)
    assert not quiet.transport.reset_button.hasFocus()


def test_undo_and_redo_by_key_and_by_menu(qtbot, quiet):
    session = quiet.session
    session.apply(SetValue("training.batch", 16))
    quiet.centralWidget().setFocus()
    qtbot.keyClick(quiet, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.experiment.training.batch == 8
    assert not quiet.menus.actions["edit.undo"].isEnabled()
    assert quiet.menus.actions["edit.redo"].text() == "Redo set batch to 16"
    quiet.menus.actions["edit.redo"].trigger()
    assert session.experiment.training.batch == 16


def test_delete_removes_what_is_selected(quiet):
    session, remove = quiet.session, quiet.menus.actions["edit.remove"]
    assert not remove.isEnabled()
    session.select(Selection("net", "RNN"))
    assert remove.isEnabled()
    remove.trigger()
    assert [net.name for net in session.experiment.networks] == ["LSTM"]
    session.select(Selection("layer", "LSTM", "layer1"))
    remove.trigger()
    assert session.experiment.networks == () and not quiet.transport.play_button.isEnabled()


# -- files --------------------------------------------------------------------------------------------------------


def test_closing_with_changes_asks(qtbot, quiet, tmp_path):
    session = quiet.session
    session.apply(SetValue("training.batch", 16))
    assert quiet.isWindowModified()
    quiet.dialogs.preset["unsaved"] = "cancel"
    assert not quiet.close() and quiet.isVisible()
    path = tmp_path / "kept.experiment.json"
    quiet.dialogs.preset.update({"unsaved": "save", "save": path})
    assert quiet.close()
    assert files.load(path).training.batch == 16


def test_a_cancelled_save_keeps_the_window_open(quiet):
    quiet.session.apply(SetValue("training.batch", 16))
    quiet.dialogs.preset.update({"unsaved": "save", "save": None})
    assert not quiet.close()


def test_opening_asks_first_and_a_bad_file_changes_nothing(quiet, tmp_path):
    session = quiet.session
    session.apply(SetValue("training.batch", 16))
    bad = tmp_path / "bad.experiment.json"
    bad.write_text("{")
    quiet.dialogs.preset.update({"open": bad, "unsaved": "discard"})
    quiet.menus.actions["file.open"].trigger()
    assert session.experiment.training.batch == 16 and quiet.notices.notices[0].level == "error"
    good = Path(shutil.copy(files.examples()["sunspots"], tmp_path / "good.experiment.json"))
    quiet.dialogs.preset.update({"open": good, "unsaved": "cancel"})
    quiet.menus.actions["file.open"].trigger()
    assert session.experiment.training.batch == 16
    quiet.dialogs.preset["unsaved"] = "discard"
    quiet.menus.actions["file.open"].trigger()
    assert session.path == good and not session.dirty
    quiet.menus._list_recent()
    assert "recent.good.experiment.json" in quiet.menus.actions


def test_save_under_a_name(quiet, tmp_path):
    path = tmp_path / "mine.experiment.json"
    quiet.dialogs.preset["save"] = path
    quiet.menus.actions["file.save"].trigger()
    assert replace(files.load(path), view={}) == quiet.session.experiment
    assert "mine.experiment.json" in quiet.windowTitle()


def test_every_example_is_in_the_menu_and_opens(quiet):
    quiet.dialogs.preset["unsaved"] = "discard"
    for name in files.examples():
        quiet.menus.actions[f"new.{name}"].trigger()
        assert quiet.session.experiment == files.load(files.examples()[name])


def test_a_file_may_be_dropped_anywhere(qtbot, quiet, tmp_path):
    """No panel keeps a file for itself: the window, or the canvas, takes it."""
    file = tmp_path / "a.csv"
    file.write_text("hour,level\n" + "".join(f"{row},{row % 9}\n" for row in range(200)))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    quiet.session.select(Selection("task"))
    for y in range(60, quiet.height(), 90):
        for x in range(20, quiet.width(), 90):
            widget = quiet.childAt(x, y) or quiet
            event = QDragEnterEvent(widget.mapFrom(quiet, QPoint(x, y)), copy, mime, left, none)
            QApplication.sendEvent(widget, event)  # goes up to the window by itself
            assert event.isAccepted(), (x, y, widget)
    for widget in (quiet.plots.docks["loss"].plot, quiet.findChild(QLineEdit, "training.batch"), quiet.transport):
        quiet.session.new_from_example("adding")
        QApplication.sendEvent(widget, QDragEnterEvent(QPoint(2, 2), copy, mime, left, none))
        QApplication.sendEvent(widget, QDropEvent(QPointF(2, 2), copy, mime, left, none))
        qtbot.waitUntil(lambda: isinstance(quiet.session.experiment.task, Table))
        quiet.session.history.saved()


def test_text_is_not_taken_for_a_file(quiet):
    mime = QMimeData()
    mime.setText("hello")
    event = QDragEnterEvent(
        QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(quiet, event)
    assert not event.isAccepted()


def test_what_a_crashed_window_left_is_offered(qtbot, qapp, settings, monkeypatch):
    monkeypatch.setattr("playground.ui.recovery._runs", lambda process: False)
    lost = files.load(files.examples()["adding"])
    Recovery(settings.recovery_folder, "old").keep(lost, None)
    session = Session(settings=settings)
    monkeypatch.setattr(session, "start_worker", lambda: None)
    window = MainWindow(session)
    with qtbot.waitSignal(window.painted):
        window.show()
    qtbot.waitUntil(lambda: bool(window.notices.notices))
    assert [label for label, _ in window.notices.notices[0].actions] == ["Bring it back", "Throw it away"]
    window.notices.frames[0].buttons[0].click()
    assert session.experiment == lost and session.dirty
    window.dialogs.preset["unsaved"] = "discard"
    window.close()
    assert list(settings.recovery_folder.iterdir()) == []


# -- looks --------------------------------------------------------------------------------------------------------


def test_light_and_dark_live(quiet):
    grounds = []
    for theme in ("dark", "light", "dark"):
        quiet.menus.actions[f"view.{theme}"].trigger()
        assert quiet.session.settings.theme == theme
        grounds.append(quiet.grab().toImage().pixelColor(4, quiet.height() - 4).lightness())
    assert grounds[1] > 200 > 60 > grounds[0] == grounds[2]
    quiet.menus.actions["view.light"].trigger()


def test_the_status_keeps_its_width_while_numbers_change(quiet):
    status, widths = quiet.transport.status, set()
    for text in ("step 1,111 · seed 1", "step 8,888 · seed 1", "step 1,118 · seed 1"):
        status.setText(text)
        quiet.transport._make_room()
        widths.add(status.minimumWidth())
        assert status.minimumWidth() == status.maximumWidth() >= status.sizeHint().width()
    assert len(widths) == 1
    status.setText("step 1,234,567 · 12,345 sequences/s · seed 1")
    quiet.transport._make_room()
    assert status.minimumWidth() >= status.sizeHint().width() > max(widths)


def test_plots_are_closed_and_opened_from_the_menu(quiet):
    dock = quiet.plots.docks["gradient"]
    assert dock.isVisible()
    quiet.menus.actions["view.gradient"].trigger()
    assert not dock.isVisible()
    quiet.menus.actions["view.gradient"].trigger()
    assert dock.isVisible()
    quiet.menus.actions["view.gates"].trigger()
    quiet.menus.actions["view.arrange"].trigger()
    assert all(dock.toggleViewAction().isChecked() for dock in quiet.plots.docks.values())


def test_geometry_and_docks_are_remembered(qtbot, qapp, tmp_path, monkeypatch):
    def launch():
        session = Session(settings=Settings(tmp_path))
        monkeypatch.setattr(session, "start_worker", lambda: None)
        window = MainWindow(session)
        qtbot.addWidget(window)
        with qtbot.waitSignal(window.painted):
            window.show()
        return window

    first = launch()
    first.resize(1000, 690)  # smaller than the offscreen screen, or it would be cut
    first.menus.actions["view.gates"].trigger()
    first.close()
    second = launch()
    assert second.height() == 690
    assert second.plots.docks["gates"].isHidden() and not second.plots.docks["loss"].isHidden()
    second.close()


def test_the_first_picture_does_not_wait_for_the_plots(tmp_path):
    """In a fresh process: pyqtgraph comes in after the first paint, and the plots are there one turn later."""
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QTimer\n"
        "from playground.ui.app import make_application, open_window\n"
        "from playground.ui.main_window import MainWindow; from playground.ui.settings import Settings\n"
        "def complete(window):\n"
        "    print(window.plots.isVisible(), window.plots.docks['loss'].plot.chart.isVisible()); app.quit()\n"
        "bring, MainWindow._complete = MainWindow._after_first_paint, complete\n"
        "def on_the_screen(window): print(sorted({'pyqtgraph', 'PySide6'} & set(sys.modules))); bring(window)\n"
        "MainWindow._after_first_paint = on_the_screen\n"
        "app = make_application(); window = open_window(Settings(Path(sys.argv[1]))); app.exec()\n"
        "window.session.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["['PySide6']", "True True"], done.stderr


@pytest.mark.parametrize("size", [(1000, 600), (1024, 700), (1280, 790), (1280, 800), (1440, 900), (1920, 1080)])
def test_nothing_moves_when_the_plots_come(qtbot, session, monkeypatch, size):
    monkeypatch.setattr(session, "start_worker", lambda: None)
    monkeypatch.setattr(MainWindow, "_after_first_paint", lambda window: None)
    window = MainWindow(session)
    apply_theme(make_application(), session.theme)
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.painted):
        window.show()
    window.resize(*size)
    window._size_parts()
    qtbot.wait(20)

    ground = window.place
    empty = ground.grab().toImage()
    pixels = {empty.pixel(x, y) for x in range(0, empty.width(), 7) for y in range(0, empty.height(), 7)}
    assert pixels == {QColor(session.theme.window).rgb()}  # calm ground, nothing that flashes
    before = [part.geometry() for part in (window.centre, ground, window.inspector, window.canvas)]
    plots = window.plots
    qtbot.wait(20)
    assert [part.geometry() for part in (window.centre, ground, window.inspector, window.canvas)] == before
    assert plots.isVisible() and plots.size() == ground.size() and (window.width(), window.height()) == size


def test_the_plots_can_be_used_before_anything_is_painted(qtbot, session, monkeypatch, tmp_path):
    monkeypatch.setattr(session, "start_worker", lambda: None)
    window = MainWindow(session)
    qtbot.addWidget(window)
    assert session.save(tmp_path / "early") and set(files.load(session.path).view["plots"]["settings"]) >= {"loss"}
    assert {"network", "loss", "gradient"} <= {name for name, _, _ in window.exportable()}
    window.menus.actions["view.log_y"].trigger()
    log_y, plots = window.plots.plots()["loss"].log_y, window.plots
    with qtbot.waitSignal(window.painted):
        window.show()
    assert window.plots is plots and plots.docks["loss"].isVisible() and plots.plots()["loss"].log_y == log_y
    window.close()


def test_a_window_closed_before_its_plots_came_keeps_their_layout(qtbot, session, monkeypatch):
    session.settings.set_names("layout", ("1",))
    session.settings.set_bytes("docks", QByteArray(b"as it was"))
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.close()
    assert session.settings.bytes("docks") == QByteArray(b"as it was")


def test_a_document_opens_with_the_plots_it_was_saved_with(qtbot, session, monkeypatch, tmp_path):
    """Also when it is what the window begins with."""
    monkeypatch.setattr(session, "start_worker", lambda: None)
    first = MainWindow(session)
    qtbot.addWidget(first)
    first.show()
    first.plots.docks["gates"].close()
    assert session.save(tmp_path / "mine")
    again = Session(settings=session.settings)
    monkeypatch.setattr(again, "start_worker", lambda: None)
    assert again.open(tmp_path / "mine.experiment.json")
    second = MainWindow(again)
    qtbot.addWidget(second)
    with qtbot.waitSignal(second.painted):
        second.show()
    assert second.plots.docks["gates"].isHidden() and not second.plots.docks["loss"].isHidden()
    second.close()


@pytest.mark.parametrize("size", [(1024, 700), (1280, 720), (1440, 900), (1920, 1080)])
def test_nothing_is_outside_or_on_top_of_each_other(qtbot, quiet, size):
    quiet.resize(*size)
    quiet.arrange()
    qtbot.wait(50)
    assert (quiet.width(), quiet.height()) == size
    parts = [quiet.palette_panel, quiet.canvas, quiet.scrubber, quiet.inspector, quiet.training, quiet.transport]
    parts += [dock for dock in quiet.plots.docks.values() if not dock.visibleRegion().isEmpty()]
    boxes = []
    for part in parts:
        box = part.rect().translated(part.mapTo(quiet, part.rect().topLeft()))
        assert quiet.rect().contains(box), part.objectName()
        for other, name in boxes:
            assert not box.intersects(other), (part.objectName(), name)
        boxes.append((box, part.objectName()))
    for item in quiet.palette_panel.items:
        assert item.isHidden() or quiet.palette_panel.area.viewport().width() >= item.width()


def test_everything_has_a_name_for_people_and_for_tests(quiet):
    quiet.session.notice.emit(Notice("error", "Something.", (("Do", print),)))
    bare = []
    for chosen in (None, Selection("task"), Selection("net", "LSTM"), Selection("layer", "LSTM", "layer1"),
                   Selection("readout", "LSTM")):  # fmt: skip
        quiet.session.select(chosen)
        for kind in (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit):
            for widget in quiet.findChildren(kind):
                own = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)
                inner = widget.parent() is not None and isinstance(widget.parent(), QTabBar | QLineEdit | QComboBox)
                if own or inner or widget.isHidden():
                    continue
                if not (widget.objectName() and widget.accessibleName()):
                    bare.append((type(widget).__name__, widget.objectName(), widget.accessibleName()))
    assert bare == []


def test_every_action_has_a_name_and_no_key_is_given_twice(quiet):
    keys = {}
    for name, action in quiet.menus.actions.items():
        assert action.objectName() == name and action.text()
        for shortcut in action.shortcuts():
            assert shortcut.toString() not in keys, (name, keys)
            keys[shortcut.toString()] = name
    assert keys["Space"] == "train.play" and keys["Right"] == "train.step" and keys["R"] == "train.reset"


def test_help_lists_the_keys(qtbot, quiet):
    quiet.menus.actions["help.keys"].trigger()
    dialog = quiet.findChild(object, "dialog.keys")
    assert dialog is not None and dialog.isVisible()
    dialog.close()


def test_everything_is_exported_into_a_folder(quiet, tmp_path):
    quiet.dialogs.preset["folder"] = tmp_path
    quiet.menus._list_exports()
    quiet.menus.actions["export.all.svg"].trigger()
    written = {file.stem for file in tmp_path.glob("*.svg")}
    assert {"network", "loss"} <= written <= {"network", *quiet.plots.docks}
    assert quiet.notices.notices[0].text.startswith(f"{len(written)} figures are in")
    (tmp_path / "file").write_text("")
    quiet.dialogs.preset["folder"] = tmp_path / "file"
    quiet.menus.actions["export.all.png"].trigger()
    assert quiet.notices.notices[0].level == "warning" and "0 figures" in quiet.notices.notices[0].text


def test_open_plots_and_their_settings_are_saved_with_the_document(quiet, tmp_path):
    session, plots = quiet.session, quiet.plots
    plots.docks["gates"].close()
    quiet.menus.actions["view.log_y"].trigger()
    log_y = plots.plots()["loss"].log_y
    assert session.save(tmp_path / "mine") and not session.dirty
    session.new_from_example("adding")
    plots.arrange()
    plots.plots()["loss"].set_log_y(not log_y)
    session.open(tmp_path / "mine.experiment.json")
    assert plots.docks["gates"].isHidden() and plots.plots()["loss"].log_y == log_y
    assert not session.dirty
    plots.take_view({"open": 3, "settings": {"loss": 7}})  # nonsense in a file does no harm
    plots.arrange()


def test_undo_in_a_field_where_nothing_is_typed_undoes_the_document(qtbot, quiet):
    field = quiet.findChild(QLineEdit, "training.batch")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "64")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert quiet.session.experiment.training.batch == 64 and field.hasFocus()
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert quiet.session.experiment.training.batch == 8 and field.text() == "8"
    qtbot.keyClicks(field, "9")
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert quiet.session.history.can_redo and not quiet.session.history.can_undo  # only the typing was undone


def test_the_title_is_true_after_every_edit(quiet):
    quiet.session.apply(SetValue("task.lag", 33))
    assert quiet.transport.title.text() == "Delayed recall · lag 33 •"


def test_the_training_leaves_a_processor_to_the_window_while_it_draws(qtbot, window):
    session, asked = window.session, []
    way = session._link._client.right_of_way
    window.plots.refresher.draws.connect(lambda: asked.append(way.asked))
    session.play()
    qtbot.waitUntil(lambda: len(asked) > 20, timeout=20_000)
    session.pause()
    assert all(asked)
    qtbot.waitUntil(lambda: not window.plots.refresher.awake, timeout=20_000)
    qtbot.waitUntil(lambda: not way.asked)
