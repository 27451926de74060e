"""The power lab, with its real process and real clicks; and its words, with made-up numbers."""

import csv
import os
import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from playground.engine.devices import usable
from playground.errors import BadInput
from playground.experiment.edits import RemoveNet, SetValue
from playground.network.spec import Layer, Net, Training
from playground.timing import lab as timing
from playground.timing.lab import PLAIN, Point, Results, Timed
from playground.timing.work import Work
from playground.ui.figures import render
from playground.ui.power_lab.dialog import PowerLab
from playground.ui.power_lab.words import amount, explain, milliseconds

WAIT = 30_000
WORK = Work(Net("net", (Layer("layer1", "lstm", 16),)), {}, Training(batch=3), 2, 2, 7)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = {"units": (2, 8), "batch": (1, 4), "length": (4, 8)}
    monkeypatch.setattr(timing, "GRIDS", grid)
    monkeypatch.setattr(timing, "PASSES", 1)


@pytest.fixture
def lab(qtbot, session):
    """Shown, on a session without a worker; closed at the end."""
    made = PowerLab(session)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def results(**seconds: dict[int, float]) -> Results:
    found = Results(WORK, "units")
    for engine, times in seconds.items():
        for value, time_ in times.items():
            found.add(Point(engine, value), Timed(time_, 1e6 * value, 3))
    return found


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False


# -- words --------------------------------------------------------------------------------------------------------


def test_what_the_curves_say() -> None:
    found = results(
        native={4: 1e-3, 16: 1e-3, 64: 2e-3}, numpy={4: 0.5e-3, 16: 1.5e-3, 64: 6.2e-3}, plain={16: 0.9, 64: 1.0}
    )
    assert explain(found) == (
        "At 16 units, as in this experiment, native CPU takes 1 ms for a training step: 1.5 times as fast as NumPy and "
        "900 times as fast as plain NumPy, step by step. Below about 10 units, NumPy is faster; above, native CPU."
    )


def test_one_that_always_wins() -> None:
    found = results(native={4: 1e-3, 16: 1e-3}, numpy={4: 6.2e-3, 16: 3e-3})
    assert explain(found).endswith("Native CPU is faster than NumPy at every size measured, 3.0 to 6.2 times.")


def test_places_change_more_than_once_where_two_are_the_same() -> None:
    found = results(native={2: 1.0, 4: 1.1, 8: 1.0}, numpy={2: 1.1, 4: 1.0, 8: 1.1})
    assert "native CPU and NumPy change places at about 3, 6: they are nearly the same there." in explain(found)


def test_nothing_is_said_of_nothing() -> None:
    assert explain(results()) == ""
    found = results()
    found.refuse(Point("numpy", 3), BadInput("units", "it must be even", "take 4"))
    assert explain(found) == "Not measured: units: it must be even; take 4."


def test_amounts() -> None:
    assert amount("units", 2.3) == "2.3 units" and amount("units", 64) == "64 units"
    assert amount("batch", 32) == "a batch of 32" and amount("length", 99.6) == "100 time steps"
    assert (milliseconds(4.321e-5), milliseconds(2.5)) == ("0.0432 ms", "2.5 s")


# -- the window ---------------------------------------------------------------------------------------------------


def test_points_appear_while_they_are_measured(qtbot, lab):
    assert lab.plot.message and lab.status.text() == "Nothing is measured yet." and not lab.export_button.isEnabled()
    seen: list[int] = []

    def look() -> None:
        curve = lab.plot.chart.curves.get("numpy")
        seen.append(0 if curve is None else len(curve.source))

    lab.measurer.measured.connect(look)
    qtbot.mouseClick(lab.run_button, Qt.MouseButton.LeftButton)
    assert lab.measurer.running and lab.run_button.text() == "Stop"
    pid = lab.measurer.process_id
    assert pid is not None and pid != os.getpid()
    qtbot.waitUntil(lambda: lab.measurer.done >= 3, timeout=WAIT)
    assert lab.progress.isVisible() and lab.progress.value() == lab.measurer.done
    assert f"of {lab.measurer.total} measurements" in lab.status.text()
    qtbot.waitUntil(lambda: not lab.measurer.running, timeout=WAIT)
    assert gone(pid) and lab.measurer.process_id is None
    engines = [engine for engine in ("native", "numpy", "cupy") if usable(engine)] + [PLAIN]
    assert sorted(lab.plot.results.engines()) == sorted(engines)
    assert set(seen) >= {1, 2, 3} and seen == sorted(seen)  # one after the other, not all at the end
    for engine in engines:
        assert lab.plot.chart.curves[engine].source.x.tolist() == [2, 4, 8]  # 4 are this experiment's
        assert (lab.plot.chart.curves[engine].source.y > 0).all()
    assert lab.plot.message == "" and lab.plot.chart.log_x and lab.plot.chart.frame.y_axis.log
    assert any(text == "this experiment: 4" for _, text in lab.plot.marks.marks)
    assert "At 4 units, as in this experiment" in lab.words.text()
    assert "plain NumPy, step by step" in lab.words.text()
    assert lab.run_button.text() == "Measure" and not lab.progress.isVisible() and lab.export_button.isEnabled()


