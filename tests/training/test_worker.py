"""A real worker process: what it sends, when, and that its numbers are those of a run without it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from playground.engine import choose
from playground.network.spec import Goal, Layer, Net, Optimizer
from playground.tasks.spec import DelayedRecall, Table
from playground.training import messages
from playground.training.curves import Curves
from playground.training.metrics_file import write_csv
from playground.training.resuming import resume
from playground.training.run import Run

replace = msgspec.structs.replace


def curves_of(talk, run: int = 1) -> Curves:
    """What a window would have collected."""
    curves = Curves()
    for event in talk.events:
        if isinstance(event, messages.Started) and event.run == run and not event.kept:
            curves.clear()
        elif isinstance(event, messages.Started) and event.run == run:
            curves.arrange(event.sources)
        elif isinstance(event, messages.Scalars):
            curves.append_scalars(event)
        elif isinstance(event, messages.Tested):
            curves.append_test(event)
    return curves


def bare(experiment, steps: int) -> Curves:
    """The same without a worker."""
    run, curves = Run(experiment), Curves([net.name for net in experiment.networks])

    def test() -> None:
        found = run.test()
        tested = messages.Tested(1, run.step, list(found.losses), list(found.metrics), 0.0, [], run.sequences)
        curves.append_test(tested)

    test()
    for _ in range(steps):
        results = run.step_once()
        norms, clip_norm = [[r.gradient_norm] for r in results], experiment.training.clip_norm
        curves.append_steps([run.step], [[r.loss] for r in results], norms, clip_norm)
        if run.step % experiment.training.test_every == 0:
            test()
    return curves


def same(one: Curves, other: Curves) -> bool:
    first, second = one.arrays(), other.arrays()
    clocks = {"test_seconds", "test_own_seconds"}
    names = first.keys() - clocks
    return names == second.keys() - clocks and all(np.array_equal(first[n], second[n]) for n in names)


def test_start_says_what_was_built(talk, experiment) -> None:
    started = talk.begin(experiment)
    assert (started.step, started.engine, started.kept) == (0, choose().name, False)
    assert [net.name for net in started.networks] == ["RNN", "LSTM"]
    assert started.networks[0].parameters == 46 and started.networks[0].layers["layer1"][0] == "x"
    assert started.baselines["guessing"][0] == 0.5 and started.metrics == ("accuracy",)
    talk.until(messages.Tested, lambda event: event.step == 0)
    assert [traces.step for traces in talk.traces] == [0]
    assert [net.name for net in talk.traces[0].networks] == ["RNN", "LSTM"]


def test_the_numbers_are_those_of_a_bare_run(talk, experiment, tmp_path: Path) -> None:
    talk.begin(experiment)
    talk.client.send(messages.Play(1))
    stopped = talk.until(messages.StateChanged, lambda event: event.state == "stopped")
    assert (stopped.step, stopped.reason) == (40, "goal: 40 steps")
    curves = curves_of(talk)
    assert same(curves, bare(experiment, 40))
    for name, found in (("worker", curves), ("bare", bare(experiment, 40))):
        write_csv(tmp_path / name, found, ("RNN", "LSTM"), "Small", 7, "mse")
    assert (tmp_path / "worker").read_bytes() == (tmp_path / "bare").read_bytes()


def test_pause_and_play_change_no_bit(talk, experiment) -> None:
    talk.begin(experiment)
    for steps in (1, 1, 5, 8):
        assert talk.train(steps).state == "paused"
    talk.client.send(messages.Play(1))
    talk.client.send(messages.Pause(1))
    talk.until(messages.StateChanged, lambda event: event.state != "training")
    talk.client.send(messages.Play(1))
    talk.until(messages.StateChanged, lambda event: event.state == "stopped")
    assert same(curves_of(talk), bare(experiment, 40))


def test_resume_from_the_checkpoint_of_a_pause(talk, experiment, tmp_path: Path) -> None:
    talk.begin(experiment, checkpoints=str(tmp_path))
    talk.train(25)
    written = talk.until(messages.CheckpointWritten, lambda event: event.step == 25)
    talk.train(3)
    talk.forget()
    started = talk.begin(experiment, run=2, checkpoint=written.path, checkpoints=str(tmp_path))
    assert started.step == 25 and not started.kept
    talk.client.send(messages.Play(2))
    talk.until(messages.StateChanged, lambda event: event.state == "stopped")
    assert same(curves_of(talk, 2), bare(experiment, 40))


def test_play_beyond_a_goal_goes_once_more_as_far(talk, experiment, changed) -> None:
    talk.begin(changed(experiment, goal__steps=6))
    for step in (6, 12):
        talk.client.send(messages.Play(1))
        stopped = talk.until(messages.StateChanged, lambda event: event.state == "stopped")
        assert (stopped.step, stopped.reason) == (step, "goal: 6 steps")


def test_reset_is_the_same_run_again(talk, experiment) -> None:
    talk.begin(experiment)
    talk.train(12)
    first = curves_of(talk)
    talk.client.send(messages.Reset(1))
    assert talk.until(messages.Started).step == 0
    paused = talk.until(messages.StateChanged)
    assert (paused.state, paused.step) == ("paused", 0)
    talk.train(12)
    assert same(curves_of(talk), first)
    talk.until(messages.TracesWritten, lambda event: talk.traces[-1].step == 12)
    assert 0 in {traces.step for traces in talk.traces}


def test_reset_while_it_trains_pauses(talk, experiment, changed) -> None:
    talk.begin(changed(experiment, goal=Goal(steps=0)))
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars)
    talk.client.send(messages.Reset(1))
    talk.until(messages.Started)
    assert talk.until(messages.StateChanged).state == "paused"
    talk.forget()
    time.sleep(0.05)
    talk.poll()
    assert not talk.of(messages.Scalars)


def test_the_learning_rate_changes_while_it_runs(talk, experiment, changed) -> None:
    experiment = changed(experiment, goal=Goal(steps=0))
    talk.begin(experiment)
    talk.client.send(messages.Play(1))
    before = talk.until(messages.Scalars)
    talk.client.send(messages.Update(1, changed(experiment, optimizer__learning_rate=0.001, batch=9)))
    after = talk.until(messages.Scalars, lambda event: event.learning_rate == 0.001)
    later = talk.until(messages.Scalars)
    assert before.learning_rate == 0.01 and after.steps[0] > before.steps[-1]
    assert later.sequences - after.sequences == 9 * len(later.steps)
    assert len(talk.of(messages.Started)) == 1 and talk.of(messages.StateChanged)[-1].state == "training"


def test_a_new_layer_while_it_runs_keeps_the_rest(talk, experiment, changed) -> None:
    experiment = changed(experiment, goal=Goal(steps=0))
    talk.begin(experiment)
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars)
    rnn, lstm = experiment.networks
    networks = (replace(lstm, layers=(*lstm.layers, Layer("layer2", "gru", 4))), rnn)
    talk.client.send(messages.Update(1, replace(experiment, networks=networks)))
    started = talk.until(messages.Started)
    assert started.kept and started.step > 0 and started.sources == (1, 0)
    talk.until(messages.Scalars, lambda event: event.steps[0] > started.step)
    assert curves_of(talk).losses.shape[0] == 2 and np.isfinite(curves_of(talk).losses).all()
    assert [list(net.layers) for net in started.networks] == [["layer1", "layer2"], ["layer1"]]


def test_an_edit_that_cannot_be_trained_pauses_and_says_so(talk, experiment, changed) -> None:
    experiment = changed(experiment, goal=Goal(steps=0))
    talk.begin(experiment)
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars)
    bad = replace(experiment, networks=(Net("RNN", (Layer("layer1", "no_such_cell"),)),))
    talk.client.send(messages.Update(1, bad))
    failed = talk.until(messages.Failed)
    assert not failed.fatal and failed.place == "networks.RNN.layers.layer1.cell"
    paused = talk.of(messages.StateChanged)[-1]
    assert paused.state == "paused" and "cannot be trained" in paused.reason
    assert talk.train(1).step == paused.step + 1


def test_a_start_that_cannot_be_built(talk, experiment, tmp_path: Path) -> None:
    talk.client.send(messages.Start(1, replace(experiment, networks=())))
    failed = talk.until(messages.Failed)
    assert failed.fatal and (failed.run, failed.place) == (1, "networks")
    talk.client.send(messages.Start(2, replace(experiment, task=Table(file="none.csv")), folder=str(tmp_path)))
    assert "none.csv" in talk.until(messages.Failed, lambda event: event.run == 2).place
    talk.client.send(messages.Start(3, experiment, checkpoint=str(tmp_path / "none.safetensors")))
    assert "does not exist" in talk.until(messages.Failed, lambda event: event.run == 3).problem
    assert talk.begin(experiment, run=4).step == 0


def test_what_is_not_finite_stops_it(talk, experiment, changed, tmp_path: Path) -> None:
    networks = (Net("ReLU", (Layer("layer1", "relu_rnn", 4),)),)
    wild = changed(replace(experiment, networks=networks), optimizer=Optimizer("sgd", 1e12), clip_norm=0.0)
    talk.begin(wild, checkpoints=str(tmp_path))
    talk.client.send(messages.Play(1))
    stopped = talk.until(messages.StateChanged, lambda event: event.state == "stopped")
    assert "not finite" in stopped.reason
    failed = talk.until(messages.Failed)
    assert not failed.fatal and failed.place == "networks.ReLU" and "layer1/" in failed.problem
    written = talk.until(messages.CheckpointWritten)
    assert resume(Path(written.path))[0].step == stopped.step
    talk.client.send(messages.Reset(1))
    assert talk.until(messages.Started).step == 0


def test_checkpoints_are_written_and_only_the_last_two_stay(talk, experiment, tmp_path: Path) -> None:
    talk.begin(experiment, checkpoints=str(tmp_path / "here"))
    for _ in range(4):
        talk.train(10)
        talk.until(messages.CheckpointWritten)
    steps = [event.step for event in talk.of(messages.CheckpointWritten)]
    assert steps[-1] == 40 and steps == sorted(steps)
    kept = sorted(Path(event.path) for event in talk.of(messages.CheckpointWritten)[-2:])
    assert sorted((tmp_path / "here").iterdir()) == kept


def test_a_checkpoint_on_demand(talk, experiment, tmp_path: Path) -> None:
    talk.begin(experiment)
    talk.train(3)
    talk.client.send(messages.SaveCheckpoint(1, str(tmp_path / "mine.safetensors")))
    assert talk.until(messages.CheckpointWritten).step == 3
    assert resume(tmp_path / "mine.safetensors")[1].steps.size == 3
    talk.client.send(messages.SaveCheckpoint(1, "/proc/nowhere/mine.safetensors"))
    failed = talk.until(messages.Failed)
    assert not failed.fatal and "cannot be written" in failed.problem
    assert talk.train(1).step == 4


def test_checkpoints_that_cannot_be_written_do_not_stop_the_training(talk, experiment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    talk.begin(experiment, checkpoints=str(tmp_path / "file"))
    talk.client.send(messages.Play(1))
    stopped = talk.until(messages.StateChanged, lambda event: event.state == "stopped")
    talk.train(1)
    time.sleep(0.1)
    talk.poll()
    assert stopped.step == 40 and len(talk.of(messages.Failed)) == 1


def test_stale_messages_are_dropped_on_both_sides(talk, experiment, changed) -> None:
    endless = changed(experiment, goal=Goal(steps=0))
    talk.begin(endless, run=1)
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars)
    talk.begin(experiment, run=2)
    talk.client.send(messages.Play(1))  # for a run that is no more
    talk.forget()
    time.sleep(0.1)
    talk.poll()
    assert all(event.run == 2 for event in talk.events) and not talk.of(messages.Scalars)
    assert talk.train(2, run=2).step == 2
    assert {event.run for event in talk.events} == {2}


def test_another_name_is_told(talk, experiment) -> None:
    talk.begin(experiment)
    talk.train(2)
    rnn, lstm = experiment.networks
    talk.client.send(messages.Update(1, replace(experiment, networks=(replace(rnn, name="Plain"), lstm))))
    started = talk.until(messages.Started)
    assert started.kept and started.step == 2 and started.sources == (0, 1)
    assert [net.name for net in started.networks] == ["Plain", "LSTM"]
    talk.until(messages.TracesWritten)
    assert talk.traces[-1].networks[0].name == "Plain"


def test_what_does_not_concern_the_training_is_taken_silently(talk, experiment) -> None:
    talk.begin(experiment)
    talk.train(2)
    talk.client.send(messages.Update(1, replace(experiment, view={"open": ["loss"]}, name="Other")))
    talk.forget()
    talk.train(1)
    assert not talk.of(messages.Started) and talk.of(messages.Scalars)[0].steps == [3]


def test_slow_motion_shows_every_step(talk, experiment, changed) -> None:
    talk.begin(changed(experiment, goal=Goal(steps=0)))
    talk.until(messages.TracesWritten)
    talk.client.send(messages.Play(1, speed=15.0))
    talk.until(messages.Scalars, lambda event: event.steps[-1] >= 5)
    # On a busy machine two traces may lie in the pipe at once; then the later one is enough.
    assert len({traces.step for traces in talk.traces} & {1, 2, 3, 4}) >= 2


def test_slow_motion(talk, experiment, changed) -> None:
    talk.begin(changed(experiment, goal=Goal(steps=0)))
    talk.client.send(messages.Play(1, speed=50.0))
    began = time.monotonic()
    talk.until(messages.Scalars, lambda event: event.steps[-1] >= 10)
    assert time.monotonic() - began > 0.15
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars, lambda event: len(event.steps) > 5)
    talk.client.send(messages.Pause(1))
    talk.until(messages.StateChanged, lambda event: event.state == "paused")


def test_a_slot_that_was_not_read_is_not_written(talk, experiment, changed) -> None:
    talk.read_traces = False
    talk.begin(changed(experiment, goal=Goal(steps=0)))
    # Nobody reads: announce without giving back.
    talk.client._give_back = lambda slots: None
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars, lambda event: event.steps[-1] > 200)
    assert len(talk.of(messages.TracesWritten)) <= 2
    assert {event.slot for event in talk.of(messages.TracesWritten)} <= {0, 1}


def test_traces_that_need_more_memory_get_it(talk, experiment) -> None:
    big = replace(experiment, task=DelayedRecall(lag=200, test_sequences=5))
    networks = (Net("LSTM", (Layer("layer1", "lstm", 200),)),)
    talk.begin(replace(big, networks=networks))
    talk.until(messages.TracesWritten)
    assert talk.traces[-1].networks[0].nodes["layer1/c"].shape == (201, 200)
    assert talk.traces[-1].networks[0].nodes["layer1/c"].nbytes * 12 > 1 << 20


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads the processor time from /proc")
def test_a_paused_worker_sleeps(talk, experiment) -> None:
    def ticks() -> int:
        fields = Path(f"/proc/{talk.client.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    talk.begin(experiment)
    talk.train(3)
    time.sleep(0.2)
    before = ticks()
    time.sleep(0.3)
    assert ticks() - before <= 1


def test_the_worker_imports_no_qt_and_no_torch() -> None:
    code = (
        "import sys, playground.training.worker, playground.training.client, playground.training.runfolder;"
        "print([name for name in ('PySide6', 'pyqtgraph', 'torch', 'cupy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"
