"""What a screen reader says although its user did nothing: changes of connections, and what went wrong."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from ..desk import Desk
from ..model.errors import explain
from ..model.present import Face
from ..say import fill, say

#: What is said at once, whatever is being read.
_URGENT = frozenset({Face.FAILED, Face.BLOCKED, Face.RECONNECTING, Face.WAITING})


class Speech(QObject):
    """Over `window`, about all that `desk` hears; `said` repeats each sentence, and whether it was urgent."""

    said = Signal(str, bool)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._faces: dict[str, Face] = {}
        self._had_contact = False
        self._blocked = False
        desk.contact.connect(self._met)
        desk.profiles_changed.connect(self._learn)
        desk.connection_changed.connect(self._changed)
        desk.prompt_opened.connect(lambda prompt: self._changed(prompt.name))
        desk.kill_switch_changed.connect(self._block)

    def tell(self, words: str, *, urgent: bool = False) -> None:
        announce(self._window, words, urgent=urgent)
        self.said.emit(words, urgent)

    def _met(self, has_contact: bool) -> None:
        if not has_contact:
            self.tell(self.tr("No contact with Ginnel's service"), urgent=True)
        elif self._had_contact:
            self.tell(self.tr("Ginnel's service is there again"))
        self._had_contact |= has_contact
        self._faces.clear()
        self._blocked = self._desk.mirror.kill_switch.blocking
        self._learn()

    def _learn(self) -> None:
        """How those are that were not known; those that are gone are forgotten."""
        known = self._desk.mirror.profiles.keys()
        for name in known - self._faces.keys():
            self._faces[name] = self._desk.presentation(name).face
        for name in self._faces.keys() - known:
            del self._faces[name]

    def _changed(self, name: str) -> None:
        shown = self._desk.presentation(name)
        before, self._faces[name] = self._faces.get(name, shown.face), shown.face
        if before is shown.face:
            return
        words = fill(self.tr("%1: %2"), name, say(shown.title))
        status = self._desk.status(name)
        error = self._desk.error_of(status) if status is not None else None
        if error is not None and shown.face in (Face.FAILED, Face.RECONNECTING):
            told = explain(error)
            words = f"{words}. {say(told.cause)} {say(told.remedy)}"
        self.tell(words, urgent=shown.face in _URGENT)

    def _block(self) -> None:
        blocks = self._desk.mirror.kill_switch.blocking
        if blocks != self._blocked:
            self._blocked = blocks
            self.tell(
                self.tr("The kill switch stops what would go past the tunnels")
                if blocks
                else self.tr("The kill switch stops nothing any more")
            )


def announce(widget: QWidget, words: str, *, urgent: bool = False) -> None:
    """Have a screen reader say it."""
    if words and QAccessible.isActive():
        event = QAccessibleAnnouncementEvent(widget, words)
        levels = QAccessible.AnnouncementPoliteness
        event.setPoliteness(levels.Assertive if urgent else levels.Polite)
        QAccessible.updateAccessibility(event)
