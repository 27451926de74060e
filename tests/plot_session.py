"""A session with two networks, made by hand: a plain RNN that fails and an LSTM that learns."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from playground.engine import choose
from playground.experiment.document import Experiment
from playground.network.inspections.inspect import inspect
from playground.network.inspections.spec import Inspection
from playground.network.network import Network
from playground.network.spec import Layer, Net, Training
from playground.network.traces import NetTraces, Traces
from playground.tasks.base import Baseline, Batch, Facts, Probe
from playground.training.curves import Curves
from playground.training.messages import Tested
from playground.training.race import Solved
from playground.training.repeats.job import Outcome
from playground.ui.figures.still import StillSession
from playground.ui.plots import Plot, make_plot
from playground.ui.theme import THEMES

NETS = (
    Net("Plain RNN", (Layer("layer1", "rnn", 6),)),
    Net("LSTM", (Layer("layer1", "lstm", 4), Layer("layer2", "lstm", 5))),
)
STEPS = 40


def grown(steps: int, metric: str = "relative_mse") -> Curves:
    """Losses of `steps` steps and a test every 50."""
    rng = np.random.default_rng(1)
    curves = Curves([net.name for net in NETS])
    at = np.arange(1, steps + 1)
    falling = np.exp(-at / (steps / 6)) + 0.01 + 0.003 * rng.random(steps)
    flat = 0.7 + 0.05 * rng.standard_normal(steps)
    if steps:
        curves.append_steps(at.tolist(), [flat.tolist(), falling.tolist()], [flat.tolist(), falling.tolist()])
    for step in range(50, steps + 1, 50):
        values = [0.71, float(falling[step - 1])]
        curves.append_test(Tested(0, step, values, [{metric: value} for value in values], 0.0))
    return curves


def layer_nodes(prefix: str, units: int, length: int, seed: int) -> dict[str, np.ndarray]:
    """Plausible values of an LSTM layer's nodes."""
    rng = np.random.default_rng(seed)
    gates = {name: 1 / (1 + np.exp(-rng.standard_normal((length, units)))) for name in ("input", "forget", "output")}
    candidate = np.tanh(rng.standard_normal((length, units)))
    c = np.cumsum(gates["input"] * candidate, axis=0) * 0.3
    h = gates["output"] * np.tanh(c)
    found = gates | {"candidate": candidate, "c": c, "h": h, "out": h}
    return {f"{prefix}/{name}": values for name, values in found.items()}


def traced(length: int = STEPS) -> Traces:
    """Both networks on one sequence."""
    rng = np.random.default_rng(2)
    targets = np.sin(np.arange(length) / 4)[:, None]
    rnn = NetTraces(
        "Plain RNN",
        targets * 0.5,
        {"layer1/h": np.tanh(rng.standard_normal((length, 6))), "layer1/x": rng.standard_normal((length, 1))},
        {"layer1/h": 10 ** np.linspace(-9, 0, length)},
        0.7,
    )
    nodes = layer_nodes("layer1", 4, length, 3) | layer_nodes("layer2", 5, length, 4)
    norms = {f"layer{i}/{node}": 10 ** np.linspace(-1, 0, length) for i in (1, 2) for node in ("h", "c", "out")}
    return Traces(100, targets.copy(), targets, (rnn, NetTraces("LSTM", targets * 0.9, nodes, norms, 0.01)))


FACTS = Facts(
    "Sunspots", "", 1, 1, STEPS, "mse", ("relative_mse",),
    input_names=("sunspots [count]",), output_names=("sunspots [count]",), time_name="year",
    baselines=(Baseline("last value", 0.546, 0.546), Baseline("linear AR(9)", 0.162, 0.162)),
)  # fmt: skip


def looking(probe: Probe) -> Callable[[Inspection], dict[str, np.ndarray]]:
    """Answers of both networks with their initial weights, on the probe."""
    made: dict[str, Network] = {}

    def look(question: Inspection) -> dict[str, np.ndarray]:
        if question.net not in made:
            net = next(net for net in NETS if net.name == question.net)
            made[net.name] = Network(net, {}, FACTS, Training(precision="float64"), choose("numpy"))
            made[net.name].initialise(1)
        return inspect(made[question.net], probe.batch, question)

    return look


class DoneRepeats(QObject):
    """What background runs came to: with every lag, the first network solves it in fewer seeds."""

    changed = Signal()
    what, running = "", False

    def of_seeds(self, net: str) -> list[Outcome]:
        return []

    def of_lags(self, net: str) -> dict[int, list[Outcome]]:
        right = {5: 4, 20: 2, 80: 0} if net == NETS[0].name else {5: 4, 20: 4, 80: 3}
        won = Outcome(10, 30, solved=Solved(10, 0.1, 80), end="solved")
        return {
            lag: [won] * count + [Outcome(30, 30, end="goal: 30 steps")] * (4 - count) for lag, count in right.items()
        }


@pytest.fixture
def session(qapp) -> StillSession:
    """Sunspots by the year, with curves and traces."""
    times = 1921.0 + np.arange(STEPS)
    waves = np.sin(np.arange(STEPS + 1) / 4)[:, None, None]
    probe = Probe(Batch(waves[:-1], waves[1:], np.ones((STEPS, 1))), times)
    experiment = Experiment(name="Sunspots & <so on>", seed=11, networks=NETS)
    made = StillSession(experiment, grown(400), traced(), FACTS, probe, THEMES["light"], look=looking(probe))
    made.repeats = DoneRepeats(made)
    return made


@pytest.fixture
def shown(qtbot, session) -> Callable[..., Plot]:
    """Make a plot, show it and draw it."""

    def make(name: str, width: int = 420, height: int = 200) -> Plot:
        plot = make_plot(name, session)
        qtbot.addWidget(plot)
        plot.resize(width, height)
        plot.show()
        qtbot.waitExposed(plot)
        plot.refresh()
        return plot

    return make
