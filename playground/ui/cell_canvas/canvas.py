"""The cell canvas: follows the workshop, and hands what a person does to gestures, keys and menus."""

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QBrush, QColor
from PySide6.QtWidgets import QFrame, QGraphicsView, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.cell.edits import Connect
from playground.cell.graph import Cell, Gate, Input, Output, WireKind
from playground.cell.remedies import remedy
from playground.errors import BadInput
from playground.export.tables import Table
from playground.ui.canvas.editors import Field
from playground.ui.canvas.style import interface_scale, make_style
from playground.ui.cell_canvas import tell
from playground.ui.cell_canvas.align import aligned
from playground.ui.cell_canvas.clipboard import Clipboard
from playground.ui.cell_canvas.edits import CellEdits
from playground.ui.cell_canvas.gestures.connect import Pull, TakeOff
from playground.ui.cell_canvas.gestures.drops import DropNode, DropOtherCell
from playground.ui.cell_canvas.gestures.pan import Pan
from playground.ui.cell_canvas.gestures.rename import Rename
from playground.ui.cell_canvas.gestures.select import Band, Move
from playground.ui.cell_canvas.header import CellHeader
from playground.ui.cell_canvas.keys import CellKeys
from playground.ui.cell_canvas.listing import NodeList, NodeModel
from playground.ui.cell_canvas.menus import KINDS, CellMenus
from playground.ui.cell_canvas.minimap import Minimap
from playground.ui.cell_canvas.picture import Picture
from playground.ui.cell_canvas.problems import Bubble, Strip
from playground.ui.cell_canvas.stage import Stage
from playground.ui.cell_canvas.values import Readings, fill
from playground.ui.cell_canvas.view import CellView
from playground.ui.session import Session
from playground.ui.state import Notice
from playground.ui.theme import Theme
from playground.ui.workshop import WireName

LARGER = 1.25  # a small cell may be enlarged so far


