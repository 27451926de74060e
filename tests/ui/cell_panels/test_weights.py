"""Heatmaps of weights: what they show, and that a number typed there is set in the network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from playground.ui.cell_panels.heatmap import Heatmap
from playground.ui.cell_panels.symbols import weight_symbols
from playground.ui.theme import DARK, LIGHT

NAME = "layer1.forget.weight.h_prev"


@pytest.fixture
def view(qtbot, inside, inspector):
    inside.workshop.choose("forget")
    qtbot.wait(1)
    return inspector


def heatmap(panel, name=NAME):
    return panel.findChild(Heatmap, f"weights.{name}.map")


def middle(map, place):
    return map.rect_of(place).center().toPoint()


def test_blue_is_positive_orange_negative_and_the_background_zero(qtbot):
    map = Heatmap(LIGHT)
    qtbot.addWidget(map)
    map.resize(160, 40)
    map.set_values(np.array([[1.0, 0.0, -1.0, np.nan]]))
    map.show()
    for theme in (LIGHT, DARK):
        map.set_theme(theme)
        picture = map.grab().toImage()
        colours = [picture.pixelColor(middle(map, (0, column))).name() for column in range(4)]
        assert colours[:3] == [QColor(c).name() for c in (theme.positive, theme.zero, theme.negative)]


@given(rows=st.integers(1, 70), columns=st.integers(1, 70), width=st.integers(20, 300))
def test_every_weight_can_be_pointed_at(qapp, rows, columns, width):
    map = Heatmap(LIGHT)
    map.setFixedWidth(width)
    map.resize(width, 10)
    map.set_values(np.arange(rows * columns, dtype=float).reshape(rows, columns))
    for place in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)):
        rect = map.rect_of(place)
        if rect.width() >= 2 and rect.height() >= 2:
            assert map.at(rect.center().toPoint()) == place
        assert rect.right() <= width + 1e-6 and rect.bottom() <= map.height() + 1
    assert map.at(QPoint(width + 1, 0)) is None and map.at(QPoint(-1, 3)) is None


def test_hover_tells_row_column_and_value(qtbot, inside, view):
    map = heatmap(view)
    weights = inside.weights.get("LSTM", NAME)
    qtbot.mouseMove(map, middle(map, (2, 1)))
    text = view.findChild(QLabel, f"weights.{NAME}.reading").text()
    assert text.startswith("forget 2 ← h₋ 1:")
    assert float(text.rsplit(" ", 1)[1].replace("−", "-")) == pytest.approx(float(weights[2, 1]), rel=1e-3)
    assert map.describe((2, 1)).startswith("row 2, column 1")


def test_a_click_a_number_and_enter_set_the_weight(qtbot, inside, view):
    map = heatmap(view)
    before = float(inside.weights.get("LSTM", NAME)[3, 0])
    qtbot.mouseClick(map, Qt.MouseButton.LeftButton, pos=middle(map, (3, 0)))
    field = view.findChild(QLineEdit, f"weights.{NAME}.value")
    assert not field.isHidden() and float(field.text()) == pytest.approx(before, rel=1e-3)
    qtbot.keyClicks(field, "1,25")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert inside.weights.get("LSTM", NAME)[3, 0] == 1.25
    assert map.value_at((3, 0)) == 1.25 and map.level == 1.25
    assert not inside.dirty  # a weight belongs to the run, not to the document
    undo = view.findChild(QPushButton, f"weights.{NAME}.undo")
    assert not undo.isHidden()
    undo.click()
    assert map.value_at((3, 0)) == pytest.approx(before) and undo.isHidden()


def test_arrow_keys_and_enter_do_the_same(qtbot, inside, view):
    map = heatmap(view)
    map.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(map, key)
    assert map.cursor_cell == (0, 1)
    qtbot.keyClick(map, Qt.Key.Key_Return)
    field = view.findChild(QLineEdit, f"weights.{NAME}.value")
    qtbot.keyClicks(field, "-2")
    qtbot.keyClick(field, Qt.Key.Key_Enter)
    assert inside.weights.get("LSTM", NAME)[0, 1] == -2.0


def test_a_bias_has_one_number_for_each_unit(qtbot, inside, view):
    name = "layer1.forget.bias"
    map = heatmap(view, name)
    qtbot.mouseClick(map, Qt.MouseButton.LeftButton, pos=middle(map, (0, 2)))
    field = view.findChild(QLineEdit, f"weights.{name}.value")
    qtbot.keyClicks(field, "5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert inside.weights.get("LSTM", name)[2] == 5.0
    assert inside.weights.done[-1][2] == (2,)


@pytest.mark.parametrize(("text", "said"), [("heavy", "not a number"), ("1e9", "too large")])
def test_what_is_no_weight_is_refused_in_words(qtbot, inside, view, text, said):
    map = heatmap(view)
    qtbot.mouseClick(map, Qt.MouseButton.LeftButton, pos=middle(map, (1, 1)))
    field = view.findChild(QLineEdit, f"weights.{NAME}.value")
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert said in view.findChild(QLabel, f"weights.{NAME}.error").text()
    assert inside.weights.done == []


def test_the_picture_follows_the_training_and_spares_what_is_typed(qtbot, inside, view):
    map = heatmap(view)
    qtbot.mouseClick(map, Qt.MouseButton.LeftButton, pos=middle(map, (1, 1)))
    field = view.findChild(QLineEdit, f"weights.{NAME}.value")
    qtbot.keyClicks(field, "0.7")
    array = inside.weights.networks["LSTM"].parameters.view(NAME)
    array += 0.5
    inside.weights.changed.emit({("LSTM", NAME)})
    assert map.value_at((1, 1)) == pytest.approx(float(array[1, 1]))
    assert field.text() == "0.7"
    inside.weights.changed.emit({("RNN", NAME)})  # of another network: nothing to do with this one


def test_only_what_is_seen_is_watched(qtbot, inside, view):
    wanted = {f"layer1.forget.{end}" for end in ("weight.x", "weight.h_prev", "bias")}
    assert {names[0] for _, names in inside.weights.watched.values()} == wanted


def test_symbols_are_those_of_the_formula():
    from playground.cell.graph import Gate
    from playground.cell.library import LIBRARY

    plain = {k: v.replace("<i>", "").replace("</i>", "") for k, v in _symbols("lstm", "forget").items()}
    assert plain == {
        "forget.weight.x": "W<sub>f</sub>",
        "forget.weight.h_prev": "U<sub>f</sub>",
        "forget.bias": "b<sub>f</sub>",
    }
    assert "p<sub>f</sub>" in [
        v.replace("<i>", "").replace("</i>", "") for v in _symbols("peephole", "forget").values()
    ]
    assert list(_symbols("rnn", "h").values()) == ["<i>U</i>", "<i>W</i>", "<i>b</i>"]
    for cell in LIBRARY.values():
        for node in cell.nodes:
            if isinstance(node, Gate):
                found = weight_symbols(cell, node)
                assert len(set(found.values())) == len(found), (cell.name, found)


def _symbols(cell, gate):
    from playground.cell.library import LIBRARY

    return weight_symbols(LIBRARY[cell], LIBRARY[cell].node(gate))
