"""The task of the document, as the window needs it: built at the first question, and once for each setting."""

from pathlib import Path

from playground.errors import BadInput
from playground.network.changes import ProbeEdit
from playground.tasks.base import Probe, Task
from playground.tasks.spec import AnyTask


class TaskView:
    """Remembers the task and the probe of the settings it was asked for last."""

    def __init__(self) -> None:
        self._key: tuple[AnyTask, Path | None] | None = None
        self._task: Task | None = None
        self._problem: BadInput | None = None
        self._seed: int | None = None
        self._probe: Probe | None = None
        self._edited: tuple[ProbeEdit | None, Probe | None] = (None, None)

    def task(self, spec: AnyTask, folder: Path | None) -> Task | None:
        """None when the settings cannot be used; then `problem` says why."""
        key = (spec, folder)
        if self._key != key:
            from playground.tasks import build_task  # late: the first paint does not wait for it

            self._key, self._task, self._problem, self._seed = key, None, None, None
            self._probe, self._edited = None, (None, None)
            try:
                self._task = build_task(spec, folder)
            except BadInput as problem:
                self._problem = problem
        return self._task

    def problem(self, spec: AnyTask, folder: Path | None) -> BadInput | None:
        """Why there is no task, None when there is one."""
        self.task(spec, folder)
        return self._problem

    def probe(self, spec: AnyTask, folder: Path | None, seed: int, edit: ProbeEdit | None = None) -> Probe | None:
        """The sequence that is looked at: the one whose traces the worker sends. edit: what a person changed in it; one
        that does not fit is passed over, the worker tells of it."""
        original = self._original(spec, folder, seed)
        if edit is None or original is None or self._task is None:
            return original
        if self._edited[0] != edit or self._edited[1] is None:
            from playground.network.probe import edited

            try:
                self._edited = (edit, edited(self._task, original, edit))
            except BadInput:
                self._edited = (edit, original)
        return self._edited[1]

    def _original(self, spec: AnyTask, folder: Path | None, seed: int) -> Probe | None:
        task = self.task(spec, folder)
        if task is None:
            return None
        if self._probe is None or self._seed != seed:
            from playground.tasks.random import stream

            self._probe, self._seed = task.probe(stream(seed, "probe")), seed
            self._edited = (None, None)
        return self._probe
