"""Figures of a finished run without a display: its plots, and the canvas as it would look."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from playground.cell.graph import Gate
from playground.experiment.cells import known_cells
from playground.experiment.document import Experiment
from playground.export.catalogue import CANVAS, CELL
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
    """Writes each of `names` (plots, "network" for the canvas, "cell" for the inside of a cell) as OUT/NAME.KIND.

    folder: of the run.

    Raises BadInput.
    """
    experiment, run, curves, summary = load_run(folder)
    traces = run.traces()
    plots = [name for name in names if name not in (CANVAS, CELL)]
    written = export_plots(
        experiment, curves, traces, plots, kind, out, theme=theme, scale=scale, background=background,
        facts=run.facts, probe=run.probe, look=run.look,
    )  # fmt: skip
    canvases = [name for name in (CANVAS, CELL) if name in names]
    if canvases:
        # The last test in the curves may be some steps old; the canvas says what the networks reach now.
        test = run.test()
        now = Tested(
            0,
            int(summary.get("steps", run.step)),
            list(test.losses),
            list(test.metrics),
            float(summary.get("seconds", 0)),
        )
        tests = [*tests_of(curves), now]
        for name in canvases:
            path = out / f"{name}.{kind}"
            written.append(_write_canvas(experiment, folder, tests, traces, path, kind, scale, theme, background))
    return written


def _write_canvas(
    experiment: Experiment, folder: Path, tests: list[Tested], traces: Traces, path: Path, kind: str, scale: float,
    theme: ThemeName, background: Background,
) -> Path:  # fmt: skip
    offscreen_application()
    from playground.ui.canvas import NetworkCanvas
    from playground.ui.cell_canvas import CellCanvas
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
        canvas = CellCanvas(session) if path.stem == CELL else NetworkCanvas(session)
        canvas.resize(*SIZE)
        canvas.show()  # offscreen: only a shown view takes its size
        if path.stem == CELL:
            session.workshop.enter(*_richest_layer(experiment))
        canvas.fit()
        render(canvas, path, kind, scale, background)
        canvas.close()
        canvas.deleteLater()
    finally:
        session.close()
    return path


def _richest_layer(experiment: Experiment) -> tuple[str, str]:
    """Network and id of the layer with the most gates; of several, in the last network."""
    known = known_cells(experiment)
    layers = [
        (sum(isinstance(node, Gate) for node in known[layer.cell].nodes), number, net.name, layer.id)
        for number, net in enumerate(experiment.networks)
        for layer in net.layers
    ]
    return max(layers, key=lambda found: found[:2])[2:]


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
            sequences=int(np.nan_to_num(curves.test_sequences[i])),
            own_seconds=curves.test_own_seconds[:, i].tolist(),
        )
        for i, step in enumerate(curves.test_steps)
    ]
