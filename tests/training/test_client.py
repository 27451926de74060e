"""The client outlives its worker, whatever happens to it."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import pytest

from playground.network.spec import Goal
from playground.training import messages
from playground.training.client import TrainingClient

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals")


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@POSIX
def test_a_killed_worker_is_noticed_and_replaced(talk, experiment, changed, tmp_path: Path) -> None:
    experiment = changed(experiment, goal=Goal(steps=0))
    talk.begin(experiment, checkpoints=str(tmp_path))
    talk.client.send(messages.Play(1))
    written = talk.until(messages.CheckpointWritten)
    os.kill(talk.client.process.pid, signal.SIGKILL)
    failed = talk.until(messages.Failed)
    assert failed.fatal and "signal 9" in failed.problem and "checkpoint" in failed.remedy
    assert not talk.client.alive and talk.client.exit_code == -9
    assert talk.client.poll() == []  # it is said once
    talk.client.send(messages.Play(1))  # nobody is there; nothing happens

    talk.client.restart()
    started = talk.begin(experiment, run=2, checkpoint=written.path, checkpoints=str(tmp_path))
    assert started.step == written.step and talk.client.alive
    assert talk.train(5, run=2).step == written.step + 5
    assert talk.traces[-1].step >= written.step


@POSIX
def test_what_the_worker_said_before_it_died_is_not_lost(talk, experiment) -> None:
    talk.begin(experiment)
    talk.client.send(messages.Play(1))
    time.sleep(0.2)
    os.kill(talk.client.process.pid, signal.SIGTERM)
    failed = talk.until(messages.Failed)
    assert "signal 15" in failed.problem and isinstance(talk.events[-1], messages.Failed)
    assert talk.of(messages.Scalars)[-1].steps[-1] == 40


def test_a_worker_that_ends_by_itself_is_noticed(talk) -> None:
    talk.client.send(messages.Quit())
    assert "exit code 0" in talk.until(messages.Failed).problem


def test_ctrl_c_is_the_windows_business(talk, experiment) -> None:
    talk.begin(experiment)
    os.kill(talk.client.process.pid, signal.SIGINT)
    assert talk.train(2).step == 2


@pytest.mark.parametrize("training", [False, True])
def test_close_leaves_nothing_behind(experiment, changed, training: bool) -> None:
    client = TrainingClient()
    client.start_process()
    client.send(messages.Start(1, changed(experiment, goal=Goal(steps=0))))
    client.send(messages.Play(1))
    process, name = client.process.pid, client._memory.name
    end = time.monotonic() + 20
    while training and time.monotonic() < end and not any(isinstance(e, messages.Scalars) for e in client.poll()):
        time.sleep(0.005)
    began = time.monotonic()
    client.close()
    assert time.monotonic() - began < 1.5
    assert not runs(process) and not client.alive and client.poll() == []
    assert not Path("/dev/shm", name.lstrip("/")).exists()
    client.close()


@POSIX
def test_close_ends_a_worker_that_hangs(talk, experiment) -> None:
    talk.begin(experiment)
    process = talk.client.process.pid
    os.kill(process, signal.SIGSTOP)
    began = time.monotonic()
    talk.client.close()
    assert time.monotonic() - began < 1.5 and not runs(process)


@POSIX
def test_send_and_poll_never_wait_for_a_worker_that_hangs(talk, experiment) -> None:
    talk.begin(experiment)
    os.kill(talk.client.process.pid, signal.SIGSTOP)
    about = "x" * 100_000
    began = time.monotonic()
    for number in range(50):
        talk.client.send(messages.Update(1, msgspec.structs.replace(experiment, about=about + str(number))))
        talk.client.send(messages.Pause(1))
        talk.client.poll()
    assert time.monotonic() - began < 0.5
    os.kill(talk.client.process.pid, signal.SIGCONT)
    assert talk.train(2).step == 2


def test_many_updates_in_a_row_become_few(experiment, changed) -> None:
    with TrainingClient() as client:
        client.start_process()
        client.send(messages.Start(1, experiment))
        for number in range(200):
            client.send(messages.Update(1, changed(experiment, batch=number + 1)))
        assert len(client._writer._waiting) < 200


def test_traces_that_are_gone_give_none(talk, experiment) -> None:
    talk.read_traces = False
    talk.begin(experiment)
    event = talk.until(messages.TracesWritten) if not talk.of(messages.TracesWritten) else talk.of(messages.TracesWritten)[-1]
    talk.client.poll()
    assert talk.client.traces(event) is None


def test_the_worker_ends_with_the_window(tmp_path: Path) -> None:
    """A window that is killed leaves no process; and nothing is said about leaked memory when it ends in order."""
    script = tmp_path / "window.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys, time
            from playground.experiment.document import Experiment
            from playground.network.spec import Layer, Net, Goal, Training
            from playground.tasks.spec import DelayedRecall
            from playground.training import messages
            from playground.training.client import TrainingClient

            if __name__ == "__main__":
                client = TrainingClient()
                client.start_process()
                net = Net("RNN", (Layer("layer1", "rnn", 4),))
                task = DelayedRecall(lag=10, test_sequences=10)
                experiment = Experiment(task=task, networks=(net,), training=Training(goal=Goal(steps=0)))
                client.send(messages.Start(1, experiment))
                client.send(messages.Play(1))
                while not any(isinstance(event, messages.Scalars) for event in client.poll()):
                    time.sleep(0.01)
                print(client.process.pid, flush=True)
                if "wait" in sys.argv:
                    time.sleep(60)
                client.close()
            """
        )
    )
    here = {**os.environ, "PYTHONPATH": os.getcwd()}
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, env=here)
    assert (ended.returncode, ended.stderr) == (0, "") and not runs(int(ended.stdout))

    with subprocess.Popen([sys.executable, script, "wait"], stdout=subprocess.PIPE, text=True, env=here) as window:
        process = int(window.stdout.readline())
        assert runs(process)
        window.kill()
    end = time.monotonic() + 10
    while runs(process) and time.monotonic() < end:
        time.sleep(0.01)
    assert not runs(process)
