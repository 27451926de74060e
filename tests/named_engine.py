"""Which engine is the fastest is a measurement, and on a busy machine it may come out otherwise the next time. Tests
that compare bits name theirs."""

import pytest

from playground.engine import choose
from playground.engine.choice import Choice
from playground.training import run as run_module
from playground.training.engine_choice import choice_for

NAME = choose().name  # what training begins with where nothing was timed


def name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `Run` of this process takes the engine that "auto" begins with, and times nothing."""

    def named(experiment: object, facts: object, engine: str, effort: object) -> Choice:
        return choice_for(experiment, facts, NAME if engine == "auto" else engine, effort)  # type: ignore[arg-type]

    monkeypatch.setattr(run_module, "choice_for", named)
