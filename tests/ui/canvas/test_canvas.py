"""The canvas follows the session: traces, tests, time, theme, problems, and what a screen reader hears."""

import numpy as np
import pytest

from playground.experiment.document import Experiment
from playground.experiment.edits import SetUnits, SetValue
from playground.network.spec import Layer, Net
from playground.tasks.spec import DelayedRecall, Sines, Table, Text
from playground.training import messages
from playground.training.run import Run
from playground.ui.canvas.items.card import Card
from playground.ui.canvas.style import width_of
from playground.ui.state import Selection
from playground.ui.theme import DARK


@pytest.fixture
def traced(hands):
    """The canvas, and real traces of the untrained networks."""
    run = Run(hands.canvas.session.experiment, engine="numpy")
    traces = run.traces()
    hands.canvas.session.record.traces = traces
    hands.canvas.session.traces_changed.emit(traces)
    return hands, traces


def test_every_layer_shows_its_hidden_state(traced):
    hands, traces = traced
    for net, layer, units in (("Plain RNN", "layer1", 8), ("Deep", "layer1", 6), ("Deep", "layer2", 4)):
        image = hands.canvas.item_for(net, layer).heat.image
        assert (image.width(), image.height()) == (len(traces.inputs), units)


def test_only_heatmaps_are_painted_again_by_new_traces(traced, qapp):
    hands, traces = traced
    hands.canvas.grab()
    painted = []
    canvas = hands.canvas
    canvas.view.scene().changed.connect(lambda regions: painted.extend(regions))
    qapp.processEvents()
    painted.clear()
    canvas.session.traces_changed.emit(traces)
    qapp.processEvents()
    assert not painted, "nothing is painted again where nothing changed"
    for net in traces.networks:
        for values in net.nodes.values():
            values += 0.1
    canvas.session.traces_changed.emit(traces)
    qapp.processEvents()
    heats = [item.heat.mapRectToScene(item.heat.boundingRect()) for item in canvas.picture.layers.values()]
    assert painted and all(any(heat.adjusted(-2, -2, 2, 2).contains(r) for heat in heats) for r in painted)


def test_a_heatmap_of_an_older_size_is_not_shown(traced):
    hands, _ = traced
    hands.canvas.session.apply(SetUnits("Deep", "layer1", 7))
    assert hands.canvas.item_for("Deep", "layer1").heat.image is None
    assert hands.canvas.item_for("Deep", "layer2").heat.image is not None


def test_the_sequence_card_shows_the_probe_and_the_cursor(hands):
    card = hands.canvas.task_item()
    assert "Delayed recall" in card.texts() and "2 × 13" in card.texts()
    assert card.inputs.shape == (13, 2) and len(card.curves) == 2
    hands.canvas.session.set_time(5)
    assert card.time == 5
    assert hands.canvas.item_for("Deep", "layer1").heat.time == 5


def measured(session, *metrics):
    session.record.clear(session.experiment, session.facts)
    session.record.take_tested(
        messages.Tested(1, 50, [0.5] * len(metrics), [{"accuracy": value} for value in metrics], 1.0)
    )
    session.tests_changed.emit()


def test_answers_are_words_only_where_they_are_true(hands):
    assert "not tested yet" in hands.canvas.answer_for("Deep").texts()
    measured(hands.canvas.session, 0.52, 0.995)
    guessing, right = (hands.canvas.answer_for(net).texts() for net in ("Plain RNN", "Deep"))
    assert "guessing" in guessing and "52 %" in guessing
    assert "right" in right and "99.5 %" in right and "accuracy on 100 unseen" in right
    hands.canvas.session.record.clear(hands.canvas.session.experiment, hands.canvas.session.facts)
    hands.canvas.session.tests_changed.emit()
    assert "not tested yet" in hands.canvas.answer_for("Deep").texts()


def test_an_edit_that_the_canvas_does_not_show_changes_nothing(hands):
    picture = hands.canvas.picture
    hands.canvas.session.apply(SetValue("training.optimizer.learning_rate", 0.02))
    assert hands.canvas.picture is picture
    hands.canvas.session.apply(SetUnits("Deep", "layer1", 9))
    assert hands.canvas.picture is not picture


def test_another_document_is_seen_whole(hands):
    canvas = hands.canvas
    canvas.view.zoom_by(3.0)
    canvas.session.apply(SetUnits("Deep", "layer1", 9))
    assert canvas.view.zoomed
    canvas.session.new_from_example("sunspots")
    assert not canvas.view.zoomed and "Sunspots" in canvas.task_item().texts()


def test_the_theme_changes_while_it_is_open(traced):
    hands, _ = traced
    hands.canvas.session.set_theme("dark")
    canvas = hands.canvas
    assert canvas.view.backgroundBrush().color().name().upper() == DARK.canvas
    assert canvas.item_for("Deep", "layer1").frame.upper() == DARK.contestant(1)
    assert canvas.item_for("Deep", "layer1").heat.image is not None


def test_no_item_is_left_behind(hands):
    canvas = hands.canvas
    before = len(canvas.scene().items())
    for _ in range(3):
        hands.drop_cell("gru", hands.at(canvas.race_zone()))
        canvas.session.undo()
    assert len(canvas.scene().items()) == before


