"""The session: the one thing panels talk to. It holds the document, the run, and what is looked at."""

import logging
import shutil
import tempfile
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from playground.errors import BadInput
from playground.experiment.cell_files import SUFFIX
from playground.experiment.document import Experiment
from playground.experiment.edits import AddLayer, AddNet, SetTask
from playground.experiment.history import History
from playground.network.changes import probe_edit
from playground.tasks.base import Facts, Probe, Task
from playground.ui.cell_panels.shelf import Shelf
from playground.ui.race.matching import Matching
from playground.ui.race.repeats import Repeats
from playground.ui.recovery import Recovered, Recovery, forget
from playground.ui.run.run_session import RunSession
from playground.ui.sequences import find_sequence
from playground.ui.settings import Settings
from playground.ui.state import Notice, RunState, Selection
from playground.ui.task_view import TaskView
from playground.ui.theme import LIGHT, THEMES, Theme
from playground.ui.workshop import Workshop, errors_of

__all__ = ["Notice", "RunState", "Selection", "Session"]

log = logging.getLogger(__name__)
KEEP_MS = 300  # an edit is in the recovery file after so long


class Session(RunSession):
    """Document edits go through `apply`, everything else through a method here; panels listen to the signals.

    Without `settings` nothing is remembered and files go to a temporary folder that `close` removes. The worker process
    begins with `start_worker` (the window calls it after its first paint).
    """

    document_changed = Signal(object)
    selection_changed = Signal(object)
    time_changed = Signal(int)
    theme_changed = Signal(object)
    file_changed = Signal()  # path or dirty
    opened = Signal(object)  # another document, after everything else has been told
    open_wanted = Signal(object)  # a path; the window asks first what becomes of unsaved changes
    request = Signal(str)  # something only the window can do: "open", "feed", "save_as", "power_lab", "lag_curve"

    def __init__(
        self, experiment: Experiment | None = None, settings: Settings | None = None, parent: QObject | None = None
    ) -> None:
        self._temporary = Path(tempfile.mkdtemp(prefix="rnn-session-")) if settings is None else None
        self.settings = settings or Settings(self._temporary)
        key = uuid.uuid4().hex[:12]
        self._checkpoints = self.settings.checkpoint_folder / key
        super().__init__(self._checkpoints, parent)
        self._recovery = Recovery(self.settings.recovery_folder, key)
        self._keep = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._keep.timeout.connect(self._keep_copy)
        self.history = History(experiment or Experiment())
        self.path: Path | None = None
        self._tasks = TaskView()
        self.time = 0
        self.selection: Selection | None = None
        self.unseen = False  # a window is about to be painted for the first time
        self.view: Callable[[], dict[str, Any]] = dict  # how the window looks, saved with the document
        self.theme: Theme = THEMES.get(self.settings.theme, LIGHT)
        self.workshop = Workshop(self)
        self.shelf = Shelf(self.settings, self)
        self.matching, self.repeats = Matching(self), Repeats(self)
        self.engine.remember(self.settings.engine)
        self.engine.wanted_changed.connect(partial(setattr, self.settings, "engine"))

    # -- the document ---------------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        return self.history.document

    @property
    def dirty(self) -> bool:
        return bool(self.history.dirty)

    @property
    def folder(self) -> Path | None:
        """Where relative paths of the experiment begin."""
        return self.path.parent if self.path else None

    def try_apply(self, edit: Any, merge: bool = False) -> BadInput | None:
        """Change the document; what is wrong with the edit is returned and the document stays as it is."""
        before = self.experiment
        try:
            self.history.apply(edit, merge=merge)
        except BadInput as problem:
            return problem
        if self.experiment != before:
            self._document_edited(before)
        return None

    def apply(self, edit: Any, merge: bool = False) -> bool:
        """Change the document. False: it was refused, and a notice says why."""
        problem = self.try_apply(edit, merge)
        if problem is not None:
            self._say("warning", str(problem))
        return problem is None

    def undo(self) -> None:
        if self.history.can_undo:
            before = self.experiment
            self.history.undo()
            self._document_edited(before)

    def redo(self) -> None:
        if self.history.can_redo:
            before = self.experiment
            self.history.redo()
            self._document_edited(before)

    def feed_sequence(self, key: str) -> bool:
        """A sequence of the palette becomes the task."""
        done = self.apply(SetTask(find_sequence(key).spec))
        self.select(Selection("task"))
        return done

    def add_net(self, cell: str) -> bool:
        """One more contestant, and it is selected."""
        done = self.apply(self.shelf.edit(AddNet(cell, units=self.matching.units_for(cell)), self.experiment))
        if done:
            self.select(Selection("net", self.experiment.networks[-1].name))
        return done

    def add_layer(self, cell: str) -> bool:
        """A layer on top of the selected network, or of the last one; without any network, a network."""
        nets = {net.name: net for net in self.experiment.networks}
        if not nets:
            return self.add_net(cell)
        chosen = self.selection.net if self.selection and self.selection.net in nets else list(nets)[-1]
        edit = AddLayer(chosen, len(nets[chosen].layers), cell)
        return self.apply(self.shelf.edit(edit, self.experiment))

    def select(self, selection: Selection | None) -> None:
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit(selection)

    # -- the task -------------------------------------------------------------------------------------------------

    @property
    def task(self) -> Task | None:
        """The task of the document, None when its settings cannot be used."""
        return self._tasks.task(self.experiment.task, self.folder)

    @property
    def task_problem(self) -> BadInput | None:
        """Why `task` is None."""
        return self._tasks.problem(self.experiment.task, self.folder)

    @property
    def facts(self) -> Facts | None:
        return task.facts if (task := self.task) is not None else None

    @property
    def probe(self) -> Probe | None:
        """The sequence that is looked at, the same one as in `traces`; None when the task cannot be used, and until the
        window has been painted, which does not wait for it."""
        if self.unseen:
            return None
        edit = probe_edit(self.experiment.interventions)
        return self._tasks.probe(self.experiment.task, self.folder, self.experiment.seed, edit)

    @property
    def original_probe(self) -> Probe | None:
        """The sequence as the task made it."""
        return self._tasks.probe(self.experiment.task, self.folder, self.experiment.seed)

    @property
    def length(self) -> int:
        """Steps of the sequence that is looked at; 0 when there is none."""
        probe = self.probe
        return int(probe.batch.inputs.shape[0]) if probe is not None else 0

    @property
    def baselines(self) -> dict[str, tuple[float, float]]:
        """name → (headline metric, loss) on the test data."""
        if self.started_facts is not None and self.started_facts.baselines:
            return dict(self.started_facts.baselines)
        return {b.name: (b.metric, b.loss) for b in self.facts.baselines} if self.facts else {}

    # -- what is looked at ----------------------------------------------------------------------------------------

    def set_time(self, time: int) -> None:
        """Look at step `time` of the sequence; kept inside it."""
        time = min(max(int(time), 0), max(0, self.length - 1))
        if time != self.time:
            self.time = time
            self.time_changed.emit(time)

    def set_theme(self, name: str, remember: bool = True) -> None:
        """ "light" or "dark"; `remember`: also at the next launch, as the person chose it."""
        if remember:
            self.settings.theme = name
        if THEMES[name] is not self.theme:
            self.theme = THEMES[name]
            self.theme_changed.emit(self.theme)

    # -- files ----------------------------------------------------------------------------------------------------

    def open(self, path: Path) -> bool:
        """Open an experiment; a shipped one as a new document, so that it is never overwritten. One that does not load
        leaves the present one alone and says why."""
        from playground.experiment.files import examples, load

        path = Path(path)
        for name, example in examples().items():
            if path.resolve() == example.resolve():
                return self.new_from_example(name)
        try:
            experiment = load(path)
        except BadInput as problem:
            self._say("error", str(problem), ((self.tr("Open another…"), lambda: self.request.emit("open")),))
            return False
        self._replace(experiment, path)
        self.settings.remember(path)
        return True

    def new_from_example(self, name: str) -> bool:
        """A shipped experiment as a new document without a file."""
        from playground.experiment.files import examples, load

        try:
            found = examples()
            if name not in found:
                raise BadInput(name, self.tr("there is no such example"), f"choose one of {', '.join(found)}")
            self._replace(load(found[name]), None)
        except BadInput as problem:
            self._say("error", str(problem))
            return False
        return True

    def restore(self, recovered: Recovered) -> None:
        """Take up a document that an earlier window left unsaved."""
        self._replace(recovered.experiment, recovered.path, clean=False)
        self._keep_copy()
        forget(recovered)

    def save(self, path: Path | None = None) -> bool:
        """Write the document; without any path the window asks for one. False: nothing was written."""
        from playground.experiment.files import save

        target = Path(path) if path else self.path
        if target is None:
            self.request.emit("save_as")
            return False
        if not target.name.endswith(".json"):
            target = target.with_name(target.name + ".experiment.json")
        try:
            if target.parent != self.folder:
                self._pin_file()
            save(replace(self.experiment, view=self.view() or self.experiment.view), target)
        except BadInput as problem:
            self._say("error", str(problem), ((self.tr("Save elsewhere…"), lambda: self.request.emit("save_as")),))
            return False
        self.path = target
        self.history.saved()
        self._forget_copy()
        self.settings.remember(target)
        self.file_changed.emit()
        return True

    def feed_file(self, path: Path) -> bool:
        """A CSV or text file becomes the sequence (one undo brings it back). An experiment is for `open_wanted`."""
        from playground.tasks import guess_task

        path = Path(path)
        if path.name.lower().endswith(SUFFIX):
            return self.shelf.add_file(path, self)
        if path.suffix.lower() == ".json":
            self.open_wanted.emit(path)
            return True
        way_out = ((self.tr("Choose another file…"), lambda: self.request.emit("feed")),)
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)  # a large table takes a moment
        try:
            spec = guess_task(path)
            problem = self._tasks.problem(spec, self.folder)
        except BadInput as wrong:
            problem = wrong
        finally:
            QGuiApplication.restoreOverrideCursor()
        if problem is not None:
            self._say("error", str(problem), way_out)
            return False
        if not self.apply(SetTask(spec)) or self.facts is None:
            return False
        self.select(Selection("task"))
        self._say("info", describe_fed(path, self.facts, self), ((self.tr("Undo"), self.undo),))
        return True

    def close(self, keep_copy: bool = False) -> None:
        """End the worker and tidy up; the copy of an unsaved document goes too, because the person was asked.
        `keep_copy`: nobody was asked, it stays and is what the document is now."""
        self._keep.stop()
        self._link.close()
        self.repeats.close()
        if keep_copy:
            self._keep_copy()
        else:
            self._forget_copy()
        shutil.rmtree(self._checkpoints, ignore_errors=True)
        self.settings.sync()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _replace(self, experiment: Experiment, path: Path | None, clean: bool = True) -> None:
        self.history = History(experiment)
        self.path = path
        if not clean:
            self.history.mark_unsaved()
        self._forget_copy()
        self.select(None)
        self._link.pause()  # a wish to train was meant for the last one
        self._begin()
        self._document_edited(None)
        self.opened.emit(experiment)

    def _document_edited(self, before: Experiment | None) -> None:
        """`before`: the document until now; None for another document."""
        if self.selection and not self._exists(self.selection):
            self.select(self._renamed(self.selection, before))
        if before is not None and self.experiment.networks and not self._unfinished():
            self._link.update(self.experiment, self.folder)
        elif before is not None:
            self._link.pause()  # nothing is left to train, or not yet; the canvas says what to do
        if self.dirty:
            self._keep.start()
        self.document_changed.emit(self.experiment)
        self.reaching.document_changed()
        if self.task_problem is not None:
            self._say("warning", str(self.task_problem))
        self.set_time(self.time)
        self.file_changed.emit()

    def _unfinished(self) -> bool:
        """Whether an own cell that is in use has errors, as happens at every second step while a person draws it."""
        used = {layer.cell for net in self.experiment.networks for layer in net.layers}
        return any(errors_of(cell) for cell in self.experiment.cells if cell.name in used)

    def _pin_file(self) -> None:
        """The document moves to another folder: a relative path to its data becomes a full one."""
        spec = self.experiment.task
        file = str(getattr(spec, "file", ""))
        if file and not file.startswith("resource:") and not Path(file).is_absolute() and self.folder:
            self.apply(SetTask(replace(spec, file=str((self.folder / file).resolve()))))

    def _exists(self, selection: Selection) -> bool:
        """Whether the document still has what was selected."""
        layers = {net.name: [layer.id for layer in net.layers] for net in self.experiment.networks}
        if selection.net and selection.net not in layers:
            return False
        return not selection.layer or selection.layer in layers[selection.net]

    def _renamed(self, selection: Selection, before: Experiment | None) -> Selection | None:
        """The same place in a network that has another name now; None when there is no such place."""
        old = [net.name for net in before.networks] if before else []
        new = [net.name for net in self.experiment.networks]
        if len(old) != len(new) or selection.net not in old:
            return None
        there = Selection(selection.kind, new[old.index(selection.net)], selection.layer)
        return there if there.net not in old and self._exists(there) else None

    def _keep_copy(self) -> None:
        try:
            self._recovery.keep(self.experiment, self.path)
        except (OSError, BadInput) as error:
            log.warning("no recovery copy: %s", error)

    def _forget_copy(self) -> None:
        self._keep.stop()
        try:
            self._recovery.drop()
        except OSError as error:
            log.warning("the recovery copy stays: %s", error)


def describe_fed(path: Path, facts: Facts, context: QObject) -> str:
    """What was recognised in a file, in one sentence."""
    if facts.input_symbols is not None:
        text = context.tr("{0} is now the sequence: a text of {1} different characters; predict the next one.")
        return text.format(path.name, len(facts.input_symbols))
    inputs, outputs = ", ".join(facts.input_names), ", ".join(facts.output_names)
    return context.tr("{0} is now the sequence: from {1}, predict {2}.").format(path.name, inputs, outputs)
