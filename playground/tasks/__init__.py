"""Where sequences come from: generators, tables and texts.

The tasks themselves are imported when one is first built: a document is read, and the window painted, without them.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.tasks.build import build_task
    from playground.tasks.guess import guess_task

__all__ = ["build_task", "guess_task"]


def __getattr__(name: str) -> Any:
    if name == "build_task":
        from playground.tasks.build import build_task

        return build_task
    if name == "guess_task":
        from playground.tasks.guess import guess_task

        return guess_task
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
