"""Judges a cell: typed errors that name the node and say what to do. The canvas only shows what stands here."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from playground.cell.graph import NODE_ID, AnyNode, Cell, Gate, Init, Input, Memory, Operation, Output
from playground.cell.sizes import Size, in_numbers, infer_sizes

MOST_NODES = 1000
ARITY: dict[str, tuple[int, int | None]] = {
    "multiply": (2, None), "add": (2, None), "maximum": (2, None), "minimum": (2, None),
    "subtract": (2, 2), "divide": (2, 2), "constant": (0, 0),
}  # fmt: skip


class CellError(Struct, frozen=True):
    """node: its id, "" for the cell as a whole. message: what is wrong. remedy: what to do.

    kind: the sort of error, a word (`playground.cell.remedies` knows what to do about it). source: the id at the other
    end of the wire in question, where there is one.
    """

    node: str
    message: str
    remedy: str
    kind: str = ""
    source: str = ""


def check_cell(cell: Cell, inputs: int | None = None, units: int | None = None) -> list[CellError]:
    """Everything that keeps the cell from being trained; empty when it can be.

    With `inputs` (D) and `units` (H), sizes are checked in numbers too: a bare x beside a gate needs D = H, and H must
    be a multiple of every block.
    """
    return list(_judge(cell, inputs, units))


@lru_cache(maxsize=64)
def _judge(cell: Cell, inputs: int | None, units: int | None) -> list[CellError]:
    """Kept, because after an edit canvas, inspector and document ask for the same cell one after the other."""
    errors = list(_whole(cell))
    if errors:
        return errors
    kinds = {node.id: node for node in cell.nodes}
    for node in cell.nodes:
        errors.extend(_node(kinds, node))
    if errors:
        return errors
    errors.extend(_loops(cell))
    if not errors:
        errors.extend(_sizes(cell, inputs, units))
    return errors


def sources_of(node: AnyNode) -> tuple[str, ...]:
    """The ids a node reads from, its memory source included."""
    if isinstance(node, Gate):
        return tuple(wire.source for wire in node.wires)
    if isinstance(node, Operation | Output):
        return node.sources
    if isinstance(node, Memory):
        return (node.source,) if node.source else ()
    return ()


def reached(cell: Cell) -> set[str]:
    """Ids of all nodes that the output depends on, through memories too, and its own."""
    nodes = {node.id: node for node in cell.nodes}
    todo = [node.id for node in cell.nodes if isinstance(node, Output)]
    found: set[str] = set()
    while todo:
        id = todo.pop()
        if id not in found:
            found.add(id)
            todo.extend(sources_of(nodes[id]))
    return found


def arity(operation: str) -> tuple[int, int | None]:
    """Least and greatest number of sources (None: any) of an operation."""
    return ARITY.get(operation, (1, 1))


def _whole(cell: Cell) -> Iterator[CellError]:
    if not re.fullmatch(NODE_ID, cell.name):
        remedy = "use small letters, digits and _, at most 32"
        yield CellError("", f"{cell.name[:40]!r} is no name for a cell", remedy, "bad_name")
    if len(cell.nodes) > MOST_NODES:
        yield CellError("", f"the cell has {len(cell.nodes)} nodes", f"use at most {MOST_NODES}", "too_many")
        return
    seen: set[str] = set()
    for node in cell.nodes:
        if not re.fullmatch(NODE_ID, node.id):
            remedy = "use small letters, digits and _, at most 32"
            yield CellError(node.id[:40], f"{node.id[:40]!r} is no name for a node", remedy, "bad_id")
        elif node.id in seen:
            yield CellError(node.id, f"two nodes are named {node.id}", "rename one of them", "twin")
        seen.add(node.id)
    for kind, name in ((Input, "input x"), (Output, "output h")):
        count = sum(isinstance(node, kind) for node in cell.nodes)
        if count == 0:
            yield CellError(
                "", f"the cell has no {name}", "drag one in from the palette", f"no_{kind.__name__.lower()}"
            )
        elif count > 1:
            sort = f"many_{kind.__name__.lower()}s"
            yield CellError("", f"the cell has {count} nodes of the kind {name}", "keep one of them", sort)


def _node(kinds: dict[str, AnyNode], node: AnyNode) -> Iterator[CellError]:
    for source in sources_of(node):
        if source not in kinds:
            problem = f"a wire comes from {source[:40]!r}, which does not exist"
            yield CellError(node.id, problem, "delete the wire", "dangling", source)
        elif isinstance(kinds[source], Output):
            remedy = "take it from the node before the output"
            yield CellError(node.id, f"a wire comes from the output {source}", remedy, "from_output", source)
    if isinstance(node, Gate):
        yield from _gate(kinds, node)
    elif isinstance(node, Operation):
        least, most = arity(node.operation)
        count = len(node.sources)
        if count < least:
            problem = f"{node.operation} needs {least} inputs and has {count}"
            yield CellError(node.id, problem, "wire in what is missing", "too_few_wires")
        elif most is not None and count > most:
            yield CellError(
                node.id, f"{node.operation} takes {most} inputs and has {count}", "delete a wire", "too_many_wires"
            )
    elif isinstance(node, Memory) and not node.source:
        yield CellError(node.id, "the memory has nothing to remember", "wire a node into it", "empty_memory")
    elif isinstance(node, Output) and not node.sources:
        yield CellError(node.id, "nothing leads to the output", "wire a node into it", "empty_output")
    if isinstance(node, Memory):
        yield from _init(kinds, node.id, node.start, "start value", "")
        if node.start.kind not in ("zeros", "constant") and not node.learned:
            problem = f"a fixed start value cannot be {node.start.kind}"
            yield CellError(node.id, problem, "choose zeros, or let it be learned", "random_start")


def _gate(kinds: dict[str, AnyNode], node: Gate) -> Iterator[CellError]:
    if not node.wires:
        yield CellError(node.id, "nothing is wired into this gate", "draw a wire into it, or delete it", "empty_gate")
    counts = Counter(wire.source for wire in node.wires)
    for source in sorted(source for source, count in counts.items() if count > 1):
        yield CellError(node.id, f"two wires come from {source}", "delete one of them", "double_wire", source)
    if node.block < 1:
        yield CellError(node.id, f"a block of {node.block} cells is impossible", "set the block to 1 or more", "block")
    if node.scale == 0:
        yield CellError(node.id, "a gate scaled by 0 is always the same", "use a constant, or another scale", "scale")
    for wire in node.wires:
        yield from _init(kinds, node.id, wire.init, f"weight from {wire.source}", wire.source)
    if node.bias is not None:
        yield from _init(kinds, node.id, node.bias, "bias", "")


def _init(kinds: dict[str, AnyNode], node: str, init: Init, what: str, source: str) -> Iterator[CellError]:
    if init.kind in ("chrono", "chrono_opposite") and init.value < 3:
        problem = f"the {what} is chrono with a longest lag of {init.value:g}"
        yield CellError(node, problem, "set the lag to 3 or more", "chrono_lag", source)
    if init.kind == "chrono_opposite" and not isinstance(kinds.get(init.of), Gate):
        problem = f"the {what} is the opposite of gate {init.of[:40]!r}, which does not exist"
        yield CellError(node, problem, "name another gate", "chrono_of", source)


def _loops(cell: Cell) -> Iterator[CellError]:
    """One error per loop that no memory breaks."""
    nodes = {node.id: node for node in cell.nodes}
    state: dict[str, int] = {}  # 1: on the path, 2: done
    for start in nodes:
        if start in state:
            continue
        path: list[tuple[str, Iterator[str]]] = []

        def enter(id: str, path: list[tuple[str, Iterator[str]]] = path) -> None:
            state[id] = 1
            node = nodes[id]
            path.append((id, iter(() if isinstance(node, Memory) else sources_of(node))))

        enter(start)
        while path:
            id, sources = path[-1]
            source = next(sources, None)
            if source is None:
                state[id] = 2
                path.pop()
            elif state.get(source) == 1:
                ids = [entry[0] for entry in path]
                loop = [*ids[ids.index(source) :], source]
                if len(loop) > 8:
                    loop[4:-3] = ["…"]
                problem = f"the loop {' ← '.join(loop)} has no memory"
                yield CellError(source, problem, "put a memory z⁻¹ on one of its wires", "loop", path[-1][0])
            elif source not in state:
                enter(source)


def _fits(a: Size, b: Size) -> bool:
    """Whether a and b can meet in an elementwise operation: alike, or one serves blocks of the other."""
    if a == b:
        return True
    if a[0] or b[0]:
        return False
    return (a[1] / b[1]).denominator == 1 or (b[1] / a[1]).denominator == 1


def _sizes(cell: Cell, inputs: int | None, units: int | None) -> Iterator[CellError]:
    sizes = infer_sizes(cell)
    numbers = inputs is not None and units is not None
    whole: Size | None = None
    for node in cell.nodes:
        size = sizes[node.id]
        if not numbers or size is whole:  # the same object for nearly all: fractions are slow
            continue
        if in_numbers(size, inputs or 0, units or 0) is None:
            share = f"{units} units cannot be cut into blocks of {size[1].denominator}"
            yield CellError(node.id, share, "choose a number of units that can be, or another block", "share")
            return
        whole = size
    for node in cell.nodes:
        if isinstance(node, Operation):
            partners = list(node.sources)
        elif isinstance(node, Gate):
            partners = [wire.source for wire in node.wires if wire.kind != "full"]
        else:
            continue
        for source in partners:
            a, b = sizes[source], sizes[node.id]
            if a is b:
                continue
            if _fits(a, b) and not (isinstance(node, Gate) and a[1] > b[1]):
                continue
            if numbers and in_numbers(a, inputs or 0, units or 0) == in_numbers(b, inputs or 0, units or 0):
                continue
            if bool(a[0]) != bool(b[0]) and not numbers and _is_plain(a) and _is_plain(b):
                continue  # fits when D = H, which is known only in a network
            problem = f"{source} ({_say(a)}) and {node.id} ({_say(b)}) differ in size"
            yield CellError(node.id, problem, "pass it through a gate first", "size", source)


def _is_plain(size: Size) -> bool:
    """Whether the size is just D or just H."""
    return size in ((1, 0), (0, 1))


def _say(size: Size) -> str:
    words = []
    for share, letter in zip(size, "DH", strict=True):
        if share:
            words.append(letter if share == 1 else f"{letter}/{share.denominator}" if share < 1 else f"{share}{letter}")
    return " + ".join(words) or "0"
