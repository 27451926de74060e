"""Dragging a file from the desktop: a CSV or text becomes the sequence."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData, QPointF

from playground.ui.canvas.gestures.base import Drop


class DropFile(Drop):
    """The first local file of a drag; what it is and whether it can be read is the session's business."""

    def accepts(self, mime: QMimeData) -> bool:
        return _first(mime) is not None

    def move(self, mime: QMimeData, point: QPointF) -> None:
        path = _first(mime)
        if path is not None:
            words = QCoreApplication.translate("DropFile", "{0} becomes the sequence").format(path.name)
            self.canvas.picture.task.set_lit(words)

    def drop(self, mime: QMimeData, point: QPointF) -> None:
        path = _first(mime)
        if path is not None:
            self.canvas.session.feed_file(path)


def _first(mime: QMimeData) -> Path | None:
    return next((Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()), None)
