"""Dragging a sequence from the palette: anywhere on the canvas it becomes the experiment's sequence."""

from PySide6.QtCore import QCoreApplication, QMimeData, QPointF

from playground.ui.canvas.gestures.base import Drop, read_text
from playground.ui.sequences import SEQUENCES

TASK_TYPE = "application/x-rnn-task"


class DropTask(Drop):
    """One of the palette's sequences, by its key."""

    def accepts(self, mime: QMimeData) -> bool:
        return mime.hasFormat(TASK_TYPE) and read_text(mime, TASK_TYPE) in SEQUENCES

    def move(self, mime: QMimeData, point: QPointF) -> None:
        title = SEQUENCES[read_text(mime, TASK_TYPE)].title
        words = QCoreApplication.translate("DropTask", "{0} becomes the sequence").format(title)
        self.canvas.picture.task.set_lit(words)

    def drop(self, mime: QMimeData, point: QPointF) -> None:
        self.canvas.edits.set_task(read_text(mime, TASK_TYPE))
