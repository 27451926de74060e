"""The clock of the training, through the window's own controls and a real worker."""

import os
import signal

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from playground.ui.clocks.moments import LIVE

WAIT = 20_000


class Hands:
    """A person at the window."""

    def __init__(self, qtbot, window) -> None:
        self.qtbot, self.window, self.session = qtbot, window, window.session
        self.moments, self.slider = self.session.moments, window.scrubber.training

    def until(self, true) -> None:
        self.qtbot.waitUntil(true, timeout=WAIT)

    def train(self, steps: int) -> None:
        """So many steps, one after the other."""
        for _ in range(steps):
            step = self.session.run_state.step
            self.session.step()
            self.until(lambda step=step: self.session.run_state.step == step + 1)
        end = self.session.run_state.step
        self.until(lambda: self.moments.steps and self.moments.steps[-1] == end and self.step == end)

    def key(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.slider, key)

    @property
    def step(self) -> int:
        """Which step the traces are of."""
        return self.session.traces.step if self.session.traces is not None else -1

    @property
    def hidden(self) -> np.ndarray:
        return self.session.traces.networks[1].nodes["layer1/h"].copy()

    def click(self, name: str) -> None:
        button = self.window.findChild(QPushButton, name)
        assert button.isVisible() and button.isEnabled(), name
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def hands(qtbot, window) -> Hands:
    made = Hands(qtbot, window)
    made.until(lambda: made.moments.steps == (0,) and made.step == 0)
    return made


def test_keys_go_through_the_moments_and_everything_shows_them(hands) -> None:
    hands.train(3)
    three = hands.hidden
    hands.train(3)
    six = hands.hidden
    slider = hands.slider
    assert (slider.minimum(), slider.maximum(), slider.value()) == (
        0,
        7,
        7,
    ) and hands.window.scrubber.moment.text() == "live"
    slider.setFocus()
    hands.key(Qt.Key.Key_Left)
    hands.until(lambda: hands.moments.at == 6)
    for _ in range(3):
        hands.key(Qt.Key.Key_Left)
    hands.until(lambda: hands.step == 3)
    assert hands.moments.at == 3 and np.array_equal(hands.hidden, three)
    hands.key(Qt.Key.Key_Home)
    hands.until(lambda: hands.step == 0)
    hands.key(Qt.Key.Key_End)
    hands.until(lambda: hands.step == 6)
    assert hands.moments.at == LIVE and np.array_equal(hands.hidden, six)


