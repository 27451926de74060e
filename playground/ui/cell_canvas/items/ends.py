"""Where signals come into the cell and leave it: x, what memories held, and h. A name above a piece of wire."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from playground.ui.canvas.style import elide, pen, width_of
from playground.ui.cell_canvas.items.node import NodeItem

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
HIGH = 16.0
ARROW = 8.0


class EndItem(NodeItem):
    """`note`: what is written below the wire: a value, or where the signal goes. `width`: of the wire."""

    named = True
    width = 2.0
    note = ""
    joints: tuple[tuple[float, float], ...] = ()

    def _prepare(self) -> None:
        super()._prepare()
        self._text = self.look.title
        self._text_width = width_of(self._text, self.style.title) + 2
        if self._text_width > 120:
            self._text = elide(self._text, self.style.title, 120)
            self._text_width = 120.0

    def set_width(self, width: float) -> None:
        """As thick as the wire that begins or ends here."""
        if width != self.width:
            self.width = width
            self.update()

    def set_joints(self, joints: tuple[tuple[float, float], ...]) -> None:
        """Where wires meet the box, from its corner."""
        if joints != self.joints:
            self.joints = joints
            self.update()

    def set_note(self, note: str) -> None:
        """What is written below the wire."""
        if note != self.note:
            self.note = note
            self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(-64, -18, max(self.box.width(), self._text_width, 100) + 80, self.box.height() + 36)

    def mark_place(self) -> QPointF:
        return QPointF(self.box.right() + 8, 0)

    def outline(self, painter: QPainter, box: QRectF) -> None:
        painter.drawRoundedRect(box.adjusted(-5, -8, 5, 7), 8, 8)

    def paint_body(self, painter: QPainter, readable: bool) -> None:
        colour, middle = self.colour, self.box.center().y()
        goes_out = self.look.kind == "output"
        line = pen(colour, self.width)
        line.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(line)
        right = self.box.right() - (ARROW if goes_out else 0)
        left = self.box.left()
        for x, y in self.joints:
            if abs(y - middle) > 1:  # from above or below, to the wire in the middle
                painter.drawLine(QPointF(x, y), QPointF(x, middle))
        if goes_out and self.joints and all(abs(y - middle) > 1 for _, y in self.joints):
            left = min(x for x, _ in self.joints) - self.width / 2
        seam = 0.0 if goes_out else 1.0  # the wire goes on without one
        painter.drawLine(QPointF(left - (1.0 - seam), middle), QPointF(right + seam, middle))
        if goes_out:
            draw_arrow(painter, QPointF(self.box.right(), middle), colour, self.width)
        if not readable:
            return
        above = QRectF(0, middle - HIGH - 3 - self.width / 2, self.box.width(), HIGH)
        below = QRectF(0, middle + 2 + self.width / 2, self.box.width(), HIGH)
        flags = RIGHT if goes_out else LEFT
        if self._text_width > self.box.width():  # a long name gets the room that is beside the box
            more = self._text_width - self.box.width()
            above = above.adjusted(-more, 0, 0, 0) if goes_out else above.adjusted(0, 0, more, 0)
        painter.setFont(self.style.title)
        painter.setPen(colour)
        painter.drawText(above, flags, self._text)
        if self.note:
            painter.setFont(self.style.small)
            painter.setPen(QColor(self.style.theme.muted))
            more = 60.0
            wide = below.adjusted(-more, 0, 0, 0) if goes_out else below.adjusted(0, 0, more, 0)
            painter.drawText(wide, flags, self.note)


def draw_arrow(painter: QPainter, tip: QPointF, colour: QColor, width: float) -> None:
    """An arrow to the right, in proportion to its wire."""
    high = 4.0 + width / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(
        QPolygonF([tip, QPointF(tip.x() - ARROW, tip.y() - high), QPointF(tip.x() - ARROW, tip.y() + high)])
    )
