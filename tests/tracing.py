"""What a network shows on one sequence, for tests that look at it themselves."""

from playground.network.look import Look
from playground.network.network import Network
from playground.network.traces import NetTraces
from playground.tasks.base import Batch


def trace(network: Network, batch: Batch, name: str = "", free: bool = False) -> NetTraces:
    return Look(network, free).at(batch).traces(name or network.net.name)
