"""Layouts of the plots that a person has kept under a name, between launches."""

import json
from typing import Any

from playground.ui.settings import Settings

KEY = "plot_layouts"


class Layouts:
    """name → what `PlotArea.view` returned. Names keep the order in which they were kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def names(self) -> list[str]:
        return list(self._all())

    def load(self, name: str) -> dict[str, Any] | None:
        """The layout, None when there is none of this name."""
        found = self._all().get(name)
        return found if isinstance(found, dict) else None

    def keep(self, name: str, view: dict[str, Any]) -> None:
        """Remember a layout; one of the same name is replaced."""
        self._write(self._all() | {name: view})

    def forget(self, name: str) -> None:
        self._write({other: view for other, view in self._all().items() if other != name})

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self._settings.text(KEY) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, layouts: dict[str, Any]) -> None:
        self._settings.set_text(KEY, json.dumps(layouts))
