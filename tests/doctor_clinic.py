"""Small real runs for the doctor to look at: what each finding is triggered by, and a near miss of it."""

from dataclasses import dataclass, field

from playground.cell.graph import Init
from playground.experiment.document import Experiment
from playground.network.inspections.spec import Vitals as AskVitals
from playground.network.spec import Layer, Net, Optimizer, Training
from playground.tasks.spec import AnyTask, DelayedRecall, Sines, Table, Text
from playground.training.curves import Curves
from playground.training.doctor import Finding, Patient, Report, Vitals, examine, patients
from playground.training.doctor.remedies import Remedy, remedies
from playground.training.finite import NotFinite
from playground.training.messages import Tested
from playground.training.run import Run

NET = "N"
RECALL = DelayedRecall(lag=40, test_sequences=100)
LONG = DelayedRecall(lag=100, test_sequences=50)
SINES = Sines(length=30, test_sequences=50)


def case(
    cell: str,
    init: dict[str, Init] | None = None,
    task: AnyTask = RECALL,
    units: int = 8,
    optimizer: Optimizer | None = None,
    clip: float = 1.0,
    seed: int = 1,
    **training: object,
) -> Experiment:
    """One network of one layer."""
    settings = Training(batch=16, optimizer=optimizer or adam(0.01), clip_norm=clip, test_every=10, **training)  # type: ignore[arg-type]
    nets = (Net(NET, (Layer("layer1", cell, units, init or {}),)),)
    return Experiment(name="case", seed=seed, task=task, networks=nets, training=settings)


def chrono(lag: float) -> dict[str, Init]:
    return {"forget.bias": Init("chrono", 2 * lag), "input.bias": Init("chrono_opposite", 2 * lag, "forget")}


@dataclass
class Clinic:
    """A run and its curves, as the window has them."""

    experiment: Experiment
    engine: str = "numpy"
    refused: NotFinite | None = None
    run: Run = field(init=False)
    curves: Curves = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """At step 0."""
        self.run, self.refused = Run(self.experiment, engine=self.engine), None
        self.curves = Curves(self.run.names)
        self._test()

    def train(self, steps: int) -> "Clinic":
        """So many steps further, or up to a value that is not finite."""
        for _ in range(steps):
            try:
                results = self.run.step_once()
            except NotFinite as error:
                self.refused = error
                return self
            losses, norms = [[one.loss] for one in results], [[one.gradient_norm] for one in results]
            self.curves.append_steps([self.run.step], losses, norms, self.experiment.training.clip_norm)
            if self.run.step % self.experiment.training.test_every == 0:
                self._test()
        return self

    def _test(self) -> None:
        test = self.run.test()
        self.curves.append_test(Tested(0, test.step, list(test.losses), list(test.metrics), 0.0))

    def patients(self) -> dict[str, Patient]:
        run = self.run
        vitals = {name: Vitals.of(run.look(AskVitals(name))) for name in run.names}
        found = patients(self.experiment, run.facts, self.curves, run.traces(), vitals, self.refused)
        return {patient.net.name: patient for patient in found}

    def report(self, net: str = NET) -> Report:
        return examine(self.patients()[net])

    def alarms(self, net: str = NET) -> dict[str, Finding]:
        """By kind."""
        return {found.kind: found for found in reversed(self.report(net).alarms)}

    def remedies(self, kind: str) -> dict[str, Remedy]:
        """What is offered for a finding, by id."""
        patient = next(iter(self.patients().values()))
        found = self.alarms(patient.net.name)[kind]
        return {remedy.id: remedy for remedy in remedies(found, self.experiment, patient)}

    def apply(self, remedy: Remedy) -> "Clinic":
        """As the panel does it."""
        self.experiment = remedy.edit.apply(self.experiment)
        if remedy.begins_again:
            self.begin()
        else:
            self.run.update(self.experiment)
        return self


SUNSPOTS = Table(inputs=("SUNACTIVITY",), targets=("SUNACTIVITY",), time="YEAR", train_until=1920, test_until=1955)


def orthogonal(gain: float) -> dict[str, Init]:
    return {"h.weight.h_prev": Init("orthogonal", gain)}


def sgd(rate: float) -> Optimizer:
    return Optimizer("sgd", rate)


def adam(rate: float) -> Optimizer:
    return Optimizer(learning_rate=rate)


SHORT = DelayedRecall(lag=10, test_sequences=100)
WAVES = Sines(length=30, waves=4, test_sequences=50)
LETTERS = Text(length=20, test_sequences=20)

