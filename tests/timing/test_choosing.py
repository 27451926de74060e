"""`auto`: real engines at small sizes, and made-up times where the outcome must be certain."""

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from playground.cell.graph import Place
from playground.cell.library import LIBRARY
from playground.engine import choice
from playground.engine.devices import usable
from playground.network.spec import Layer, Net, Optimizer, Training
from playground.timing import choosing
from playground.timing.choosing import BUDGET, fastest, gpu_untried
from playground.timing.work import Work

NET = Net("net", (Layer("layer1", "lstm", 4),))
WORK = Work(NET, {}, Training(batch=3), 2, 2, 7)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(choice.HOME, str(tmp_path))


@pytest.fixture
def contests(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Who took part in each contest; `times` says how it ended."""
    held: list[list[str]] = []
    times = {"native": 0.001, "numpy": 0.002, "cupy": 0.0001}

    def contest(names: list[str], build: object, budget: float) -> dict[str, float]:
        held.append(list(names))
        return {name: times[name] for name in names}

    monkeypatch.setattr(choosing, "contest", contest)
    monkeypatch.setattr(choosing, "usable", lambda name: name in times)
    return held


def test_this_network_on_this_machine() -> None:
    began = time.perf_counter()
    found = fastest([WORK])
    first = time.perf_counter() - began
    assert found.why == "fastest" and found.engine in found.seconds
    if usable("native"):
        assert set(found.seconds) == {"native", "numpy"}
        assert found.seconds[found.engine] <= min(found.seconds.values()) / choosing.CLEARLY
    began = time.perf_counter()
    assert fastest([WORK]) == found  # from memory, and so the same
    assert time.perf_counter() - began < max(0.05, first / 2)


def test_without_a_measurement_training_begins_with_the_first() -> None:
    found = fastest([WORK], "memory")
    assert (found.engine, found.seconds) == ("native" if usable("native") else "numpy", {})
    assert found.why == ("open" if usable("native") else "fastest")
    timed = fastest([WORK])
    assert fastest([WORK], "memory") == timed


def test_what_a_step_costs_decides_what_is_the_same_network(contests: list) -> None:
    def asked(work: Work, *more: Work) -> bool:
        before = len(contests)
        fastest([work, *more])
        return len(contests) > before

    lstm = LIBRARY["lstm"]
    moved = replace(lstm, label="other", nodes=(replace(lstm.nodes[0], place=Place(1, 2)), *lstm.nodes[1:]))
    assert asked(WORK)
    assert not asked(replace(WORK, net=replace(NET, name="another name")))
    assert not asked(replace(WORK, training=Training(batch=3, optimizer=Optimizer(learning_rate=0.5))))
    assert not asked(replace(WORK, cells={"lstm": moved}))
    assert asked(replace(WORK, training=Training(batch=4)))
    assert asked(replace(WORK, training=Training(batch=3, precision="float64")))
    assert asked(replace(WORK, steps=8)) and asked(replace(WORK, inputs=3))
    assert asked(replace(WORK, net=Net("net", (Layer("layer1", "lstm", 5),))))
    assert asked(replace(WORK, net=Net("net", (Layer("layer1", "gru", 4),))))
    assert asked(WORK, WORK)


def test_a_tie_stays_with_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "usable", lambda name: name != "cupy")
    for numpy, winner in ((0.00095, "native"), (0.0008, "numpy")):
        monkeypatch.setattr(choosing, "contest", lambda *_, numpy=numpy: {"native": 0.001, "numpy": numpy})
        assert fastest([replace(WORK, steps=int(numpy * 1e5))]).engine == winner


def test_a_gpu_takes_part_when_there_is_patience(contests: list) -> None:
    quick = fastest([WORK])
    assert contests == [["native", "numpy"]] and quick.engine == "native" and gpu_untried(quick)
    patient = fastest([WORK], "patient")
    assert contests[1] == ["native", "numpy", "cupy"] and patient.engine == "cupy" and not gpu_untried(patient)
    assert fastest([WORK]).engine == fastest([WORK], "memory").engine == "cupy" and len(contests) == 2


def test_a_machine_with_one_engine_has_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "usable", lambda name: name == "numpy")
    assert fastest([WORK]) == choice.Choice("numpy")


def test_what_cannot_be_built_is_left_to_others() -> None:
    broken = replace(WORK, net=Net("net", (Layer("layer1", "no such cell", 4),)))
    assert fastest([broken]).engine == fastest([WORK], "memory").engine
    assert fastest([]).engine == fastest([WORK], "memory").engine


def test_large_networks_are_timed_on_a_part_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    class Step:
        def __init__(self, work: Work, engine: object) -> None:
            seen.append(work.steps)

        def __call__(self) -> None:
            time.sleep(0.001)

    monkeypatch.setattr(choosing, "TrainingStep", Step)
    layers = (Layer("layer1", "lstm", 256),)
    large = Work(Net("net", layers), {}, Training(batch=64), 64, 64, 1000)
    fastest([large])
    assert seen and all(2 <= steps < 20 for steps in seen)
    assert 6 * seen[0] * 64 * 330_000 <= 1.2 * choosing.MOST
    seen.clear()
    huge = replace(large, net=Net("net", (Layer("layer1", "lstm", 4096),)))
    assert fastest([huge]).seconds == {} and seen == []


def test_the_budget_leaves_room_for_the_first_loss() -> None:
    assert BUDGET <= 0.15
