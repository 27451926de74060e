"""Reaching in through the window's own controls, with a real worker."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from playground.cell.graph import Cell, Gate, Init
from playground.cell.library import LIBRARY
from playground.experiment.document import Experiment
from playground.network.changes import Clamp, Cut, Freeze
from playground.network.spec import Goal, Layer, Net, Optimizer, Training
from playground.tasks.spec import DelayedRecall

LAG = 12


def lstm_by_x() -> Cell:
    """The LSTM whose gates see x alone: what it remembers is in the cell state and nowhere else.

    With recurrent wires h carries the bit across a single step without c, and the net recovers.
    """
    cell = LIBRARY["lstm"]
    nodes = [
        replace(node, wires=tuple(wire for wire in node.wires if wire.source == "x"))
        if isinstance(node, Gate)
        else node
        for node in cell.nodes
        if node.id != "h_prev"
    ]
    return replace(cell, name="lstm_by_x", label="LSTM, gates see x", nodes=tuple(nodes))


def experiment(cell: str) -> Experiment:
    """One network that learns delayed recall in a second: chrono biases (Tallec and Ollivier 2018)."""
    init = {
        "forget.bias": Init("chrono", 2.0 * LAG),
        "input.bias": Init("chrono_opposite", 2.0 * LAG, "forget"),
    }
    return Experiment(
        name="Recall",
        seed=5,
        task=DelayedRecall(lag=LAG, noise=0.2, test_sequences=400),
        networks=(Net("LSTM", (Layer("layer1", cell, 8, init),)),),
        cells=(lstm_by_x(),),
        training=Training(batch=32, optimizer=Optimizer(learning_rate=0.02), goal=Goal(steps=400), test_every=100),
    )


@pytest.fixture
def cell() -> str:
    return "lstm"


@pytest.fixture
def session(qapp, settings, cell):
    from playground.ui.session import Session

    made = Session(experiment(cell), settings)
    made.notices = []
    made.notice.connect(made.notices.append)
    yield made
    made.close()


@pytest.mark.parametrize("cell", ["lstm_by_x"])
def test_forget_at_zero_for_one_step_destroys_the_recall_and_at_one_does_not(hands, window, cell):
    """All through the buttons and fields of the window."""
    session = window.session
    window.centralWidget().setFocus()
    hands.qtbot.keyClick(window, Qt.Key.Key_Space)
    hands.until(lambda: session.run_state.state == "stopped")
    assert session.curves.test_metrics["accuracy"][0, -1] >= 0.99
    assert session.workshop.enter("LSTM", "layer1")
    session.workshop.choose("forget")
    window.scrubber.slider.setFocus()
    for _ in range(6):
        hands.qtbot.keyClick(window.scrubber.slider, Qt.Key.Key_Right)
    assert session.time == 6 and not window.interventions.isVisible()

    hands.press("reach.clamp")
    (clamp,) = session.reaching.changes
    assert (clamp.node, clamp.value, clamp.start, clamp.stop) == ("forget", 0.0, 6, 7)
    hands.until(lambda: hands.metric() is not None)
    before, after = hands.metric()
    assert before >= 0.99 and abs(after - 0.5) <= 0.1
    assert window.interventions.isVisible() and "→" in window.interventions.effect.text()
    hands.until(lambda: session.ghosts is not None)
    ghost, live = session.ghosts.networks[0], session.traces.networks[0]
    assert live.nodes["layer1/forget"][6].max() == 0.0 and ghost.nodes["layer1/forget"][6].min() > 0.0

    hands.type("reach.clamp1.value.number", "1")
    hands.until(lambda: hands.metric() is not None and hands.metric()[1] >= 0.99)
    hands.until(lambda: session.traces.networks[0].nodes["layer1/forget"][6].min() == 1.0)

    hands.press("interventions.all_back")
    hands.until(lambda: session.ghosts is None and not window.interventions.isVisible())
    assert session.reaching.changes == ()


def test_everything_can_be_done_and_taken_back_on_the_running_net(hands, window):
    session, workshop = window.session, window.session.workshop
    window.centralWidget().setFocus()
    hands.qtbot.keyClick(window, Qt.Key.Key_Space)
    workshop.enter("LSTM", "layer1")
    workshop.choose("output")
    workshop.set_unit(2)
    hands.press("reach.silence")
    view = window.centre.cell.view
    view.setFocus()
    workshop.choose("c")
    session.set_time(4)
    hands.qtbot.keyClick(view, Qt.Key.Key_X)
    from playground.ui.workshop import WireName

    workshop.choose_wire(WireName("h_prev", "input", 1))
    view.setFocus()
    hands.qtbot.keyClick(view, Qt.Key.Key_X)
    hands.press("reach.freeze")
    hands.press("reach.noise")
    kinds = {type(change) for change in session.reaching.changes}
    assert kinds == {Clamp, Cut, Freeze} and session.reaching.changes[0].units == (2,)
    hands.until(lambda: len(session.reaching.noises) == 1)
    hands.until(lambda: session.ghosts is not None)
    reach = window.centre.cell.reach
    assert {"output", "c", ("input", "h_prev")} <= set(reach.badges)

    hands.qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    rows = window.interventions.rows
    assert set(rows) == {("change", id) for id in ("clamp1", "clamp2", "cut1", "freeze1")} | {("noise", 1)}
    hands.press("interventions.clamp1.go")
    assert workshop.nodes == ("output",) and session.time == 0
    hands.tick("interventions.clamp1.on")
    assert session.reaching.changes[0].on is False and "output" not in reach.badges
    hands.press("interventions.noise1.back")
    hands.until(lambda: session.reaching.noises == ())
    hands.press("interventions.cut1.back")
    assert ("input", "h_prev") not in reach.badges
    session.undo()
    assert ("input", "h_prev") in reach.badges
    hands.press("interventions.all_back")
    hands.until(lambda: session.ghosts is None)
    assert session.history.can_undo and not window.interventions.isVisible() and not reach.badges
    assert not [notice for notice in session.notices if notice.level == "error"]


def test_a_clamp_is_edited_in_the_inspector_and_bad_entries_are_told(hands, window):
    session = window.session
    session.workshop.enter("LSTM", "layer1")
    session.workshop.choose("candidate")
    hands.press("reach.clamp")
    hands.type("reach.clamp1.first", "3")
    hands.type("reach.clamp1.last", "5")
    hands.type("reach.clamp1.units", "0, 2-3")
    (clamp,) = session.reaching.changes
    assert (clamp.start, clamp.stop, clamp.units) == (3, 6, (0, 2, 3))
    hands.type("reach.clamp1.units", "9")
    assert "no unit 9" in hands.find("reach.clamp1.units.error").text() and session.reaching.changes[0] == clamp
    hands.type("reach.clamp1.units", "some")
    assert "names no unit" in hands.find("reach.clamp1.units.error").text()
    hands.type("reach.clamp1.last", "")
    assert session.reaching.changes[0].stop is None
    slider = hands.find("reach.clamp1.value.slider")
    slider.setFocus()
    for _ in range(3):
        hands.qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert session.reaching.changes[0].value == pytest.approx(0.06, abs=1e-6)
    hands.press("reach.clamp1.back")
    assert session.reaching.changes == ()
    session.undo()
    assert session.reaching.changes[0].units == (0, 2, 3)


def test_reaching_in_is_saved_with_the_experiment(hands, window, tmp_path):
    session = window.session
    session.reaching.clamp(("LSTM", "layer1", "forget"), 0.5, units=(1,), start=2, stop=4)
    session.reaching.move_point(0, 0, -1.0)
    assert session.save(tmp_path / "a.experiment.json")
    changes = session.experiment.interventions
    session.reaching.take_back()
    assert session.open(tmp_path / "a.experiment.json")
    assert session.experiment.interventions == changes
    hands.until(lambda: session.ghosts is not None)
    assert window.interventions.isVisible() and session.probe.batch.inputs[0, 0, 0] == -1.0
