"""Where sequences come from: generators, tables and texts."""

from playground.tasks.build import build_task, guess_task

__all__ = ["build_task", "guess_task"]
