"""Names: what a node may be called, which names are free, and what an edit of the graph calls its parameters."""

import re
import unicodedata
from collections.abc import Collection, Mapping

from msgspec import structs

from playground.cell.graph import NODE_ID, Cell, Gate, Init, Input, Memory, Output

LONGEST_ID = 32
LONGEST_LABEL = 80
LONGEST_TEXT = 2000  # of a paper, or of what is said about a cell
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip


def is_id(text: str) -> bool:
    """Whether a node (or a cell) may have this id."""
    return re.fullmatch(NODE_ID, text) is not None


def as_id(text: str, otherwise: str = "node") -> str:
    """An id that resembles any text: "My gate σ" → "my_gate_sigma". What cannot be written in ASCII is left out."""
    spelled = "".join(GREEK.get(letter, letter) for letter in text[:200].lower())
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")[:LONGEST_ID].rstrip("_")
    return found or otherwise


def free_id(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or `wanted2`, `wanted3`, … where that is taken; never longer than an id may be."""
    id, n = wanted, 2
    stem = wanted.rstrip("0123456789") or wanted
    if stem != wanted and wanted in taken:
        n = int(wanted[len(stem) :][:9]) + 1
    while id in taken:
        number = str(n)
        id, n = f"{stem[: LONGEST_ID - len(number)]}{number}", n + 1
    return id


def free_label(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or `wanted 2`, `wanted 3`, … where that is taken; a number at its end is counted on."""
    if wanted not in taken:
        return wanted
    match = re.fullmatch(r"(.*\S) (\d{1,6})", wanted, re.DOTALL)
    stem, n = (match[1], int(match[2]) + 1) if match else (wanted, 2)
    while f"{stem} {n}" in taken:
        n += 1
    return f"{stem} {n}"


def clean_label(text: str, most: int = LONGEST_LABEL) -> str:
    """A text for people as one line of printable characters, at most `most` of them."""
    line = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
    return line[:most].strip()


def empty_cell(name: str = "blank", label: str = "Blank") -> Cell:
    """Where one begins to draw: an input and an output, and nothing in between."""
    return Cell(name, (Input("x", "x", "input"), Output("out")), label)


def parameter_names(cell: Cell) -> list[str]:
    """Names of everything that is trained in a cell ("forget.weight.x", "forget.bias", "c_prev.start")."""
    names: list[str] = []
    for node in cell.nodes:
        if isinstance(node, Gate):
            names += [f"{node.id}.weight.{wire.source}" for wire in node.wires if wire.kind != "identity"]
            names += [f"{node.id}.bias"] if node.bias is not None else []
        elif isinstance(node, Memory) and node.learned:
            names.append(f"{node.id}.start")
    return names


def renamed_parameter(name: str, renames: Mapping[str, str]) -> str:
    """What a parameter is called once nodes have new names (old → new)."""
    node, *rest = name.split(".")
    if len(rest) == 2:
        rest[1] = renames.get(rest[1], rest[1])
    return ".".join([renames.get(node, node), *rest])


def renamed_init(init: Init, renames: Mapping[str, str]) -> Init:
    """An initialiser whose gate has a new name."""
    return structs.replace(init, of=renames[init.of]) if init.of in renames else init


def what_is_computed(cell: Cell) -> Cell:
    """The cell without what is only for people: two cells that compute the same numbers from the same names are equal.

    Moving a node or writing a label changes nothing here.
    """
    nodes = tuple(structs.replace(node, label="", role="none", place=None) for node in cell.nodes)
    return Cell(cell.name, nodes)