def test_the_tooltip_tells_what_a_layer_is_with_its_formula(traced):
    hands, _ = traced
    tip = hands.canvas.item_for("Deep", "layer1").toolTip()
    assert "Deep: LSTM" in tip and "tanh" in tip and "6 units" in tip and "blue" in tip


def test_a_screen_reader_hears_the_graph_and_the_selection(hands):
    view, session = hands.canvas.view, hands.canvas.session
    assert view.accessibleName()
    text = view.accessibleDescription()
    assert "Delayed recall" in text and "Plain RNN" in text and "GRU with 4 units" in text
    session.select(Selection("layer", "Deep", "layer2"))
    assert view.accessibleDescription().startswith("Selected: Deep: layer GRU")
    session.apply(SetUnits("Deep", "layer2", 5))
    assert "GRU with 5 units" in view.accessibleDescription()


BROKEN = {
    "unknown cell": Experiment(networks=(Net("A", (Layer("layer1", "nope"),)),)),
    "no layer": Experiment(networks=(Net("A", ()), Net("B", (Layer("layer1", "lstm"),)))),
    "one name twice": Experiment(networks=(Net("A", (Layer("x", "lstm"), Layer("x", "gru"))), Net("A", ()))),
    "missing file": Experiment(task=Table(file="missing.csv"), networks=(Net("A", (Layer("layer1", "lstm"),)),)),
    "name of digits": Experiment(networks=(Net("7", (Layer("layer1", "lstm"),)), Net("", (Layer("1", "gru"),)))),
}


@pytest.mark.parametrize("experiment", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_experiment_is_shown_with_its_problems(make, experiment):
    canvas = make(experiment).canvas
    theme = canvas.session.theme
    cards = [item for item in canvas.picture.items() if isinstance(item, Card)]
    assert any(card.frame == theme.warning and len(card.toolTip()) > 10 for card in cards)
    assert not canvas.grab().isNull()


def test_a_broken_network_can_be_mended_by_a_drop(make):
    hands = make(BROKEN["no layer"])
    assert hands.drop_cell("gru", hands.at(hands.canvas.gap_for("A", 0)))
    assert hands.nets()["A"] == [("gru", 16)] and not hands.canvas.picture.content.nets[0].problem


EXPERIMENTS = {
    "two": None,
    "long": Experiment(task=DelayedRecall(lag=12), networks=(
        Net("An extraordinarily long name of a network that cannot fit", (Layer("layer1", "lstm", 1024),)),
        Net("Another one, of several layers, that is just as long as the first", (
            Layer("layer1", "gru_2014", 16), Layer("layer2", "gru_2014", 4000), Layer("layer3", "dense_relu", 7))),
    )),
    "text": Experiment(task=Text(), networks=(Net("N", (Layer("layer1", "lstm", 48),)),)),
    "sines": Experiment(task=Sines(), networks=(Net("N", (Layer("layer1", "lstm", 48),)),)),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize("size", [(860, 430), (1200, 700), (420, 260)])
def test_no_text_is_clipped_or_runs_into_another(make, hands, name, size, qapp):
    canvas = make(EXPERIMENTS[name]).canvas if EXPERIMENTS[name] else hands.canvas
    canvas.resize(*size)
    qapp.processEvents()
    measured(canvas.session, *[0.5] * len(canvas.session.experiment.networks))
    for card in canvas.picture.items():
        if not isinstance(card, Card):
            continue
        spans = []
        for label in card.labels:
            assert card.box.contains(label.place) and label.place.height() >= 14, (card.objectName(), label.text)
            if label.text and "\n" not in label.text:
                wraps = bool(int(label.flags) & 0x1000)
                width = min(width_of(label.text, label.font), label.place.width() if wraps else np.inf)
                assert width <= label.place.width() + 0.5, (card.objectName(), label.text)
                left = label.place.x()
                if int(label.flags) & 0x2:
                    left = label.place.right() - width
                elif int(label.flags) & 0x4:
                    left = label.place.center().x() - width / 2
                spans.append((label.place.y(), left, left + width, label.text))
        for index, (y, left, right, text) in enumerate(spans):
            for other_y, other_left, other_right, other in spans[index + 1 :]:
                apart = abs(y - other_y) >= 12 or right <= other_left + 0.5 or other_right <= left + 0.5
                assert apart, (card.objectName(), text, other)


def test_an_elided_name_is_whole_in_the_tooltip(make):
    hands = make(EXPERIMENTS["long"])
    name = hands.canvas.session.experiment.networks[0].name
    card = hands.canvas.item_for(name, "layer1")
    assert name in card.toolTip() and any(text.endswith("…") for text in card.texts())


def test_export_is_a_table_with_a_comment(hands):
    table = hands.canvas.export_data()
    assert table.columns["units"] == [8, 6, 4] and table.columns["cell"] == ["RNN", "LSTM", "GRU"]
    assert "seed 7" in table.comments[0]


def test_a_figure_shows_the_network_and_no_buttons(hands, tmp_path):
    from playground.ui.figures import render

    path = render(hands.canvas, tmp_path / "net.svg")
    text = path.read_text(encoding="utf-8")
    assert all(word in text for word in ("Plain RNN", "Deep", "LSTM", "Delayed recall", "answer"))
    assert "drop a cell here" not in text
    assert hands.canvas.race_zone().isVisible() and hands.canvas.item_for("Deep", "layer1").remove.isVisible()
