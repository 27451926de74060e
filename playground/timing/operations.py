"""How much arithmetic a training step is: floating-point operations, counted on the plan.

The rule is one for all cells. A product of a matrix is counted as 2 operations, a multiplication and an addition, for
each weight and column, forward, for the gradient of the weights and for the gradient of what came in (which the
network's own input does not need). Diagonal wires and biases are counted like that, too, number by number. Elementwise
arithmetic is counted expression by expression, forward and backward, 1 for each operation, division and choice; a
function such as tanh counts as many operations as its polynomial in `playground.compiler.native_math` has in float32.
Only what the mathematics asks for counts: not what an engine computes twice, copies, converts or lays out anew, and not
the loss and the optimizer, although the time of a training step has all of that in it.
"""

from dataclasses import dataclass

from playground.compiler.expressions import Call, Expr
from playground.compiler.operations import ACTIVATIONS
from playground.compiler.plan import Activate, ActivateBack, Add, Apply, Assign, Fold, Plan, Repeat
from playground.network.network import Network

COSTS = {
    "add": 1, "subtract": 1, "multiply": 1, "divide": 1, "maximum": 1, "minimum": 1, "negative": 1, "positive": 1,
    "at_least": 1, "select": 1, "exp": 22, "expm1": 22, "tanh": 26, "sigmoid": 25, "softplus": 45,
}  # fmt: skip


@dataclass(frozen=True)
class Operations:
    """Of one training step. products: of matrices. elementwise: of everything between them."""

    products: float
    elementwise: float

    @property
    def total(self) -> float:
        return self.products + self.elementwise


def count(network: Network, steps: int, batch: int) -> Operations:
    """Forward and BPTT over `steps` time steps of `batch` sequences. The optimizer, which sees each weight once a step
    and not once a time step, is not counted."""
    columns = steps * batch
    products = elementwise = 0.0
    plans = network.plans()
    for number, layer in enumerate(network.net.layers):
        plan = plans[layer.id]
        directions = 2 if layer.bidirectional else 1
        weights = sum(size[0] * size[1] for size in plan.packed.values() if len(size) == 2)
        met = 0 if plan.x is None or number else sum(run.stop - run.start for run in plan.x.rows) * plan.inputs
        products += directions * 2.0 * columns * (3 * weights - met)
        elementwise += directions * columns * _elementwise(plan)
    rows, width = network.parameters.view("readout.weight").shape
    seen = batch if network.at == "last" else columns
    return Operations(products + 2.0 * seen * 3 * rows * width, elementwise)


def _elementwise(plan: Plan) -> float:
    """Of one time step of one sequence, forward and backward, with the gradients of biases and diagonal wires."""
    total = sum(float(run.stop - run.start) for run in plan.biased) * 2
    total += 2.0 * sum(plan.sizes.get(wire.gate, plan.units) for wire in plan.diagonals)
    for statement in (*plan.forward, *plan.backward):
        match statement:
            case Add(gate, _, weight):
                total += _size(plan, gate) * (1 if weight is None else 2)
            case Activate(gates, activation):
                total += sum(_size(plan, gate) for gate in gates) * _cost(ACTIVATIONS[activation].value)
            case ActivateBack(gates, activation):
                derivative = ACTIVATIONS[activation].derivatives[0]
                total += sum(_size(plan, gate) for gate in gates) * (1 + _cost(derivative))
            case Apply(target):
                total += _size(plan, target) * _cost(statement.expression())
            case Assign(target, expr):
                total += _size(plan, target) * _cost(expr)
            case Fold(_, source, _):
                total += _size(plan, source)
            case Repeat():
                pass  # copies
    return total


def _size(plan: Plan, name: str) -> int:
    """Of a value or of what flows back into it ("delta:G", "d:N", "carry:M")."""
    rest = name
    while rest not in plan.sizes and ":" in rest:
        rest = rest.partition(":")[2]
    return plan.sizes.get(name, plan.sizes.get(rest, plan.units))


def _cost(expr: Expr) -> int:
    if not isinstance(expr, Call):
        return 0
    return COSTS[expr.primitive] + sum(_cost(argument) for argument in expr.arguments)
