"""The window's half of a run: the line to the worker, what came back of it, and what is asked of it."""
