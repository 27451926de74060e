import pytest

from playground.experiment.document import Experiment
from playground.network.spec import Layer, Net


@pytest.fixture
def race() -> Experiment:
    """Two contestants, one of two layers."""
    return Experiment(
        name="Race",
        networks=(
            Net("RNN", (Layer("layer1", "rnn", 8),)),
            Net("LSTM", (Layer("layer1", "lstm", 12), Layer("layer2", "gru", 6))),
        ),
    )
