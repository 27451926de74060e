"""Fonts and pens of the canvas, in scene units; one object per theme, shared by all items."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QPen
from PySide6.QtWidgets import QApplication

from playground.ui.theme import Theme

USUAL = 13.0  # px: the system font size at which the scene is drawn at 100 %
RADIUS = 8.0


@dataclass(frozen=True)
class Style:
    """title, text, small, number: the system's font family in sizes of the scene; fixed: all letters equally wide."""

    theme: Theme
    title: QFont
    text: QFont
    small: QFont
    number: QFont
    fixed: QFont

    def contestant(self, index: int) -> QColor:
        return QColor(self.theme.contestant(index))


def make_style(theme: Theme) -> Style:
    """Fonts in fixed scene pixels: a larger system font enlarges the whole scene (`interface_scale`)."""

    def font(size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        made = QFont(QApplication.font())
        made.setPixelSize(size)
        made.setWeight(weight)
        made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return made

    bold = QFont.Weight.DemiBold
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    fixed.setPixelSize(13)
    return Style(theme, font(13, bold), font(12), font(11), font(24, bold), fixed)


# Looked up once: a frame of a large cell makes hundreds of pens.
ROUND = (Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def interface_scale() -> float:
    """How much larger than usual the system's font is: the scale of a view that fits; at least 1."""
    return max(1.0, QFontInfo(QApplication.font()).pixelSize() / USUAL)


def pen(colour: str | QColor, width: float = 1.0, dashed: bool = False) -> QPen:
    """A pen with round ends, as all lines of the canvas have."""
    made = QPen(QColor(colour), width, *ROUND)
    if dashed:
        made.setDashPattern([3, 3])
    return made


def width_of(text: str, font: QFont) -> float:
    """The advance of `text` in scene units."""
    return QFontMetricsF(font).horizontalAdvance(text)


def elide(text: str, font: QFont, width: float) -> str:
    """`text`, cut with an ellipsis where it is wider than `width`."""
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, width))
