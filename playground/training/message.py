"""What every message between the window and the worker is."""

from msgspec import Struct


class Message(Struct, frozen=True, tag_field="type"):
    """Base of all messages."""
