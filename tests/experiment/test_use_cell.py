from msgspec.structs import replace

from playground.cell.library import LIBRARY
from playground.cell.names import empty_cell
from playground.experiment.document import Experiment
from playground.experiment.edits import AddLayer, AddNet, ReplaceCell
from playground.experiment.history import History
from playground.experiment.use_cell import UseCell

MINE = replace(LIBRARY["gru"], name="mine", label="Mine")


def test_the_cell_comes_with_the_edit_and_goes_with_its_undo():
    history = History(Experiment())
    history.apply(UseCell(MINE, AddNet("whatever")))
    history.apply(UseCell(MINE, AddLayer("Mine", 1, "whatever")))
    history.apply(UseCell(replace(MINE, label="Other", about="another"), ReplaceCell("Mine", "layer1", "whatever")))
    layers = history.document.networks[0].layers
    assert [layer.cell for layer in layers] == ["mine2", "mine"]
    assert [cell.name for cell in history.document.cells] == ["mine", "mine2"]  # an equal one is not copied again
    assert history.undo_label == "replace the cell by Other"
    for _ in range(3):
        history.undo()
    assert history.document == Experiment()


def test_a_fresh_cell_is_never_shared():
    experiment = Experiment()
    for number in range(1, 4):
        experiment = UseCell(empty_cell(), AddNet("any"), fresh=True).apply(experiment)
        assert len(experiment.cells) == len({cell.label for cell in experiment.cells}) == number
    assert [net.layers[0].cell for net in experiment.networks] == [cell.name for cell in experiment.cells]
