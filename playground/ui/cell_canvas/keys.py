"""The keyboard inside a cell: everything that a pointer can do."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from playground.cell.graph import Gate, Place
from playground.cell.layout.shapes import GRID
from playground.ui.cell_canvas.navigation import Direction, first, follow

if TYPE_CHECKING:
    from playground.ui.cell_canvas.canvas import CellCanvas

Key, Modifier = Qt.Key, Qt.KeyboardModifier
ARROWS: dict[int, Direction] = {
    Key.Key_Left: "left", Key.Key_Right: "right", Key.Key_Up: "up", Key.Key_Down: "down",
}  # fmt: skip
STEPS = {Key.Key_Left: (-GRID, 0.0), Key.Key_Right: (GRID, 0.0), Key.Key_Up: (0.0, -GRID), Key.Key_Down: (0.0, GRID)}
PLAIN, CTRL, SHIFT = Modifier.NoModifier, Modifier.ControlModifier, Modifier.ShiftModifier
LETTERS = (
    Key.Key_A, Key.Key_C, Key.Key_F, Key.Key_G, Key.Key_K, Key.Key_T, Key.Key_W, Key.Key_0, Key.Key_Plus,
    Key.Key_Minus, Key.Key_Equal, Key.Key_X, Key.Key_Delete, Key.Key_Backspace, Key.Key_Insert, Key.Key_F2,
    Key.Key_Return, Key.Key_Enter, Key.Key_Escape, Key.Key_PageUp, Key.Key_PageDown, Key.Key_Home,
)  # fmt: skip
WITH_CTRL = (Key.Key_A, Key.Key_C, Key.Key_D, Key.Key_V, Key.Key_X, Key.Key_Plus, Key.Key_Minus, Key.Key_Equal)
ZOOM = 1.2
PAUSE = 1.0  # s: arrow keys in quick succession are one move, and one undo


class CellKeys:
    """`press` acts on a key and says whether it meant anything; `wanted` says so without acting."""

    def __init__(self, canvas: "CellCanvas") -> None:
        self.canvas = canvas
        self._moved: tuple[float, tuple[str, ...]] = (0.0, ())  # when, and which nodes

    def wanted(self, event: QKeyEvent) -> bool:
        """Whether the canvas, which has the focus, takes this key before the window's shortcuts."""
        key, held = event.key(), _held(event)
        if key in ARROWS:
            return held in (PLAIN, SHIFT)
        if held == CTRL:
            return key in WITH_CTRL
        return held in (PLAIN, SHIFT) and key in LETTERS

    def press(self, event: QKeyEvent) -> bool:
        key, held, canvas = event.key(), _held(event), self.canvas
        if canvas.workshop.cell is None:
            return False
        if key in ARROWS and held in (PLAIN, SHIFT):
            self._arrow(key, held == SHIFT)
            return True
        if key in (Key.Key_Plus, Key.Key_Equal, Key.Key_Minus):
            canvas.view.zoom_by(1 / ZOOM if key == Key.Key_Minus else ZOOM)
            return True
        if held == CTRL:
            return self._with_ctrl(key)
        return held in (PLAIN, SHIFT) and (self._editing(key) or self._looking(key))

    def _arrow(self, key: int, moving: bool) -> None:
        """Moves the selection along wires; with Shift, the chosen nodes."""
        canvas, workshop = self.canvas, self.canvas.workshop
        layout = canvas.picture.layout
        if not moving:
            start = workshop.nodes[-1] if workshop.nodes else ""
            if workshop.wire is not None:
                start = workshop.wire.target if ARROWS[key] in ("right", "down") else workshop.wire.source
                workshop.choose(start)
            else:
                workshop.choose(follow(layout, start, ARROWS[key]))
            canvas.show_choice()
        elif workshop.nodes:
            dx, dy = STEPS[Key(key)]
            places = {}
            for id in workshop.nodes:
                at = layout.box(id).centre
                places[id] = Place(at.x + dx, at.y + dy)
            when, nodes = self._moved
            merge = time.monotonic() - when < PAUSE and nodes == workshop.nodes
            if canvas.edits.move(places, merge=merge):
                self._moved = (time.monotonic(), workshop.nodes)

    def _with_ctrl(self, key: int) -> bool:
        canvas = self.canvas
        acts = {
            Key.Key_A: canvas.acts.choose_all, Key.Key_C: canvas.clipboard.copy, Key.Key_X: canvas.clipboard.cut,
            Key.Key_V: canvas.clipboard.paste, Key.Key_D: canvas.edits.duplicate,
        }  # fmt: skip
        if key not in acts:
            return False
        acts[Key(key)]()
        return True

    def _editing(self, key: int) -> bool:
        canvas, workshop, menus = self.canvas, self.canvas.workshop, self.canvas.menus
        one = workshop.nodes[0] if len(workshop.nodes) == 1 else ""
        if key in (Key.Key_Delete, Key.Key_Backspace):
            canvas.edits.remove()
        elif key == Key.Key_Insert:
            menus.add_node(canvas.place_for_new(), workshop.wire)
        elif key in (Key.Key_F2, Key.Key_Return, Key.Key_Enter) and one:
            canvas.acts.edit_name(one)
        elif key == Key.Key_C and one:
            menus.choose_target(one)
        elif key == Key.Key_W and one:
            menus.choose_wire(one)
        elif key == Key.Key_A and one and isinstance(canvas.edits.cell.node(one), Gate):
            menus.choose_activation(one)
        elif key == Key.Key_K and workshop.wire is not None:
            canvas.acts.next_kind(workshop.wire)
        elif key == Key.Key_X and (one or workshop.wire is not None):
            canvas.reach.clamp_or_block()
        elif key == Key.Key_T:
            canvas.tidy()
        else:
            return False
        return True

    def _looking(self, key: int) -> bool:
        canvas = self.canvas
        if key in (Key.Key_F, Key.Key_0):
            canvas.fit()
        elif key == Key.Key_G:
            canvas.set_gradients(not canvas.readings.gradients)
        elif key in (Key.Key_PageUp, Key.Key_PageDown):
            canvas.header.step(-1 if key == Key.Key_PageUp else 1)
        elif key == Key.Key_Home:
            canvas.workshop.choose(first(canvas.picture.layout))
        elif key == Key.Key_Escape:
            canvas.workshop.leave()
        else:
            return False
        return True


def _held(event: QKeyEvent) -> Qt.KeyboardModifier:
    """The modifiers, without the one that only says that a key is on the number pad."""
    return event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