class CellCanvas(QFrame):
    """`stage`: the scene; `edits`: what can be done; `readings`: what the network does. A `Refresher` calls `refresh`."""

    name = "cell"
    became_stale = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.workshop = session, session.workshop
        self.setObjectName("cell")
        self.setProperty("card", "canvas")
        self.setMinimumSize(320, 200)
        self.stale = True
        self._field: Field | None = None
        self.stage = Stage(make_style(session.theme), self)
        self.view = CellView(self.stage.scene, self)
        self.edits = CellEdits(self.workshop, self)
        self.menus = CellMenus(self)
        self.clipboard = Clipboard(self)
        self.readings = Readings(self.workshop)
        self.header = CellHeader(self)
        self.strip = Strip(self)
        self.model = NodeModel(self.readings.text, self)
        self.list = NodeList(self.model, self)
        self.minimap = Minimap(self.view.viewport(), session.theme)
        self.bubble = Bubble(self.view.viewport(), self.edits.apply)
        self.invitation = QLabel(self._invitation(), self.view.viewport())
        self._compose()
        self._follow_view()
        self._follow_session()
        self.apply_theme(session.theme)
        self._inside_changed(self.workshop.inside)

    def _compose(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.header)
        around = QHBoxLayout()
        around.setContentsMargins(12, 4, 12, 0)
        around.addWidget(self.strip)
        column.addLayout(around)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.view, 1)
        middle.addWidget(self.list)
        column.addLayout(middle, 1)
        self.list.setFixedWidth(236)
        self.list.hide()
        self.invitation.setObjectName("cell.invitation")
        self.invitation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.invitation.setProperty("look", "muted")
        self.invitation.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.invitation.hide()
        self.view.setAccessibleName(self.tr("Cell canvas"))
        self.view.setWhatsThis(self._help())

    def _invitation(self) -> str:
        return self.tr(
            "An empty cell: x comes in, h goes out.\n"
            "Drag gates, operations and memories here, or press Insert.\n"
            "Then pull wires from the right side of one node to another."
        )

    def _help(self) -> str:
        return self.tr(
            "The graph of the cell. Memories travel on the thick lines, from left (one step earlier) to right. Marks on "
            "wires into a gate: a grid is a full matrix, a stroke one weight for each unit, = no weight; two bars stop "
            "the gradient, a star means frozen.\n"
            "Drag nodes here from the palette, onto a wire to insert them. Pull a wire from the right side of a node; "
            "drag its end away to cut it. Double-click renames.\n"
            "Keys: arrows move along wires, Shift and arrows move nodes, C wires into, Insert adds, Delete removes, F2 "
            "renames, A activation, W wires of a node, K kind of a wire, G gradients, T tidy, F fit, Escape goes out."
        )

    @property
    def title(self) -> str:
        """The name of the figure."""
        cell = self.workshop.cell
        name = tell.cell_name(cell) if cell is not None else ""
        return self.tr("Cell {0}").format(name).strip()

    @property
    def picture(self) -> Picture:
        """The items as they are now."""
        return self.stage.picture

    # -- following ------------------------------------------------------------------------------------------------

    def _follow_view(self) -> None:
        view, keys, header = self.view, CellKeys(self), self.header
        view.gestures = (Rename(self), Pull(self), Move(self), TakeOff(self), Pan(self), Band(self))
        view.drops = (DropNode(self), DropOtherCell(self))
        view.key_handler, view.key_wanted = keys.press, keys.wanted
        view.resized.connect(self._resized)
        view.hovered.connect(self._hovered)
        view.left.connect(self._left)
        view.menu_wanted.connect(self._menu_wanted)
        view.moved.connect(self._view_moved)
        view.busy_changed.connect(self._show_bubble)
        self.minimap.wanted.connect(self._look_at)
        self.list.chosen.connect(lambda ids: self.workshop.choose(*ids))
        header.network_wanted.connect(self.workshop.leave)
        header.layer_wanted.connect(self._to_layer)
        header.unit_wanted.connect(self.workshop.set_unit)
        header.pressed.connect(self._pressed)

    def _follow_session(self) -> None:
        session, workshop = self.session, self.workshop
        workshop.inside_changed.connect(self._inside_changed)
        workshop.cell_changed.connect(self._cell_changed)
        workshop.chosen_changed.connect(self._chosen_changed)
        workshop.unit_changed.connect(self._unit_changed)
        session.traces_changed.connect(self.make_stale)
        session.started.connect(self.make_stale)
        session.time_changed.connect(self.make_stale)
        session.document_changed.connect(lambda _: self._show_place())
        session.theme_changed.connect(self.apply_theme)

    def _inside_changed(self, _: object) -> None:
        cell = self.workshop.cell
        self.view.cancel_gesture()
        self._close_field()
        self.view.zoomed = False
        if cell is None:
            self.stage.clear()
        else:
            self.stage.open(cell, self.workshop.errors())
            self._fit()
        self._show_rest()

    def _cell_changed(self, cell: Cell) -> None:
        self.view.cancel_gesture()
        self._close_field()
        self.stage.follow(cell, self.workshop.errors())
        self._after_edit()

    def _after_edit(self) -> None:
        """Nothing jumps: the view only moves when part of the cell would be out of sight."""
        self.view.keep(self.picture.cards())
        if not self.view.zoomed and not self.view.seen().contains(self.picture.cards()):
            self._fit()
        self._show_rest()

    def _show_rest(self) -> None:
        """Everything around the picture."""
        cell, errors = self.workshop.cell, self.stage.errors
        self.model.show_cell(cell or Cell(""), {error.node: error.message for error in errors})
        self.minimap.show_picture(self.picture)
        self.minimap.show_seen(self.view.seen())
        self._show_place()
        self._show_strip()
        self._show_invitation()
        self._chosen_changed()
        self.stale = True
        self.refresh()
        self.became_stale.emit()

    def _show_place(self) -> None:
        inside, cell, layer = self.workshop.inside, self.workshop.cell, self.workshop.layer
        if inside is None or cell is None or layer is None:
            return
        many = len(self.session.experiment.networks) > 1
        name = f"{inside.net}: {layer.id}" if many else layer.id
        number = layer.id.removeprefix("layer")
        if number.isdigit():
            name = self.tr("{0}, layer {1}").format(inside.net, number) if many else self.tr("Layer {0}").format(number)
        text = self.tr("{0} cell").format(tell.cell_name(cell)) + tell.unit_note(self.workshop.unit)
        self.header.show_place(name, text)
        self.header.show_unit(self.workshop.unit, layer.units)
        self.setAccessibleName(f"{name}: {text}")

    def _show_strip(self) -> None:
        """Cell-wide errors with their remedy; else how many nodes need a hand, and a way there."""
        cell = self.workshop.cell
        ids = {item.look.id for item in self.picture.nodes.values()}
        whole = [error for error in self.stage.errors if error.node not in ids]
        lost = [error for error in self.stage.errors if error.node in ids]
        if cell is not None and whole:
            edit = remedy(cell, whole[0])
            text = f"{whole[0].message}; {whole[0].remedy}" if whole[0].remedy else whole[0].message
            text = text[:1].upper() + text[1:] + "."
            if edit is None:
                self.strip.tell(text)
            else:
                self.strip.tell(text, edit.label(), lambda: self.edits.apply(edit))
        elif lost and not self._is_empty():
            text = self.tr("One node is not finished.") if len(lost) == 1 else self.tr("{0} nodes are not finished.")
            self.strip.tell(text.format(len(lost)), self.tr("Show"), lambda: self._show_next([e.node for e in lost]))
        else:
            self.strip.tell("")

    def _show_next(self, ids: list[str]) -> None:
        """Choose the next node that has an error."""
        now = self.workshop.nodes[0] if self.workshop.nodes else ""
        self.workshop.choose(ids[(ids.index(now) + 1) % len(ids)] if now in ids else ids[0])
        self.show_choice()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _is_empty(self) -> bool:
        cell = self.workshop.cell
        return cell is not None and all(isinstance(node, Input | Output) for node in cell.nodes)

    def _show_invitation(self) -> None:
        self.invitation.setVisible(self._is_empty())
        self.invitation.adjustSize()
        area = self.view.viewport().rect()
        self.invitation.move((area.width() - self.invitation.width()) // 2, max(8, round(area.height() * 0.2)))

    def _chosen_changed(self) -> None:
        workshop, cell = self.workshop, self.workshop.cell
        self.stage.choose(workshop.nodes, workshop.wire)
        self.list.follow(workshop.nodes)
        self._show_bubble()
        if cell is None:
            return
        text = tell.describe(cell, workshop.nodes, workshop.wire, self.stage.errors)
        if text != self.view.accessibleDescription():
            self.view.setAccessibleDescription(text)
            QAccessible.updateAccessibility(QAccessibleEvent(self.view, QAccessible.Event.DescriptionChanged))
            if self.view.hasFocus() and (workshop.nodes or workshop.wire):
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.view, text))

    def _show_bubble(self, busy: bool = False) -> None:
        """The errors of the one node that is chosen."""
        cell, nodes = self.workshop.cell, self.workshop.nodes
        errors = [error for error in self.stage.errors if len(nodes) == 1 and error.node == nodes[0]]
        item = self.picture.item(nodes[0]) if errors else None
        if busy or cell is None or item is None:
            self.bubble.hide()
            return
        box = self.view.mapFromScene(item.mapRectToScene(item.box)).boundingRect()
        self.bubble.show_errors(errors, remedy(cell, errors[0]), box, self.view.viewport().rect())

    def _unit_changed(self, _: int) -> None:
        self._show_place()
        self.make_stale()

    # -- values, for the refresher --------------------------------------------------------------------------------

    def make_stale(self, *_: object) -> None:
        """There is something new to show."""
        self.stale = True
        self.became_stale.emit()

    @property
    def seen(self) -> bool:
        """Whether any part of it is on the screen."""
        return self.isVisible() and not self.view.viewport().visibleRegion().isEmpty()

    def refresh(self) -> None:
        """Show what is new. Does nothing when nothing is."""
        if not self.stale:
            return
        self.stale = False
        fill(self.picture, self.readings, self.tr)
        self.header.show_moment(self.readings.gradients, self.session.time, self.session.traces is not None)
        if self.list.isVisible():
            self.model.refresh()

    def set_gradients(self, on: bool) -> None:
        """Wires tell gradients, or values."""
        self.readings.gradients = on
        self.stale = True
        self.refresh()

    # -- for figures and tables -----------------------------------------------------------------------------------

    @property
    def theme(self) -> Theme:
        return self.picture.style.theme

    def apply_theme(self, theme: Theme) -> None:
        """Other colours, at once."""
        self.stage.set_style(make_style(theme))
        self.minimap.theme = theme
        self.header.colour(theme.accent)
        self.view.setBackgroundBrush(QBrush(QColor(theme.canvas)))
        self._show_rest()

    def figure_view(self) -> QGraphicsView:
        """The view that a figure is made of."""
        return self.view

    def export_data(self) -> Table:
        """Every node over the probe sequence."""
        from playground.ui.figures.metadata import describe as describe_figure

        cell = self.workshop.cell
        columns = tell.columns(cell, self.workshop) if cell is not None else {}
        return Table(columns, (describe_figure(self.session, self.title).line(),))

    def export(self, format: str) -> None:
        """Ask where to, and write the cell there."""
        from playground.ui.figures.dialog import export_dialog

        export_dialog(self.window(), self, format)
