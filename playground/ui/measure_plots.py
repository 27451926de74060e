"""What plots cost: all of them open over a large network in training, scrubbing, and a curve of a million steps."""

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from playground.engine.threads import set_threads
from playground.experiment.files import save
from playground.ui.measure_headless import headless, resident

UNITS, LENGTH = 64, 200  # H and T of the networks that are looked at
SIZE = (1600, 1000)  # px of the window
COLUMNS = 4  # of plots that are all seen at once
MILLION = 1_000_000
DRAWS = 12  # of everything that is timed one by one
SECONDS = 8.0
ROUNDS = 3  # of training with and without a window
SOAK = 60.0  # seconds
SAMPLES = 40  # of the memory in these


def measure_plots(seconds: float = SECONDS) -> dict[str, Any]:
    """All of them, in a process of its own."""
    set_threads(1)  # as the window does
    return many_plots(seconds, ROUNDS, SOAK) | million_steps()


def many_plots(seconds: float, rounds: int, soak: float) -> dict[str, Any]:
    """Train a race of two large networks with every plot on the screen, then scrub.

    many plots: all of them seen at once, none behind a tab. blocked: of every pass of the event loop, how long it kept
    a timer waiting that was due at once. paintings: of all plots together; one that looks as it did is refreshed
    without. speed ratio: to the same training without a window, which has its turn after each round. every plot: the
    same with all of them open as the menu's "Every plot" opens them, a cell for each group and tabs in it. spare plots:
    the same as the first with a batch that one processor trains, so that of two one is left. scrub: from a move of the
    scrubber until canvas and plots are drawn. soak: what the window's process and the worker hold, and how that grows
    in the second half.
    """
    from playground.compiler.native_math import BYTES
    from playground.engine.native_compile import vector_bytes
    from playground.experiment.edits import SetValue
    from playground.ui.app import let_go, make_application, open_window
    from playground.ui.plots import PLOTS
    from playground.ui.settings import Settings

    make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = open_window(Settings(Path(folder)))
        window.resize(*SIZE)
        session = window.session
        session.new_from_example("delayed-recall")
        enlarge(session)
        all_seen = [[name] for name in PLOTS]
        window.plots.arrange_cells(all_seen, columns=COLUMNS)
        _wait(0.5)
        session.play()
        _wait(2.0 + seconds / 4)
        passes = blocked(seconds)
        rates, speeds = in_turn(session, window.plots.refresher, Path(folder), seconds, rounds)
        plots = window.plots.plots()
        seen = [name for name, plot in plots.items() if plot.seen]
        paints, began = sum(plots[name].chart.paints for name in seen), time.perf_counter()
        held = soaked(session, soak)
        painted = (sum(plots[name].chart.paints for name in seen) - paints) / (time.perf_counter() - began)
        looks_within = look_back(session)
        session.pause()
        _wait(1.0)
        scrubs, looks = scrub(session), look_back(session)
        window.plots.arrange_all()
        session.play()
        _wait(2.0)
        every_rates, every = in_turn(session, window.plots.refresher, Path(folder), seconds, rounds)
        session.apply(SetValue("training.batch", vector_bytes() // BYTES["float32"]))  # one vector for one thread
        window.plots.arrange_cells(all_seen, columns=COLUMNS)
        session.play()
        _wait(2.0)
        _, spare = in_turn(session, window.plots.refresher, Path(folder), seconds, rounds)
        session.close()
        let_go(window)
    return {
        "many_plots": len(seen),
        "many_plots_blocked_ms_95th_percentile": round(float(np.percentile(passes, 95)), 2),
        "many_plots_blocked_ms_worst": round(max(passes), 1),
        "many_plots_refreshes_per_second": {name: round(rates[name], 1) for name in seen},
        "many_plots_paintings_per_second": round(painted, 1),
        **{f"many_plots_{name}": round(value, 3) for name, value in speeds.items()},
        "every_plot_refreshes_per_second": {name: round(rate, 1) for name, rate in every_rates.items() if rate},
        **{f"every_plot_{name}": round(value, 3) for name, value in every.items()},
        **{f"spare_plots_{name}": round(value, 3) for name, value in spare.items()},
        **{f"many_plots_soak_{name}": round(value, 1) for name, value in held.items()},
        "scrub_ms_95th_percentile": round(float(np.percentile(scrubs, 95)), 1),
        "scrub_ms_median": round(statistics.median(scrubs), 1),
        "look_back_ms_95th_percentile": round(float(np.percentile(looks, 95)), 1),
        "look_back_ms_median": round(statistics.median(looks), 1),
        "look_back_training_ms_95th_percentile": round(float(np.percentile(looks_within, 95)), 1),
        "look_back_training_ms_median": round(statistics.median(looks_within), 1),
    }


def in_turn(
    session: Any, refresher: Any, folder: Path, seconds: float, rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Medians over `rounds` of training in the window and without one, in turn: how often each plot was drawn in a
    second; and the speeds, and how many seconds of a processor the window's process took per second."""
    save(session.experiment, folder / "large.experiment.json")
    rates: dict[str, list[float]] = {}
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        session.play()
        _wait(1.0)
        refresher.reset_statistics()
        first, began, took = session.run_state.step, time.perf_counter(), time.process_time()
        _wait(seconds)
        elapsed, took = time.perf_counter() - began, time.process_time() - took
        inside = (session.run_state.step - first) / elapsed
        drawn = refresher.statistics().rates
        session.pause()
        _wait(1.0)
        outside = headless(folder / "large.experiment.json", seconds)
        one = {"steps_per_second": inside, "headless_steps_per_second": outside, "speed_ratio": inside / outside,
               "processor_seconds_per_second": took / elapsed}  # fmt: skip
        for into, values in ((rates, drawn), (found, one)):
            for name, value in values.items():
                into.setdefault(name, []).append(value)
    return tuple({name: statistics.median(some) for name, some in each.items()} for each in (rates, found))  # type: ignore[return-value]


def soaked(session: Any, seconds: float) -> dict[str, float]:
    """MiB that the window's process and the worker hold at the beginning and at the end of so long a training, and by
    how much that grows in an hour at the pace of the second half."""
    session.play()
    processes = {"window": os.getpid(), "worker": session._link.process_id}
    held: dict[str, list[float]] = {name: [] for name in processes}
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        times.append(time.perf_counter() - began)
        for name, process in processes.items():
            held[name].append(resident(process))
        _wait(seconds / SAMPLES)
    half = len(times) // 2
    found: dict[str, float] = {"seconds": seconds}
    for name, values in held.items():
        found |= {f"{name}_first_mib": values[0], f"{name}_last_mib": values[-1]}
        found[f"{name}_mib_per_hour"] = 3600.0 * float(np.polyfit(times[half:], values[half:], 1)[0])
    return found


def enlarge(session: Any) -> None:
    """The race of the example with H units and T steps, and no end."""
    from playground.experiment.edits import SetUnits, SetValue

    session.apply(SetValue("task.lag", LENGTH - 1))
    session.apply(SetValue("training.goal.steps", 10 * MILLION))
    for net in session.experiment.networks:
        for layer in net.layers:
            session.apply(SetUnits(net.name, layer.id, UNITS))


def blocked(seconds: float) -> list[float]:
    """Milliseconds that each pass of the event loop took, for so long."""
    passes: list[float] = []
    beat, last = QTimer(interval=0), [time.perf_counter()]

    def pulse() -> None:
        passes.append((time.perf_counter() - last[0]) * 1e3)
        time.sleep(0.001)  # a timer without pause would take a core from the training
        last[0] = time.perf_counter()

    beat.timeout.connect(pulse)
    beat.start()
    _wait(seconds)
    beat.stop()
    return passes


def scrub(session: Any) -> list[float]:
    """Milliseconds from a move of the scrubber until everything is drawn, for moves across the sequence."""
    found = []
    for step in np.linspace(0, session.length - 1, 4 * DRAWS).astype(int):
        QApplication.processEvents()
        began = time.perf_counter()
        session.set_time(int(step))
        QApplication.processEvents()
        found.append((time.perf_counter() - began) * 1e3)
        _wait(0.02)
    return found


def look_back(session: Any) -> list[float]:
    """The same for moves of the clock of the training, the worker's answer included."""
    found: list[float] = []
    arrived: list[float] = []
    session.moments.arrived.connect(lambda: arrived.append(time.perf_counter()))
    for place in np.linspace(0, len(session.moments.steps) - 1, 4 * DRAWS).astype(int):
        QApplication.processEvents()
        arrived.clear()
        began = time.perf_counter()
        session.moments.look(session.moments.steps[place])
        while not arrived and time.perf_counter() - began < 1.0:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        QApplication.processEvents()
        if arrived:  # else it was looked at already
            found.append((time.perf_counter() - began) * 1e3)
        _wait(0.02)
    session.moments.live()
    return found


def million_steps() -> dict[str, Any]:
    """A loss curve of a million steps of each of two networks: drawn anew after each piece that it grows by."""
    from playground.experiment.document import Experiment
    from playground.network.spec import Layer, Net
    from playground.training.curves import LONG, Curves
    from playground.ui.app import make_application
    from playground.ui.figures.still import StillSession
    from playground.ui.plots import make_plot

    make_application()
    nets = (Net("A", (Layer("layer1", "rnn", 4),)), Net("B", (Layer("layer1", "lstm", 4),)))
    noise = np.random.default_rng(0).random((2, MILLION))
    losses = np.exp(-np.arange(MILLION) / 2e5) + 0.2 * noise
    arrays = {"steps": np.arange(1.0, MILLION + 1), "losses": losses, "gradient_norms": losses,
              "test_steps": np.arange(50.0, MILLION, 50), "test_losses": losses[:, 50::50]}  # fmt: skip
    session = StillSession(Experiment(networks=nets), Curves.from_arrays(arrays, ("A", "B")))
    session.curves.bound = 2 * LONG
    plot = make_plot("loss", session)
    plot.resize(800, 400)
    plot.show()
    began = time.perf_counter()
    plot.refresh()
    first = time.perf_counter() - began
    took = []
    for piece in range(DRAWS):
        at = np.arange(MILLION + 1 + 30 * piece, MILLION + 31 + 30 * piece)
        rows = [[0.1] * 30, [0.2] * 30]
        session.curves.append_steps(at.tolist(), rows, rows)
        session.scalars_changed.emit()
        QApplication.processEvents()
        began = time.perf_counter()
        plot.refresh()
        plot.chart.viewport().repaint()
        took.append((time.perf_counter() - began) * 1e3)
    plot.close()
    plot.deleteLater()
    return {"million_steps_ms": round(statistics.median(took), 2), "million_steps_first_ms": round(first * 1e3, 1)}


def _wait(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1e3), loop.quit)
    loop.exec()
