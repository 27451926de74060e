"""The questions: frozen, hashable, sent to the worker as they are. The answers' shapes are told beside each function.

A new one: a class here and in `Inspection`, a function in a file of its own, a line in `inspect.ANSWERS`.
"""

from typing import ClassVar, Literal

from msgspec import Struct

Loss = Literal["all", "last"]  # of all steps that count, or of the last one of them alone


class Question(Struct, frozen=True, tag_field="kind"):
    """Base of all. net: the network's name. of_test: it is about the test data, not about the probe sequence."""

    of_test: ClassVar[bool] = False

    net: str


class GradientThroughTime(Question, frozen=True, tag="gradient_through_time"):
    """‖∂L/∂node_t‖₂ of nodes of one layer (Hochreiter 1991; Pascanu et al. 2013). `x` is the layer's input, `back.NODE`
    a node of the direction that reads the sequence from its end."""

    layer: str
    nodes: tuple[str, ...]
    loss: Loss = "all"


class GradientPerUnit(Question, frozen=True, tag="gradient_per_unit"):
    """∂L/∂node_t of every unit of one node, signed."""

    layer: str
    node: str
    loss: Loss = "all"


class ItemisedGradient(Question, frozen=True, tag="itemised_gradient"):
    """∂L/∂node_k taken apart by the step t whose error it comes from (RNNbow: Cashman et al. 2018). unit: of this one
    alone, signed; -1 for all of them. most: so many items at most; beyond that neighbouring steps share one."""

    layer: str
    node: str
    unit: int = -1
    most: int = 64


class Connectivity(Question, frozen=True, tag="connectivity"):
    """‖∂ score_k(t)/∂x_s‖₂ for every step s of the input (Madsen 2019, Distill). output: k, -1 for the one that is
    strongest at t. t: the step that is asked for; a readout at the last step only knows that one."""

    t: int
    output: int = -1


class Spectrum(Question, frozen=True, tag="spectrum"):
    """Eigenvalues and singular values of each recurrent matrix of one layer (Pascanu et al. 2013)."""

    layer: str


class FixedPoints(Question, frozen=True, tag="fixed_points"):
    """Where the state of one layer stands still (Sussillo and Barak 2013). layer: its id, or `ID.back` for the
    direction that reads the sequence from its end. input: what is held: the mean of the sequence's, zeros, or that of
    step t."""

    layer: str
    input: Literal["mean", "zero", "now"] = "mean"
    t: int = 0


class ParameterHistograms(Question, frozen=True, tag="parameter_histograms"):
    """How weights, or log₁₀ of the sizes of their gradients, are spread, gate by gate. layer: as for `FixedPoints`."""

    layer: str
    of: Literal["weights", "gradients"] = "weights"


class SelectionMatches(Question, frozen=True, tag="selection_matches"):
    """Where in the test data `units` of a node are at or above `threshold` at `length` steps on end (Strobelt et al.
    2018). only: and below it just before and just after. node: `back.NODE` for the direction that reads from the end.
    """

    of_test: ClassVar[bool] = True

    layer: str
    node: str
    units: tuple[int, ...]
    threshold: float
    length: int
    only: bool = False
    most: int = 20


class Vitals(Question, frozen=True, tag="vitals"):
    """How large the last update, the weights and the last gradient of each parameter are. Asked of the optimizer."""


Inspection = (
    GradientThroughTime
    | GradientPerUnit
    | ItemisedGradient
    | Connectivity
    | Spectrum
    | FixedPoints
    | ParameterHistograms
    | SelectionMatches
    | Vitals
)
