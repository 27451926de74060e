"""Every limit that a finding rests on, in one table, with what it means and where it comes from.

Where a source says "measured", the figures are those of tests/training/doctor, which measure them again.
"""

from dataclasses import dataclass

from playground.cell.saturation import OPEN, SHUT


@dataclass(frozen=True)
class Threshold:
    """value: the limit. meaning: what is compared with it. source: who found it, or what was measured here."""

    value: float
    meaning: str
    source: str


THRESHOLDS: dict[str, Threshold] = {
    "early": Threshold(
        50,
        "training steps before which nothing is judged but a value that is not finite",
        "measured: a network's first updates are 2 to 11 % of its weights and say nothing of what follows; after 60 "
        "steps of the shipped examples they are 0.2 to 2 %",
    ),
    "solved": Threshold(
        0.9,
        "share of the best baseline's loss; a network that is tested below it has learnt what the task asks for",
        "measured: the shipped examples end at 0.002 to 0.69 of it, a plain RNN that only guesses at 0.97 to 1.01",
    ),
    "vanished": Threshold(
        0.01,
        "share of its norm at the end below which the gradient counts as gone",
        "Hochreiter 1991, Bengio et al. 1994: it falls exponentially, so the lag depends little on the share",
    ),
    "reach": Threshold(
        0.5,
        "share of the lag (of the sequence, where the task knows no lag) that the gradient has to cross",
        "measured: it crosses 0.07 to 0.18 in the plain RNN of the shipped examples, all in their LSTM",
    ),
    "explodes": Threshold(
        100.0,
        "times its norm at the end that the gradient reaches further back, while nothing clips it",
        "Pascanu et al. 2013: growth above 1 a step is exponential in the lag; measured: 1 to 13 in the shipped "
        "examples",
    ),
    "leaps": Threshold(
        100.0,
        "times its usual norm that the gradient of a single step reaches, while nothing clips it and nothing is learnt",
        "Pascanu et al. 2013, cliffs; measured: up to 34 in the shipped examples before they are solved",
    ),
    "clipped": Threshold(
        10.0,
        "times the clip norm that the usual norm of the gradient is",
        "Pascanu et al. 2013 clip at half to ten times the average norm, which is 0.1 to 2 times the clip norm",
    ),
    "shut": Threshold(SHUT, "value at and below which a gate lets nothing pass", "after Karpathy et al. 2015"),
    "open": Threshold(OPEN, "value at and above which a gate lets all pass", "after Karpathy et al. 2015"),
    "saturated": Threshold(
        0.9,
        "share of a gate's units and steps that are shut or open",
        "measured: up to 0.30 in gates of the shipped examples that did not start at an end on purpose",
    ),
    "dead_gate": Threshold(0.99, "share of a gate's units and steps that are shut", "measured: as for saturated gates"),
    "still": Threshold(
        1e-3,
        "range of a unit's output over the sequence below which it says nothing",
        "Maas et al. 2013, of ReLU units that never fire: 0; measured: 0.002 and more in the shipped examples",
    ),
    "dead_units": Threshold(0.25, "share of a layer's units that say nothing", "measured: 0 in the shipped examples"),
    "plateau": Threshold(
        0.02,
        "share by which the loss falls or rises over the steps that a plateau lasts",
        "measured: 0.001 to 0.004 in a plain RNN that guesses at lag 100",
    ),
    "plateau_steps": Threshold(
        200,
        "training steps that a plateau lasts",
        "measured: no shipped example with any of the seeds 1 to 5 stands still for so long before it learns; for 100 "
        "steps, one in 25 does",
    ),
    "rate_high": Threshold(
        0.1,
        "length of an update over the length of the weights, above which a step is a leap",
        "a hundred times the rule of thumb 1e-3 (Bengio 2012); measured: training with it ends above where it began",
    ),
    "thrown": Threshold(
        2.0,
        "times its beginning that the loss has leapt to without coming back",
        "measured with Adam at rates of 0.001 to 3: up to 1.5 at 0.03 and below, 3 to 230 at 1",
    ),
    "back": Threshold(
        0.8,
        "share of its beginning at and above which the loss has not come back",
        "measured: as for leaps of the loss",
    ),
    "rough": Threshold(
        1.5,
        "times its best level so far at which the loss stands",
        "measured with Adam: up to 1.28 at rates of 0.001 to 0.03, 1.83 at 0.1",
    ),
    "rate_low": Threshold(
        1e-4,
        "length of an update over the length of the weights, below which nothing moves",
        "a tenth of the rule of thumb 1e-3 (Bengio 2012); measured: SGD at 0.0001, 3e-6 to 2e-5",
    ),
    "rate_fall": Threshold(
        0.05,
        "share by which the loss falls at most beside such updates",
        "measured: 0.01 to 0.03 in SGD at 0.0001, batches of 16 alone make it rise and fall by that much",
    ),
    "rate_steps": Threshold(100, "training steps over which it does", "half of those of a plateau"),
    "overfitting": Threshold(
        0.1,
        "share by which the test loss has risen above its lowest while the training loss went on falling",
        "Prechelt 1998, generalisation loss above 5 to 10 %; measured: 0.002 in the shipped examples",
    ),
    "overfitting_least": Threshold(
        0.02,
        "share of the best baseline's loss that it has risen by at the least",
        "measured: when the adding problem is solved, its loss of 0.0001 rises and falls by 16 %, which is nothing",
    ),
    "overfitting_tests": Threshold(3, "tests in a row above that limit", "Prechelt 1998, strips in succession"),
    "helped": Threshold(
        0.2, "share by which a measured number has come nearer to its limit after a remedy", "a tenth of a decade"
    ),
    "after": Threshold(60, "training steps after a remedy until it is judged", "a few more than `early`"),
}


def limit(name: str) -> float:
    """The value of a threshold by its name."""
    return THRESHOLDS[name].value
