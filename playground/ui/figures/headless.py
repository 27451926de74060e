"""Figures without a display: for the command line."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from playground.errors import BadInput
from playground.experiment.document import Experiment
from playground.export.catalogue import checked_format, plot_names
from playground.network.traces import Traces
from playground.tasks.base import Facts, Probe
from playground.training.curves import Curves

if TYPE_CHECKING:
    from playground.ui.figures.still import Look

SIZE = (900, 500)
_kept: list[object] = []  # the one QApplication must outlive every widget


def offscreen_application() -> None:
    """Make sure that there is a QApplication, one without a display if need be. Raises BadInput without any font."""
    from PySide6.QtGui import QFontDatabase
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        application = QApplication(["playground"])
        application.setStyle("Fusion")
        _kept.append(application)
    if not QFontDatabase.families():
        raise BadInput("fonts", "no font is installed, so that figures would have no text",
                       "install one, for example the package fonts-dejavu-core")  # fmt: skip


def export_plots(
    experiment: Experiment,
    curves: Curves | None,
    traces: Traces | None,
    names: Sequence[str],
    format: str,
    out_dir: Path,
    theme: str = "light",
    size: tuple[int, int] = SIZE,
    scale: float = 2.0,
    background: str = "theme",
    facts: Facts | None = None,
    probe: Probe | None = None,
    baselines: dict[str, tuple[float, float]] | None = None,
    look: "Look | None" = None,
) -> list[Path]:
    """Write each of the plots `names` as OUT_DIR/NAME.FORMAT. Returns the paths.

    facts, probe: of the task; without them they are built from the experiment. `theme`: "light" or "dark".
    look: answers what plots ask of the networks beyond their traces; without it those plots stay empty.
    Raises BadInput for an unknown name, format or theme, and where nothing can be written.
    """
    names = [checked for name in names for checked in plot_names(name)]
    format = checked_format(format)
    folder = made_folder(Path(out_dir))
    offscreen_application()
    from PySide6.QtCore import QCoreApplication, QEvent

    from playground.ui.figures import render
    from playground.ui.figures.still import StillSession
    from playground.ui.plots import make_plot
    from playground.ui.theme import THEMES

    if theme not in THEMES:
        raise BadInput("theme", f"there is no theme {theme!r}", f"choose one of {', '.join(THEMES)}")
    if facts is None or probe is None:
        facts, probe = _facts_and_probe(experiment)
    session = StillSession(experiment, curves, traces, facts, probe, THEMES[theme], baselines, look)
    written = []
    for name in names:
        plot = make_plot(name, session)
        plot.resize(*size)
        written.append(render(plot, folder / f"{name}.{format}", format, scale, background))  # type: ignore[arg-type]
        plot.deleteLater()
        QCoreApplication.sendPostedEvents(plot, QEvent.Type.DeferredDelete)  # there is no event loop to do it
    return written


def made_folder(folder: Path) -> Path:
    """The folder, made when it is missing. Raises BadInput when that is not possible."""
    from playground.experiment.atomic import cannot_write

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    return folder


def _facts_and_probe(experiment: Experiment) -> tuple[Facts, Probe]:
    from playground.tasks import build_task
    from playground.tasks.random import stream

    task = build_task(experiment.task)
    return task.facts, task.probe(stream(experiment.seed, "probe"))
