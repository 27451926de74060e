"""Interventions in words."""

import pytest

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.changes import Clamp, Cut, Freeze, Point, ProbeEdit
from playground.network.spec import Layer, Net
from playground.ui.interventions.reaching import Effect
from playground.ui.interventions.words import (
    details,
    effect_text,
    steps_text,
    stretches,
    title,
    typed_units,
    units_text,
    written_units,
)

PLACE = {"net": "LSTM", "layer": "layer1"}


def clamp(**more: object) -> Clamp:
    return Clamp("clamp1", **PLACE, node="forget", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "units"),
    [("all", ()), ("", ()), (" 3 ", (3,)), ("0, 2;5", (0, 2, 5)), ("5-7 1", (1, 5, 6, 7)), ("7–5", (5, 6, 7))],
)
def test_units_are_typed(text: str, units: tuple[int, ...]) -> None:
    assert typed_units(text) == units
    assert typed_units(written_units(units)) == units


@pytest.mark.parametrize("text", ["some", "1.5", "-1", "1--2", "a-b"])
def test_what_is_no_unit_is_told(text: str) -> None:
    with pytest.raises(BadInput):
        typed_units(text)


def test_steps_and_units_read_as_on_the_axes() -> None:
    assert steps_text(clamp()) == "all steps"
    assert steps_text(clamp(start=3, stop=4)) == "t = 3"
    assert steps_text(clamp(start=3, stop=9)) == "t = 3 – 8"
    assert steps_text(clamp(start=3)) == "from t = 3"
    assert steps_text(clamp(start=-2)) == "from t = 2 before the end"
    assert units_text(()) == "all units" and units_text((3,)) == "unit 3" and units_text((1, 2)) == "units 1, 2"


def test_titles_and_details() -> None:
    nets = (Net("RNN", (Layer("layer1", "rnn"),)), Net("LSTM", (Layer("layer1", "lstm"), Layer("layer2", "lstm"))))
    several, one = Experiment(networks=nets), Experiment(networks=(Net("LSTM", (Layer("layer1", "lstm"),)),))
    assert title(clamp(value=-0.5)) == "forget clamped to −0.5" and title(clamp(hold=True)) == "forget held"
    cut = Cut("cut1", **PLACE, node="forget", source="x")
    assert title(cut) == "x → forget blocked"
    assert title(Cut("cut1", **PLACE, node="forget", source="x", gradient_only=True)).startswith("gradient of")
    assert title(Freeze("f", net="LSTM", parameter="readout.bias")) == "readout.bias frozen"
    assert title(ProbeEdit("probe", points=(Point(0, 0, 1.0),))) == "1 point of the sequence moved"
    assert details(clamp(start=1, stop=2), several) == "LSTM · layer1 · t = 1 · all units"
    assert details(clamp(units=(4,)), one) == "all steps · unit 4"


def test_the_effect_is_one_sentence() -> None:
    whole = Effect("LSTM", (0.0213, 0.4812), ("accuracy", 1.0, 0.5), (0.02, 0.51))
    text = "LSTM: test loss 0.0213 → 0.481, accuracy 100 % → 50 %, this sequence 0.02 → 0.51"
    assert effect_text(whole) == text
    assert effect_text(Effect("GRU")) == "GRU: its loss is being measured"
    assert "rmse 1.5 → 2" in effect_text(Effect("GRU", metric=("rmse", 1.5, 2.0)))


def test_stretches_of_a_layer_for_plots() -> None:
    changes = (
        clamp(start=2, stop=4), Clamp("b", **PLACE, node="c", hold=True, start=2, stop=4),
        Clamp("c", **PLACE, node="h", value=0.5, start=-2), Clamp("d", **PLACE, node="h", on=False),
        Clamp("e", net="RNN", layer="layer1", node="h"), clamp(start=50),
    )  # fmt: skip
    assert stretches(changes, "LSTM", "layer1", 10) == [(2, 3, "forget = 0, c held"), (8, 9, "h = 0.5")]
