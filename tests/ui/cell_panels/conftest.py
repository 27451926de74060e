"""A session inside a cell, with weights and traces computed here instead of by a worker."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from tracing import trace

from playground.engine import choose
from playground.experiment.cells import known_cells
from playground.network.network import Network
from playground.network.traces import Traces


class KnownWeights(QObject):
    """What `session.weights` promises, of a network in this process."""

    changed = Signal(object)
    intervened = Signal()

    def __init__(self, networks):
        super().__init__()
        self.networks = networks
        self.watched = {}
        self.done = []

    def get(self, net, parameter):
        names = self.networks[net].parameters
        return np.array(names.view(parameter)) if parameter in names.names else None

    def watch(self, owner, net, names):
        self.watched[owner.objectName()] = (net, tuple(names))

    def unwatch(self, owner):
        self.watched.pop(owner.objectName(), None)

    @property
    def can_undo(self):
        return bool(self.done)

    def set_value(self, net, parameter, index, value, merge=False):
        array = self.networks[net].parameters.view(parameter)
        self.done.append((net, parameter, index, float(array[index])))
        self._put(net, parameter, index, value)
        return True

    def undo_last(self):
        self._put(*self.done.pop())
        return True

    def _put(self, net, parameter, index, value):
        self.networks[net].parameters.view(parameter)[index] = value
        self.changed.emit({(net, parameter)})
        self.intervened.emit()


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
    nets = tuple(trace(network, probe, name) for name, network in session.weights.networks.items())
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
