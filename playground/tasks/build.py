"""From settings to a task."""

from pathlib import Path

from playground.tasks.base import Task
from playground.tasks.resources import data_path
from playground.tasks.spec import Adding, AnyTask, DelayedRecall, Sines, Table, TemporalOrder, Text


def build_task(spec: AnyTask, folder: Path | None = None) -> Task:
    """The task that `spec` describes; relative paths in it begin at `folder`. Raises BadInput for a file or setting
    that cannot be used."""
    # each kind is imported when it is asked for: the first paint waits for one of them
    match spec:
        case DelayedRecall():
            from playground.tasks.delayed_recall import DelayedRecallTask

            return DelayedRecallTask(spec)
        case Adding():
            from playground.tasks.adding import AddingTask

            return AddingTask(spec)
        case TemporalOrder():
            from playground.tasks.temporal_order import TemporalOrderTask

            return TemporalOrderTask(spec)
        case Sines():
            from playground.tasks.sines import SinesTask

            return SinesTask(spec)
        case Table():
            from playground.tasks.table import TableTask

            return TableTask(spec, data_path(spec.file, folder))
        case Text():
            from playground.tasks.text import TextTask

            return TextTask(spec, data_path(spec.file, folder))
