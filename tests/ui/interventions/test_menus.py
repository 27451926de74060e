"""Reaching in from menus, pages and the cell canvas, without a worker."""

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton

from playground.network.changes import Clamp, Cut, Freeze
from playground.ui.cell_canvas import CellCanvas
from playground.ui.inspector import Inspector
from playground.ui.state import Selection
from playground.ui.workshop import WireName


@pytest.fixture
def canvas(qtbot, session):
    session.workshop.enter("LSTM", "layer1")
    made = CellCanvas(session)
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


@pytest.fixture
def inspector(qtbot, session):
    made = Inspector(session)
    qtbot.addWidget(made)
    made.resize(300, 800)
    made.show()
    return made


def trigger(canvas: CellCanvas, name: str) -> None:
    canvas.menus.context(QPointF(0, 0), QPoint(0, 0))
    action = canvas.menus.open.findChild(QAction, name)
    assert action is not None, name
    action.trigger()
    canvas.menus.open.close()


def test_the_menu_of_a_node(canvas, session):
    session.workshop.choose("forget")
    session.workshop.set_unit(1)
    session.set_time(3)
    for name in ("reach.clamp", "reach.hold", "reach.silence", "reach.freeze.forget.bias"):
        trigger(canvas, name)
    clamp, hold, silence, freeze = session.reaching.changes
    assert (clamp.start, clamp.stop, clamp.units, clamp.hold) == (3, 4, (1,), False)
    assert (hold.start, hold.stop, hold.hold) == (3, None, True) and (silence.start, silence.stop) == (0, None)
    assert isinstance(freeze, Freeze) and freeze.parameter == "layer1.forget.bias"
    trigger(canvas, "reach.freeze.forget.bias")
    assert len(session.reaching.changes) == 3


def test_the_menu_of_a_wire_and_its_mark(canvas, session):
    session.workshop.choose_wire(WireName("x", "output", 0))
    trigger(canvas, "reach.block")
    assert isinstance(session.reaching.changes[0], Cut) and canvas.reach.badges["output", "x"].text == "×"
    trigger(canvas, "reach.stop")
    (cut,) = session.reaching.changes
    assert cut.gradient_only and canvas.reach.badges["output", "x"].text == "×∇"
    trigger(canvas, "reach.stop")
    assert session.reaching.changes == () and not canvas.reach.badges


def test_the_mark_of_a_node_is_filled_while_it_is_in_force(canvas, session):
    session.reaching.clamp(("LSTM", "layer1", "c"), 0.25, start=4, stop=6)
    for time, now in ((3, False), (4, True), (5, True), (6, False)):
        session.set_time(time)
        badge = canvas.reach.badges["c"]
        assert (badge.text, badge.now) == ("= 0.25", now)
    session.reaching.clamp(("LSTM", "layer1", "c"), 0.0, start=-1)
    assert canvas.reach.badges["c"].text == "clamped"
    session.workshop.enter("RNN", "layer1")
    assert not canvas.reach.badges


def test_the_output_of_a_cell_cannot_be_clamped(canvas, inspector, session):
    session.workshop.choose("out")
    canvas.menus.context(QPointF(0, 0), QPoint(0, 0))
    assert canvas.menus.open.findChild(QAction, "reach.clamp") is None
    assert inspector.findChild(QPushButton, "reach.clamp") is None
    canvas.menus.open.close()


def test_the_readout_is_frozen_and_noise_needs_a_network_that_runs(inspector, session):
    session.select(Selection("readout", "LSTM"))
    inspector.findChild(QPushButton, "reach.freeze").click()
    assert session.reaching.frozen("LSTM", "readout.weight") is not None
    inspector.findChild(QPushButton, "reach.freeze").click()
    assert session.reaching.changes == ()
    session.select(Selection("net", "LSTM"))
    assert not inspector.findChild(QPushButton, "reach.freeze").isEnabled()
    button = inspector.findChild(QPushButton, "reach.noise")
    button.click()
    assert "no network is running" in button.parent().problem.text()
    field = inspector.findChild(QLineEdit, "reach.share")
    field.setText("-3")
    field.setModified(True)
    field.take()
    assert field.text() == "10"


def test_a_clamp_of_the_other_direction(inspector, session):
    from playground.experiment.edits import SetValue

    session.apply(SetValue("networks.LSTM.layers.layer1.bidirectional", True))
    session.workshop.enter("LSTM", "layer1")
    session.workshop.choose("forget")
    way = inspector.findChild(QComboBox, "reach.way")
    way.setCurrentIndex(1)
    inspector.findChild(QPushButton, "reach.clamp").click()
    (clamp,) = session.reaching.changes
    assert isinstance(clamp, Clamp) and clamp.node == "back.forget"


def test_every_part_has_a_name_for_those_who_do_not_see(inspector, session):
    session.workshop.enter("LSTM", "layer1")
    session.workshop.choose("forget")
    inspector.findChild(QPushButton, "reach.clamp").click()
    named = [w for w in inspector.findChildren(QPushButton) + inspector.findChildren(QLineEdit)
             if w.objectName().startswith("reach.")]  # fmt: skip
    assert len(named) >= 9 and all(widget.accessibleName() for widget in named), [
        w.objectName() for w in named if not w.accessibleName()
    ]
