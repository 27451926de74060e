"""The document: one experiment, as one JSON file `NAME.experiment.json`."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from playground.cell.graph import Cell
from playground.network.changes import AnyChange
from playground.network.spec import Net, Training
from playground.tasks.spec import AnyTask, DelayedRecall

SCHEMA = 1


class Experiment(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is needed to do it again. Frozen: an edit makes a new one, and the old one is the undo.

    `networks` train side by side on the very same batches. `cells` are the experiment's own cells; they come before
    library cells of the same name. `interventions`: what a person reached into the networks with. `view` is the
    window's own business (open plots, layout), never part of the result.
    """

    schema: int = SCHEMA
    name: str = "Untitled"
    about: str = ""
    seed: Annotated[int, Meta(ge=0, le=2**53)] = 7
    task: AnyTask = DelayedRecall()
    networks: tuple[Net, ...] = ()
    cells: tuple[Cell, ...] = ()
    training: Training = Training()
    interventions: tuple[AnyChange, ...] = ()
    view: dict[str, Any] = {}
