"""What the session tells the panels: small frozen values, no behaviour."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Selection:
    """What the person has pointed at. `net` and `layer` are empty where they do not apply."""

    kind: Literal["task", "net", "layer", "readout"]
    net: str = ""
    layer: str = ""


@dataclass(frozen=True)
class RunState:
    """Where the training stands, as the worker said last.

    idle: the worker is not ready yet. stopped: a goal or a limit was reached. dead: the worker process ended by itself.
    waiting: the person has asked for training and the worker has not begun yet.
    """

    state: Literal["idle", "paused", "training", "stopped", "dead"] = "idle"
    step: int = 0
    engine: str = ""
    reason: str = ""
    sequences_per_second: float = 0.0
    seconds: float = 0.0
    waiting: bool = False

    @property
    def active(self) -> bool:
        """Whether the person would press Pause now."""
        return self.waiting or self.state == "training"


@dataclass(frozen=True)
class Notice:
    """One message for the bar: a sentence, and buttons that lead out of it."""

    level: Literal["info", "warning", "error"]
    text: str
    actions: tuple[tuple[str, Callable[[], object]], ...] = ()
