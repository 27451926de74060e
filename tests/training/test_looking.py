"""A real worker that is looked back at: it shows what was, goes on as if nobody looked, and branches."""

import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from playground.experiment.document import Experiment
from playground.network.changes import Clamp
from playground.network.inspections.spec import GradientThroughTime
from playground.training import messages
from playground.training.checkpoint import read
from playground.training.curves import Curves
from playground.training.looking_messages import LIVE
from playground.training.metrics_file import write_csv
from playground.training.run import Run

replace = msgspec.structs.replace
NAMES = ("RNN", "LSTM")


def curves_of(talk) -> Curves:
    """What a window would have collected."""
    curves = Curves(NAMES)
    for event in talk.events:
        if isinstance(event, messages.Started) and not event.kept:
            curves.clear()
        elif isinstance(event, messages.Scalars):
            curves.append_scalars(event)
        elif isinstance(event, messages.Tested):
            curves.append_test(event)
    return curves


def metrics(talk, path: Path) -> bytes:
    write_csv(path, curves_of(talk), NAMES, "Small", 7, "cross_entropy")
    return path.read_bytes()


def latest(talk, ghost: bool = False):
    """The traces that came last."""
    written = [event.ghost for event in talk.of(messages.TracesWritten)]
    return next((traces for traces, of in list(zip(talk.traces, written, strict=True))[::-1] if of == ghost), None)


def wait(talk, what):
    """Poll until `what` gives something."""
    end = time.monotonic() + 20
    while not (found := what()):
        assert time.monotonic() < end, talk.events[-3:]
        if not talk.poll():
            time.sleep(0.002)
    return found


def shown(talk, step: int, ghost: bool = False):
    """Wait until the traces are of this step."""
    return wait(talk, lambda: (traces := latest(talk, ghost)) is not None and traces.step == step and traces)


def last(talk, kind: type, step: int):
    """Wait until the last event of this kind is of this step."""
    return wait(talk, lambda: (found := talk.of(kind)) and found[-1].step == step and found[-1])


def look(talk, step: int, beside: int | None = None) -> None:
    """Ask, and wait for what is shown."""
    talk.client.send(messages.LookAt(1, step, beside))
    wait(talk, lambda: [(event.back, event.beside) for event in talk.of(messages.Snapshots)][-1:] == [(step, beside)])


def same(one, other) -> bool:
    pairs = zip(one.networks, other.networks, strict=True)
    return all(np.array_equal(a.nodes[name], b.nodes[name]) for a, b in pairs for name in a.nodes)


def test_looking_back_shows_the_networks_as_they_were(talk, experiment) -> None:
    talk.begin(experiment)
    talk.train(5)
    then = shown(talk, 5)
    talk.train(5)
    now = shown(talk, 10)
    assert not same(then, now)
    look(talk, 5)
    assert same(shown(talk, 5), then)
    look(talk, LIVE)
    assert same(shown(talk, 10), now)


def test_the_moments_are_told(talk, experiment) -> None:
    talk.begin(experiment)
    assert talk.until(messages.Snapshots).steps == (0,)
    talk.train(6)
    told = talk.until(messages.Snapshots, lambda event: event.steps and event.steps[-1] == 6)
    assert told.steps == (0, 1, 2, 3, 4, 5, 6) and told.exact and told.back == LIVE and told.beside is None
    talk.client.send(messages.Reset(1))
    assert talk.until(messages.Snapshots, lambda event: len(event.steps) == 1).steps == (0,)


def test_weights_and_answers_are_of_the_moment(talk, experiment) -> None:
    name, question = ("LSTM", "layer1.forget.bias"), GradientThroughTime("LSTM", "layer1", ("h",))
    talk.begin(experiment)
    talk.train(4)
    talk.client.send(messages.WatchWeights(1, (name,)))
    talk.client.send(messages.Inspect(1, (question,)))
    weights, answers = {}, {}
    for step in (4, 8, -4):
        if step == 8:
            talk.train(4)
        if step == -4:
            look(talk, 4)
        weights[step] = last(talk, messages.Weights, abs(step)).arrays
        answers[step] = last(talk, messages.Inspected, abs(step))
        assert not answers[step].problem
        talk.client.send(messages.WeightsRead(1))
        talk.client.send(messages.InspectionRead(1))
    assert weights[4] == weights[-4] != weights[8]
    assert answers[4].arrays == answers[-4].arrays != answers[8].arrays


