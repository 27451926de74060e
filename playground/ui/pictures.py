"""Renders the README's pictures from the real window while it trains: `python -m playground.ui.pictures FOLDER`."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QWidget

from playground.ui.app import let_go, make_application, open_window
from playground.ui.main_window import MainWindow
from playground.ui.settings import Settings

SIZE = QSize(1440, 900)
FOLDER = Path("resources/pictures")
PATIENCE = 180.0  # s for one example to reach its step


def wait(until: Callable[[], bool], seconds: float) -> bool:
    """Let the window live until the condition holds. False when the time is up first."""
    loop, end = QEventLoop(), time.monotonic() + seconds
    timer = QTimer(interval=20)
    timer.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > end else None)
    timer.start()
    loop.exec()
    return until()


def train(window: MainWindow, example: str, step: int) -> None:
    """Open the example and train it to the step, then pause."""
    session = window.session
    session.new_from_example(example)
    session.play()
    if not wait(lambda: session.run_state.step >= step or session.run_state.state in ("stopped", "dead"), PATIENCE):
        raise SystemExit(f"{example}: step {step} was not reached in {PATIENCE:.0f} s")
    session.pause()
    wait(lambda: session.run_state.state != "training", 10.0)
    session.set_time(len(session.traces.inputs) // 3 if session.traces else 0)


def take(window: MainWindow, part: QWidget, name: str, folder: Path) -> list[Path]:
    """The part of the window in both themes."""
    made = []
    for theme in ("light", "dark"):
        window.session.set_theme(theme)
        wait(lambda: False, 1.0)  # until every plot has been drawn in its new colours
        made.append(folder / f"{name}-{theme}.png")
        part.grab().save(str(made[-1]))
    return made


def take_all(window: MainWindow, folder: Path) -> list[Path]:
    """The race, the inside of its LSTM, and the plots of the sunspots."""
    session = window.session
    train(window, "delayed-recall", 700)
    made = take(window, window, "window", folder)
    lstm = session.experiment.networks[-1]
    session.workshop.enter(lstm.name, lstm.layers[0].id)
    session.workshop.choose("forget")
    made += take(window, window, "cell", folder)
    session.workshop.leave()
    train(window, "sunspots", 800)
    for name in ("prediction", "loss"):
        window.plots.docks[name].raise_()
    return made + take(window, window.plots, "plots", folder)


def main() -> int:
    """Write all pictures into the folder given on the command line."""
    parser = argparse.ArgumentParser(description="Render the README's pictures from the real window.")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help=f"where the pictures go ({FOLDER})")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    make_application()
    with tempfile.TemporaryDirectory() as own, tempfile.TemporaryDirectory() as fresh:
        window = open_window(Settings(Path(own)))
        window.resize(SIZE)
        window.arrange()
        for path in take_all(window, Path(fresh)):
            shutil.copy(path, folder / path.name)
            print(folder / path.name)
        window.session.close()
        let_go(window)
    return 0


if __name__ == "__main__":
    sys.exit(main())