TRIGGERS: dict[str, tuple[Experiment, int]] = {
    "vanishing": (case("rnn", units=16, task=LONG), 60),
    "exploding": (case("rnn", orthogonal(4.0), optimizer=sgd(1e-3), clip=0), 60),
    "dead_gate": (case("lstm", {"input.bias": Init("constant", -6.0)}), 60),
    "saturated_gate": (case("lstm", {"output.bias": Init("constant", 6.0)}), 60),
    "dead_units": (case("relu_rnn", {"h.bias": Init("constant", -5.0)}), 60),
    "rate_high": (case("rnn", optimizer=adam(1.0), task=SINES), 60),
    "rate_low": (case("lstm", optimizer=sgd(1e-4), task=SINES), 60),
    "overfitting": (case("gru", units=32, task=SUNSPOTS), 150),
    "plateau": (case("lstm", chrono(10), task=SHORT, optimizer=adam(1e-4)), 260),
    "not_finite": (case("relu_rnn", orthogonal(3.0), clip=0, task=LONG, optimizer=sgd(0.1)), 20),
}
"""An experiment for each finding, and the training steps after which it is found."""

NEAR_MISSES: dict[str, tuple[Experiment, int]] = {
    "vanishing": (case("lstm", chrono(100), units=16, task=LONG), 60),
    "exploding": (case("rnn", orthogonal(1.5), optimizer=sgd(1e-3), clip=0), 60),
    "dead_gate": (case("lstm", {"input.bias": Init("constant", -2.0)}), 60),
    "saturated_gate": (case("lstm", {"output.bias": Init("constant", 2.0)}), 60),
    "dead_units": (case("relu_rnn"), 60),
    "rate_high": (case("rnn", optimizer=adam(0.03), task=SINES), 60),
    "rate_low": (case("lstm", optimizer=sgd(3e-2), task=SINES), 60),
    "overfitting": (case("gru", units=8, task=SUNSPOTS, optimizer=adam(0.003)), 150),
    "plateau": (case("lstm", chrono(10), task=SHORT, optimizer=adam(2e-3)), 260),
    "not_finite": (case("relu_rnn", orthogonal(1.5), clip=0, task=LONG, optimizer=sgd(0.1)), 20),
}
"""The same, a little more moderate: not found."""

OTHERS: dict[str, tuple[Experiment, int]] = {
    "LSTM": (case("lstm", units=16, task=LONG), 60),
    "GRU": (case("gru", task=LONG), 60),
    "MGU": (case("mgu", task=LONG), 60),
    "windows": (case("lstm", chrono(40), truncate=5), 60),
    "a leap": (case("rnn", orthogonal(2.5), optimizer=sgd(1e-3), clip=0, seed=3), 60),
    "clipped away": (case("lstm", clip=0.001), 60),
    "large weights": (case("lstm", {f"output.weight.{x}": Init("uniform", 100.0) for x in ("x", "h_prev")}), 60),
    "dead of leaps": (case("relu_rnn", optimizer=adam(1.0)), 60),
    "leaps of SGD": (case("lstm", optimizer=sgd(10.0), task=SINES), 60),
    "blown up": (case("relu_rnn", optimizer=sgd(30.0), task=SINES, clip=0), 20),
    "one unit": (case("rnn", units=1, task=WAVES, optimizer=adam(0.03)), 500),
    "text by heart": (case("lstm", units=64, task=LETTERS, optimizer=adam(0.02)), 1400),
}  # fmt: skip
"""Further experiments, for remedies that do not fit the triggers."""

CURES: tuple[tuple[str, str, str, int], ...] = (
    ("vanishing", "vanishing", "gated", 60),
    ("vanishing", "vanishing", "orthogonal", 60),
    ("vanishing", "LSTM", "chrono", 60),
    ("vanishing", "GRU", "chrono", 60),
    ("vanishing", "MGU", "chrono", 60),
    ("vanishing", "windows", "whole", 60),
    ("exploding", "exploding", "orthogonal", 60),
    ("exploding", "exploding", "gated", 60),
    ("exploding", "a leap", "clip", 60),
    ("exploding", "clipped away", "clip", 60),
    ("dead_gate", "dead_gate", "middle", 60),
    ("saturated_gate", "saturated_gate", "middle", 60),
    ("saturated_gate", "large weights", "middle", 60),
    ("dead_units", "dead_units", "identity", 60),
    ("dead_units", "dead_units", "tanh", 60),
    ("dead_units", "dead of leaps", "lower_rate", 60),
    ("rate_high", "rate_high", "lower_rate", 60),
    ("rate_high", "leaps of SGD", "lower_rate", 60),
    ("rate_low", "rate_low", "raise_rate", 60),
    ("overfitting", "overfitting", "stop", 100),
    ("overfitting", "overfitting", "fewer", 150),
    ("overfitting", "overfitting", "decay", 150),
    ("overfitting", "text by heart", "dropout", 1400),
    ("plateau", "plateau", "raise_rate", 260),
    ("plateau", "one unit", "more", 300),
    ("not_finite", "not_finite", "orthogonal", 60),
    ("not_finite", "blown up", "tame", 60),
)
"""(finding, experiment, remedy, training steps after which it is judged): every remedy of every finding."""


def experiment_of(name: str) -> tuple[Experiment, int]:
    return (TRIGGERS | OTHERS)[name]
