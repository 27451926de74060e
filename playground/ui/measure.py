"""What the window costs, measured: how soon it is painted, how long it blocks, how often it draws, what training loses.

Everything that is compared is measured alternately in one run, since a shared machine drifts.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from playground.experiment.files import examples
from playground.ui.measure_cell import measure_cell
from playground.ui.measure_first_loss import measure_first_loss
from playground.ui.measure_headless import headless as run_headless
from playground.ui.measure_plots import blocked, measure_plots

ROUNDS = 3  # of everything that is compared
WARM = 2.0  # seconds of training before it counts
SECONDS = 8.0  # of training in each round
EXAMPLE = "delayed-recall"
LONG_RUN = 10_000_000  # steps: the goal must not end a measurement

# A window with one plot and nothing else: what Qt and pyqtgraph cost by themselves.
BARE = """
import sys, time
began = float(sys.argv[1])
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph
class Plot(pyqtgraph.PlotWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time() - began, flush=True)
        QApplication.quit()
app = QApplication([])
window = QMainWindow()
plot = Plot()
plot.plot([0, 1, 2], [1, 3, 2])
window.setCentralWidget(plot)
window.resize(1440, 900)
window.show()
app.exec()
"""

OURS = """
import sys, time
began = float(sys.argv[1])
from playground.launch import make_haste
make_haste()
from pathlib import Path
from PySide6.QtWidgets import QApplication
from playground.ui.app import let_go, make_application, open_window
from playground.ui.settings import Settings
from playground.ui.main_window import MainWindow
bring_plots = MainWindow._after_first_paint
def on_the_screen(window):
    print(time.time() - began, flush=True)
    bring_plots(window)
def with_plots(window):  # in place of what the window puts off until they are on the screen too
    print(time.time() - began, flush=True)
    QApplication.quit()
MainWindow._after_first_paint, MainWindow._complete = on_the_screen, with_plots
app = make_application()
window = open_window(Settings(Path(sys.argv[2])))
app.exec()
window.session.close()
"""


def measure_window(rounds: int = ROUNDS, seconds: float = SECONDS) -> dict[str, Any]:
    """All measurements of the window; medians over `rounds`. Needs a display, a virtual or offscreen one will do."""
    bare, ours, with_plots = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds + 1):  # the first round warms the file cache
            bare += _numbers(BARE, str(time.time()))
            painted, plotted = _numbers(OURS, str(time.time()), folder)
            ours.append(painted)
            with_plots.append(plotted)
    headless: list[float] = []
    inside: list[float] = []
    blocked: list[np.ndarray] = []
    rates: dict[str, list[float]] = {}
    for _ in range(rounds):
        headless.append(run_headless(examples()[EXAMPLE], seconds))
        found = json.loads(_output(["-m", "playground.ui.measure", str(seconds)]))
        inside.append(found["steps_per_second"])
        blocked.append(np.array(found["blocked_ms"]))
        for name, rate in found["refreshes_per_second"].items():
            rates.setdefault(name, []).append(rate)
    start_bare, start_ours = statistics.median(bare[1:]), statistics.median(ours[1:])
    steps_headless, steps_inside = statistics.median(headless), statistics.median(inside)
    return {
        "painted_after_s": round(start_ours, 3),
        "bare_window_painted_after_s": round(start_bare, 3),
        "painted_ratio": round(start_ours / start_bare, 2),
        "painted_with_plots_after_s": round(statistics.median(with_plots[1:]), 3),
        "blocked_ms_95th_percentile": round(statistics.median(float(np.percentile(b, 95)) for b in blocked), 2),
        "blocked_ms_worst": round(max(float(b.max()) for b in blocked), 1),
        "plot_refreshes_per_second": {name: round(statistics.median(rate), 1) for name, rate in rates.items()},
        "steps_per_second_in_the_window": round(steps_inside, 1),
        "steps_per_second_headless": round(steps_headless, 1),
        **json.loads(_output(["-m", "playground.ui.measure", "cell"])),
        **json.loads(_output(["-m", "playground.ui.measure", "plots"])),
        **json.loads(_output(["-m", "playground.ui.measure", "first_loss"])),
        "training_speed_ratio": round(statistics.median(a / b for a, b in zip(inside, headless, strict=True)), 3),
    }


def watch(seconds: float) -> dict[str, Any]:
    """Train in a real window with every plot visible, and say how it went. Runs in a process of its own.

    blocked_ms: of every pass of the event loop, how long it kept a timer waiting that was due at once.
    """
    from playground.experiment.edits import SetValue
    from playground.ui.app import let_go, make_application, open_window
    from playground.ui.settings import Settings

    make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = open_window(Settings(Path(folder)))
        window.resize(1440, 900)
        session = window.session
        session.new_from_example(EXAMPLE)
        session.apply(SetValue("training.goal.steps", LONG_RUN))
        _separate(window)
        session.play()
        _until(lambda: session.run_state.step >= 50, 60.0)
        _until(lambda: False, WARM)  # what is looked at is compiled when it is first wanted
        window.plots.refresher.reset_statistics()
        first, began = session.run_state.step, time.perf_counter()
        _until(lambda: False, seconds)
        steps = session.run_state.step - first
        elapsed = time.perf_counter() - began
        drawn = window.plots.refresher.statistics()
        passes = blocked(seconds / 2)  # by itself: a timer that is always due takes its share of a core
        session.close()
        let_go(window)
    return {
        "steps_per_second": steps / elapsed,
        "blocked_ms": passes,
        "refreshes_per_second": drawn.rates,
    }


def _separate(window: Any) -> None:
    """Every plot visible at the same time, none behind a tab."""
    for dock in window.plots.docks.values():
        dock.setVisible(True)
    docks = list(window.plots.docks.values())
    for dock in docks:
        if any(other in window.plots.tabifiedDockWidgets(dock) for other in docks):
            window.plots.removeDockWidget(dock)
    from PySide6.QtCore import Qt

    for dock in docks:
        if window.plots.dockWidgetArea(dock) == Qt.DockWidgetArea.NoDockWidgetArea:
            window.plots.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock, Qt.Orientation.Horizontal)
            dock.setVisible(True)


def _until(done: Any, seconds: float) -> None:
    loop, end = QEventLoop(), time.monotonic() + seconds
    timer = QTimer(interval=50)
    timer.timeout.connect(lambda: loop.quit() if done() or time.monotonic() > end else None)
    timer.start()
    loop.exec()


def _numbers(source: str, *arguments: str) -> list[float]:
    return [float(word) for word in _output(["-c", source, *arguments]).split()]


def _output(arguments: list[str]) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)[:80]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    parts = {"cell": measure_cell, "plots": measure_plots, "first_loss": measure_first_loss}
    print(json.dumps(parts[sys.argv[1]]() if sys.argv[1] in parts else watch(float(sys.argv[1]))))
