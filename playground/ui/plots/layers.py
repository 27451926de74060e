"""What can be seen inside a layer: its gates and its memory, as the cell declares them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar

from playground.cell.check import reached
from playground.cell.graph import AnyNode, Cell, Input, Memory, Role
from playground.cell.library import LIBRARY
from playground.cell.states import hidden_id, squashing_gates, states, with_gradient
from playground.experiment.document import Experiment
from playground.ui.plots.words import tr

BACK = ".back"  # after a layer's id: its copy that reads the sequence from the end
KEPT = 64  # cells and experiments of which it is remembered what is in them
T = TypeVar("T")
R = TypeVar("R")
Choice = tuple[str, str]  # (network, layer id, perhaps with BACK)


@dataclass(frozen=True)
class Shown:
    """One node that is drawn. state: it is what a memory holds, drawn dashed."""

    id: str
    label: str
    role: Role
    state: bool = False


def remembered(find: Callable[[T], list[R]]) -> Callable[[T], list[R]]:
    """`find` of a cell or an experiment, found once: these are never changed, and plots ask at every refresh."""
    known: dict[int, tuple[T, list[R]]] = {}

    @wraps(find)
    def found(of: T) -> list[R]:
        if id(of) not in known:
            if len(known) >= KEPT:
                known.clear()
            known[id(of)] = of, find(of)  # with what it is of: an id is another's as soon as its owner is gone
        return list(known[id(of)][1])

    return found


def find_cell(experiment: Experiment, name: str) -> Cell | None:
    """A cell by name: the experiment's own come before the library's."""
    for cell in experiment.cells:
        if cell.name == name:
            return cell
    return LIBRARY.get(name)


def layer_cell(experiment: Experiment, choice: Choice) -> Cell | None:
    """The cell of a layer, None when there is no such layer or cell."""
    for net in experiment.networks:
        for layer in net.layers:
            if (net.name, layer.id) == (choice[0], choice[1].removesuffix(BACK)):
                return find_cell(experiment, layer.cell)
    return None


def trace_key(layer: str, node: str) -> str:
    """The name under which traces hold a node of a layer, in either direction."""
    if layer.endswith(BACK):
        return f"{layer.removesuffix(BACK)}/back.{node}"
    return f"{layer}/{node}"


@remembered
def layer_choices(experiment: Experiment) -> list[tuple[object, str]]:
    """Every layer of every network with a text; the layer is only said where there are several."""
    found: list[tuple[object, str]] = []
    for net in experiment.networks:
        for number, layer in enumerate(net.layers, 1):
            text = net.name if len(net.layers) == 1 else f"{net.name} · {tr('layer {0}').format(number)}"
            found.append(((net.name, layer.id), text))
            if layer.bidirectional:
                found.append(((net.name, layer.id + BACK), f"{text} · {tr('backward')}"))
    return found


@remembered
def gates(cell: Cell) -> list[Shown]:
    """The gates in the cell's order, then the cell state; without one, what else a memory holds."""
    found = [Shown(node.id, node.label or node.id, node.role) for node in squashing_gates(cell)]
    known = {shown.id for shown in found}
    held = [node for node in states(cell) if node.id not in known]
    cells = [node for node in held if node.role == "cell"]
    return found + [Shown(node.id, state_text(node), node.role, state=True) for node in cells or held]


def state_text(node: AnyNode) -> str:
    """What a state is called."""
    names = {"cell": tr("cell state"), "hidden": tr("hidden state")}
    return names.get(node.role, node.label or node.id)


@remembered
def maps(cell: Cell) -> list[tuple[object, str]]:
    """What a heatmap of a layer can show: the hidden state first, then other states, then the gates."""
    first = hidden_id(cell)
    found: list[tuple[object, str]] = [(first, tr("hidden state h"))]
    shown = [(node.id, state_text(node)) for node in states(cell)] + [(gate.id, gate.label) for gate in gates(cell)]
    for id, text in shown:
        if id not in [data for data, _ in found]:
            found.append((id, text))
    return found


@remembered
def flowing(cell: Cell) -> list[tuple[object, str]]:
    """Nodes whose gradient can be shown, see `with_gradient`."""
    texts = dict(maps(cell))
    texts |= {node.id: tr("input {0}").format(node.id) for node in cell.nodes if isinstance(node, Input)}
    labels = {node.id: node.label or node.id for node in cell.nodes}
    return [(id, texts.get(id, labels[id])) for id in with_gradient(cell)]


@remembered
def every_node(cell: Cell) -> list[tuple[object, str]]:
    """All that a heatmap of a layer can show: what has a gradient, and memories, which hold what was before."""
    held = [(node.id, tr("{0} (one step before)").format(node.label or node.id)) for node in cell.nodes
            if isinstance(node, Memory) and node.id in reached(cell)]  # fmt: skip
    return [*flowing(cell), *held]
