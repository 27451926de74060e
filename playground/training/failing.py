"""What went wrong, as a message and back again, so that the window knows of a value that was not finite all that the
worker knows."""

from playground.errors import BadInput
from playground.training.finite import NotFinite, Origin
from playground.training.messages import Failed, Refused


def failed(run: int, error: BadInput, fatal: bool) -> Failed:
    """The message that says so."""
    refused = None
    if isinstance(error, NotFinite):
        origin = error.origin or Origin("", -1)
        refused = Refused(error.network, error.step, error.quantity, origin.node, origin.time, origin.unit)
    return Failed(run, error.place, error.problem, error.remedy, fatal, refused)


def as_error(event: Failed) -> BadInput:
    """What was raised."""
    found = event.refused
    if found is None:
        return BadInput(event.place, event.problem, event.remedy)
    origin = Origin(found.node, found.time, found.unit) if found.node else None
    return NotFinite(found.network, found.step, found.quantity, origin)
