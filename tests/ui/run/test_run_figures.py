import re
from pathlib import Path

import pytest

from playground.experiment.document import Experiment
from playground.network.spec import Goal, Layer, Net, Training
from playground.tasks.spec import Adding
from playground.training import messages
from playground.training.curves import Curves
from playground.training.runfolder import train
from playground.ui.run import run_figures


def test_the_canvas_of_a_run_shows_what_it_reached(tmp_path: Path, qapp: object) -> None:
    experiment = Experiment(
        name="Figure",
        task=Adding(length=6, test_sequences=8),
        networks=(Net("First", (Layer("layer1", "rnn", 5),)), Net("Second", (Layer("layer1", "lstm", 3),))),
        training=Training(batch=4, goal=Goal(steps=2)),
    )
    summary = train(experiment, tmp_path / "run")
    (path,) = run_figures.write_figures(tmp_path / "run", ["network"], "svg", tmp_path)
    text = path.read_text()
    for net in summary["networks"]:
        assert net["name"] in text
        shown = [float(number) for number in re.findall(r">(\d\.\d+)<", text)]
        assert any(number == pytest.approx(net["metrics"]["mse"], rel=0.01) for number in shown), shown
    (table,) = run_figures.write_figures(tmp_path / "run", ["network"], "csv", tmp_path)
    assert "First" in table.read_text() and "lstm" in table.read_text().lower()


def test_tests_come_back_out_of_the_curves() -> None:
    curves = Curves(["A", "B"])
    told = [
        messages.Tested(0, 0, [1.0, 2.0], [{"mse": 0.5}, {"mse": 0.25}], 0.0, [], 0, [0.0, 0.0]),
        messages.Tested(0, 50, [0.5, 1.0], [{"mse": 0.1}, {"mse": 0.2}], 1.5, [], 1600, [0.5, 1.0]),
    ]
    for tested in told:
        curves.append_test(tested)
    assert run_figures.tests_of(curves) == told


def test_the_inside_of_the_richest_cell_is_a_figure(tmp_path: Path, qapp: object) -> None:
    experiment = Experiment(
        name="Figure",
        task=Adding(length=6, test_sequences=8),
        networks=(Net("First", (Layer("layer1", "lstm", 5),)), Net("Second", (Layer("layer1", "rnn", 3),))),
        training=Training(batch=4, goal=Goal(steps=2)),
    )
    train(experiment, tmp_path / "run")
    (path,) = run_figures.write_figures(tmp_path / "run", ["cell"], "svg", tmp_path)
    assert "candidate" in path.read_text() and "Cell LSTM" in path.read_text()
    (table,) = run_figures.write_figures(tmp_path / "run", ["cell"], "csv", tmp_path)
    assert "forget [mean of 5]" in table.read_text()
