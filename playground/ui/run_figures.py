"""Figures of a finished run without a display: its plots, and the canvas as it would look."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from playground.experiment.document import Experiment
from playground.export.catalogue import CANVAS
from playground.network.traces import Traces
from playground.training.curves import Curves
from playground.training.messages import Tested
from playground.training.runfolder import load_run
from playground.ui.figures.headless import SIZE, export_plots, offscreen_application
from playground.ui.figures.paint import Background

ThemeName = Literal["light", "dark"]


def write_figures(
    folder: Path,
    names: Sequence[str],
    kind: str,
    out: Path,
    scale: float = 2.0,
    theme: ThemeName = "light",
    background: Background = "theme",
) -> list[Path]:
    """Writes each of `names` (plots, or "network" for the canvas) of the run in `folder` as OUT/NAME.KIND.

    Raises BadInput.
    """
    experiment, run, curves, summary = load_run(folder)
    traces = run.traces()
    plots = [name for name in names if name != CANVAS]
    written = export_plots(
        experiment, curves, traces, plots, kind, out, theme=theme, scale=scale, background=background,
        facts=run.facts, probe=run.probe,
    )  # fmt: skip
    if CANVAS in names:
        # The last test in the curves may be some steps old; the canvas says what the networks reach now.
        test = run.test()
        now = Tested(
            0,
            int(summary.get("steps", run.step)),
            list(test.losses),
            list(test.metrics),
            float(summary.get("seconds", 0)),
        )
        path = out / f"{CANVAS}.{kind}"
        written.append(
            _write_canvas(experiment, folder, [*tests_of(curves), now], traces, path, kind, scale, theme, background)
        )
    return written


def _write_canvas(
    experiment: Experiment, folder: Path, tests: list[Tested], traces: Traces, path: Path, kind: str, scale: float,
    theme: ThemeName, background: Background,
) -> Path:  # fmt: skip
    offscreen_application()
    from playground.ui.canvas import NetworkCanvas
    from playground.ui.figures import render
    from playground.ui.session import Session

    session = Session(experiment)
    try:
        session.path = folder / "experiment.experiment.json"
        session.set_theme(theme)
        session.record.clear(experiment, session.facts)
        session.record.traces = traces
        for tested in tests:
            session.record.take_tested(tested)
        canvas = NetworkCanvas(session)
        canvas.resize(*SIZE)
        canvas.show()  # offscreen: only a shown view takes its size
        canvas.fit()
        render(canvas, path, kind, scale, background)
        canvas.close()
        canvas.deleteLater()
    finally:
        session.close()
    return path


def tests_of(curves: Curves) -> list[Tested]:
    """Every test in the curves, as the worker told it."""
    metrics = curves.test_metrics
    return [
        Tested(
            0,
            int(step),
            [float(loss) for loss in curves.test_losses[:, i]],
            [
                {name: float(values[row, i]) for name, values in metrics.items()}
                for row in range(curves.test_losses.shape[0])
            ],
            float(np.nan_to_num(curves.test_seconds[i])),
        )
        for i, step in enumerate(curves.test_steps)
    ]