def test_training_goes_on_and_nobody_can_tell_that_it_was_looked_at(talk, experiment, changed, tmp_path: Path) -> None:
    longer = changed(experiment, goal__steps=1500, batch=8)
    question = GradientThroughTime("LSTM", "layer1", ("h",))
    found, weights = [], []
    for looks in (False, True):
        talk.forget()
        talk.traces.clear()
        talk.begin(longer)
        talk.train(20)
        if looks:
            talk.client.send(messages.WatchWeights(1, (("RNN", "readout.bias"),)))
            talk.client.send(messages.Inspect(1, (question,)))
        talk.client.send(messages.Play(1))
        if looks:
            for step, beside in ((3, None), (10, 4), (0, LIVE), (7, 2)):
                talk.client.send(messages.LookAt(1, step, beside))
                shown(talk, step)
                talk.client.send(messages.WeightsRead(1))
                talk.client.send(messages.InspectionRead(1))
            talk.client.send(messages.LookAt(1))
            assert max(event.steps[-1] for event in talk.of(messages.Scalars)) < 1500  # it was still training
        talk.until(messages.StateChanged, lambda event: event.state == "stopped")
        path = tmp_path / f"{looks}.safetensors"
        talk.client.send(messages.SaveCheckpoint(1, str(path)))
        wait(talk, lambda path=path: [e for e in talk.of(messages.CheckpointWritten) if e.path == str(path)])
        found.append(metrics(talk, tmp_path / f"{looks}.csv"))
        weights.append({k: v.tobytes() for k, v in read(path).arrays.items() if "seconds" not in k})
    assert found[0] == found[1] and weights[0] == weights[1] and len(weights[0]) > 10


def test_traces_stay_at_the_moment_while_training_goes_on(talk, experiment, changed) -> None:
    talk.begin(changed(experiment, goal__steps=0))
    talk.train(5)
    talk.client.send(messages.Play(1))
    look(talk, 3)
    shown(talk, 3)
    count = len(talk.traces)
    reached = max(event.steps[-1] for event in talk.of(messages.Scalars))
    talk.until(messages.Scalars, lambda event: event.steps[-1] > reached + 50)
    assert len(talk.traces) == count  # what does not change is not sent again
    talk.client.send(messages.LookAt(1))
    wait(talk, lambda: latest(talk).step > reached)


def test_two_moments_are_compared(talk, experiment) -> None:
    talk.begin(experiment)
    talk.train(3)
    three = shown(talk, 3)
    talk.train(3)
    six = shown(talk, 6)
    look(talk, 6, 3)
    assert same(shown(talk, 3, ghost=True), three)
    look(talk, 3, LIVE)
    assert same(shown(talk, 6, ghost=True), six)
    look(talk, LIVE)
    talk.until(messages.NoGhost)


def test_interventions_hold_at_every_moment(talk, experiment) -> None:
    talk.begin(experiment)
    talk.train(4)
    clamp = Clamp("clamp", net="LSTM", layer="layer1", node="forget", value=0.25)
    talk.client.send(messages.Update(1, replace(experiment, interventions=(clamp,))))
    wait(talk, lambda: (latest(talk).networks[1].nodes["layer1/forget"] == 0.25).all())
    look(talk, 2)
    assert (shown(talk, 2).networks[1].nodes["layer1/forget"] == 0.25).all()
    ghost = shown(talk, 2, ghost=True)
    assert [net.name for net in ghost.networks] == ["LSTM"]
    assert not (ghost.networks[0].nodes["layer1/forget"] == 0.25).any()


