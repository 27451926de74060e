"""Slow motion through the window's own controls: forward, backward, a real update; all numbers are the network's."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from playground.ui.clocks.slow_motion import BACKWARD, FORWARD, UPDATE

WAIT = 20_000


@pytest.fixture
def slow(qtbot, window):
    """On, at the first time step, after three training steps."""
    session, slow = window.session, window.slow
    for step in range(3):
        session.step()
        qtbot.waitUntil(lambda step=step: session.run_state.step == step + 1, timeout=WAIT)
    qtbot.waitUntil(lambda: session.traces is not None and session.traces.step == 3, timeout=WAIT)
    window.menus.actions["train.slow"].trigger()
    slow.pause()
    slow.jump(FORWARD)
    return slow


def test_it_goes_forward_and_back_and_updates_the_weights(qtbot, window, slow) -> None:
    session, bar = window.session, window.slow_bar
    T = session.length
    assert bar.isVisible() and bar.hasFocus() and (slow.phase, slow.time, session.time) == (FORWARD, 0, 0)
    times, phases = [], []
    for _ in range(2 * T - 1):
        qtbot.keyClick(bar, Qt.Key.Key_Right)
        times.append(session.time)
        phases.append(slow.phase)
    assert times == [*range(1, T), *range(T - 1, -1, -1)]
    assert phases == [FORWARD] * (T - 1) + [BACKWARD] * T
    assert session.run_state.step == 3  # nothing was trained on the way
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert slow.phase == UPDATE
    qtbot.waitUntil(lambda: slow.stepped is not None, timeout=WAIT)
    assert slow.stepped.step == session.run_state.step == 4
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert slow.phase == UPDATE  # an update is not undone by going back
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert (slow.phase, slow.time) == (FORWARD, 0)
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert not slow.on and not bar.isVisible()


def test_the_numbers_are_those_of_the_traces(qtbot, window, slow) -> None:
    session = window.session
    rnn = session.traces.networks[0]
    slow.step(1)
    norm = float(np.linalg.norm(rnn.nodes["layer1/h"][1]))
    assert slow.head() == f"forward, t = 2 of {session.length}"
    assert f"RNN {norm:.2f}" in slow.numbers()[0]
    slow.jump(BACKWARD)
    for _ in range(3):
        slow.step(1)
    assert slow.time == session.length - 4
    told = dict(slow._norms())
    assert told["RNN"] == pytest.approx(float(rnn.gradients["layer1/h"][slow.time])) and told["RNN"] > 0
    last = session.length - 1
    slow.jump(FORWARD)
    slow._go(last)
    assert f"loss RNN {rnn.loss:.3g}" in slow.numbers()[0]


def test_the_size_of_the_update_is_that_of_the_weights(qtbot, window, slow) -> None:
    session, names = window.session, [f"layer1.h.{part}" for part in ("weight.x", "weight.h_prev", "bias")]
    facts = session.experiment.networks[0]
    names = [*names, "readout.weight", "readout.bias"]
    session.weights.watch("test", facts.name, names)
    qtbot.waitUntil(lambda: session.weights.get("RNN", "readout.bias") is not None, timeout=WAIT)
    known = [name for name in names if session.weights.get("RNN", name) is not None]
    count = sum(session.weights.get("RNN", name).size for name in known)
    assert count == session.started_facts.networks[0].parameters
    before = {name: session.weights.get("RNN", name).astype(float) for name in known}
    slow._go(2 * session.length)
    qtbot.waitUntil(lambda: slow.stepped is not None, timeout=WAIT)
    qtbot.waitUntil(
        lambda: all(not np.array_equal(session.weights.get("RNN", name), before[name]) for name in known), timeout=WAIT
    )
    change = sum(float(((session.weights.get("RNN", name) - before[name]) ** 2).sum()) for name in known) ** 0.5
    size = sum(float((values**2).sum()) for values in before.values()) ** 0.5
    moved = slow.stepped.networks[0]
    assert moved.update == pytest.approx(change, rel=1e-5) and moved.weights == pytest.approx(size, rel=1e-6)
    assert moved.clipped_norm <= moved.gradient_norm and moved.learning_rate == 0.01
    assert moved.loss == session.curves.losses[0, -1]


def test_it_plays_by_itself_and_pauses(qtbot, window, slow) -> None:
    bar = window.slow_bar
    slow.set_speed(50)
    qtbot.keyClick(bar, Qt.Key.Key_Space)
    assert slow.playing
    qtbot.waitUntil(lambda: slow.phase == BACKWARD, timeout=WAIT)
    button = bar.findChild(QToolButton, "slow.play")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not slow.playing
    place = slow.place
    qtbot.wait(80)
    assert slow.place == place
    assert window.session.run_state.state != "training"  # Space here is not the window's Play


def test_gates_tell_values_on_the_way_forward_and_gradients_on_the_way_back(qtbot, window, slow) -> None:
    session, cell = window.session, window.centre.cell
    session.workshop.enter("LSTM", "layer1")
    slow.step(1)
    assert not cell.readings.gradients
    slow.jump(BACKWARD)
    assert cell.readings.gradients
    qtbot.waitUntil(lambda: cell.readings.norms("forget") is not None, timeout=WAIT)
    norms = cell.readings.norms("forget")
    assert norms.shape == (session.length,) and norms[-1] > 0
    assert cell.readings.text("forget").startswith("∂L ")
    slow.stop()
    assert not cell.readings.gradients
    cell.refresh()
    assert cell.readings.flows.norms("forget") is None  # nobody asks any more


def test_training_on_ends_it(qtbot, window, slow) -> None:
    window.session.play()
    qtbot.waitUntil(lambda: not slow.on, timeout=WAIT)
    window.session.pause()


def test_the_clock_of_the_sequence_moves_it(qtbot, window, slow) -> None:
    window.scrubber.slider.setValue(5)
    assert (slow.phase, slow.time, slow.place) == (FORWARD, 5, 5)
    slow.jump(BACKWARD)
    window.scrubber.slider.setValue(2)
    assert (slow.phase, slow.time) == (BACKWARD, 2)


def test_it_shows_the_networks_as_they_are_now(qtbot, window, slow) -> None:
    session = window.session
    session.moments.look(1)
    assert not slow.on
    window.menus.actions["train.slow"].trigger()
    assert slow.on and not session.moments.back
    slow.stop()


def test_a_closed_window_has_no_slow_motion(qtbot, window, slow) -> None:
    slow.set_speed(50)
    slow.play()
    window.close()
    place = slow.place
    qtbot.wait(100)
    assert not slow.on and slow.place == place
