"""The fixtures of `plot_session`."""

from plot_session import session, shown

__all__ = ["session", "shown"]
