"""Every setting can be typed, a wrong entry says what is allowed, and everything is one undo."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QSlider

from playground.cell.graph import Init
from playground.experiment.edits import AddNet, SetTask
from playground.ui.canvas.verdict import format_metric
from playground.ui.inspector import Inspector, TrainingCard
from playground.ui.sequences import SEQUENCES
from playground.ui.session import Selection


@pytest.fixture
def inspector(qtbot, session):
    made = Inspector(session)
    made.resize(300, 700)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def training(qtbot, session):
    made = TrainingCard(session)
    made.complete()
    made.resize(300, 900)
    qtbot.addWidget(made)
    made.show()
    return made


def type_into(qtbot, panel, name, text):
    field = panel.findChild(QLineEdit, name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    return field


def error(panel, name):
    found = panel.findChild(QLabel, f"{name}.error")
    return found.text() if found is not None and not found.isHidden() else ""


def choose(panel, name, value):
    box = panel.findChild(QComboBox, name)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("training.optimizer.learning_rate", "0,02", lambda t: t.optimizer.learning_rate == 0.02),
        ("training.batch", "64", lambda t: t.batch == 64),
        ("training.clip_norm", "0.5", lambda t: t.clip_norm == 0.5),
        ("training.truncate", "5", lambda t: t.truncate == 5),
        ("training.goal.steps", "100", lambda t: t.goal.steps == 100),
        ("training.goal.seconds", "9", lambda t: t.goal.seconds == 9.0),
        ("training.goal.loss", "0.1", lambda t: t.goal.loss == 0.1),
        ("training.schedule.warmup", "20", lambda t: t.schedule.warmup == 20),
        ("training.optimizer.beta1", "0.8", lambda t: t.optimizer.beta1 == 0.8),
        ("training.test_every", "25", lambda t: t.test_every == 25),
        ("training.checkpoint_every", "0", lambda t: t.checkpoint_every == 0),
    ],
)
def test_numbers_of_the_training_are_typed_and_undone(qtbot, session, training, name, text, path):
    before = session.experiment
    field = type_into(qtbot, training, name, text)
    assert path(session.experiment.training) and error(training, name) == ""
    session.undo()
    assert session.experiment == before and field.text() != text


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("training.batch", "0", "from 1 to 65536"),
        ("training.batch", "2.5", "whole"),
        ("training.optimizer.learning_rate", "-1", "above 0"),
        ("training.optimizer.learning_rate", "fast", "0.003"),
        ("training.optimizer.beta1", "1", "below 1"),
        ("training.test_every", "0", "1 or more"),
    ],
)
def test_a_wrong_number_says_what_is_allowed_and_keeps_the_old_one(qtbot, session, training, name, text, allowed):
    before = session.experiment
    old = training.findChild(QLineEdit, name).text()
    field = type_into(qtbot, training, name, text)
    assert session.experiment is before and field.text() == old
    assert allowed in error(training, name)
    assert session.notices == []  # it is said beside the field, not in the bar
    session.apply(AddNet("gru"))
    type_into(qtbot, training, name, "0.5" if "beta" in name or "rate" in name else "7")
    assert error(training, name) == ""


def test_choices_show_what_belongs_to_them(session, training):
    decay = training.findChild(QLineEdit, "training.optimizer.weight_decay")
    every = training.findChild(QLineEdit, "training.schedule.every")
    assert not decay.isVisible() and not every.isVisible()
    choose(training, "training.optimizer.kind", "adamw")
    choose(training, "training.schedule.kind", "cosine")
    assert session.experiment.training.optimizer.kind == "adamw" and decay.isVisible() and every.isVisible()
    choose(training, "training.precision", "float64")
    assert session.experiment.training.precision == "float64"
    for _ in range(3):
        session.undo()
    assert not session.dirty and not decay.isVisible()
    assert training.findChild(QComboBox, "training.optimizer.kind").currentText() == "Adam"


def test_a_number_that_is_typed_survives_a_click_elsewhere(qtbot, session, training):
    field = training.findChild(QLineEdit, "training.batch")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "48")
    training.findChild(QLineEdit, "training.clip_norm").setFocus()
    assert session.experiment.training.batch == 48


def test_the_lag_by_slider_is_one_undo(qtbot, session, inspector):
    session.select(Selection("task"))
    slider = inspector.findChild(QSlider, "task.lag.slider")
    slider.setSliderDown(True)
    for place in (300, 500, 700):
        slider.setValue(place)
    slider.setSliderDown(False)
    assert session.experiment.task.lag > 10
    assert inspector.findChild(QLineEdit, "task.lag.number").text() == str(session.experiment.task.lag)
    session.undo()
    assert session.experiment.task.lag == 10 and slider.value() < 300
    type_into(qtbot, inspector, "task.lag.number", "1")
    assert "from 2 to 100000" in error(inspector, "task.lag") and session.experiment.task.lag == 10


@pytest.mark.parametrize("key", sorted(SEQUENCES))
def test_every_sequence_has_a_page(session, inspector, key):
    session.apply(SetTask(SEQUENCES[key].spec))
    session.select(Selection("task"))
    assert session.facts is not None, session.notices
    assert inspector.title.text() == SEQUENCES[key].title
    assert inspector.findChild(QLabel, "task.training_data").text()


def test_columns_of_a_table_are_typed(qtbot, session, inspector, tmp_path):
    table = tmp_path / "two.csv"
    table.write_text("t,a,b\n" + "".join(f"{row},{row % 7},{row % 5}\n" for row in range(300)))
    session.feed_file(table)
    type_into(qtbot, inspector, "task.inputs", "a")
    type_into(qtbot, inspector, "task.targets", "b")
    assert session.experiment.task.inputs == ("a",) and session.experiment.task.targets == ("b",)
    type_into(qtbot, inspector, "task.train_until", "200")
    assert session.experiment.task.train_until == 200
    type_into(qtbot, inspector, "task.train_until", "")
    assert session.experiment.task.train_until is None


def test_a_network_is_renamed_and_stays_selected(qtbot, session, inspector):
    session.select(Selection("net", "LSTM"))
    type_into(qtbot, inspector, "net.name", "Memory")
    assert [net.name for net in session.experiment.networks] == ["RNN", "Memory"]
    assert session.selection == Selection("net", "Memory") and inspector.title.text() == "Memory"
    type_into(qtbot, inspector, "net.name", "RNN")
    assert session.experiment.networks[1].name == "Memory" and session.selection == Selection("net", "Memory")
    inspector.findChild(QPushButton, "net.remove").click()
    assert len(session.experiment.networks) == 1 and session.selection is None


def test_a_layer_shows_its_equations_and_takes_another_cell(session, inspector):
    session.select(Selection("layer", "LSTM", "layer1"))
    lines = [label.text() for label in inspector.findChildren(QLabel)]
    assert "c = forget ⊙ c₋ + input ⊙ candidate" in lines
    choose(inspector, "layer.cell", "gru")
    assert session.experiment.networks[1].layers[0].cell == "gru"
    assert inspector.title.text() == "GRU"
    session.undo()
    assert inspector.title.text() == "LSTM"


def test_biases_at_the_start(qtbot, session, inspector):
    session.select(Selection("layer", "LSTM", "layer1"))
    kind = inspector.findChild(QComboBox, "layer.forget.bias.kind")
    assert kind.currentData() == "chrono"
    assert inspector.findChild(QLineEdit, "layer.forget.bias.value").text() == "12"
    type_into(qtbot, inspector, "layer.forget.bias.value", "30")
    layer = session.experiment.networks[1].layers[0]
    assert layer.init["forget.bias"] == Init("chrono", 30.0)
    choose(inspector, "layer.input.bias.kind", "chrono_opposite")
    layer = session.experiment.networks[1].layers[0]
    assert layer.init["input.bias"].of == "forget" and layer.init["forget.bias"] == Init("chrono", 30.0)
    choose(inspector, "layer.forget.bias.kind", "own")
    assert "forget.bias" not in session.experiment.networks[1].layers[0].init


def test_the_experiment_has_a_name_a_seed_and_a_text(qtbot, session, inspector):
    type_into(qtbot, inspector, "experiment.name", "Mine")
    type_into(qtbot, inspector, "seed", "11")
    assert (session.experiment.name, session.experiment.seed) == ("Mine", 11)
    about = inspector._page.about
    about.setFocus()
    about.setPlainText("Something else.")
    inspector.findChild(QLineEdit, "seed").setFocus()
    assert session.experiment.about == "Something else."


def test_metrics_for_people():
    assert format_metric("accuracy", 0.996) == "99.6 %"
    assert format_metric("relative_mse", 0.16249) == "0.162"
    assert format_metric("accuracy", float("nan")) == "–"


def test_a_layer_in_both_directions_with_dropout(qtbot, session, inspector):
    session.select(Selection("layer", "LSTM", "layer1"))
    type_into(qtbot, inspector, "layer.dropout", "0,2")
    inspector.findChild(QCheckBox, "layer.bidirectional").click()
    layer = session.experiment.networks[1].layers[0]
    assert layer.dropout == 0.2 and layer.bidirectional and not layer.residual
    type_into(qtbot, inspector, "layer.dropout", "1")
    assert "below 1" in error(inspector, "layer.dropout")
