"""The keyboard on the canvas: everything that a pointer can do."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from playground.ui.canvas.navigation import Direction, move

if TYPE_CHECKING:
    from playground.ui.canvas.canvas import NetworkCanvas

ARROWS: dict[int, Direction] = {
    Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right", Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down",
}  # fmt: skip
PLAIN = Qt.KeyboardModifier.NoModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ZOOM = 1.2


class Keys:
    """`press` acts on a key and says whether it meant anything; `wanted` says so without acting."""

    def __init__(self, canvas: "NetworkCanvas") -> None:
        self.canvas = canvas

    def wanted(self, event: QKeyEvent) -> bool:
        """Whether the canvas, which has the focus, takes this key before the window's shortcuts."""
        key, held = event.key(), _held(event)
        if key in ARROWS:
            return held in (PLAIN, ALT)
        if held == CTRL:
            return key in (Qt.Key.Key_D, *ENTER) and self.canvas.edits.selected() is not None
        plain = (*ENTER, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Insert, Qt.Key.Key_I, Qt.Key.Key_F,
                 Qt.Key.Key_F2, Qt.Key.Key_0, Qt.Key.Key_Plus, Qt.Key.Key_Minus)  # fmt: skip
        return held == PLAIN and key in plain

    def press(self, event: QKeyEvent) -> bool:
        key, held, canvas = event.key(), _held(event), self.canvas
        selected = canvas.edits.selected()
        if key in ARROWS and held == PLAIN:
            canvas.session.select(move(canvas.picture.content, canvas.session.selection, ARROWS[key]))
            canvas.show_selection()
            return True
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and held == ALT:
            if selected is not None and selected[1] >= 0:
                step = 1 if key == Qt.Key.Key_Right else -1
                canvas.edits.move_layer(selected[0], selected[1], selected[1] + step)
            return True
        if key == Qt.Key.Key_D and held == CTRL and selected is not None:
            return canvas.edits.duplicate_net(selected[0])
        if (key in ENTER and held == CTRL) or (key == Qt.Key.Key_I and held == PLAIN):
            return selected is not None and selected[1] >= 0 and canvas.open_cell(*selected)
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus) and held in (PLAIN, CTRL):
            canvas.view.zoom_by(1 / ZOOM if key == Qt.Key.Key_Minus else ZOOM)
            return True
        return held == PLAIN and self._plain(key, selected)

    def _plain(self, key: int, selected: tuple[int, int] | None) -> bool:
        canvas = self.canvas
        if key in (Qt.Key.Key_F, Qt.Key.Key_0):
            canvas.fit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            canvas.edits.remove_selected()
        elif key == Qt.Key.Key_Insert:
            if selected is not None and selected[1] >= 0:
                canvas.menus.insert(selected[0], selected[1] + 1, canvas.place_of_selection())
            else:
                canvas.menus.add_net(canvas.place_of_selection())
        elif key == Qt.Key.Key_F2 and selected is not None:
            canvas.edit_name(selected[0])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._enter(selected)
        elif key == Qt.Key.Key_Escape and canvas.session.selection is not None:
            canvas.session.select(None)
        else:
            return False
        return True

    def _enter(self, selected: tuple[int, int] | None) -> bool:
        """On a layer its units, on a network its name, on an empty experiment the first cell."""
        canvas = self.canvas
        if selected is not None and selected[1] >= 0:
            canvas.edit_units(*selected)
        elif selected is not None:
            canvas.edit_name(selected[0])
        elif not canvas.picture.content.nets:
            canvas.menus.add_net(canvas.place_of_selection())
        else:
            return False
        return True


def _held(event: QKeyEvent | QEvent) -> Qt.KeyboardModifier:
    """The modifiers, without the one that only says that a key is on the number pad."""
    modifiers: Qt.KeyboardModifier = event.modifiers()  # type: ignore[union-attr]
    return modifiers & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
