"""What the window remembers between launches: theme, recent files, geometry; and where it may write."""

import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

RECENT = 8
ENGINES = ("auto", "native", "numpy", "cupy")
HOME = "RNN_PLAYGROUND_HOME"  # replaces the user's folders, for tests and for a portable installation


class Settings:
    """`folder`: one folder for everything; without it, the folders that the system gives to programs."""

    def __init__(self, folder: Path | None = None) -> None:
        given = folder or (Path(os.environ[HOME]) if os.environ.get(HOME) else None)
        self._given = given
        self.config_folder = given or Path(platformdirs.user_config_dir("rnn-playground"))
        self.cache_folder = given / "cache" if given else Path(platformdirs.user_cache_dir("rnn-playground"))
        self._store = QSettings(str(self.config_folder / "window.ini"), QSettings.Format.IniFormat)

    @property
    def recovery_folder(self) -> Path:
        """Where documents that are not saved yet are kept safe."""
        return self.cache_folder / "recovery"

    @property
    def checkpoint_folder(self) -> Path:
        return self.cache_folder / "checkpoints"

    @property
    def cell_folder(self) -> Path:
        """A person's own cells."""
        own = self._given or platformdirs.user_data_path("rnn-playground", appauthor=False)
        return own / "cells"

    @property
    def log_file(self) -> Path:
        return self.cache_folder / "window.log"

    @property
    def theme(self) -> str:
        """ "light", "dark", or "" while the person has not chosen."""
        value = str(self._store.value("theme", ""))
        return value if value in ("light", "dark") else ""

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def engine(self) -> str:
        """What to compute with on this machine; "auto" while the person has not chosen."""
        value = str(self._store.value("engine", ""))
        return value if value in ENGINES else "auto"

    @engine.setter
    def engine(self, name: str) -> None:
        self._store.setValue("engine", name)

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved lately that still exist, the latest first."""
        found = self._store.value("recent", [])
        names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return [path for path in map(Path, names) if path.is_file()]

    def remember(self, path: Path) -> None:
        """Put `path` first among the recent files."""
        path = path.resolve()
        names = [str(path)] + [str(other) for other in self.recent if other != path]
        self._store.setValue("recent", names[:RECENT])

    def forget_recent(self) -> None:
        self._store.remove("recent")

    def bytes(self, key: str) -> QByteArray | None:
        """A remembered geometry or splitter state, None when there is none."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_bytes(self, key: str, value: QByteArray) -> None:
        self._store.setValue(key, value)

    def text(self, key: str) -> str:
        """A remembered text, "" when there is none."""
        value = self._store.value(key, "")
        return value if isinstance(value, str) else ""

    def set_text(self, key: str, value: str) -> None:
        self._store.setValue(key, value)

    def names(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A remembered list of names, such as the open plots."""
        if not self._store.contains(key):
            return default
        value = self._store.value(key)
        return (value,) if isinstance(value, str) and value else tuple(value or ())

    def set_names(self, key: str, names: tuple[str, ...]) -> None:
        self._store.setValue(key, list(names))

    def sync(self) -> None:
        """Write everything now."""
        self._store.sync()
