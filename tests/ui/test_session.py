from pathlib import Path

import pytest

from playground.errors import BadInput
from playground.experiment import files
from playground.experiment.edits import AddNet, RemoveNet, SetTask, SetUnits, SetValue
from playground.tasks.spec import DelayedRecall, Table, Text
from playground.ui.session import Selection, Session


def texts(session):
    return [notice.text for notice in session.notices]


def test_edits_are_undone_and_redone_and_told(qtbot, session):
    before = session.experiment
    with qtbot.waitSignal(session.document_changed):
        assert session.apply(SetValue("training.batch", 16))
    assert session.dirty and session.experiment.training.batch == 16
    session.undo()
    assert session.experiment == before and not session.dirty
    session.redo()
    assert session.experiment.training.batch == 16


def test_a_refused_edit_changes_nothing_and_says_why(session):
    before = session.experiment
    assert not session.apply(SetValue("training.batch", -1))
    assert session.experiment is before and not session.dirty
    assert "batch" in texts(session)[0] and "65536" in texts(session)[0]
    assert isinstance(session.try_apply(SetValue("training.batch", "many")), BadInput)
    assert len(session.notices) == 1  # try_apply leaves the telling to who asked


def test_a_gesture_is_one_undo(session):
    for step, rate in enumerate((0.01, 0.02, 0.03, 0.04)):
        session.apply(SetValue("training.optimizer.learning_rate", rate), merge=step > 1)
    session.undo()
    assert session.experiment.training.optimizer.learning_rate == 0.01


def test_what_is_removed_is_not_selected_any_more(session):
    session.select(Selection("layer", "LSTM", "layer1"))
    session.apply(SetUnits("LSTM", "layer1", 5))
    assert session.selection == Selection("layer", "LSTM", "layer1")
    session.apply(RemoveNet("LSTM"))
    assert session.selection is None


def test_facts_and_probe_follow_the_task(session):
    assert session.length == 11 and session.facts.metrics[0] == "accuracy"
    session.apply(SetValue("task.lag", 20))
    assert session.length == 21
    session.set_time(500)
    assert session.time == 20
    session.apply(SetValue("task.lag", 5))
    assert session.time == 5  # kept inside the sequence


def test_a_task_that_cannot_be_built_is_told_and_kept(session):
    session.apply(SetTask(Table(file="/nowhere/at/all.csv")))
    assert session.facts is None and session.probe is None and session.length == 0
    assert "all.csv" in texts(session)[-1]
    session.undo()
    assert session.facts is not None


def test_a_csv_becomes_the_sequence_and_one_undo_brings_the_old_one_back(session, tmp_path):
    table = tmp_path / "waves.csv"
    table.write_text("time,level\n" + "".join(f"{row},{row % 7}\n" for row in range(200)))
    assert session.feed_file(table)
    assert isinstance(session.experiment.task, Table)
    assert session.selection == Selection("task")
    assert "waves.csv" in texts(session)[-1] and "level" in texts(session)[-1]
    session.undo()
    assert session.experiment.task == DelayedRecall(lag=10, test_sequences=50)


def test_a_text_becomes_the_sequence(session, tmp_path):
    text = tmp_path / "story.txt"
    text.write_text("the king and the queen. " * 200)
    assert session.feed_file(text)
    assert isinstance(session.experiment.task, Text) and "story.txt" in texts(session)[-1]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("binary.csv", bytes(range(256)) * 20),
        ("words.csv", b"a,b\nred,green\nblue,pink\n" * 30),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(200)),
    ],
)
def test_files_that_are_no_sequence_leave_the_document_alone(session, tmp_path, name, content):
    before = session.experiment
    file = tmp_path / name
    file.write_bytes(content)
    assert not session.feed_file(file)
    assert session.experiment is before and not session.history.can_undo
    notice = session.notices[-1]
    assert name in notice.text and notice.level == "error" and notice.actions


def test_a_missing_file_and_a_folder(session, tmp_path):
    before = session.experiment
    assert not session.feed_file(tmp_path / "gone.csv")
    assert not session.feed_file(tmp_path)
    assert session.experiment is before and len(session.notices) == 2


def test_an_experiment_that_is_dropped_is_for_the_window(qtbot, session, tmp_path):
    path = tmp_path / "mine.experiment.json"
    with qtbot.waitSignal(session.open_wanted) as wanted:
        assert session.feed_file(path)
    assert wanted.args == [path]