def test_stop_keeps_what_there_is(qtbot, lab, monkeypatch):
    monkeypatch.setattr(timing, "PASSES", 50)
    lab.start()
    pid = lab.measurer.process_id
    qtbot.waitUntil(lambda: lab.measurer.done >= 2, timeout=WAIT)
    qtbot.mouseClick(lab.run_button, Qt.MouseButton.LeftButton)
    assert not lab.measurer.running and gone(pid)
    assert lab.plot.results.engines() and lab.run_button.text() == "Measure"


def test_closing_in_the_middle_ends_the_process(qtbot, lab, monkeypatch):
    monkeypatch.setattr(timing, "PASSES", 50)
    lab.start()
    pid = lab.measurer.process_id
    qtbot.waitUntil(lambda: lab.measurer.done >= 1, timeout=WAIT)
    began = time.perf_counter()
    qtbot.keyClick(lab, Qt.Key.Key_Escape)
    assert not lab.isVisible() and not lab.measurer.running and gone(pid)
    assert time.perf_counter() - began < 5


def test_a_process_that_dies_is_told_of(qtbot, lab, monkeypatch):
    monkeypatch.setattr(timing, "PASSES", 50)
    lab.start()
    qtbot.waitUntil(lambda: lab.measurer.done >= 1, timeout=WAIT)
    process = lab.measurer._process.process
    process.kill()
    qtbot.waitUntil(lambda: not lab.measurer.running, timeout=WAIT)
    assert lab.status.text().startswith("The measurement ended: its process")
    lab.start()  # and again
    assert lab.measurer.running
    lab.stop()


def test_the_window_stays_alive_while_it_measures(qtbot, lab):
    lab.start()
    longest, last, end = 0.0, time.perf_counter(), time.perf_counter() + 1.5
    while time.perf_counter() < end and lab.measurer.running:
        QApplication.processEvents()
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
        time.sleep(0.002)
    assert longest < 0.4  # nothing waits for a measurement; a shared machine stalls now and then


def test_against_and_what_is_drawn(qtbot, lab):
    for against, unit in (("batch", "sequences in a training step"), ("length", "time steps")):
        lab.plot.against.choose(against)
        qtbot.waitUntil(lambda: lab.measurer.running, timeout=WAIT)
        qtbot.waitUntil(lambda: not lab.measurer.running, timeout=WAIT)
        assert lab.against == against and unit in lab.plot.chart.frame.x_axis.label
    kept = lab.plot.results
    times = lab.plot.chart.curves["numpy"].source.y
    lab.plot.show_chooser.choose("speed")
    assert lab.plot.chart.frame.y_axis.label == "training speed (sequences per second)"
    assert lab.plot.chart.curves["numpy"].source.y == pytest.approx(8 / (times / 1e3))  # a batch of 8
    lab.plot.show_chooser.choose("products")
    assert "GFLOP/s" in lab.plot.chart.frame.y_axis.label
    lab.plot.against.choose("batch")
    lab.plot.against.choose("length")
    assert lab.plot.results is kept and not lab.measurer.running  # it is remembered, and not measured again


