"""Every remedy of every finding makes it go away, in a real run, and says so; each is one step of undo."""

import pytest
from doctor_clinic import CURES, NET, Clinic, case, experiment_of

from playground.cell.graph import Init
from playground.experiment.history import History
from playground.training.doctor import remedies as doctor
from playground.training.doctor.remedies import two_digits
from playground.training.doctor.treatment import Treatment


@pytest.mark.parametrize("kind, name, remedy, after", CURES, ids=["-".join(cure[:3]) for cure in CURES])
def test_cured(kind: str, name: str, remedy: str, after: int) -> None:
    experiment, steps = experiment_of(name)
    clinic = Clinic(experiment, "native" if steps > 1000 else "numpy").train(steps)
    before, found = clinic.alarms()[kind], clinic.remedies(kind)
    assert remedy in found, list(found)
    chosen = found[remedy]
    clinic.apply(chosen)
    net = clinic.experiment.networks[0].name
    treatment = Treatment(before, chosen, 0, clinic.run.step)
    assert treatment.follow(clinic.report(net)).outcome == "waiting"
    clinic.train(after)
    assert kind not in clinic.alarms(net)
    assert treatment.follow(clinic.report(net)).outcome == "helped"


def test_every_remedy_of_every_finding_is_tried() -> None:
    """What is offered for the triggers, and what is not, is what `CURES` has."""
    tried = {(kind, remedy) for kind, _, remedy, _ in CURES}
    for kind, name, _, _ in CURES:
        experiment, steps = experiment_of(name)
        if steps <= 500:
            offered = Clinic(experiment).train(steps).remedies(kind)
            assert {(kind, remedy) for remedy in offered} - tried <= _HOPES, kind


_HOPES = {("exploding", "clip"), ("dead_units", "tanh"), ("dead_units", "middle"), ("not_finite", "tame")}


def test_one_step_of_undo() -> None:
    clinic = Clinic(*experiment_of("LSTM")[:1]).train(60)
    history = History(clinic.experiment)
    chosen = clinic.remedies("vanishing")["chrono"]
    history.apply(chosen.edit)
    init = history.document.networks[0].layers[0].init
    assert init == {"forget.bias": Init("chrono", 200.0), "input.bias": Init("chrono_opposite", 200.0, "forget")}
    assert history.holds(chosen.edit) and history.undo_label == "match the forget bias to lag 100"
    history.undo()
    assert history.document == clinic.experiment and not history.holds(chosen.edit)
    history.redo()
    assert history.holds(chosen.edit)


def test_a_gate_that_keeps_when_it_is_shut_gets_the_opposite_bias() -> None:
    clinic = Clinic(experiment_of("MGU")[0]).train(60)
    clinic.apply(clinic.remedies("vanishing")["chrono"])
    assert clinic.experiment.networks[0].layers[0].init["forget.bias"] == Init("chrono_opposite", 200.0, "forget")
    assert float(clinic.run.trainers[0].network.parameters.view("layer1.forget.bias").max()) <= 0


def test_the_gated_cell_takes_the_name_of_its_kind() -> None:
    """A network that is called after its cell is called after the new one, and the biases find it."""
    from msgspec.structs import replace

    experiment = experiment_of("vanishing")[0]
    experiment = replace(experiment, networks=(replace(experiment.networks[0], name="RNN"),))
    clinic = Clinic(experiment).train(60)
    clinic.apply(clinic.remedies("vanishing")["gated"])
    net = clinic.experiment.networks[0]
    assert net.name == "LSTM" and net.layers[0].init["forget.bias"] == Init("chrono", 200.0)


def test_it_did_not_help_and_says_so() -> None:
    """Clipping does not tame a net that is chaotic."""
    experiment, steps = experiment_of("exploding")
    clinic = Clinic(experiment).train(steps)
    before, chosen = clinic.alarms()["exploding"], clinic.remedies("exploding")["clip"]
    treatment = Treatment(before, chosen, 0, 0)
    judged = treatment.follow(clinic.apply(chosen).train(70).report())
    assert judged.outcome == "no" and judged.after is not None and judged.after.alarms


def test_a_run_that_begins_again_is_judged_from_there() -> None:
    clinic = Clinic(experiment_of("GRU")[0]).train(60)
    before, chosen = clinic.alarms()["vanishing"], clinic.remedies("vanishing")["chrono"]
    treatment = Treatment(before, chosen, 0, 60)
    clinic.apply(chosen)
    again = treatment.follow(clinic.train(10).report())
    assert again.outcome == "waiting" and again.step == 10


def test_nothing_is_offered_that_is_so_already() -> None:
    clinic = Clinic(case("rnn", {"h.weight.h_prev": Init("orthogonal")}, task=experiment_of("LSTM")[0].task)).train(60)
    patient = clinic.patients()[NET]
    finding = clinic.report().find(("vanishing", NET, "", ""))
    assert finding is not None
    assert "orthogonal" not in [one.id for one in doctor.remedies(finding, clinic.experiment, patient)]


@pytest.mark.parametrize("value, wanted", [(0.0123456, 0.012), (1234.5, 1200), (1.0, 1.0), (0.0999, 0.1), (0.0, 0.0)])
def test_two_digits(value: float, wanted: float) -> None:
    assert two_digits(value) == wanted
