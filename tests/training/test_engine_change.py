"""Another engine for a running run: what it has learnt comes along, in memory, in checkpoints, in a real worker."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from playground.engine import choice
from playground.engine.devices import usable
from playground.errors import BadInput
from playground.network.spec import Layer, Net, Optimizer
from playground.training import messages
from playground.training.resuming import resume, save
from playground.training.run import Run
from playground.training.runfolder import SUMMARY, go_on, load_run, train
from playground.training.state import state_arrays

pytestmark = pytest.mark.skipif(not usable("native"), reason="LLVM cannot compile here")


@pytest.fixture(autouse=True)
def engine() -> None:
    """Chosen, not named."""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The engines' times are remembered in a folder of this test."""
    monkeypatch.setenv(choice.HOME, str(tmp_path / "home"))


def arrays(run: Run) -> list[np.ndarray]:
    return [array for trainer in run.trainers for array in state_arrays(trainer).values()]


@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
def test_nothing_is_lost_on_the_way(experiment, changed, kind: str) -> None:
    experiment = changed(experiment, optimizer=Optimizer(kind, learning_rate=0.01))
    run = Run(experiment, engine="native")
    for _ in range(5):
        run.step_once()
    before = arrays(run)
    assert run.use_engine("numpy") and run.engine.name == "numpy"
    assert run.last_update.kept and run.last_update.rebuilt and run.last_update.sources == (0, 1)
    assert len(before) == len(arrays(run))
    assert all(np.array_equal(a, b) for a, b in zip(before, arrays(run), strict=True))
    assert [trainer.steps for trainer in run.trainers] == [5, 5] and run.step == 5
    run.step_once()
    assert run.step == 6
    assert not run.use_engine("numpy")


def test_both_engines_go_the_same_way(experiment, changed) -> None:
    """In float64 they agree to rounding, so a run that changes hands is the run that did not."""
    experiment = changed(experiment, precision="float64")
    stays, moves = Run(experiment, engine="native"), Run(experiment, engine="native")
    for step in range(12):
        one, other = stays.step_once(), moves.step_once()
        for a, b in zip(one, other, strict=True):
            assert a.loss == pytest.approx(b.loss, abs=1e-9)
        if step in (3, 7):
            moves.use_engine("numpy" if step == 3 else "native")
    for a, b in zip(arrays(stays), arrays(moves), strict=True):
        assert np.allclose(a, b, atol=1e-9)


def test_the_state_of_a_stream_comes_along(changed) -> None:
    from playground.experiment.files import examples, load

    stream = load(examples()["king-and-queen"])
    run = Run(stream, examples()["king-and-queen"].parent, "native")
    run.step_once()
    if not run.facts.stream:
        pytest.skip("that example is no stream")
    carried = [np.array(state) for state in run.trainers[0].carried or ()]
    assert carried
    run.use_engine("numpy")
    found = run.trainers[0].carried
    assert found is not None and all(np.array_equal(a, b) for a, b in zip(carried, found, strict=True))


