"""The chosen profile, whole, for a page that shows a part of it and may change that part."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from ginnel_service.ipc.schema import ErrorInfo, NameParams, ProfileCreateParams
from ginnel_service.profiles.model import Profile

from ..desk import Desk


class ProfileEdit(QObject):
    """`changed` when `profile` is another, or None while there is none; `failed` with an ErrorInfo, and with
    None when what could not be read can be."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.name = ""
        self.profile: Profile | None = None
        self._unread = False  # the last answer was no profile
        self._wanted: Profile | None = None  # what the service is asked to store, until it answers
        desk.profiles_changed.connect(self.load)

    def follow(self, name: str) -> None:
        if name != self.name:
            self.name, self.profile, self._wanted = name, None, None
            self.changed.emit()
        self.load()

    def load(self) -> None:
        """Ask for it anew."""
        name = self.name
        if not name or name not in self._desk.mirror.profiles:
            return

        def answered(profile: Profile | None, error: ErrorInfo | None) -> None:
            if name != self.name:
                return
            if error is not None or self._unread:
                self.failed.emit(error)
            self._unread = error is not None
            if profile != self.profile:
                self.profile = profile
                self.changed.emit()

        self._desk.call("profile.show", NameParams(name=name), answered)

    def change(self, table: str, **fields: Any) -> None:
        """Store the profile with other `fields` of `table`; its secrets stay.

        `changed` also tells when that failed: what a page shows has to go back to what is.
        """
        before = self._wanted or self.profile  # one change may come before the last one is answered
        if before is None:
            return
        part = msgspec.structs.replace(getattr(before, table), **fields)
        wanted = msgspec.structs.replace(before, **{table: part})

        def answered(_: object, error: ErrorInfo | None) -> None:
            if wanted is self._wanted:
                self._wanted = None
            if wanted.name != self.name:
                return  # another was chosen meanwhile, of which this says nothing
            if error is not None:
                self.failed.emit(error)
            else:
                self.profile = wanted
            self.changed.emit()

        if wanted != before:
            self._wanted = wanted
            params = ProfileCreateParams(profile=wanted, replace=True, keep_secrets=True)
            self._desk.call("profile.create", params, answered)
