"""Weights that are watched and set by hand, in a run and in a real worker."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net
from playground.training import messages, weight_watch
from playground.training.checkpoint import read
from playground.training.interventions import Intervention, add, follow
from playground.training.resuming import resume, save
from playground.training.run import Run
from playground.training.runfolder import go_on, load_run, train
from playground.training.state import state_arrays, weights
from playground.training.weight_watch import WeightWatch

replace = msgspec.structs.replace
BIAS = ("LSTM", "layer1.forget.bias")
WATCHED = (BIAS, ("RNN", "readout.weight"))


def losses(run: Run, steps: int) -> list[list[float]]:
    return [[result.loss for result in run.step_once()] for _ in range(steps)]


def same_state(one: Run, other: Run) -> bool:
    pairs = zip(one.trainers, other.trainers, strict=True)
    return all(
        np.array_equal(first[name], second[name])
        for first, second in ((state_arrays(a), state_arrays(b)) for a, b in pairs)
        for name in first.keys() | second.keys()
    )


def values(event: messages.Weights) -> dict[tuple[str, str], np.ndarray]:
    return {(a.net, a.parameter): np.frombuffer(a.data, "<f4").reshape(a.shape) for a in event.arrays}


@pytest.fixture
def endless(experiment: Experiment, changed: Callable[..., Experiment]) -> Experiment:
    return changed(experiment, goal=Goal(steps=0), test_every=10_000)


# -- in a run -----------------------------------------------------------------------------------------------------


def test_one_number_is_set_and_nothing_else(experiment: Experiment) -> None:
    run, twin = Run(experiment), Run(experiment)
    losses(run, 3), losses(twin, 3)
    done = run.set_weight("LSTM", "layer1.forget.weight.h_prev", (1, 2), 0.75)
    before = float(twin.trainers[1].network.parameters.view("layer1.forget.weight.h_prev")[1, 2])
    assert done == Intervention(3, "LSTM", "layer1.forget.weight.h_prev", (1, 2), before, 0.75)
    assert run.interventions == [done]
    twin.trainers[1].network.parameters.view("layer1.forget.weight.h_prev")[1, 2] = 0.75
    assert same_state(run, twin)  # the optimizer's memory too
    assert losses(run, 4) == losses(twin, 4)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_what_it_was_before_brings_back_the_same_bits(experiment, changed, precision: str) -> None:
    run, twin = Run(changed(experiment, precision=precision)), Run(changed(experiment, precision=precision))
    losses(run, 3), losses(twin, 3)
    done = run.set_weight(*BIAS, (0,), 0.1)
    assert done.after == (0.1 if precision == "float64" else float(np.float32(0.1)))
    run.set_weight(*BIAS, (0,), done.before)
    assert run.interventions == [] and same_state(run, twin)


@pytest.mark.parametrize(
    ("net", "parameter", "index", "value", "sentence"),
    [
        ("GRU", "readout.bias", (0,), 1.0, "networks.GRU.readout.bias[0]: there is no such network"),
        ("RNN", "readout.bais", (0,), 1.0, "networks.RNN.readout.bais: there is no such parameter"),
        ("RNN", "readout.bias", (), 1.0, "its shape is [1]"),
        ("RNN", "readout.bias", (0, 0), 1.0, "its shape is [1]"),
        ("RNN", "readout.bias", (1,), 1.0, "its shape is [1]"),
        ("RNN", "readout.weight", (0, -1), 1.0, "its shape is [1, 5]"),
        ("RNN", "readout.bias", (0,), math.nan, "nan cannot be a weight"),
        ("RNN", "readout.bias", (0,), -math.inf, "-inf cannot be a weight"),
        ("RNN", "readout.bias", (0,), 1e39, "1e+39 cannot be a weight in float32"),
    ],
)
def test_what_cannot_be_set_is_said_and_changes_nothing(experiment, net, parameter, index, value, sentence) -> None:
    run = Run(experiment)
    with pytest.raises(BadInput) as caught:
        run.set_weight(net, parameter, index, value)
    assert sentence in str(caught.value)
    assert run.interventions == [] and same_state(run, Run(experiment))


def test_changes_between_two_steps_are_one() -> None:
    kept: list[Intervention] = []
    for before, after in ((0.0, 1.0), (1.0, 2.0), (2.0, 3.0)):
        add(kept, Intervention(5, "A", "b", (0,), before, after))
    assert kept == [Intervention(5, "A", "b", (0,), 0.0, 3.0)]
    add(kept, Intervention(5, "A", "b", (1,), 0.0, 1.0))
    add(kept, Intervention(6, "A", "b", (1,), 1.0, 1.0))  # nothing happened
    add(kept, Intervention(6, "A", "b", (1,), 1.0, 0.0))
    assert [one.index for one in kept] == [(0,), (1,), (1,)]
    assert [one.net for one in follow(kept, {"A": "B"})] == ["B"] * 3 and follow(kept, {"B": "B"}) == []


def test_a_frozen_number_stays_where_it_was_put(experiment: Experiment) -> None:
    run = Run(experiment)
    parameters = run.trainers[0].network.parameters
    parameters.trainable = np.ones_like(parameters.values)
    entry = parameters.entries["readout.bias"]
    parameters.trainable[entry.offset] = 0
    run.set_weight("RNN", "readout.bias", (0,), 0.5)
    losses(run, 3)
    assert parameters.view("readout.bias")[0] == 0.5


def test_checkpoint_and_resume_change_no_bit(experiment: Experiment, tmp_path: Path) -> None:
    whole = Run(experiment)
    losses(whole, 3)
    whole.set_weight(*BIAS, (2,), 3.0)
    losses(whole, 2)
    whole.set_weight("RNN", "readout.weight", (0, 1), -1.0)
    save(whole, tmp_path / "five.safetensors")
    again, _ = resume(tmp_path / "five.safetensors")
    assert again.interventions == whole.interventions and len(again.interventions) == 2
    assert losses(again, 5) == losses(whole, 5) and same_state(again, whole)


def test_no_intervention_leaves_no_word(experiment: Experiment, tmp_path: Path) -> None:
    run = Run(experiment)
    save(run, tmp_path / "a.safetensors")
    assert b"intervention" not in (tmp_path / "a.safetensors").read_bytes()
    assert "interventions" not in train(replace(experiment), None, steps=2)


def test_a_damaged_list_of_interventions_is_refused(experiment: Experiment, tmp_path: Path) -> None:
    run = Run(experiment)
    run.set_weight(*BIAS, (2,), 3.0)
    save(run, tmp_path / "a.safetensors")
    data = (tmp_path / "a.safetensors").read_bytes()
    (tmp_path / "a.safetensors").write_bytes(data.replace(b'\\"after\\":3.0', b'\\"after\\":[2]'))
    with pytest.raises(BadInput, match="header"):
        read(tmp_path / "a.safetensors")


def test_the_summary_of_a_run_says_what_was_set_by_hand(experiment: Experiment, tmp_path: Path) -> None:
    train(experiment, tmp_path / "run", steps=4)
    (checkpoint,) = (tmp_path / "run" / "checkpoints").iterdir()
    run, curves = resume(checkpoint)
    run.set_weight(*BIAS, (0,), 2.0)
    save(run, checkpoint, curves)
    summary = go_on(tmp_path / "run", steps=6)
    (one,) = summary["interventions"]
    assert (one["step"], one["net"], one["parameter"], one["index"], one["after"]) == (4, *BIAS, (0,), 2.0)
    written = json.loads((tmp_path / "run" / "summary.json").read_text())["interventions"]
    assert written == [{**one, "index": [0]}]
    assert load_run(tmp_path / "run")[1].interventions == run.interventions


def test_reset_forgets_them(experiment: Experiment) -> None:
    run = Run(experiment)
    run.set_weight(*BIAS, (0,), 2.0)
    run.reset()
    assert run.interventions == [] and same_state(run, Run(experiment))


def test_they_follow_a_network_to_its_new_name(experiment: Experiment) -> None:
    run = Run(experiment)
    losses(run, 2)
    run.set_weight("RNN", "readout.bias", (0,), 1.0)
    run.set_weight(*BIAS, (0,), 2.0)
    rnn, lstm = experiment.networks
    run.update(replace(experiment, networks=(replace(lstm, name="Clever"), rnn)))
    assert [one.net for one in run.interventions] == ["RNN", "Clever"]
    run.update(replace(experiment, networks=(replace(lstm, name="Clever"),)))
    assert [one.net for one in run.interventions] == ["Clever"]
    run.update(replace(experiment, networks=(lstm,), seed=99))
    assert run.interventions == []


# -- watching -----------------------------------------------------------------------------------------------------


def sent(watch: WeightWatch, run: Run) -> list[messages.Weights]:
    """What goes out at once, with a window that reads everything."""
    found: list[messages.Weights] = []
    while watch.ready:
        watch.send(run, 1, found.append)
        watch.read()
    return found


def test_all_that_is_watched_goes_out_at_once_and_then_what_changed(experiment: Experiment) -> None:
    run, watch = Run(experiment), WeightWatch()
    assert not watch.ready and not watch.due(time.perf_counter())
    watch.watch((*WATCHED, ("LSTM", "no.such"), ("GRU", "readout.bias")))
    (first,) = sent(watch, run)
    assert first.absent == (("LSTM", "no.such"), ("GRU", "readout.bias"))
    assert values(first).keys() == set(WATCHED)
    assert np.array_equal(values(first)[BIAS], weights(run.trainers[1])[BIAS[1]])
    watch.want()
    assert sent(watch, run) == []
    run.set_weight(*BIAS, (1,), 9.0)
    watch.want()
    (second,) = sent(watch, run)
    assert values(second).keys() == {BIAS} and values(second)[BIAS][1] == 9.0


def test_nothing_more_before_the_window_has_read(experiment: Experiment) -> None:
    run, watch = Run(experiment), WeightWatch()
    found: list[messages.Weights] = []
    watch.watch(WATCHED)
    watch.send(run, 1, found.append)
    run.step_once()
    watch.want()
    assert not watch.ready and not watch.due(math.inf)
    watch.read()
    assert watch.ready


def test_large_weights_come_in_several_messages_in_turn(experiment: Experiment, monkeypatch) -> None:
    monkeypatch.setattr(weight_watch, "ROOM", 100)
    monkeypatch.setattr(weight_watch, "LARGEST", 200)
    big = replace(experiment, networks=(Net("LSTM", (Layer("layer1", "lstm", 7),)),))
    run, watch = Run(big), WeightWatch()
    parameters = run.trainers[0].network.parameters
    watch.watch(("LSTM", name) for name in parameters.names)
    found = sent(watch, run)
    assert len(found) > 2
    seen = [name for event in found for _, name in values(event)]
    assert {name for event in found for _, name in event.absent} == set(parameters.names) - set(seen)
    small = [name for name in parameters.names if parameters.view(name).size * 4 <= 200]
    assert sorted(seen) == sorted(small) and len(small) > len(parameters.names) // 2
    turns = []
    for _ in range(len(found)):
        run.step_once()
        watch.send(run, 1, turns.append)  # everything has changed every time
    assert {name for event in turns for _, name in values(event)} == set(small)


def test_the_share_of_the_time_is_kept(experiment: Experiment) -> None:
    run, watch = Run(experiment), WeightWatch()
    for _ in range(2):  # one slow time would be no rule
        watch.watch([])
        watch.watch(WATCHED)
        watch.send(run, 1, lambda event: time.sleep(0.02))
        watch.read()
    assert not watch.due(time.perf_counter() + 0.5) and watch.due(time.perf_counter() + 1.0)


# -- in a worker --------------------------------------------------------------------------------------------------


def watch(talk, names=WATCHED, run: int = 1) -> messages.Weights:
    talk.client.send(messages.WatchWeights(run, names))
    event: messages.Weights = talk.until(messages.Weights, lambda event: event.run == run)
    return event


def set_weight(talk, net, parameter, index, value, run: int = 1) -> Intervention:
    talk.client.send(messages.SetWeight(run, net, parameter, index, value))
    done: messages.WeightSet = talk.until(messages.WeightSet, lambda event: event.run == run)
    return done.intervention


def test_the_initial_weights_are_there_before_the_first_step(talk, experiment) -> None:
    talk.begin(experiment)
    event = watch(talk)
    assert event.step == 0
    for net, trainer in (("RNN", 0), ("LSTM", 1)):
        mine = weights(Run(experiment).trainers[trainer])
        assert all(np.array_equal(v, mine[p]) for (n, p), v in values(event).items() if n == net)
    talk.forget()
    time.sleep(0.3)
    talk.poll()
    # nothing changes, nothing is sent
    assert not [event for event in talk.events if isinstance(event, messages.Weights)]


def test_at_most_five_times_a_second_while_it_trains_and_nothing_when_nobody_looks(talk, endless) -> None:
    talk.begin(endless)
    watch(talk)
    talk.client.send(messages.Play(1))
    talk.until(messages.Weights)
    talk.forget()
    began = time.monotonic()
    while time.monotonic() < began + 1.5:
        talk.poll()
        time.sleep(0.002)
    count, steps = len(talk.of(messages.Weights)), [event.step for event in talk.of(messages.Weights)]
    assert 2 <= count <= 9 and steps == sorted(set(steps))
    assert not np.array_equal(*(values(event)[BIAS] for event in talk.of(messages.Weights)[:2]))
    talk.client.send(messages.WatchWeights(1, ()))
    talk.client.send(messages.Play(1, speed=20.0))  # answered by scalars: by then it is read
    talk.until(messages.Scalars, lambda event: len(event.steps) == 1)
    talk.forget()
    time.sleep(0.4)
    talk.poll()
    assert talk.of(messages.Scalars) and not talk.of(messages.Weights)


def test_a_pause_shows_the_weights_as_they_are(talk, endless) -> None:
    talk.begin(endless)
    watch(talk)
    talk.train(7)
    event = talk.until(messages.Weights, lambda event: event.step == 7)
    bare = Run(endless)
    losses(bare, 7)
    assert np.array_equal(values(event)[BIAS], weights(bare.trainers[1])[BIAS[1]])


def test_a_weight_is_set_while_it_pauses(talk, experiment, tmp_path: Path) -> None:
    talk.begin(experiment, checkpoints=str(tmp_path))
    talk.train(5)
    talk.until(messages.CheckpointWritten)
    watch(talk)
    before = talk.traces[-1]
    assert before.step == 5
    done = set_weight(talk, "RNN", "readout.weight", (0, 2), 5.0)
    assert (done.step, done.after) == (5, 5.0)
    talk.until(messages.TracesWritten)
    event = talk.until(messages.Weights)
    assert values(event).keys() == {("RNN", "readout.weight")}
    assert values(event)["RNN", "readout.weight"][0, 2] == 5.0
    assert talk.traces[-1].step == 5
    assert not np.array_equal(talk.traces[-1].networks[0].output, before.networks[0].output, equal_nan=True)
    assert np.array_equal(talk.traces[-1].networks[1].output, before.networks[1].output, equal_nan=True)
    tested = talk.until(messages.Tested)
    bare = Run(experiment)
    losses(bare, 5)
    bare.set_weight("RNN", "readout.weight", (0, 2), 5.0)
    assert tested.step == 5 and tuple(tested.losses) == bare.test().losses
    written = talk.until(messages.CheckpointWritten)  # the one of this step was not true any more
    again, curves = resume(Path(written.path))
    assert again.interventions == [done] and same_state(again, bare)
    assert curves.test_losses[:, -1].tolist() == tested.losses
    talk.forget()
    talk.train(5)
    told = [[loss for event in talk.of(messages.Scalars) for loss in event.losses[net]] for net in (0, 1)]
    assert told == [list(row) for row in zip(*losses(bare, 5), strict=True)]


def test_a_weight_is_set_while_it_trains(talk, endless) -> None:
    talk.begin(endless)
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars)
    done = set_weight(talk, *BIAS, (0,), 50.0)
    assert done.step > 0 and done.after == 50.0
    assert talk.of(messages.StateChanged)[-1].state == "training"
    talk.until(messages.Scalars, lambda event: event.steps[0] > done.step)
    talk.client.send(messages.Pause(1))
    talk.until(messages.StateChanged)
    assert 40 < values(watch(talk))[BIAS][0] < 60 and not talk.of(messages.Failed)
    # The same by hand: nothing else has changed.
    paused = talk.of(messages.StateChanged)[-1].step
    bare = Run(endless)
    losses(bare, done.step)
    bare.set_weight(*BIAS, (0,), 50.0)
    losses(bare, paused - done.step)
    assert np.array_equal(values(talk.of(messages.Weights)[-1])[BIAS], weights(bare.trainers[1])[BIAS[1]])


def test_play_right_after_tests_first(talk, experiment) -> None:
    """The curves do not depend on how fast the person presses Play."""
    talk.begin(experiment)
    talk.train(5)
    talk.client.send(messages.SetWeight(1, *BIAS, (0,), 4.0))
    talk.client.send(messages.Play(1, steps=3))
    talk.until(messages.StateChanged, lambda event: event.state == "paused")
    assert [event.step for event in talk.of(messages.Tested)] == [0, 5]


def test_what_cannot_be_set_is_said_and_the_run_goes_on(talk, experiment) -> None:
    talk.begin(experiment)
    for net, parameter, index, value in (
        ("GRU", "readout.bias", (0,), 1.0),
        ("RNN", "no.such", (0,), 1.0),
        ("RNN", "readout.bias", (10**15,), 1.0),
        ("RNN", "readout.bias", (0,), math.nan),
    ):
        talk.client.send(messages.SetWeight(1, net, parameter, index, value))
        failed = talk.until(messages.Failed)
        assert not failed.fatal and failed.place.startswith(f"networks.{net}.{parameter}")
    assert talk.train(2).step == 2 and not talk.of(messages.WeightSet)


def test_a_value_that_makes_everything_overflow_stops_before_the_weights_are_spoiled(talk, experiment) -> None:
    talk.begin(experiment)
    set_weight(talk, "RNN", "readout.weight", (0, 0), 3e38)
    set_weight(talk, "RNN", "readout.bias", (0,), 3e38)
    assert talk.train(3).state == "stopped" and "not finite" in talk.until(messages.Failed).problem
    talk.client.send(messages.Reset(1))
    assert talk.until(messages.Started).interventions == ()
    talk.until(messages.StateChanged)
    assert talk.train(2).step == 2


def test_many_settings_in_a_row_make_one_test(talk, experiment) -> None:
    talk.begin(experiment)
    talk.until(messages.Tested)
    talk.forget()
    for number in range(60):
        talk.client.send(messages.SetWeight(1, *BIAS, (0,), number / 10))
    tested = talk.until(messages.Tested)
    assert len(talk.of(messages.WeightSet)) == 60 and tested.step == 0
    time.sleep(0.2)
    talk.poll()
    assert len(talk.of(messages.Tested)) == 1 and len(talk.of(messages.TracesWritten)) < 40


def test_reset_brings_back_the_initial_weights(talk, experiment) -> None:
    talk.begin(experiment)
    first = values(watch(talk))
    set_weight(talk, *BIAS, (0,), 4.0)
    talk.train(3)
    talk.client.send(messages.Reset(1))
    assert talk.until(messages.Started).interventions == ()
    event = talk.until(messages.Weights, lambda event: event.step == 0)
    assert all(np.array_equal(array, first[name]) for name, array in values(event).items())
    assert values(event).keys() == set(WATCHED)


def test_watching_goes_on_when_the_networks_are_rebuilt(talk, experiment) -> None:
    talk.begin(experiment)
    watch(talk)
    done = set_weight(talk, *BIAS, (0,), 4.0)
    rnn, lstm = experiment.networks
    wider = replace(lstm, layers=(replace(lstm.layers[0], units=6),))
    talk.client.send(messages.Update(1, replace(experiment, networks=(rnn, wider))))
    started = talk.until(messages.Started)
    event = talk.until(messages.Weights, lambda event: BIAS in values(event) and values(event)[BIAS].shape == (6,))
    assert started.kept and started.interventions == (done,)
    assert values(event).keys() == set(WATCHED)
    talk.client.send(messages.Update(1, replace(experiment, networks=(rnn,))))
    talk.until(messages.Started)
    last = talk.until(messages.Weights)
    assert values(last).keys() == {("RNN", "readout.weight")} and last.absent == (BIAS,)


def test_another_run_watches_nothing_and_stale_commands_do_nothing(talk, experiment) -> None:
    talk.begin(experiment)
    watch(talk)
    talk.begin(experiment, run=2)
    talk.client.send(messages.SetWeight(1, *BIAS, (0,), 4.0))
    talk.client.send(messages.WatchWeights(1, WATCHED))
    talk.forget()
    talk.train(3, run=2)
    time.sleep(0.1)
    talk.poll()
    assert not talk.of(messages.Weights) and not talk.of(messages.WeightSet) and not talk.of(messages.Failed)
    assert watch(talk, run=2).step == 3


def test_a_window_that_reads_nothing_gets_no_more(talk, endless, monkeypatch) -> None:
    talk.begin(endless)
    send = talk.client.send
    monkeypatch.setattr(talk.client, "send", lambda c: None if isinstance(c, messages.WeightsRead) else send(c))
    watch(talk)
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars, lambda event: event.seconds > 0.5)
    assert len(talk.of(messages.Weights)) == 1


def test_a_network_without_a_parameter_is_named_without_a_dot() -> None:
    from playground.training.interventions import weight_place

    assert weight_place("GRU", "") == "networks.GRU"
    assert weight_place("GRU", "readout.bias", (2,)) == "networks.GRU.readout.bias[2]"
