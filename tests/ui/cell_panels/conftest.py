"""A session inside a cell, with weights and traces computed here instead of by a worker."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from playground.engine import choose
from playground.experiment.cells import known_cells
from playground.network.network import Network
from playground.network.traces import Traces


class KnownWeights(QObject):
    """What `session.weights` promises, of a network in this process."""

    changed = Signal(object)

    def __init__(self, networks):
        super().__init__()
        self.networks = networks
        self.watched = {}
        self.undone = 0

    def get(self, net, parameter):
        names = self.networks[net].parameters
        return np.array(names.view(parameter)) if parameter in names.names else None

    def watch(self, net, names):
        self.watched[net] = tuple(names)

    def set_value(self, net, parameter, index, value):
        self.networks[net].parameters.view(parameter)[index] = value
        self.changed.emit({(net, parameter)})

    def undo_last(self):
        self.undone += 1


def build(session):
    """Every network of the document, initialised as the worker would."""
    made = {}
    for net in session.experiment.networks:
        network = Network(
            net, known_cells(session.experiment), session.facts, session.experiment.training, choose("numpy")
        )
        network.initialise(session.experiment.seed)
        made[net.name] = network
    return made


def run_probe(session):
    """Traces of the present weights, as the worker would send them."""
    probe = session.probe.batch
    nets = tuple(network.trace(probe, name) for name, network in session.weights.networks.items())
    traces = Traces(0, probe.inputs[:, 0], probe.targets[:, 0], nets)
    session.record.traces = traces
    session.traces_changed.emit(traces)


@pytest.fixture
def inside(session):
    """Inside the LSTM's cell."""
    session.weights = KnownWeights(build(session))
    run_probe(session)
    assert session.workshop.enter("LSTM", "layer1")
    return session


@pytest.fixture
def inspector(qtbot, inside):
    from playground.ui.inspector import Inspector

    made = Inspector(inside)
    made.resize(300, 760)
    qtbot.addWidget(made)
    made.show()
    return made