def test_another_network_is_another_measurement(qtbot, lab, session):
    assert lab.network.isVisible() and lab.network.currentData() == "RNN"
    assert lab.plot.title.endswith("RNN")
    lab.start()
    qtbot.waitUntil(lambda: lab.measurer.done >= 1, timeout=WAIT)
    first, pid = lab.plot.results, lab.measurer.process_id
    lab.network.setCurrentIndex(1)
    lab.network.activated.emit(1)
    assert lab.plot.results is not first and lab.plot.results.work.net.name == "LSTM"
    assert lab.measurer.running and gone(pid)  # it goes on with the other one
    second = lab.plot.results
    assert session.apply(SetValue("networks.LSTM.layers.layer1.units", 5))
    assert lab.plot.results is not second and lab.plot.results.work.net.layers[0].units == 5
    session.undo()
    assert lab.plot.results is second


def test_what_cannot_be_trained_cannot_be_timed(lab, session):
    assert lab.work() is not None
    for _ in range(2):
        session.apply(RemoveNet(session.experiment.networks[0].name))
    assert lab.work() is None and not lab.run_button.isEnabled()
    assert lab.status.text() == "This experiment cannot be trained as it is."


def test_hover_reads_the_values(qtbot, lab):
    lab.plot.set_results(results(native={4: 1e-3, 16: 2e-3, 64: 4e-3}, numpy={4: 2e-3, 16: 3e-3, 64: 9e-3}))
    lab.plot.refresh()
    rect = lab.plot.chart.mapping().rect
    at = QPointF(rect.left() + rect.width() * 0.98, rect.center().y())
    chart = lab.plot.chart
    place = chart.viewport().mapToGlobal(QPoint(round(at.x()), round(at.y())))
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, at, QPointF(place), Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(chart.viewport(), event)
    text = chart.readout.text()
    assert chart.readout.isVisible() and "units 64" in text
    assert "native CPU" in text and "4" in text and "NumPy" in text and "9" in text
    assert text.count("native CPU") == 1  # the points are not read twice


def test_export_as_every_figure(lab, tmp_path, session):
    lab.plot.set_results(results(native={4: 1e-3, 16: 2e-3}, numpy={4: 0.5e-3, 16: 3e-3}, plain={4: 0.5}))
    lab.plot.refresh()
    for format in ("svg", "pdf", "png", "csv"):
        assert render(lab.plot, tmp_path / f"power.{format}").stat().st_size > 300
    svg = (tmp_path / "power.svg").read_text()
    for text in ("time of a training step (ms)", "units of each layer (number)", "native CPU = NumPy at 10"):
        assert text in svg
    rows = list(csv.reader(line for line in (tmp_path / "power.csv").open() if not line.startswith("#")))
    assert rows[0][:2] == ["units [number]", "native CPU step [ms]"]
    assert rows[1][:2] == ["4", "1.0"] and rows[2][rows[0].index("plain NumPy, step by step step [ms]")] == ""
    assert f"seed {session.experiment.seed}" in (tmp_path / "power.csv").read_text().splitlines()[0]


def test_beside_a_training_it_says_so_and_offers_to_pause(qtbot, window):
    session = window.session
    session.play()
    qtbot.waitUntil(lambda: session.run_state.state == "training", timeout=WAIT)
    window.menus.actions["train.lab"].trigger()
    lab = window.findChild(PowerLab)
    assert lab is not None and lab.isVisible() and not lab.measurer.running  # the person decides
    assert lab.beside.isVisible() and "slower" in lab.beside.text()
    qtbot.mouseClick(lab.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.run_state.state == "paused", timeout=WAIT)
    assert not lab.beside.isVisible() and not lab.pause_button.isVisible()
    qtbot.mouseClick(lab.close_button, Qt.MouseButton.LeftButton)
    assert not lab.isVisible()
    window.transport.engine.menu_of_engines.actions()[-1].trigger()  # the other way in
    assert window.findChild(PowerLab) is lab and lab.isVisible() and lab.measurer.running
    pid = lab.measurer.process_id
    lab.close()
    assert gone(pid)


def test_everything_has_a_name_and_both_themes(lab, session):
    for widget in (lab.run_button, lab.pause_button, lab.export_button, lab.close_button, lab.network, lab.progress):
        assert widget.objectName().startswith("power_lab.") and widget.accessibleName()
    lab.plot.set_results(results(native={4: 1e-3, 16: 2e-3}))
    colours = []
    for name in ("light", "dark"):
        session.set_theme(name)
        lab.plot.refresh()
        colours.append(lab.plot.grab().toImage().pixelColor(3, 3).lightness())
    assert colours[0] > 200 and colours[1] < 60
