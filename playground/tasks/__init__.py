"""Where sequences come from: generators, tables and texts.

The tasks themselves are imported when one is first built: a document is read, and the window painted, without them.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.tasks.build import build_task, guess_task

__all__ = ["build_task", "guess_task"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from playground.tasks import build

        return getattr(build, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