def test_what_cannot_be_leaves_the_run_as_it_was(experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(experiment, engine="native")
    run.step_once()
    trainers, made = run.trainers, run.choice
    with pytest.raises(BadInput, match="there is no such engine"):
        run.use_engine("abacus")

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(run, "_build", fail)
    with pytest.raises(MemoryError):
        run.use_engine("numpy")
    assert run.trainers is trainers and run.choice is made and run.engine.name == "native"
    run.step_once()


def test_a_checkpoint_goes_on_with_its_own_engine(experiment, tmp_path: Path) -> None:
    run = Run(experiment, engine="numpy")
    run.step_once()
    save(run, tmp_path / "a.safetensors")
    expected = [result.loss for result in run.step_once()]
    same, _ = resume(tmp_path / "a.safetensors")
    assert (same.engine.name, same.choice.why) == ("numpy", "checkpoint")
    assert [result.loss for result in same.step_once()] == expected  # the very same bits
    other, _ = resume(tmp_path / "a.safetensors", engine="native")
    assert (other.engine.name, other.choice.why) == ("native", "asked")


def test_a_checkpoint_of_an_engine_that_is_not_here(experiment, tmp_path: Path, monkeypatch) -> None:
    run = Run(experiment, engine="numpy")
    save(run, tmp_path / "a.safetensors")
    monkeypatch.setattr("playground.training.engine_choice.usable", lambda name: False)
    found, _ = resume(tmp_path / "a.safetensors")
    assert found.choice.why == "fastest"


def test_a_run_folder_says_what_computed_and_goes_on_with_it(experiment, tmp_path: Path) -> None:
    whole = train(experiment, tmp_path / "whole", "numpy", steps=8)
    assert whole["engine"] == "numpy"
    assert msgspec.json.decode((tmp_path / "whole" / SUMMARY).read_bytes())["engine"] == "numpy"
    train(experiment, tmp_path / "part", "numpy", steps=4)
    assert go_on(tmp_path / "part", steps=8)["engine"] == "numpy"
    assert (tmp_path / "part" / "metrics.csv").read_bytes() == (tmp_path / "whole" / "metrics.csv").read_bytes()
    assert load_run(tmp_path / "part")[1].engine.name == "numpy"
    assert load_run(tmp_path / "part", "native")[1].engine.name == "native"


def test_auto_without_a_window_takes_the_fastest(experiment, tmp_path: Path, monkeypatch) -> None:
    summary = train(experiment, tmp_path / "a", steps=2)
    again = train(experiment, tmp_path / "b", steps=2)
    assert summary["engine"] == again["engine"]
    monkeypatch.setattr("playground.timing.choosing.recall", lambda _: {"native": 2.0, "numpy": 1.0, "cupy": 3.0})
    assert train(experiment, tmp_path / "c", steps=2)["engine"] == "numpy"


# -- a real worker ------------------------------------------------------------------------------------------------


def test_the_worker_finds_the_fastest_when_it_has_time(talk, experiment) -> None:
    talk.begin(experiment, engine="auto")
    first = talk.until(messages.EngineChosen)
    assert (first.engine, first.why, first.seconds) == ("native", "open", {})
    then = talk.until(messages.EngineChosen)
    assert then.why == "fastest" and set(then.seconds) == {"native", "numpy"}
    talk.begin(experiment, run=2, engine="auto")  # and remembers it
    assert talk.until(messages.EngineChosen).seconds == then.seconds


def test_training_that_begins_at_once_chooses_first(talk, experiment) -> None:
    talk.client.send(messages.Start(1, experiment))
    talk.client.send(messages.Play(1, steps=3))
    talk.until(messages.StateChanged, lambda event: event.state == "paused" and event.step == 3)
    said = talk.of(messages.EngineChosen)
    assert [event.why for event in said] == ["open", "fastest"]
    kinds = [type(event) for event in talk.events]
    assert kinds.index(messages.Scalars) > max(i for i, kind in enumerate(kinds) if kind is messages.EngineChosen)


def test_another_engine_while_it_trains(talk, experiment, changed) -> None:
    experiment = changed(experiment, goal__steps=100_000, test_every=1000)
    talk.begin(experiment, engine="native")
    assert talk.until(messages.EngineChosen).why == "asked"
    talk.client.send(messages.Play(1))
    talk.until(messages.Scalars, lambda event: event.steps[-1] >= 20)
    talk.client.send(messages.SetEngine(1, "numpy"))
    started = talk.until(messages.Started)
    assert started.kept and started.engine == "numpy" and started.step > 0 and started.sources == (0, 1)
    assert talk.until(messages.StateChanged).state == "training"
    chosen = talk.until(messages.EngineChosen)
    assert (chosen.engine, chosen.why) == ("numpy", "asked")
    talk.until(messages.Scalars, lambda event: event.steps[-1] >= started.step + 20)
    talk.client.send(messages.Pause(1))
    talk.until(messages.StateChanged, lambda event: event.state == "paused")
    steps = [step for event in talk.of(messages.Scalars) for step in event.steps]
    assert steps == list(range(1, len(steps) + 1))  # not one is missing, none came twice
    losses = [loss for event in talk.of(messages.Scalars) for loss in event.losses[0]]
    assert np.isfinite(losses).all()


def test_an_engine_that_is_not_here_is_a_sentence_and_the_run_goes_on(talk, experiment) -> None:
    if usable("cupy"):
        pytest.skip("this machine has a GPU")
    talk.begin(experiment, engine="native")
    talk.client.send(messages.SetEngine(1, "cupy"))
    failed = talk.until(messages.Failed)
    assert not failed.fatal and failed.place == "engine cupy"
    assert talk.train(2).step == 2
    talk.begin(experiment, run=2, engine="cupy")  # remembered from when there was one
    assert talk.until(messages.EngineChosen, lambda event: event.run == 2).engine == "native"


def test_back_to_auto(talk, experiment) -> None:
    talk.begin(experiment, engine="numpy")
    talk.train(5)
    talk.client.send(messages.SetEngine(1, "auto"))
    chosen = talk.until(messages.EngineChosen, lambda event: event.why == "fastest")
    assert set(chosen.seconds) == {"native", "numpy"} and chosen.engine in chosen.seconds
    assert talk.train(3).step == 8


def test_other_sizes_are_compared_anew(talk, experiment) -> None:
    talk.begin(experiment, engine="auto")
    talk.until(messages.EngineChosen, lambda event: event.why == "fastest")
    nets = (Net("RNN", (Layer("layer1", "rnn", 7),)), Net("LSTM", (Layer("layer1", "gru", 6),)))
    talk.client.send(messages.Update(1, replace(experiment, networks=nets)))
    assert talk.until(messages.EngineChosen).why == "open"
    assert talk.until(messages.EngineChosen).why == "fastest"


def test_a_gpu_is_looked_at_while_nothing_trains(experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a GPU here: `auto`, when it has patience, finds another engine than when it has none."""
    from playground.engine.choice import Choice
    from playground.training import commands, engine_change
    from playground.training import run as run_module
    from playground.training.conductor import Conductor

    quick = Choice("native", {"native": 0.002, "numpy": 0.004})
    patient = Choice("numpy", {"native": 0.002, "numpy": 0.004, "cupy": 0.001})
    asked: list[str] = []

    def choice_for(_: object, __: object, engine: str, effort: str) -> Choice:
        asked.append(effort)
        return patient if effort == "patient" else quick

    monkeypatch.setattr(run_module, "choice_for", choice_for)
    monkeypatch.setattr(engine_change, "gpu_untried", lambda choice: "cupy" not in choice.seconds)
    sent: list[messages.Event] = []
    at = Conductor(sent.append)
    commands.start(at, messages.Start(1, experiment))
    assert asked == ["memory"] and at.choose_effort == "patient" and at.run is not None
    weights = [trainer.network.parameters.values.copy() for trainer in at.run.trainers]
    for _ in range(200):
        if at.run.engine.name == "numpy":
            break
        at.choose_at = min(at.choose_at, 0.0)  # a second later
        at.work()
    assert asked == ["memory", "patient"] and at.choose_at == float("inf")
    assert [event.engine for event in sent if isinstance(event, messages.Started)] == ["native", "numpy"]
    last = [event for event in sent if isinstance(event, messages.EngineChosen)][-1]
    assert last.seconds["cupy"] == 0.001
    for trainer, before in zip(at.run.trainers, weights, strict=True):
        assert np.array_equal(trainer.network.parameters.values, before)
    # once something was trained, nothing moves by itself
    at.run.step_once()
    engine_change.choose(at, at.run, "quick")
    assert at.run.engine.name == "numpy" and len(asked) == 2