def test_a_changed_structure_ends_looking_back(talk, experiment) -> None:
    talk.begin(experiment)
    talk.train(4)
    look(talk, 2, 1)
    rnn, lstm = experiment.networks
    wider = replace(lstm, layers=(replace(lstm.layers[0], units=6),))
    talk.client.send(messages.Update(1, replace(experiment, networks=(rnn, wider))))
    told = talk.until(messages.Snapshots, lambda event: len(event.steps) == 1)
    assert (told.steps, told.back, told.beside) == ((4,), LIVE, None)


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_branch_goes_on_with_the_same_bits(talk, experiment, changed, tmp_path: Path, by_hand: bool) -> None:
    longer = changed(experiment, goal__steps=40)
    talk.begin(longer)
    talk.train(12)
    if by_hand:
        talk.client.send(messages.SetWeight(1, "LSTM", "readout.bias", (0,), 0.75))
        talk.until(messages.WeightSet)
    talk.client.send(messages.Play(1))
    talk.until(messages.StateChanged, lambda event: event.state == "stopped" and event.step == 40)
    before = metrics(talk, tmp_path / "before.csv")
    kept = tmp_path / "other.safetensors"
    talk.client.send(messages.Branch(1, 12, str(kept)))
    started = talk.until(messages.Started, lambda event: event.step == 12)
    assert not started.kept and len(started.interventions) == by_hand
    done = talk.until(messages.Branched)
    assert (done.step, done.before, done.kept) == (12, 40, str(kept)) and kept.exists()
    curves = curves_of(talk)
    assert curves.steps[-1] == 12 and curves.test_steps[-1] == (12 if by_hand else 10)
    talk.client.send(messages.Play(1))
    talk.until(messages.StateChanged, lambda event: event.state == "stopped" and event.step == 40)
    assert metrics(talk, tmp_path / "after.csv") == before
    # and the other branch is still there
    talk.client.send(messages.Start(2, longer, checkpoint=str(kept)))
    assert talk.until(messages.Started, lambda event: event.run == 2).step == 40


def test_a_branch_while_it_trains_pauses_there(talk, experiment, changed) -> None:
    talk.begin(changed(experiment, goal__steps=0))
    talk.train(9)
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars)
    talk.client.send(messages.Branch(1, 6))
    assert talk.until(messages.Branched).step == 6
    state = talk.of(messages.StateChanged)[-1]
    assert (state.state, state.step) == ("paused", 6)
    assert shown(talk, 6)
    assert talk.until(messages.Snapshots, lambda event: event.steps[-1] == 6).back == LIVE


def test_a_branch_that_cannot_keep_the_other_changes_nothing(talk, experiment, tmp_path: Path) -> None:
    talk.begin(experiment)
    talk.train(5)
    (tmp_path / "file").write_text("no folder")
    talk.client.send(messages.Branch(1, 2, str(tmp_path / "file" / "x.safetensors")))
    failed = talk.until(messages.Failed)
    assert not failed.fatal
    assert talk.train(1).step == 6


def test_an_experiment_of_another_run_is_not_looked_at(talk, experiment: Experiment) -> None:
    talk.begin(experiment)
    talk.train(4)
    look(talk, 2)
    talk.begin(experiment, 2)
    talk.client.send(messages.LookAt(1, 2))  # meant for the run before
    told = talk.until(messages.Snapshots, lambda event: event.run == 2)
    assert (told.steps, told.back) == ((0,), LIVE)


def test_one_step_by_itself_tells_how_far_the_weights_went(talk, experiment) -> None:
    talk.begin(experiment)
    talk.train(2)
    talk.client.send(messages.StepSlowly(1))
    stepped = talk.until(messages.Stepped)
    state = talk.of(messages.StateChanged)[-1]
    assert (stepped.step, state.state, state.step) == (3, "paused", 3)
    assert [net.net for net in stepped.networks] == ["RNN", "LSTM"]
    curves, run = curves_of(talk), Run(experiment)
    for _ in range(2):
        run.step_once()
    before = [trainer.network.parameters.values.astype(float) for trainer in run.trainers]
    run.step_once()
    for row, (net, trainer) in enumerate(zip(stepped.networks, run.trainers, strict=True)):
        assert (net.loss, net.gradient_norm) == (curves.losses[row, -1], curves.gradient_norms[row, -1])
        assert net.clipped_norm == min(net.gradient_norm, experiment.training.clip_norm)
        assert net.update == pytest.approx(np.linalg.norm(trainer.network.parameters.values - before[row]), rel=1e-6)
        assert net.weights == pytest.approx(np.linalg.norm(before[row]), rel=1e-6)
        assert net.learning_rate == experiment.training.optimizer.learning_rate


def test_no_single_step_while_it_trains(talk, experiment, changed) -> None:
    talk.begin(changed(experiment, goal__steps=0))
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars)
    talk.client.send(messages.StepSlowly(1))
    talk.client.send(messages.Pause(1))
    talk.until(messages.StateChanged, lambda event: event.state == "paused")
    assert not talk.of(messages.Stepped)
