"""The two cards at the end of a row: the dense readout, and what the network answers on unseen sequences."""

from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from playground.network.counting import readout_weights
from playground.ui.canvas.content import NetContent
from playground.ui.canvas.items.card import CENTRE, PADDING, RIGHT, WRAPPED, Card, card_tip
from playground.ui.canvas.layout import Rect
from playground.ui.canvas.style import Style, elide, width_of


class ReadoutItem(Card):
    """Dense H → O."""

    def __init__(self, net: NetContent, rect: Rect, style: Style) -> None:
        super().__init__(f"canvas.readout.{net.name}", rect, style)
        translate = QCoreApplication.translate
        sizes = f"{net.inputs or '?'} → {net.outputs or '?'}"
        middle = rect.height / 2
        inside = QRectF(6, middle - 17, rect.width - 12, 16)
        self.write(translate("ReadoutItem", "Dense"), inside, style.title, style.theme.text, CENTRE)
        self.write(sizes, inside.translated(0, 18), style.small, style.theme.muted, CENTRE)
        weights = ""
        if net.inputs and net.outputs:
            weights = translate("ReadoutItem", "{0} weights").format(f"{readout_weights(net.inputs, net.outputs):,}")
        about = translate("ReadoutItem", "Readout: y = V h + b, a dense layer from the hidden state to the answer")
        self.setToolTip(card_tip(about, f"{sizes} · {weights}".rstrip(" ·")))


class AnswerItem(Card):
    """The headline metric of one network, or what is wrong with the network. No number before the first test."""

    def __init__(self, net: NetContent, rect: Rect, style: Style) -> None:
        super().__init__(f"canvas.answer.{net.name}", rect, style, style.theme.warning if net.problem else None)
        self.problem = net.problem
        self._said: tuple[str, ...] = ()
        self.clear_answer()

    def clear_answer(self) -> None:
        """Before the first test."""
        self.set_answer("–", "", "", QCoreApplication.translate("AnswerItem", "not tested yet"), "")

    def set_answer(self, number: str, word: str, colour: str, below: str, tip: str) -> None:
        """number: the score; word: what it means, in `colour`; below: of what it is the score."""
        if self._said == (number, word, colour, below):
            return
        self._said = (number, word, colour, below)
        style, theme = self.style, self.style.theme
        self.labels.clear()
        if self.problem:
            inside = QRectF(PADDING, 8, self.box.width() - 2 * PADDING, self.box.height() - 16)
            text = elide(self.problem, style.small, inside.width() * 3.6)
            self.write(text, inside, style.small, theme.warning, WRAPPED, wrap=True)
            self.setToolTip(self.problem)
            return
        head = self.line(9)
        answer = QCoreApplication.translate("AnswerItem", "answer")
        self.write(answer, head, style.small, theme.muted)
        room = head.adjusted(width_of(answer, style.small) + 8, 0, 0, 0)
        bold = style.title if width_of(word, style.title) <= room.width() else style.small
        self.write(word, room, bold, colour or theme.muted, RIGHT)
        self.write(number, self.line(28, 30), style.number, theme.text if number != "–" else theme.muted)
        self.write(below, self.line(60, 32), style.small, theme.muted, WRAPPED, wrap=True)
        self.setToolTip(card_tip(below, word, tip))
        self.update()


class CaptionItem(Card):
    """The name of a network of several layers, above them: no box, only the words."""

    def __init__(self, net: NetContent, colour: QColor, rect: Rect, style: Style) -> None:
        super().__init__(f"canvas.caption.{net.name}", rect, style)
        weights = ""
        if net.weights is not None:
            weights = QCoreApplication.translate("CaptionItem", "{0} weights").format(f"{net.weights:,}")
        place = QRectF(0, 0, rect.width, rect.height - 6)
        taken = min(width_of(net.name, style.title), rect.width)
        self.write(net.name, place, style.title, colour.name())
        self.write(weights, place.adjusted(taken + 12, 0, 0, 0), style.small, style.theme.muted)
        self.setToolTip(card_tip(net.name, weights, net.problem))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        for label in self.labels:
            painter.setFont(label.font)
            painter.setPen(QColor(label.colour))
            painter.drawText(label.place, label.flags, label.text)
