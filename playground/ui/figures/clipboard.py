"""A plot as a picture on the clipboard."""

from typing import Any

from PySide6.QtGui import QGuiApplication

from playground.ui.figures.paint import image_of


def copy_picture(thing: Any, scale: float = 2.0) -> None:
    """Copy what is on the screen, with its background, at twice the resolution."""
    QGuiApplication.clipboard().setImage(image_of(thing, scale))
