"""The client outlives its worker, whatever happens to it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from playground.experiment.document import Experiment
from playground.network.spec import Goal
from playground.training import messages
from playground.training.client import TrainingClient, _Writer

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

    way = talk.client.right_of_way
    talk.client.restart()
    assert talk.client.right_of_way is not way  # a thread of the last process may have been busy when it ended
    started = talk.begin(experiment, run=2, checkpoint=written.path, checkpoints=str(tmp_path))
    assert started.step == written.step and talk.client.alive
    assert talk.train(5, run=2).step == written.step + 5
    talk.until(messages.TracesWritten, lambda event: talk.traces[-1].step == written.step + 5)


@POSIX
def test_what_the_worker_said_before_it_died_is_not_lost(talk, experiment, tmp_path: Path) -> None:
    talk.begin(experiment, checkpoints=str(tmp_path))
    talk.client.send(messages.Play(1, steps=3))
    end = time.monotonic() + 20
    while not list(tmp_path.glob("*.safetensors")) and time.monotonic() < end:  # of the pause, unread
        time.sleep(0.01)
    os.kill(talk.client.process.pid, signal.SIGTERM)
    failed = talk.until(messages.Failed)
    assert "signal 15" in failed.problem and isinstance(talk.events[-1], messages.Failed)
    assert talk.of(messages.Scalars)[0].steps[0] == 1


def test_a_worker_that_ends_by_itself_is_noticed(talk) -> None:
    talk.client.send(messages.Quit())
    assert "exit code 0" in talk.until(messages.Failed).problem


@POSIX
def test_the_window_goes_before_the_worker(talk, experiment) -> None:
    talk.begin(experiment)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, talk.client.process.pid) == min(own + 1, 19)


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
    written: list[messages.Command] = []
    go = threading.Event()
    pipe, _other = multiprocessing.Pipe()

    class Busy:
        fileno = pipe.fileno

        def send_bytes(self, data: bytes) -> None:
            go.wait(10)
            written.append(messages.decode_command(data))

    writer = _Writer(Busy())
    writer.put(messages.Start(1, experiment))
    updates = [messages.Update(1, changed(experiment, batch=number)) for number in range(1, 201)]
    for update in updates[:100]:
        writer.put(update)
    writer.put(messages.Play(1))
    for update in updates[100:]:
        writer.put(update)
    go.set()
    writer.stop()
    assert written[0].run == 1 and len(written) <= 5
    assert written[-3:] == [updates[99], messages.Play(1), updates[199]]


@POSIX
def test_a_receipt_goes_out_at_once() -> None:
    ours, theirs = multiprocessing.Pipe()
    writer = _Writer(ours)
    writer.put(messages.TracesRead(1, 0))
    assert theirs.poll(0) and messages.decode_command(theirs.recv_bytes()) == messages.TracesRead(1, 0)
    writer.stop()


def test_receipts_neither_wait_for_a_full_pipe_nor_overtake_each_other() -> None:
    """Nobody reads at the other end until thousands were sent."""
    ours, theirs = multiprocessing.Pipe()
    writer = _Writer(ours)
    sent = [messages.TracesRead(number, 0) for number in range(20_000)]
    began = time.monotonic()
    for receipt in sent:
        writer.put(receipt)
    assert time.monotonic() - began < 5.0
    assert [messages.decode_command(theirs.recv_bytes()) for _ in sent] == sent
    writer.stop()


def test_traces_that_are_gone_give_none(talk, experiment) -> None:
    talk.read_traces = False
    talk.begin(experiment)
    event = talk.until(messages.TracesWritten)
    talk.client.poll()
    assert talk.client.traces(event) is None


WINDOW = """
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
    client.send(messages.Start(1, Experiment(task=task, networks=(net,), training=Training(goal=Goal(steps=0)))))
    client.send(messages.Play(1))
    while not any(isinstance(event, messages.Scalars) for event in client.poll()):
        time.sleep(0.01)
    print(client.process.pid, flush=True)
    if "wait" in sys.argv:
        time.sleep(60)
    if "forget" not in sys.argv:
        client.close()
"""


@pytest.fixture
def window(tmp_path: Path) -> list[str]:
    """The command of a program with a worker that trains."""
    (tmp_path / "window.py").write_text(WINDOW)
    return [sys.executable, str(tmp_path / "window.py")]


HERE = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_nothing_is_said_about_leaks(window: list[str]) -> None:
    ended = subprocess.run(window, capture_output=True, text=True, timeout=60, env=HERE)
    assert (ended.returncode, ended.stderr) == (0, "") and not runs(int(ended.stdout))


@POSIX
def test_a_killed_window_leaves_no_process(window: list[str]) -> None:
    with subprocess.Popen(
        [*window, "wait"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=HERE
    ) as it:
        process = int(it.stdout.readline())
        assert runs(process)
        it.kill()
    end = time.monotonic() + 10
    while runs(process) and time.monotonic() < end:
        time.sleep(0.01)
    assert not runs(process)


def test_a_forgotten_client_does_not_keep_the_program_alive(window: list[str]) -> None:
    ended = subprocess.run([*window, "forget"], capture_output=True, text=True, timeout=20, env=HERE)
    assert ended.returncode == 0 and not runs(int(ended.stdout))


def test_memory_that_an_older_run_asked_for_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker has no slots until the answer: without it, the next run would never show any traces."""
    with TrainingClient() as client:
        client.send(messages.Start(2, Experiment()))
        said, sent = [messages.encode(messages.MemoryWanted(1, 3 << 20)), None], []
        monkeypatch.setattr(client, "_receive", lambda: said.pop(0))
        monkeypatch.setattr(client, "send", sent.append)
        assert client.poll() == []
        assert sent == [messages.UseMemory(1, client._memory.name)] and client._memory.slot_size >= 3 << 20
