"""The plots with the session of the window, and the still session beside it."""

import numpy as np
import pytest
from msgspec import structs
from PySide6.QtCore import SignalInstance

from playground.experiment.files import examples, load
from playground.training.run import Run
from playground.ui.figures.headless import export_plots
from playground.ui.figures.still import StillSession
from playground.ui.plots import PLOTS, make_plot
from playground.ui.session import Session


@pytest.fixture
def real(qapp):
    session = Session(load(examples()["delayed-recall"]))
    yield session
    session.close()


def test_the_still_session_has_what_plots_read_of_the_real_one(real) -> None:
    still = StillSession(real.experiment)
    names = [name for name in vars(StillSession) | vars(still) if not name.startswith("_")]
    missing = [name for name in names if not hasattr(real, name) and name != "staticMetaObject"]
    assert not missing
    for name in names:
        if isinstance(getattr(still, name), SignalInstance):
            assert isinstance(getattr(real, name), SignalInstance), name


@pytest.mark.parametrize("name", PLOTS)
def test_signals_of_the_real_session_make_plots_stale(name: str, real, qtbot) -> None:
    plot = make_plot(name, real)
    qtbot.addWidget(plot)
    plot.resize(420, 160)
    plot.refresh()
    assert not plot.stale and (plot.chart.frame.message or name == "sequence")  # which is there before any training
    real.document_changed.emit(real.experiment)
    assert plot.stale
    real.set_theme("dark")
    assert plot.theme.name == "dark"


@pytest.mark.parametrize(
    "example", ["delayed-recall", "vanishing-gradient", "sunspots", "king-and-queen", "adding", "sines"]
)
def test_every_shipped_example_can_be_drawn(example: str, qapp, tmp_path) -> None:
    experiment = load(examples()[example])
    run = Run(experiment)
    run.step_once()
    traces = run.traces()
    paths = export_plots(
        experiment, None, traces, ["gates", "hidden", "prediction", "gradient"], "csv", tmp_path,
        facts=run.facts, probe=run.probe,
    )  # fmt: skip
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == 2 + len(traces.targets), path
    head = (tmp_path / "gradient.csv").read_text(encoding="utf-8").splitlines()[1]
    assert all(net.name in head for net in experiment.networks)


def test_one_table_for_all_networks_in_the_gradient_plot(qapp, tmp_path) -> None:
    experiment = load(examples()["delayed-recall"])
    run = Run(experiment)
    traces = run.traces()
    (path,) = export_plots(
        experiment, None, traces, ["gradient"], "csv", tmp_path, facts=run.facts, probe=run.probe
    )  # fmt: skip
    lines = path.read_text(encoding="utf-8").splitlines()
    column = lines[1].split(",").index(f"{experiment.networks[0].name} gradient norm of h [loss/1]")
    read = np.array([float(line.split(",")[column] or "nan") for line in lines[2:]])
    np.testing.assert_array_equal(read, traces.networks[0].gradients["layer1/h"])


def test_both_directions_of_a_layer_can_be_looked_at(qapp, qtbot) -> None:
    experiment = load(examples()["sunspots"])
    net = structs.replace(
        experiment.networks[0], layers=(structs.replace(experiment.networks[0].layers[0], bidirectional=True),)
    )
    experiment = structs.replace(experiment, networks=(net,))
    run = Run(experiment)
    session = StillSession(experiment, None, run.traces(), run.facts, run.probe)
    for name in ("gates", "hidden"):
        plot = make_plot(name, session)
        qtbot.addWidget(plot)
        plot.refresh()
        assert [plot._layer.itemData(i)[1] for i in range(plot._layer.count())] == ["layer1", "layer1.back"]
        for layer in ("layer1", "layer1.back"):
            plot._layer.choose((net.name, layer))
            plot.refresh()
            assert not plot.chart.frame.message
            assert any(column.startswith(f"{layer}.") for column in plot.columns())
    gradient = make_plot("gradient", session)
    qtbot.addWidget(gradient)
    gradient.refresh()
    assert gradient.chart.curves
