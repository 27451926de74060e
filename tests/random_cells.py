"""Random cells: every kind of node and wire, several memories, blocks, shared sources, nodes that lead nowhere."""

from hypothesis import assume
from hypothesis import strategies as st

from playground.cell.check import arity, check_cell
from playground.cell.graph import Cell, Gate, Init, Input, Memory, Operation, Output, Wire

SMOOTH = ("sigmoid", "tanh", "identity", "softplus", "log_sigmoid")
KINKED = ("relu", "hard_sigmoid", "exp")
SMOOTH_OPERATIONS = ("multiply", "add", "subtract", "one_minus", "negate", "scale", "tanh", "sigmoid", "constant")
KINKED_OPERATIONS = ("maximum", "minimum", "relu", "divide", "hard_sigmoid", "log_sigmoid", "exp")


@st.composite
def random_cells(draw: st.DrawFn, smooth: bool = False) -> Cell:
    """A valid cell of one to eight gates and operations (and H a multiple of 6)."""
    activations = SMOOTH if smooth else SMOOTH + KINKED
    operations = SMOOTH_OPERATIONS if smooth else SMOOTH_OPERATIONS + KINKED_OPERATIONS
    memories = [f"m{k}" for k in range(draw(st.integers(0, 3)))]
    wide = list(memories)  # nodes of size H
    blocks: dict[str, int] = {}
    made: list[Gate | Operation] = []
    for k in range(draw(st.integers(1, 8))):
        if wide and draw(st.booleans()):
            operation = draw(st.sampled_from(operations))
            least, most = arity(operation)
            count = least if most is not None else draw(st.integers(least, least + 1))
            sources = tuple(draw(st.sampled_from([*wide, *blocks])) for _ in range(count))
            if not set(sources) & set(wide):
                sources = (*sources[:-1], draw(st.sampled_from(wide))) if sources else ()
            value = draw(st.sampled_from((0.5, -1.5)))
            made.append(Operation(f"n{k}", operation=operation, sources=sources, value=value))
            wide.append(f"n{k}")
            continue
        block = draw(st.sampled_from((1, 1, 1, 2, 3)))
        sources = draw(st.lists(st.sampled_from(["x", *wide, *blocks]), min_size=1, max_size=3, unique=True))
        wires = []
        for source in sources:
            can = ["full"] if source == "x" or block > 1 else ["full", "diagonal", "identity"]
            kind = draw(st.sampled_from(can))
            wires.append(Wire(source, kind=kind, stop_gradient=not smooth and draw(st.integers(0, 5)) == 0))
        scale, shift = draw(st.sampled_from(((1.0, 0.0), (1.0, 0.0), (4.0, -2.0), (2.0, 0.0))))
        bias = draw(st.sampled_from((Init("zeros"), None)))
        activation = draw(st.sampled_from(activations))
        made.append(
            Gate(f"n{k}", wires=tuple(wires), activation=activation, bias=bias, scale=scale, shift=shift, block=block)
        )
        if block == 1:
            wide.append(f"n{k}")
        else:
            blocks[f"n{k}"] = block
    inside = [node.id for node in made if node.id not in blocks]
    if not inside:
        made.append(Gate("last", wires=(Wire("x"),)))
        inside = ["last"]
    slots = [
        Memory(name, source=draw(st.sampled_from([*inside, *memories[:k]])), start=start, learned=learned)
        for k, name in enumerate(memories)
        for start, learned in [
            draw(st.sampled_from(((Init("zeros"), False), (Init("constant", 0.5), False), (Init(), True))))
        ]
    ]
    outputs = draw(st.lists(st.sampled_from(inside), min_size=1, max_size=2, unique=True))
    nodes = draw(st.permutations([Input("x"), *slots, *made, Output("out", sources=tuple(outputs))]))
    cell = Cell("random", nodes=tuple(nodes))
    assume(check_cell(cell, inputs=4, units=6) == [])  # a loop may make a memory narrower than it was taken for
    return cell
