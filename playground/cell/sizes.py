"""Sizes without numbers: what is as wide as the input, as the layer, or as a part of it."""

from fractions import Fraction

from playground.cell.graph import Cell, Gate, Input, Memory, Operation, Output

# A size is a pair (share of D, share of H): x is (1, 0), a gate (0, 1), a gate that serves blocks of two (0, 1/2), an
# output that joins two nodes (0, 2). None: not known.
Size = tuple[Fraction, Fraction]
D: Size = (Fraction(1), Fraction(0))
H: Size = (Fraction(0), Fraction(1))


def infer_sizes(cell: Cell) -> dict[str, Size]:
    """The size of every node, in shares of the input's and the layer's.

    A memory is as wide as its source; an operation as its widest source. What depends on no gate and no input (a
    constant
    that feeds itself) is as wide as the layer. Expects a cell whose sources exist; a node with sources of two kinds
    takes the first (`check_cell` reports it).
    """
    known: dict[str, Size] = {}
    for node in cell.nodes:
        if isinstance(node, Input):
            known[node.id] = D
        elif isinstance(node, Gate):
            known[node.id] = H if node.block == 1 else (Fraction(0), Fraction(1, node.block))
    rest = [node for node in cell.nodes if isinstance(node, Memory | Operation)]
    _spread(rest, known)
    for node in rest:
        known.setdefault(node.id, H)
    _spread(rest, known)  # what feeds itself is known only now, and may widen others
    for node in cell.nodes:
        if isinstance(node, Output):
            parts = [known[source] for source in node.sources if source in known]
            known[node.id] = (sum((p[0] for p in parts), Fraction(0)), sum((p[1] for p in parts), Fraction(0)))
    return known


def _spread(nodes: list[Memory | Operation], known: dict[str, Size]) -> None:
    for _ in range(2 * len(nodes) + 2):  # a size travels at most once around; the bound also ends contradictory graphs
        grown = False
        for node in nodes:
            sources = (node.source,) if isinstance(node, Memory) else node.sources
            sizes = [known[source] for source in sources if source in known]
            if not sizes:
                continue
            size = sizes[0]
            for other in sizes[1:]:
                if other is not size and other[0] == size[0] == 0 and other[1] > size[1]:
                    size = other
            if known.get(node.id) != size:
                known[node.id] = size
                grown = True
        if not grown:
            return


def in_numbers(size: Size, inputs: int, units: int) -> int | None:
    """The size for D = `inputs` and H = `units`, or None when it is not a whole number."""
    number = size[0] * inputs + size[1] * units
    return int(number) if number.denominator == 1 and number >= 1 else None