def test_save_and_open_again(session, tmp_path):
    path = tmp_path / "mine.experiment.json"
    session.apply(SetValue("training.batch", 16))
    assert session.save(path) and not session.dirty and session.path == path
    assert session.settings.recent == [path]
    session.apply(AddNet("gru"))
    assert session.dirty
    assert session.open(path)
    assert session.experiment == files.load(path) and not session.dirty and not session.history.can_undo


def test_an_ending_is_added(session, tmp_path):
    assert session.save(tmp_path / "mine")
    assert session.path == tmp_path / "mine.experiment.json"


def test_saving_without_a_path_asks_for_one(qtbot, session):
    with qtbot.waitSignal(session.request) as asked:
        assert not session.save()
    assert asked.args == ["save_as"]


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_lost(session, tmp_path):
    session.apply(SetValue("training.batch", 16))
    (tmp_path / "file").write_text("no folder")
    assert not session.save(tmp_path / "file" / "mine.experiment.json")
    assert session.dirty and session.path is None
    assert session.notices[-1].level == "error" and session.notices[-1].actions


@pytest.mark.parametrize("content", ["", "{", '{"task": {"kind": "juggling"}}', '{"seed": -1}', '{"sede": 3}', "[1]"])
def test_a_file_that_does_not_load_leaves_the_present_one_alone(session, tmp_path, content):
    session.apply(SetValue("training.batch", 16))
    before = session.experiment
    path = tmp_path / "bad.experiment.json"
    path.write_text(content)
    assert not session.open(path)
    assert session.experiment is before and session.dirty and session.path is None
    assert "bad.experiment.json" in texts(session)[-1] and "\n" not in texts(session)[-1]


def test_moving_the_document_keeps_its_data(session, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    rows = "".join(f"{row},{row % 7}\n" for row in range(200))
    (tmp_path / "one" / "data.csv").write_text("time,level\n" + rows)
    session.save(tmp_path / "one" / "a.experiment.json")
    session.apply(SetTask(Table(file="data.csv")))
    assert session.facts is not None
    assert session.save(tmp_path / "two" / "b.experiment.json")
    assert session.facts is not None and Path(session.experiment.task.file).is_absolute()


def test_every_example_opens(session):
    assert files.examples()
    for name in files.examples():
        assert session.new_from_example(name), texts(session)
        assert session.facts is not None and session.path is None and not session.dirty
    assert not session.new_from_example("no such thing")


def test_an_unsaved_edit_is_kept_safe_and_a_save_clears_it(qtbot, session, tmp_path):
    folder = session.settings.recovery_folder
    session.apply(SetValue("training.batch", 16))
    qtbot.waitUntil(lambda: len(list(folder.glob("*.experiment.json"))) == 1)
    (copy,) = folder.glob("*.experiment.json")
    assert files.load(copy) == session.experiment
    session.save(tmp_path / "mine.experiment.json")
    assert list(folder.iterdir()) == []


def test_the_theme_is_told_and_remembered(qtbot, session):
    with qtbot.waitSignal(session.theme_changed) as told:
        session.set_theme("dark")
    assert told.args[0].name == "dark" and session.settings.theme == "dark"
    other = Session(settings=session.settings)
    assert other.theme.name == "dark"
    other.close()


def test_without_settings_nothing_is_left_behind(qapp):
    session = Session()
    folder = session.settings.config_folder
    assert folder.is_dir()
    session.apply(AddNet("lstm"))
    session.close()
    assert not folder.exists()


def test_layers_and_networks_are_added_where_one_looks(session):
    session.select(Selection("net", "RNN"))
    assert session.add_layer("dense_tanh")
    assert [layer.cell for layer in session.experiment.networks[0].layers] == ["rnn", "dense_tanh"]
    assert session.add_net("gru") and session.selection == Selection("net", "GRU")
    for net in session.experiment.networks:
        session.apply(RemoveNet(net.name))
    assert session.add_layer("dense_tanh") and len(session.experiment.networks) == 1


def test_numbers_that_move_with_every_step_are_no_new_phase(qtbot, session):
    changes, phases = [], []
    with qtbot.waitSignal(session.started, timeout=20_000):
        session.start_worker()
    session.run_changed.connect(changes.append)
    session.phase_changed.connect(lambda: phases.append(session.run_state.state))
    session.play()
    qtbot.waitUntil(lambda: session.run_state.state == "training" and session.run_state.step > 500, timeout=20_000)
    session.pause()
    qtbot.waitUntil(lambda: session.run_state.state == "paused" and not session.run_state.waiting, timeout=20_000)
    assert len(phases) < len(changes)
    assert [one for one, before in zip(phases, ["", *phases], strict=False) if one != before][-2:] == [
        "training",
        "paused",
    ]
