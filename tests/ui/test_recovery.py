import json
import subprocess
import sys

from playground.experiment.document import Experiment
from playground.ui.recovery import Recovery, forget, left_behind


def dead_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def disown(folder, key):
    (folder / f"{key}.owner.json").write_text(json.dumps({"process": dead_process(), "path": ""}))


def test_a_copy_of_a_dead_window_is_found_and_forgotten(tmp_path):
    document = Experiment(name="Nearly lost")
    Recovery(tmp_path, "a").keep(document, tmp_path / "mine.experiment.json")
    assert left_behind(tmp_path) == []  # its window, this process, still runs
    disown(tmp_path, "a")
    (found,) = left_behind(tmp_path)
    assert found.experiment == document
    forget(found)
    assert left_behind(tmp_path) == [] and list(tmp_path.iterdir()) == []


def test_the_path_it_came_from_is_kept(tmp_path):
    Recovery(tmp_path, "a").keep(Experiment(), tmp_path / "mine.experiment.json")
    owner = json.loads((tmp_path / "a.owner.json").read_text())
    owner["process"] = dead_process()
    (tmp_path / "a.owner.json").write_text(json.dumps(owner))
    assert left_behind(tmp_path)[0].path == tmp_path / "mine.experiment.json"


def test_a_saved_document_leaves_nothing(tmp_path):
    recovery = Recovery(tmp_path, "a")
    recovery.keep(Experiment(), None)
    recovery.drop()
    recovery.drop()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_copy_stays_and_does_no_harm(tmp_path):
    (tmp_path / "x.experiment.json").write_text("{ half")
    (tmp_path / "x.owner.json").write_text("also broken")
    assert left_behind(tmp_path) == []
    assert (tmp_path / "x.experiment.json").exists()
    assert left_behind(tmp_path / "nowhere") == []
