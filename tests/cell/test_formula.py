"""Formulas: the textbooks' for the library, with a person's own names, and never a broken page."""

import html
import html.parser
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from random_cells import random_cells

from playground.cell.edits import AddOperation, RenameNode, SetNode
from playground.cell.formula import cell_formula, cell_formulas, formula
from playground.cell.graph import Cell, Gate, Init, Input, Memory, Operation, Output, Wire
from playground.cell.library import LIBRARY

TEXTBOOK = {
    "rnn": ["h_t = tanh(W x_t + U h_{t−1} + b)"],
    "indrnn": ["h_t = relu(W x_t + p ⊙ h_{t−1} + b)"],
    "lstm": [
        "i_t = σ(W_i x_t + U_i h_{t−1} + b_i)",
        "f_t = σ(W_f x_t + U_f h_{t−1} + b_f)",
        "g_t = tanh(W_g x_t + U_g h_{t−1} + b_g)",
        "o_t = σ(W_o x_t + U_o h_{t−1} + b_o)",
        "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t",
        "h_t = o_t ⊙ tanh(c_t)",
    ],
    "gru_2014": [
        "r_t = σ(W_r x_t + U_r h_{t−1} + b_r)",
        "z_t = σ(W_z x_t + U_z h_{t−1} + b_z)",
        "g_t = tanh(W_g x_t + V_g (r_t ⊙ h_{t−1}) + b_g)",
        "h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ g_t",
    ],
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_the_equations_of_the_textbooks(name: str) -> None:
    assert cell_formulas(LIBRARY[name]) == TEXTBOOK[name]
    assert cell_formula(LIBRARY[name]) == "\n".join(TEXTBOOK[name])


def test_parts_of_the_published_equations() -> None:
    assert formula(LIBRARY["peephole"], "output") == "o_t = σ(W_o x_t + U_o h_{t−1} + p_o ⊙ c_t + b_o)"
    assert formula(LIBRARY["lstm_1997"], "candidate") == "g_t = 4 · σ(W_g x_t + U_g h_{t−1} + b_g) − 2"
    assert "U_{i,f} f_{t−1}" in formula(LIBRARY["fgr"], "input")
    assert formula(LIBRARY["slstm"], "i_exp") == "i_{exp,t} = exp(i_t − m_t)"
    assert formula(LIBRARY["slstm"], "n") == "n_t = max(f_{exp,t} ⊙ n_{t−1} + i_{exp,t}, 1)"
    assert formula(LIBRARY["slstm"], "ratio") == "ratio_t = c_t / n_t"
    assert cell_formulas(LIBRARY["scrn"])[-1] == "out_t = [h_t, s_t]"
    assert formula(LIBRARY["lstm"], "h_prev") == "h_0 = 0"
    assert formula(LIBRARY["lstm"], "nobody") == ""


def test_the_three_ways_of_writing() -> None:
    lstm = LIBRARY["lstm"]
    f = "<i>f</i><sub><i>t</i></sub> = σ(<i>W</i><sub><i>f</i></sub> <i>x</i><sub><i>t</i></sub>"
    assert formula(lstm, "forget", "html").startswith(f)
    assert formula(lstm, "forget", "latex") == r"f_{t} = \sigma\left(W_{f} \, x_{t} + U_{f} \, h_{t-1} + b_{f}\right)"
    assert formula(LIBRARY["slstm"], "h", "latex") == r"h_{t} = o_{t} \odot \frac{c_{t}}{n_{t}}"
    assert "held<sub><i>t</i></sub>" in formula(LIBRARY["slstm"], "held", "html")
    whole = cell_formula(lstm, "latex")
    assert whole.startswith("\\begin{aligned}\n") and whole.count("&=") == 6 and whole.count(r"\\") == 5
    assert cell_formula(lstm, "html").count("<br>") == 5


def test_a_persons_own_names() -> None:
    cell = SetNode("forget", "label", "φ").apply(LIBRARY["lstm"])
    cell = SetNode("candidate", "label", "h̃").apply(cell)
    cell = SetNode("output", "label", "a gate that shows").apply(cell)
    cell = RenameNode("input", "write_gate").apply(cell)
    assert formula(cell, "forget") == "φ_t = σ(W_φ x_t + U_φ h_{t−1} + b_φ)"
    assert formula(cell, "c") == "c_t = φ_t ⊙ c_{t−1} + write_{gate,t} ⊙ h̃_t"
    assert formula(cell, "h") == "h_t = o_t ⊙ tanh(c_t)"
    latex = formula(cell, "c", "latex")
    assert r"\phi_{t}" in latex and r"\tilde{h}_{t}" in latex and r"\mathrm{write}_{\mathrm{gate},t}" in latex
    twice = SetNode("input", "label", "c").apply(LIBRARY["lstm"])
    assert formula(twice, "c").startswith("c_t") and formula(twice, "input").startswith("input_t")
    letter = RenameNode("squash", "f").apply(LIBRARY["lstm"])
    assert formula(letter, "f") == "f_t = tanh(c_t)" and formula(letter, "forget").startswith("forget_t = σ(W_{forget}")


def test_signs_and_brackets() -> None:
    def text(kind: str, *sources: str, value: float = 1.0) -> str:
        cell = AddOperation(kind, id="y", sources=sources, value=value).apply(base)
        return formula(cell, "y").removeprefix("y_t = ")

    base = Cell(
        "c",
        (
            Input("x"),
            *(Gate(id, wires=(Wire("x"),)) for id in "ab"),
            Operation("sum", operation="add", sources=("a", "b")),
            Operation("less", operation="subtract", sources=("a", "b")),
            Operation("times", operation="multiply", sources=("a", "b")),
            Operation("by", operation="divide", sources=("a", "b")),
            Operation("minus", operation="negate", sources=("a",)),
            Operation("rest", operation="one_minus", sources=("a",)),
            Operation("k", operation="constant", value=-2.5),
        ),
    )
    assert text("multiply", "sum", "a") == "(a_t + b_t) ⊙ a_t"
    assert text("multiply", "a", "minus") == "a_t ⊙ (−a_t)"
    assert text("subtract", "a", "less") == "a_t − (a_t − b_t)"
    assert text("add", "a", "less") == "a_t + a_t − b_t"
    assert text("add", "a", "minus") == "a_t + (−a_t)"
    assert text("add", "a", "k") == "a_t + (−2.5)"
    assert text("divide", "a", "times") == "a_t / (a_t ⊙ b_t)"
    assert text("divide", "by", "a") == "a_t / b_t / a_t"
    assert text("divide", "a", "by") == "a_t / (a_t / b_t)"
    assert text("negate", "sum") == "−(a_t + b_t)"
    assert text("scale", "rest", value=-0.5) == "(−0.5) · (1 − a_t)"
    assert text("maximum", "sum", "k", "a") == "max(a_t + b_t, −2.5, a_t)"
    assert text("one_minus", "less") == "1 − (a_t − b_t)"
    assert text("multiply") == "?"
    assert text("subtract", "a") == "a_t − ?"


def test_memories_of_memories_and_where_they_begin() -> None:
    cell = Cell(
        "late",
        (
            Input("x"),
            Memory("m1", source="h", start=Init("constant", 0.5)),
            Memory("m2", source="m1", start=Init("normal"), learned=True),
            Memory("x_prev", source="x"),
            Gate("h", wires=(Wire("x"), Wire("m1"), Wire("m2"), Wire("x_prev", "identity")), bias=None, shift=1.0),
            Output("out", sources=("h",)),
        ),
    )
    assert cell_formulas(cell) == [
        "h_0 = 0.5",
        "h_{−1} = s_h",
        "h_t = σ(W x_t + U_h h_{t−1} + U_h h_{t−2} + x_{t−1}) + 1",
    ]
    ring = Cell("ring", (Memory("a", source="b"), Memory("b", source="a"), Gate("g", wires=(Wire("a"),))))
    assert formula(ring, "g") == "g_t = σ(U a_t + b)"


HOSTILE = [
    "<script>alert(1)</script>",
    "</i>&amp;",
    r"\input{/etc/passwd}",
    "$$x^2%",
    "\u202eabc",
    "a" * 500,
    "{{}}",
    "_",
    "",
]


class Balance(html.parser.HTMLParser):
    """Collects tags; nothing but i, sub and br may be there, closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        assert tag in ("i", "sub", "br") and not attrs
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def balanced(latex: str) -> bool:
    bare = re.sub(r"\\[\\{}%#&$_]", "", latex)
    depth = 0
    for letter in bare:
        depth += (letter == "{") - (letter == "}")
        if depth < 0:
            return False
    return depth == 0 and not set("$%#") & set(bare)


@given(random_cells(), st.lists(st.sampled_from(HOSTILE) | st.text(max_size=9), min_size=9, max_size=9), st.booleans())
def test_whatever_the_names_the_page_stays_whole(cell: Cell, names: list[str], ids_too: bool) -> None:
    nodes = []
    for node, name in zip(cell.nodes, names * 9, strict=False):
        nodes.append(structs.replace(node, label=name, id=name if ids_too else node.id))
    broken = Cell("c", tuple(nodes))
    for node in broken.nodes:
        assert formula(broken, node.id).isprintable()
    Balance(cell_formula(broken, "html"))
    latex = cell_formula(broken, "latex")
    assert balanced(latex) and r"\input" not in latex
    assert all(line.isprintable() for line in cell_formulas(broken))


def test_huge_and_looped_cells_stay_quick() -> None:
    chain = [Operation(f"n{k}", operation="multiply", sources=(f"n{k - 1}", f"n{k - 1}")) for k in range(1, 900)]
    line = [Operation(f"t{k}", operation="tanh", sources=(f"t{k - 1}",)) for k in range(1, 90)]
    loop = [Operation("a", operation="tanh", sources=("b",)), Operation("b", operation="tanh", sources=("a",))]
    wide = Operation("w", operation="add", sources=("n0",) * 5000)
    nodes = (
        Input("x"),
        Gate("n0", wires=(Wire("x"),)),
        *chain,
        Operation("t0", operation="tanh", sources=("n0",)),
        *line,
    )
    cell = Cell("huge", (*nodes, *loop, wide))
    lines = cell_formulas(cell)
    assert len(lines) > 900 and max(map(len, lines)) < 1000
    assert formula(cell, "a") == "a_t = tanh(b_t)"
