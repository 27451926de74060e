"""What a cell can be drawn with: the tiles of the palette, and what Enter on one of them adds."""

from PySide6.QtCore import QCoreApplication

from playground.cell.check import arity
from playground.cell.edits import AddGate, AddMemory, AddOperation, CellEdit
from playground.cell.graph import Cell, Output, Wire
from playground.ui.workshop import Workshop


def _tr(text: str) -> str:
    return QCoreApplication.translate("Tiles", text)


def tiles() -> list[tuple[str, str, str, str]]:
    """(key of the drag, sign, word, help), those that are used most first."""
    gate, unit = _tr("gate"), _tr("Elementwise, unit by unit.")
    return [
        ("gate:sigmoid", "σ", gate, _tr("σ(Σ weight · source + bias), between 0 and 1: how much passes")),
        ("gate:tanh", "tanh", gate, _tr("tanh(Σ weight · source + bias), between −1 and 1: something new to store")),
        ("operation:multiply", "⊙", _tr("multiply"), _tr("a ⊙ b. {0} So a gate lets through").format(unit)),
        ("operation:add", "+", _tr("add"), _tr("a + b + … {0}").format(unit)),
        ("operation:one_minus", "1−", _tr("flip"), _tr("1 − a. {0} What one keeps, the other lets go").format(unit)),
        ("memory", "z⁻¹", _tr("memory"), _tr("The value that any node had one step earlier")),
        ("operation:exp", "exp", "", _tr("eᵃ. {0} Large values overflow: keep them down").format(unit)),
        ("operation:maximum", "max", "", _tr("The greatest of its inputs. {0}").format(unit)),
        ("operation:divide", "÷", _tr("divide"), _tr("a / b. {0} Mind the zero").format(unit)),
        ("gate:relu", "relu", gate, _tr("max(0, Σ weight · source + bias): nothing holds it down")),
        ("gate:identity", "Σ", _tr("linear"), _tr("Σ weight · source + bias, as it is: a linear gate")),
        ("operation:subtract", "−", _tr("subtract"), _tr("a − b. {0}").format(unit)),
        ("operation:tanh", "tanh", _tr("squash"), _tr("tanh(a), without weights. {0}").format(unit)),
        ("operation:sigmoid", "σ", _tr("squash"), _tr("σ(a), without weights. {0}").format(unit)),
        ("operation:minimum", "min", "", _tr("The least of its inputs. {0}").format(unit)),
        ("operation:scale", "k·", _tr("scale"), _tr("A number times a. {0}").format(unit)),
        ("operation:constant", "1", _tr("constant"), _tr("A number that is always the same")),
        ("operation:negate", "−a", _tr("negate"), _tr("−a. {0}").format(unit)),
        ("operation:relu", "relu", _tr("squash"), _tr("max(0, a), without weights. {0}").format(unit)),
        ("operation:softplus", "soft+", "", _tr("log(1 + eᵃ): a smooth relu. {0}").format(unit)),
        ("operation:log_sigmoid", "log σ", "", _tr("log σ(a), always below 0. {0}").format(unit)),
    ]  # fmt: skip


def node_edit(key: str, cell: Cell, chosen: tuple[str, ...]) -> CellEdit:
    """The node that a tile means, fed by the nodes that are chosen, as many as it takes."""
    outputs = {node.id for node in cell.nodes if isinstance(node, Output)}
    sources = tuple(id for id in chosen if id not in outputs)
    kind, _, what = key.partition(":")
    if kind == "gate":
        return AddGate(what, wires=tuple(Wire(source) for source in sources))  # type: ignore[arg-type]
    if kind == "memory":
        return AddMemory(sources[0] if sources else "")
    return AddOperation(what, sources=sources[: arity(what)[1]])  # type: ignore[arg-type]


def add_node(workshop: Workshop, key: str) -> bool:
    """What Enter on a tile does: one undo, and the new node is chosen."""
    cell = workshop.cell
    if cell is None or not workshop.apply(node_edit(key, cell, workshop.nodes)):
        return False
    before = {node.id for node in cell.nodes}
    after = workshop.cell
    workshop.choose(*(node.id for node in (after.nodes if after else ()) if node.id not in before))
    return True
