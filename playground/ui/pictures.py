"""Renders the README's pictures from the real window while it really trains: `python -m playground.ui.pictures FOLDER`."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication

from playground.ui.app import make_application, open_window
from playground.ui.figures import render
from playground.ui.main_window import MainWindow
from playground.ui.settings import Settings

SIZE = QSize(1440, 900)
PATIENCE = 180.0  # s for one example to reach its step
SHOTS = (
    ("delayed-recall", 700, "network"),
    ("sunspots", 600, "sunspots"),
)  # example, training step, name of the picture


def wait(until: Callable[[], bool], seconds: float) -> bool:
    """Let the window live until the condition holds. False when the time is up first."""
    loop, end = QEventLoop(), time.monotonic() + seconds
    timer = QTimer(interval=20)
    timer.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > end else None)
    timer.start()
    loop.exec()
    return until()


def shoot(window: MainWindow, example: str, step: int, name: str, folder: Path) -> list[Path]:
    """Train the example to the step, then take the window in both themes and its plots as figures."""
    session = window.session
    session.new_from_example(example)
    session.play()
    if not wait(lambda: session.run_state.step >= step or session.run_state.state in ("stopped", "dead"), PATIENCE):
        raise SystemExit(f"{example}: step {step} was not reached in {PATIENCE:.0f} s")
    session.pause()
    wait(lambda: session.run_state.state != "training", 10.0)
    session.set_time(len(session.traces.inputs) // 3 if session.traces else 0)
    made = []
    for theme in ("light", "dark"):
        session.set_theme(theme)
        wait(lambda: False, 1.0)  # until every plot has been drawn in its new colours
        made.append(folder / f"{name}-{theme}.png")
        window.grab().save(str(made[-1]))
    session.set_theme("light")
    for plot_name, plot in window.plots.plots().items():
        made.append(folder / f"{name}-{plot_name}.svg")
        render(plot, made[-1], "svg")
    return made


def main() -> int:
    """Write all pictures into the folder given on the command line."""
    parser = argparse.ArgumentParser(description="Render the README's pictures from the real window.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    with tempfile.TemporaryDirectory() as own, tempfile.TemporaryDirectory() as fresh:
        window = open_window(Settings(Path(own)))
        window.resize(SIZE)
        for example, step, name in SHOTS:
            for path in shoot(window, example, step, name, Path(fresh)):
                shutil.copy(path, folder / path.name)
                print(folder / path.name)
        window.session.close()
    app.processEvents()
    QApplication.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
