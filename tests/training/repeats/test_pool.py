"""Background runs: real processes, tiny networks."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net, Optimizer, Training
from playground.tasks.spec import DelayedRecall
from playground.training.repeats.job import Job, Outcome, for_lags, for_seeds
from playground.training.repeats.pool import Pool
from playground.training.repeats.repeater import MOST_TESTS, Repeater
from playground.training.run import Run

SMALL = Experiment(
    seed=3,
    task=DelayedRecall(lag=3, noise=0.1, test_sequences=50),
    networks=(Net("RNN", (Layer("layer1", "rnn", 4),)), Net("LSTM", (Layer("layer1", "lstm", 4),))),
    training=Training(batch=8, optimizer=Optimizer(learning_rate=0.02), goal=Goal(steps=40), test_every=10),
)


class Stand:
    """A repeater that does as its job's name says, without training."""

    def begin(self, job: Job) -> Outcome:
        self.job, self.calls = job, 0
        return self.go_on()

    def go_on(self) -> Outcome:
        what = self.job.experiment.name
        self.calls += 1
        if what == "die":
            os._exit(9)
        if what == "refuse":
            raise BadInput("task", "it is wrong", "do better")
        if what == "fail":
            raise ZeroDivisionError("a thing")
        if what == "slow":
            time.sleep(0.02)
            return Outcome(10 * self.calls, 1000)
        return Outcome(5, 5, end="goal: 5 steps", loss=float(os.getpid()))


def stand(*names: str) -> list[Job]:
    return [Job(replace(SMALL, name=name, networks=SMALL.networks[:1])) for name in names]


@pytest.fixture
def pool() -> Iterator[Callable[..., Pool]]:
    made: list[Pool] = []

    def make(*arguments: object) -> Pool:
        made.append(Pool(*arguments))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.close()


def wait(pool: Pool, until: Callable[[], bool] | None = None, seconds: float = 60.0) -> list[tuple[Job, Outcome]]:
    """Look until the condition holds, or until nothing is left."""
    news, end = [], time.monotonic() + seconds
    while time.monotonic() < end and (not until() if until else pool.running):
        news += pool.look()
        time.sleep(0.005)
    return news


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False


def test_it_trains_what_a_bare_run_would(pool) -> None:
    jobs = for_seeds(SMALL, [1, 2], engine="numpy")
    made = pool()
    made.start(jobs)
    pids = made.process_ids
    news = wait(made)
    ended = {(job.net, job.seed): outcome for job, outcome in news if outcome.done}
    assert len(ended) == made.done == made.total == 4 and made.problem == ""
    run = Run(replace(SMALL, seed=2), engine="numpy")  # both networks side by side learn the same
    for _ in range(40):
        run.step_once()
    for net, loss in zip(("RNN", "LSTM"), run.test().losses, strict=True):
        found = ended[net, 2]
        assert found.loss == loss and found.step == 40 and found.sequences == 320 and found.end == "goal: 40 steps"
        assert found.test_steps == (0, 10, 20, 30, 40) and found.losses[-1] == loss
        assert len(found.metrics["accuracy"]) == 5 and found.seconds > 0
    assert all(gone(pid) for pid in pids)  # nothing is left when the work is done


def test_a_lag_ends_when_it_is_solved(pool) -> None:
    easy = replace(SMALL, training=replace(SMALL.training, goal=Goal(steps=3000), batch=32))
    made = pool()
    made.start(for_lags(easy, [2], [1], engine="numpy"))
    for job, outcome in wait(made):
        if outcome.done:
            assert outcome.end == "solved" and outcome.solved.step == outcome.step < 3000, job.net
            assert outcome.solved.sequences == 32 * outcome.step
            assert 0 < outcome.solved.seconds <= outcome.seconds


def test_it_gives_way(pool) -> None:
    made = pool()
    made.start(for_seeds(replace(SMALL, training=replace(SMALL.training, goal=Goal(steps=10**6))), [1]))
    wait(made, lambda: bool(made.look()))
    if hasattr(os, "getpriority"):
        assert os.getpriority(os.PRIO_PROCESS, made.process_ids[0]) > os.getpriority(os.PRIO_PROCESS, 0)
    made.close()
    assert not made.running and made.process_ids == []


def test_stopped_in_the_middle_nothing_is_left(pool) -> None:
    made = pool(2, Stand)
    made.start(stand("slow", "slow", "slow"))
    wait(made, lambda: len(made.look()) > 1)
    pids = made.process_ids
    assert len(pids) == 2 and made.running
    made.close()
    assert all(gone(pid) for pid in pids) and not made.running and made.look() == []


def test_a_pause_finishes_the_slice_and_no_more(pool) -> None:
    made = pool(1, Stand)
    made.start(stand("slow"))
    assert wait(made, lambda: bool(made._hands) and made._hands[0].outcome.step > 20)
    made.pause(True)
    wait(made, lambda: not made._hands[0].asked)
    time.sleep(0.1)
    assert made.look() == [] and made.running
    made.pause(False)
    assert wait(made, lambda: bool(made._hands) and made._hands[0].outcome.step > 40)


def test_a_crash_costs_one_job(pool) -> None:
    made = pool(1, Stand)
    made.start(stand("fine", "die", "fine"))
    ended = [outcome for _, outcome in wait(made) if outcome.done]
    assert [bool(each.problem) for each in ended] == [False, True, False]
    assert "ended" in ended[1].problem and made.problem == "" and made.done == 3
    assert ended[0].loss != ended[2].loss  # the last one in another process


def test_one_crash_after_the_other_ends_it(pool) -> None:
    made = pool(1, Stand)
    made.start(stand(*["die"] * 6))
    wait(made)
    assert made.problem.startswith("3 background processes ended") and not made.running and made.done == 3


def test_what_cannot_be_trained_is_said_and_the_rest_goes_on(pool) -> None:
    made = pool(1, Stand)
    made.start(stand("refuse", "fail", "fine"))
    ended = [outcome for _, outcome in wait(made) if outcome.done]
    assert [each.problem for each in ended] == ["task: it is wrong; do better", "ZeroDivisionError: a thing", ""]


def test_what_nobody_wants_any_more_is_dropped(pool) -> None:
    made = pool(1, Stand)
    made.start(stand("slow", "fine", "slow", "fine"))
    wait(made, lambda: bool(made.look()))
    made.keep(lambda job: job.experiment.name == "fine")
    assert made.total == 2
    assert [job.experiment.name for job, outcome in wait(made) if outcome.done] == ["fine", "fine"]


def test_how_long_it_will_take(pool) -> None:
    made = pool(1, Stand)
    made.start(stand("slow"))
    assert made.seconds_left() is None
    wait(made, lambda: bool(made._hands) and made._hands[0].outcome.step >= 260)
    assert 0.5 < made.seconds_left() < 300


def test_long_curves_are_thinned_evenly() -> None:
    class Quick(Repeater):
        def __init__(self) -> None:  # this process keeps its priority
            self._slice, self._run = 600.0, None

    from playground.training.repeats import repeater

    job = for_seeds(replace(SMALL, training=replace(SMALL.training, goal=Goal(steps=600), test_every=1)), [1])[0]
    before = repeater.use_cores
    repeater.use_cores = lambda count: None  # type: ignore[assignment]
    try:
        found = Quick().begin(replace(job, engine="numpy"))
    finally:
        repeater.use_cores = before
    assert MOST_TESTS / 2 < len(found.test_steps) <= MOST_TESTS
    assert set(found.test_steps) == set(range(0, 601, 4)) and len(found.losses) == len(found.test_steps)
