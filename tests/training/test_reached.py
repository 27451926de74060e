"""Interventions on a run and in the real worker: training, tests and traces with them, the ghost without, and noise."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from playground.cell.graph import Init
from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.changes import AnyChange, Clamp, Cut, Freeze, Point, ProbeEdit
from playground.network.spec import Layer, Net, Optimizer
from playground.tasks.spec import DelayedRecall, Text
from playground.training import messages
from playground.training.noise import drawn
from playground.training.resuming import resume, save
from playground.training.run import Run
from playground.training.trainer import Trainer

CLAMP = Clamp("clamp1", net="LSTM", layer="layer1", node="forget", start=3, stop=5)
CUT = Cut("cut1", net="LSTM", layer="layer1", node="input", source="x")
FREEZE = Freeze("freeze1", net="LSTM", parameter="layer1.forget.bias")
PROBE = ProbeEdit("probe", points=(Point(0, 0, -1.0), Point(2, 0, 3.0)))
Talk = Callable


def having(experiment: Experiment, *changes: AnyChange) -> Experiment:
    return replace(experiment, interventions=changes)


def weights(run: Run, net: int = 1) -> dict[str, np.ndarray]:
    parameters = run.trainers[net].network.parameters
    return {name: parameters.view(name).copy() for name in parameters.names}


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_a_run_is_trained_tested_and_looked_at_with_them(experiment: Experiment) -> None:
    plain, reached = Run(experiment), Run(having(experiment, CLAMP))
    for run in (plain, reached):
        for _ in range(3):
            run.step_once()
    assert same(weights(plain, 0), weights(reached, 0)) and not same(weights(plain), weights(reached))
    forget = reached.traces().networks[1].nodes["layer1/forget"]
    assert not forget[3:5].any() and forget[[2, 5]].all()
    test, other = reached.test(), plain.test()
    assert test.untouched[0] is None and test.untouched[1] is not None and other.untouched == (None, None)
    assert test.losses[1] != test.untouched[1].loss and set(test.untouched[1].metrics) == {"accuracy"}


def test_the_ghost_is_the_same_weights_without_them(experiment: Experiment) -> None:
    run = Run(experiment)
    run.step_once()
    before = run.traces()
    assert not run.has_ghost
    run.update(having(experiment, CLAMP))
    assert run.last_update.reached and not run.last_update.rebuilt and run.has_ghost and run.step == 1
    (ghost,) = run.ghost().networks
    assert ghost.name == "LSTM" and ghost.loss == before.networks[1].loss
    assert np.array_equal(ghost.nodes["layer1/c"], before.networks[1].nodes["layer1/c"])
    assert run.traces().networks[1].loss != ghost.loss
    run.update(having(experiment, PROBE))
    assert [net.name for net in run.ghost().networks] == ["RNN", "LSTM"]
    assert run.ghost().networks[1].loss == before.networks[1].loss
    assert run.traces().inputs[2, 0] == 3.0 and run.ghost().inputs[2, 0] == before.inputs[2, 0]
    run.update(experiment)
    assert not run.has_ghost and run.traces().networks[1].loss == before.networks[1].loss


def test_coming_and_going_moves_no_weight_and_training_goes_on_as_if_nothing_had_been(experiment: Experiment) -> None:
    plain, visited = Run(experiment), Run(experiment)
    for run in (plain, visited):
        run.step_once()
    at_first = weights(visited)
    for changes in ((CLAMP,), (CUT, FREEZE), (CLAMP, CUT, PROBE), ()):
        assert visited.update(having(experiment, *changes))
        visited.test()
        visited.traces()
        assert same(weights(visited), at_first) and visited.trainers[1].steps == 1
    for run in (plain, visited):
        run.step_once()
    assert same(weights(plain), weights(visited))


def test_a_frozen_matrix_stays_while_the_others_learn(experiment: Experiment) -> None:
    run = Run(experiment)
    run.step_once()
    before = weights(run)
    run.update(having(experiment, FREEZE, CUT))
    assert run.has_ghost
    for _ in range(3):
        run.step_once()
    after = weights(run)
    kept = {name for name in before if np.array_equal(before[name], after[name])}
    assert kept == {"layer1.forget.bias", "layer1.input.weight.x"}
    run.update(having(experiment, FREEZE))
    assert not run.has_ghost  # nothing that is there now is any other


def test_a_switched_off_one_does_nothing_and_a_wrong_one_is_refused_before_anything_happens(
    experiment: Experiment,
) -> None:
    run = Run(having(experiment, replace(CLAMP, on=False), replace(CUT, on=False, node="gone")))
    assert not run.has_ghost and run.test().untouched == (None, None)
    with pytest.raises(BadInput, match="no node"):
        run.update(having(experiment, replace(CLAMP, node="gone")))
    with pytest.raises(BadInput, match="no network"):
        Run(having(experiment, replace(CLAMP, net="GRU")))
    assert run.experiment.interventions[0].on is False
    run.step_once()


def test_a_text_is_typed_and_one_that_cannot_be_is_refused(experiment: Experiment) -> None:
    text = replace(experiment, task=Text(length=8), networks=experiment.networks[1:])
    run = Run(text)
    symbols = run.facts.symbols
    run.update(having(text, ProbeEdit("probe", text=symbols[1] + symbols[2] * 3)))
    assert len(run.traces().inputs) == 4 and len(run.ghost().inputs) > 100
    for wrong in ("☃", "☃☃"):
        with pytest.raises(BadInput):
            run.update(having(text, ProbeEdit("probe", text=wrong)))
        with pytest.raises(BadInput):
            Run(having(text, ProbeEdit("probe", text=wrong)))


def test_carried_states_of_a_stream_survive(experiment: Experiment) -> None:
    text = replace(experiment, task=Text(length=6), networks=experiment.networks[1:])
    hold = Clamp("clamp1", net="LSTM", layer="layer1", node="c", hold=True, start=2)
    plain, visited = Run(text), Run(text)
    for run in (plain, visited):
        run.step_once()
    visited.update(having(text, hold))
    assert len(visited.trainers[0].carried) == 3
    visited.update(text)
    for run in (plain, visited):
        run.step_once()
    assert same(weights(plain, 0), weights(visited, 0))
    visited.update(having(text, hold))
    visited.step_once()


def test_a_checkpoint_goes_on_with_them(experiment: Experiment, tmp_path: Path) -> None:
    run = Run(having(experiment, CLAMP, CUT, PROBE))
    run.step_once()
    run.add_noise("LSTM", "", 0.1, 3)
    save(run, tmp_path / "a.safetensors")
    other, _ = resume(tmp_path / "a.safetensors")
    assert other.experiment.interventions == (CLAMP, CUT, PROBE) and other.stirring.noises == run.stirring.noises
    for each in (run, other):
        each.step_once()
    assert same(weights(run), weights(other)) and run.test() == other.test()


# -- noise --------------------------------------------------------------------------------------------------------


def trainer(run: Run) -> Trainer:
    return run.trainers[1]


def test_noise_has_the_size_that_was_asked_for_and_is_taken_back_to_the_last_bit(experiment: Experiment) -> None:
    net = Net("LSTM", (replace(experiment.networks[1].layers[0], units=40),))
    run = Run(replace(experiment, networks=(net, replace(net, name="Other"))))
    before, others = weights(run, 0), weights(run, 1)
    noise = run.add_noise("LSTM", "layer1.forget.weight.h_prev", 0.5, 3)
    after = weights(run, 0)
    changed = [name for name in before if not np.array_equal(before[name], after[name])]
    assert changed == ["layer1.forget.weight.h_prev"] and same(others, weights(run, 1))
    old, new = before[changed[0]], after[changed[0]]
    ratio = float(np.sqrt(np.mean((new - old) ** 2)) / np.sqrt(np.mean(old**2)))
    assert ratio == pytest.approx(0.5, rel=0.05) and noise.sigmas[changed[0]] > 0 and noise.step == 0
    second = run.add_noise("LSTM", "", 0.1, 4)
    assert "layer1.input.bias" not in second.sigmas  # it is 0, and a share of it is too
    run.stirring.take_back(run.trainers, second.number)
    assert same(weights(run, 0), after)
    run.stirring.take_back(run.trainers, noise.number)
    assert same(weights(run, 0), before) and run.stirring.noises == []
    third = run.add_noise("LSTM", "", 0.1, 4)
    for gone in (noise, second):  # a number that is heard twice does not take back another one
        with pytest.raises(BadInput, match="already"):
            run.stirring.take_back(run.trainers, gone.number)
    assert run.stirring.noises == [third]


def test_what_was_learned_since_stays_when_noise_is_taken_back(experiment: Experiment) -> None:
    run = Run(experiment)
    noise = run.add_noise("LSTM", "", 0.2, 5)
    run.step_once()
    learned = weights(run)
    run.stirring.take_back(run.trainers, noise.number)
    for name, values in weights(run).items():
        expected = learned[name] - drawn(noise, name, values.shape) if name in noise.sigmas else learned[name]
        assert np.allclose(values, expected, atol=1e-6)


@pytest.mark.parametrize("wrong", [("GRU", "", 0.1), ("LSTM", "layer1.gone", 0.1), ("LSTM", "", 0.0),
                                   ("LSTM", "", float("nan")), ("LSTM", "layer1.input.bias", 0.1)])  # fmt: skip
def test_noise_that_cannot_be_is_refused(experiment: Experiment, wrong: tuple[str, str, float]) -> None:
    run = Run(experiment)
    before = weights(run)
    with pytest.raises(BadInput):
        run.add_noise(*wrong, 1)
    assert same(before, weights(run)) and run.stirring.noises == []


# -- the worker ---------------------------------------------------------------------------------------------------


def test_the_worker_shows_both_and_says_what_changed(talk, experiment: Experiment) -> None:
    talk.client.send(messages.Start(1, experiment, "native"))
    talk.until(messages.TracesWritten)
    talk.until(messages.Tested)
    talk.client.send(messages.Play(1, steps=5))
    talk.until(messages.StateChanged, lambda event: event.state == "paused" and event.step == 5)
    talk.client.send(messages.Update(1, having(experiment, CLAMP)))
    ghost = talk.until(messages.TracesWritten, lambda event: event.ghost)
    assert ghost.ghost
    tested = talk.until(messages.Tested, lambda event: bool(event.untouched) and event.untouched[1] is not None)
    assert tested.untouched[0] is None and tested.untouched[1].loss != tested.losses[1] and tested.step == 5
    shown, haunting = talk.traces[-2:]
    assert [net.name for net in haunting.networks] == ["LSTM"] and haunting.step == shown.step == 5
    assert not shown.networks[1].nodes["layer1/forget"][3:5].any()
    assert haunting.networks[0].nodes["layer1/forget"][3:5].all()
    talk.client.send(messages.Play(1, steps=20))
    talk.until(messages.StateChanged, lambda event: event.step == 25 and event.state == "paused")
    talk.client.send(messages.Update(1, experiment))
    talk.until(messages.NoGhost)
    tested = talk.until(messages.Tested, lambda event: event.step == 25 and not any(event.untouched))
    assert not any(isinstance(event, messages.Failed) for event in talk.events)


def test_the_worker_adds_noise_and_takes_it_back(talk, experiment: Experiment) -> None:
    talk.client.send(messages.Start(1, experiment, "native"))
    first = talk.until(messages.Tested)
    talk.client.send(messages.AddNoise(1, "LSTM", "", 0.3, 7))
    (noise,) = talk.until(messages.Stirred).noises
    assert (noise.net, noise.share, noise.number, noise.step) == ("LSTM", 0.3, 1, 0)
    stirred = talk.until(messages.Tested, lambda event: event.losses[1] != first.losses[1])
    assert stirred.losses[0] == first.losses[0]
    talk.client.send(messages.TakeBackNoise(1, 1))
    assert talk.until(messages.Stirred, lambda event: not event.noises)
    talk.until(messages.Tested, lambda event: event is not first and event.losses == first.losses)
    talk.client.send(messages.AddNoise(1, "LSTM", "gone", 0.3, 7))
    assert "no such parameter" in talk.until(messages.Failed).problem


def test_a_single_erased_step_does_not_stop_a_net_whose_hidden_state_goes_around_the_cell(
    experiment: Experiment,
) -> None:
    """Recurrent wires carry the bit past a step at which forget is 0; with them blocked too, nothing is left of it."""
    init = {"forget.bias": Init("chrono", 24.0), "input.bias": Init("chrono_opposite", 24.0, "forget")}
    net = Net("LSTM", (Layer("layer1", "lstm", 8, init),))
    training = replace(experiment.training, batch=32, optimizer=Optimizer(learning_rate=0.02))
    task = DelayedRecall(lag=12, noise=0.2, test_sequences=200)
    recall = replace(experiment, seed=5, networks=(net,), training=training, task=task)
    run = Run(recall)
    for _ in range(400):
        run.step_once()

    def accuracy(*changes: AnyChange) -> float:
        run.update(having(recall, *changes))
        return run.test().metrics[0]["accuracy"]

    erased = replace(CLAMP, start=6, stop=7)
    silent = replace(erased, id="h", node="h_prev")
    assert accuracy() >= 0.99 and accuracy(erased) >= 0.99 and accuracy(silent) >= 0.99
    assert abs(accuracy(erased, silent) - 0.5) <= 0.1