def test_the_slider_is_dragged_with_the_mouse(hands) -> None:
    hands.train(4)
    slider, qtbot = hands.slider, hands.qtbot
    middle = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 4, middle))
    qtbot.mouseMove(slider, QPoint(slider.width() // 2, middle))
    qtbot.mouseMove(slider, QPoint(3, middle))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(3, middle))
    hands.until(lambda: hands.step == 0)
    assert hands.moments.at == 0 and slider.value() == 0


def test_a_badge_says_so_and_leads_back(hands) -> None:
    hands.train(3)
    badge = hands.window.badge
    assert not badge.isVisible()
    hands.moments.look(1)
    assert badge.isVisible() and badge.text.text() == "Looking at step 1 – the training is paused at step 3"
    assert hands.window.scrubber.moment.longest.startswith("step 1 of 3 · loss ")
    hands.session.play()
    hands.until(lambda: "training goes on" in badge.text.text())
    hands.until(lambda: hands.session.run_state.step > 20)
    assert hands.step == 1
    hands.click("moment.live")
    assert not badge.isVisible() and hands.moments.at == LIVE
    hands.until(lambda: hands.step > 20)
    hands.session.pause()


def test_training_curves_mark_the_moment_and_take_clicks(hands) -> None:
    hands.train(6)
    loss = hands.window.plots.plots()["loss"]
    loss.refresh()
    assert loss.chart.cursor.at is None
    hands.moments.look(2)
    assert loss.chart.cursor.at == 2.0
    mapping = loss.chart.mapping()
    x = int(mapping.x(np.array([4.0]))[0])
    at = QPoint(x, int(mapping.rect.center().y()))
    hands.qtbot.mouseClick(loss.chart.viewport(), Qt.MouseButton.LeftButton, pos=at)
    hands.until(lambda: hands.moments.at == 4)
    hands.until(lambda: hands.step == 4)
    assert loss.chart.cursor.at == 4.0
    hands.moments.live()
    assert loss.chart.cursor.at is None


def test_two_moments_are_compared_by_ghosts(hands) -> None:
    hands.train(2)
    two = hands.hidden
    hands.train(2)
    hands.moments.look(2)
    hands.until(lambda: hands.step == 2)
    menu = {action.objectName(): action for action in hands.window.scrubber.compare.menu().actions()}
    menu["scrubber.compare.keep"].trigger()
    hands.until(lambda: hands.session.ghosts is not None and hands.step == 4)
    assert hands.session.ghosts.step == 2 and hands.session.ghost_name == "at step 2"
    assert np.array_equal(hands.session.ghosts.networks[1].nodes["layer1/h"], two)
    gates = hands.window.plots.plots()["gates"]
    hands.until(lambda: "at step 2" in [entry.text for entry in gates.chart.entries])
    hands.moments.look(0)
    menu["scrubber.compare.now"].trigger()
    hands.until(lambda: hands.session.ghosts is not None and hands.session.ghosts.step == 4 and hands.step == 0)
    assert hands.session.ghost_name == "now"
    menu["scrubber.compare.none"].trigger()
    assert hands.session.ghosts is None and hands.session.ghost_name == ""


def test_weights_are_those_of_the_moment_and_not_to_be_changed(hands) -> None:
    session, name = hands.session, "layer1.forget.bias"
    session.weights.watch("test", "LSTM", [name])
    hands.until(lambda: session.weights.get("LSTM", name) is not None)
    start = session.weights.get("LSTM", name)
    hands.train(3)
    hands.until(lambda: not np.array_equal(session.weights.get("LSTM", name), start))
    hands.moments.look(0)
    hands.until(lambda: np.array_equal(session.weights.get("LSTM", name), start))
    assert not session.weights.set_value("LSTM", name, (0,), 0.5)
    said = session.notices[-1].text
    assert "as it was after step 0" in said and "go back to live" in said
    assert not session.reaching.add_noise("LSTM", name, 0.1)
    hands.moments.live()
    assert session.weights.set_value("LSTM", name, (0,), 0.5)
    hands.until(lambda: session.weights.get("LSTM", name)[0] == 0.5)


def test_a_branch_goes_on_from_the_moment_and_the_other_is_not_lost(hands) -> None:
    session = hands.session
    hands.train(6)
    losses = session.curves.losses.copy()
    hands.moments.look(3)
    hands.until(lambda: hands.step == 3)
    hands.click("scrubber.branch")
    hands.until(lambda: hands.moments.other is not None)
    assert session.run_state.step == 3 and not hands.moments.back and session.curves.steps.tolist() == [1, 2, 3]
    assert "back at step 3" in session.notices[-1].text
    hands.until(lambda: hands.moments.steps == (0, 1, 2, 3))
    hands.train(1)
    assert np.array_equal(session.curves.losses, losses[:, :4])
    text, act = session.notices[-1].actions[0]
    assert text == "Back to the other branch"
    act()
    hands.until(lambda: session.run_state.step == 6 and len(session.curves.steps) == 6)
    assert np.array_equal(session.curves.losses, losses)
    # and there and back again
    assert hands.moments.other.before == 4
    hands.window.menus.actions["train.other"].trigger()
    hands.until(lambda: session.run_state.step == 4 and len(session.curves.steps) == 4)


def test_the_answers_are_those_of_the_tests_until_then(hands) -> None:
    session = hands.session
    session.set_speed(0)
    hands.train(21)
    assert session.curves.test_steps.tolist() == [0, 20]
    item = hands.window.canvas.answer_for("LSTM")
    shown = []
    item.set_answer, kept = lambda *told: shown.append(told[0]), item.set_answer
    hands.moments.look(5)
    item.set_answer = kept
    expected = session.curves.test_metrics["accuracy"][1][0]
    assert shown and float(shown[-1].rstrip(" %")) == pytest.approx(100 * expected, abs=0.06)


def test_a_reset_ends_looking_back(hands) -> None:
    hands.train(3)
    hands.moments.look(1)
    hands.session.reset()
    hands.until(lambda: not hands.moments.back and hands.moments.steps == (0,))
    assert not hands.window.badge.isVisible()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_the_moments_die_with_the_worker(hands) -> None:
    hands.train(3)
    hands.moments.look(1)
    hands.moments.compare(0)
    hands.until(lambda: hands.step == 1)
    os.kill(hands.session._link.process_id, signal.SIGKILL)
    hands.until(lambda: hands.session.run_state.state == "dead")
    assert not hands.moments.back and hands.moments.beside is None and not hands.window.badge.isVisible()
    assert not hands.window.scrubber.branch.isEnabled() and not hands.window.menus.actions["train.live"].isEnabled()
    hands.session.start_again()
    hands.until(lambda: hands.moments.steps == (0,) and hands.step == 0)


def test_a_branch_that_is_gone_is_told(hands) -> None:
    """The button of an old notice."""
    hands.train(3)
    hands.moments.look(1)
    hands.moments.branch()
    hands.until(lambda: hands.moments.other is not None)
    hands.session.start_again()
    hands.session.other_branch()
    assert hands.session.notices[-1].text == "That branch is not there any more."


def test_moments_of_networks_that_are_changed_go(hands) -> None:
    from playground.experiment.edits import SetUnits

    hands.train(3)
    hands.moments.look(1)
    hands.session.apply(SetUnits("LSTM", "layer1", 6))
    hands.until(lambda: hands.moments.steps == (3,))
    assert not hands.moments.back


def test_the_menu_says_what_can_be_done(hands) -> None:
    actions = hands.window.menus.actions
    hands.train(2)
    assert actions["train.earlier"].isEnabled() and not actions["train.live"].isEnabled()
    assert not actions["train.branch"].isEnabled() and not actions["train.other"].isEnabled()
    actions["train.earlier"].trigger()
    actions["train.earlier"].trigger()
    assert hands.moments.at == 1
    actions["train.later"].trigger()
    assert hands.moments.at == 2 and actions["train.branch"].isEnabled()
    actions["train.live"].trigger()
    assert not hands.moments.back
    assert hands.window.scrubber.moment.text() == "live"


def test_the_slider_does_not_move_while_the_training_goes_on(hands) -> None:
    """Its width does not depend on what is said beside it; the notch under a hand stays."""
    hands.train(3)
    width = hands.slider.width()
    hands.moments.look(1)
    hands.qtbot.wait(20)
    assert hands.slider.width() == width and hands.slider.steps[hands.slider.value()] == 1
    hands.slider.setSliderDown(True)
    hands.session.play()
    hands.until(lambda: hands.session.run_state.step > 30 and len(hands.moments.steps) > 10)
    assert hands.slider.maximum() == 4 and hands.slider.value() == 1
    hands.slider.setSliderDown(False)
    hands.session.pause()
    hands.until(lambda: hands.slider.maximum() > 10)
    assert hands.slider.steps[hands.slider.value()] == 1
