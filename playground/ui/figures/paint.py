"""Painting a graphics view into SVG, PDF and PNG as it stands on the screen; text stays text, heatmaps stay exact."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QImageWriter, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QGraphicsView

from playground.errors import BadInput
from playground.ui.figures.metadata import CREATOR, Metadata
from playground.ui.theme import LIGHT

Background = Literal["theme", "white", "transparent"]
BACKGROUNDS: tuple[Background, ...] = ("theme", "white", "transparent")
LARGEST = 32_000  # px, the longest side of a picture
SMALLEST = (300, 140)  # px: a plot that is hidden and smaller is exported at the USUAL size
USUAL = (900, 500)
EMPTY_GROUP = re.compile(r"<g [^>]*>\s*</g>\s*")


def view_of(thing: Any) -> QGraphicsView:
    """The view to paint: of a plot, of a panel that holds one, or the view itself. Raises BadInput without any."""
    if isinstance(thing, QGraphicsView):
        return thing
    if hasattr(thing, "figure_view"):
        return thing.figure_view()
    found = thing.findChild(QGraphicsView) if hasattr(thing, "findChild") else None
    if found is None:
        raise BadInput("figure", "there is nothing to draw here", "choose a plot or the network")
    return found


@contextmanager
def prepared(thing: Any, background: Background) -> Iterator[QGraphicsView]:
    """The view, ready to be painted: drawn anew, its items in export mode, on the background that was asked for.

    On white and on transparent paper the colours are those of the light theme. Afterwards all is as before.
    """
    view = view_of(thing)
    if not view.isVisible():
        _lay_out(thing)
    if hasattr(thing, "refresh"):
        thing.refresh()
    before = getattr(thing, "theme", None)
    relit = background != "theme" and hasattr(thing, "apply_theme") and before is not None and before != LIGHT
    if relit:
        thing.apply_theme(LIGHT)
    brush = QBrush(view.backgroundBrush())
    if background == "white":
        view.setBackgroundBrush(QColor(Qt.GlobalColor.white))
    elif background == "transparent":
        view.setBackgroundBrush(Qt.BrushStyle.NoBrush)
    items = [item for item in view.scene().items() if hasattr(item, "setExportMode")]
    for item in items:
        item.setExportMode(True, {"antialias": True, "painter": None})
    try:
        yield view
    finally:
        for item in items:
            item.setExportMode(False)
        view.setBackgroundBrush(brush)
        if relit:
            thing.apply_theme(before)
        if hasattr(thing, "figure_done"):
            thing.figure_done()


def _lay_out(thing: Any) -> None:
    """Give a plot that was never on the screen a size, and let it take it."""
    if hasattr(thing, "figure_view") and (thing.width() < SMALLEST[0] or thing.height() < SMALLEST[1]):
        thing.resize(*USUAL)
    thing.grab()  # Qt sends a hidden widget its resize events only when it is painted


def _draw(view: QGraphicsView, painter: QPainter, lossless: bool = False) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    if lossless:
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    shown = view.viewport().rect()
    view.render(painter, QRectF(0, 0, shown.width(), shown.height()), shown)


def image_of(thing: Any, scale: float = 2.0, background: Background = "theme") -> QImage:
    """A picture with `scale` pixels for each pixel of the screen. Raises BadInput for a scale out of all reason."""
    with prepared(thing, background) as view:
        size = view.viewport().size()
        longest = max(size.width(), size.height()) * scale
        if not (scale >= 0.1 and longest <= LARGEST):
            raise BadInput("scale", f"{scale:g} gives a picture that cannot be made", "choose a scale from 0.1 to 16")
        made = QImage(
            QSize(round(size.width() * scale), round(size.height() * scale)), QImage.Format.Format_ARGB32_Premultiplied
        )
        made.setDevicePixelRatio(scale)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        _draw(view, painter)
        painter.end()
    return made


def png_bytes(thing: Any, scale: float, background: Background, metadata: Metadata) -> bytes:
    """A PNG with the metadata as text chunks."""
    made = image_of(thing, scale, background)
    for key, text in metadata.texts().items():
        made.setText(key, text)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(made)
    return bytes(buffer.data().data())


def svg_bytes(thing: Any, background: Background, metadata: Metadata) -> bytes:
    """An SVG in the screen's pixels, with title, description and a metadata element."""
    from PySide6.QtSvg import QSvgGenerator

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    with prepared(thing, background) as view:
        size = view.viewport().size()
        writer = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        writer.setOutputDevice(buffer)
        writer.setResolution(view.logicalDpiX())
        writer.setSize(size)
        writer.setViewBox(QRectF(0, 0, size.width(), size.height()))
        writer.setTitle(metadata.heading)
        writer.setDescription(f"seed {metadata.seed}; {CREATOR}")
        painter = QPainter(writer)
        _draw(view, painter)
        painter.end()
    text = bytes(buffer.data().data()).decode("utf-8")
    found = 1
    while found:
        text, found = EMPTY_GROUP.subn("", text)
    return text.replace("</desc>", "</desc>\n" + metadata.svg(), 1).encode("utf-8")


def pdf_bytes(thing: Any, background: Background, metadata: Metadata) -> bytes:
    """A PDF of one page, just as large as the view on the screen; pictures in it are not compressed with loss."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    with prepared(thing, background) as view:
        size, dpi = view.viewport().size(), view.logicalDpiX()
        writer = QPdfWriter(buffer)
        writer.setResolution(dpi)
        page = QPageSize(
            QSizeF(size.width() * 72 / dpi, size.height() * 72 / dpi), QPageSize.Unit.Point, "figure",
            QPageSize.SizeMatchPolicy.ExactMatch,
        )  # fmt: skip
        writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
        writer.setTitle(metadata.heading)
        writer.setCreator(CREATOR)
        writer.setDocumentXmpMetadata(metadata.xmp().encode("utf-8"))
        painter = QPainter(writer)
        _draw(view, painter, lossless=True)
        painter.end()
    return bytes(buffer.data().data())
