"""What a person chose for the app, kept where the system keeps such things (QSettings)."""

from __future__ import annotations

from typing import Any, Final, get_args

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from .draw.theme import Choice
from .model.format import Units

ORGANISATION: Final = "Ginnel"
APPLICATION: Final = "ginnel-gui"


class Settings(QObject):
    """Each setting is a property; `changed` says by its name which one has a new value.

    A value that another version left, and that is none of ours, counts as the default.
    """

    changed = Signal(str)

    def __init__(self, store: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    @property
    def theme(self) -> Choice:
        value = self._store.value("theme")
        return value if value in get_args(Choice) else "system"

    @theme.setter
    def theme(self, value: Choice) -> None:
        self._set("theme", value)

    @property
    def units(self) -> Units:
        """Of amounts of data; rates are the same, each second."""
        value = self._store.value("units")
        return value if value in get_args(Units) else "decimal"

    @units.setter
    def units(self, value: Units) -> None:
        self._set("units", value)

    @property
    def language(self) -> str:
        """A language's code such as `de`; empty: the system's. Counts from the next start."""
        return str(self._store.value("language") or "")

    @language.setter
    def language(self, value: str) -> None:
        self._set("language", value)

    @property
    def notifications(self) -> bool:
        """Whether changes are told while the window is not in front."""
        return self._flag("notifications")

    @notifications.setter
    def notifications(self, value: bool) -> None:
        self._set("notifications", value)

    @property
    def close_to_tray(self) -> bool:
        """Whether the app goes on in the tray when its window is closed, where there is a tray."""
        return self._flag("close_to_tray")

    @close_to_tray.setter
    def close_to_tray(self, value: bool) -> None:
        self._set("close_to_tray", value)

    @property
    def told_of_tray(self) -> bool:
        """Whether the person knows that closing the window does not end the app."""
        return self._flag("told_of_tray", otherwise=False)

    @told_of_tray.setter
    def told_of_tray(self, value: bool) -> None:
        self._set("told_of_tray", value)

    @property
    def profile(self) -> str:
        """The profile that was chosen last."""
        return str(self._store.value("profile") or "")

    @profile.setter
    def profile(self, value: str) -> None:
        self._set("profile", value)

    def bytes_of(self, key: str) -> QByteArray:
        """What `keep` stored: a window's place, a splitter's halves. Empty when there is none."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep(self, key: str, value: QByteArray) -> None:
        self._store.setValue(key, value)

    def _flag(self, key: str, *, otherwise: bool = True) -> bool:
        # The file holds words, and Qt's own reading of them takes any text for true.
        return str(self._store.value(key, otherwise)).lower() in {"true", "1"}

    def _set(self, key: str, value: Any) -> None:
        if self._store.value(key) != value:
            self._store.setValue(key, value)
            self.changed.emit(key)


def personal() -> Settings:
    """Of whoever runs the app."""
    return Settings(QSettings(ORGANISATION, APPLICATION))


def of_file(path: str) -> Settings:
    """Those in the file at `path`, which need not exist yet."""
    return Settings(QSettings(path, QSettings.Format.IniFormat))
