"""The fonts of plots: the system's own, in pixels, so that screen and export agree."""

from functools import lru_cache

from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication


def _sized(pixels: int, bold: bool = False) -> QFont:
    font = QFont(QApplication.font())
    font.setPixelSize(pixels)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


@lru_cache(maxsize=1)
def title_font() -> QFont:
    return _sized(13, bold=True)


@lru_cache(maxsize=1)
def label_font() -> QFont:
    return _sized(11)


@lru_cache(maxsize=1)
def tick_font() -> QFont:
    return _sized(10)


@lru_cache(maxsize=4096)
def tick_width(text: str) -> float:
    """Pixels of a tick's text."""
    return QFontMetricsF(tick_font()).horizontalAdvance(text)


@lru_cache(maxsize=4096)
def label_width(text: str) -> float:
    """Pixels of a label."""
    return QFontMetricsF(label_font()).horizontalAdvance(text)
