"""Checkpoints by themselves: when, how many, and where nothing can be written."""

import time
from pathlib import Path

import pytest

from playground.errors import BadInput
from playground.training import resuming
from playground.training.autosave import Autosave
from playground.training.curves import Curves
from playground.training.pace import Pace
from playground.training.resuming import resume
from playground.training.run import Run


@pytest.fixture
def run(experiment) -> Run:
    return Run(experiment)


def save(autosave: Autosave, run: Run) -> Path | None:
    run.step_once()
    autosave.want()
    return autosave.save(run, Curves(run.names))


def test_the_checkpoint_it_began_with_is_one_of_the_two(run: Run, tmp_path: Path) -> None:
    autosave = Autosave()
    autosave.begin(1, str(tmp_path), "", 0)
    first = save(autosave, run)
    second = Autosave()
    second.begin(2, str(tmp_path), str(first), run.step)
    assert second.save(run, Curves(run.names)) is None  # it is there already
    later = [save(second, run) for _ in range(3)]
    assert sorted(tmp_path.iterdir()) == sorted(later[1:])
    assert resume(later[-1])[0].step == 4


def test_a_checkpoint_of_the_person_is_never_deleted(run: Run, tmp_path: Path) -> None:
    resuming.save(run, tmp_path / "mine.safetensors")
    autosave = Autosave()
    autosave.begin(1, str(tmp_path / "auto"), str(tmp_path / "mine.safetensors"), 0)
    for _ in range(3):
        save(autosave, run)
    assert (tmp_path / "mine.safetensors").is_file() and len(list((tmp_path / "auto").iterdir())) == 2


def test_nothing_is_wanted_without_a_folder(run: Run) -> None:
    autosave = Autosave()
    autosave.begin(1, "", "", 0)
    autosave.want()
    assert autosave.patience(time.perf_counter()) is None and not autosave.due(time.perf_counter())
    assert save(autosave, run) is None


def test_it_waits_for_quick_single_steps(tmp_path: Path) -> None:
    autosave = Autosave()
    autosave.begin(1, str(tmp_path), "", 0)
    for now in (1.0, 1.02, 1.04):
        autosave.want(now + 0.05)
        assert autosave.patience(now) == pytest.approx(0.05)
    assert autosave.patience(1.1) == 0.0


def test_it_gives_up_where_nothing_can_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    autosave = Autosave()
    autosave.begin(1, str(tmp_path / "file"), "", 0)
    with pytest.raises(BadInput):
        save(autosave, run)
    assert save(autosave, run) is None


def test_pace_keeps_to_its_share_of_the_time() -> None:
    pace = Pace(0.05, 0.1)
    assert pace.due(0.0)
    pace.done(10.0, 10.001)
    assert not pace.due(10.049) and pace.due(10.0501)
    pace.done(10.0, 10.1)
    assert pace.due(10.06), "one slow time is no rule"
    pace.done(10.0, 10.1)
    assert not pace.due(10.9) and pace.due(11.01)
    pace.at_once()
    assert pace.due(0.0)


def test_who_was_kept_waiting_for_a_while_comes_sooner_afterwards() -> None:
    pace = Pace(0.1)
    pace.done(10.0, 10.0)
    times, now = [], 10.0
    while len(times) < 30:
        now += 0.06  # so long is a training step
        if pace.due(now):
            times.append(now)
            pace.done(now, now)
    assert (times[-1] - 10.0) / 30 == pytest.approx(0.1, rel=0.03)
    pace.done(50.0, 50.0)  # after a long time nothing is to be caught up with
    assert not pace.due(50.09) and pace.due(50.1)


def test_what_is_begun_a_little_early_does_not_come_more_often() -> None:
    pace = Pace(0.1)
    pace.done(10.0, 10.001)
    for beat in range(1, 20):
        began = 10.0 + 0.1 * beat - 0.03 * (beat % 2)
        assert pace.due(began + 0.03)
        pace.done(began, began + 0.001)
    assert not pace.due(11.99) and pace.due(12.0001)
    pace.done(11.92, 11.93)  # long before its time: somebody wanted it at once
    assert not pace.due(12.01) and pace.due(12.0201)
