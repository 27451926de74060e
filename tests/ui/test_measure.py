"""What `make bench` measures of the window exists and is measured; how fast it is belongs to the benchmark."""

import math
import os

from playground.cell.check import check_cell
from playground.cell.layout import lay_out, relayout
from playground.cell.library import LIBRARY
from playground.experiment.files import examples, load
from playground.ui.measure_cell import NODES, edits_of, towers
from playground.ui.measure_first_loss import CELLS, measure_first_loss, with_cell
from playground.ui.measure_headless import headless, resident
from playground.ui.measure_plots import COLUMNS, LENGTH, UNITS, enlarge, in_turn, soaked
from playground.ui.plots import PLOTS


def test_the_large_cell_is_a_valid_one() -> None:
    cell = towers(NODES)
    assert len(cell.nodes) == NODES and check_cell(cell) == []


def test_every_edit_that_is_measured_can_be_made_and_leaves_the_wires_apart() -> None:
    cell = towers(NODES)
    layout = lay_out(cell)
    for name, edit in edits_of(cell, layout).items():
        after = edit.apply(cell)
        assert after != cell, name
        assert relayout(layout, after).strained <= 1, name


def test_every_plot_is_on_the_screen_when_they_are_measured(qtbot, quiet) -> None:
    quiet.plots.arrange_cells([[name] for name in PLOTS], columns=COLUMNS)
    qtbot.waitUntil(lambda: all(quiet.plots.docks[name].plot.seen for name in PLOTS))
    assert not any(quiet.plots.tabifiedDockWidgets(dock) for dock in quiet.plots.docks.values())


def test_the_networks_that_are_measured_are_large(session) -> None:
    session.new_from_example("delayed-recall")
    enlarge(session)
    assert session.facts.length == LENGTH
    assert all(layer.units == UNITS for net in session.experiment.networks for layer in net.layers)


def test_the_first_loss_is_timed_in_a_real_process_for_cells_that_are_the_experiments_own(monkeypatch) -> None:
    example = load(examples()["delayed-recall"])
    assert all(with_cell(example, LIBRARY[name]).networks[-1].layers[0].cell == "own" for name in CELLS)
    monkeypatch.setattr("playground.ui.measure_first_loss.CELLS", ("min_gru",))
    monkeypatch.setattr("playground.ui.measure_first_loss.WARM", 0.0)
    found = measure_first_loss()
    assert found["train_to_first_loss_s"] == found["train_to_first_loss_s_of_a_new_cell_like"]["min_gru"] > 0


def test_memory_is_that_of_a_process() -> None:
    assert 10.0 < resident(os.getpid()) < 100_000.0
    assert math.isnan(resident(None))


def test_training_without_a_window_makes_steps() -> None:
    assert headless(examples()["delayed-recall"], 0.1) > 0.0


def test_all_plots_are_measured_in_turn_with_no_window_and_over_a_soak(qtbot, window, tmp_path) -> None:
    window.plots.arrange_cells([[name] for name in PLOTS], columns=COLUMNS)
    window.session.play()
    qtbot.waitUntil(lambda: window.session.run_state.step > 0, timeout=30_000)
    rates, speeds = in_turn(window.session, window.plots.refresher, tmp_path, 0.3, 1)
    assert set(rates) >= set(PLOTS) and rates["gates"] > 0
    assert speeds["speed_ratio"] == speeds["steps_per_second"] / speeds["headless_steps_per_second"] > 0
    assert 0 < speeds["processor_seconds_per_second"] < 4
    held = soaked(window.session, 0.5)
    assert held["window_first_mib"] > 10 and held["worker_last_mib"] > 10
    assert math.isfinite(held["window_mib_per_hour"]) and math.isfinite(held["worker_mib_per_hour"])
