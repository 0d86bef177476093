"""One connection: how it is, what to do about it, and what it is made of."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ginnel_service.ipc.schema import ConnectionStatus, ErrorInfo, OnDemandStatus

from ..model.facts import sections
from ..model.format import duration
from ..model.notes import OFFERS, notes
from ..model.notes import Note as NoteWords
from ..model.present import Face
from ..say import fill, plain, say
from .error_card import ErrorCard
from .facts_view import FactsView
from .pages import Context, Page
from .parts import FAR, Button, Note
from .state_card import StateCard
from .tall_area import TallArea, centred
from .traffic_card import TrafficCard

_SECOND_MS = 1000


class ConnectionPage(Page):
    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self._name = ""
        self._noted: tuple[NoteWords, ...] = ()
        theme = context.theme
        self.state = StateCard(theme)
        self.state.pressed.connect(self._press)
        self.error = ErrorCard(theme)
        self.error.copy_wanted.connect(self.copy_details)
        self.traffic = TrafficCard(context)
        self.facts = FactsView(theme)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(8)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(FAR, FAR, FAR, FAR)
        column.setSpacing(FAR)
        column.addWidget(self.state)
        column.addLayout(self._notes)
        column.addWidget(self.error)
        column.addWidget(self.traffic)
        column.addWidget(self.facts)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(TallArea(centred(body)))
        self._clock = QTimer(self)
        self._clock.setInterval(_SECOND_MS)
        self._clock.timeout.connect(self._tick)
        self._desk.connection_changed.connect(self._changed)
        self._desk.measured.connect(self._measured)
        for signal in (
            self._desk.contact,
            self._desk.profiles_changed,
            self._desk.prompt_opened,
            self._desk.prompt_closed,
            self._desk.kill_switch_changed,
        ):
            signal.connect(self._show)
        context.settings.changed.connect(self._show)

    def follow(self, name: str) -> None:
        self._name = name
        self.traffic.follow(self._desk.series(name))
        self._show()

    def copy_details(self) -> None:
        """Put what is known of the connection on the clipboard."""
        QGuiApplication.clipboard().setText(self._desk.report(self._name))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _status(self) -> ConnectionStatus:
        return self._desk.status(self._name) or ConnectionStatus(name=self._name)

    def _error(self, status: ConnectionStatus) -> ErrorInfo | None:
        return self._desk.error_of(status)

    def _show(self) -> None:
        if not self._name or not self.isVisible():
            return
        status = self._status()
        face = self._desk.presentation(self._name).face
        self._tick()
        self.error.show_error(self._error(status))
        self._show_notes(status, face)
        self.traffic.setVisible(face is Face.CONNECTED or status.state == "up")
        self._show_traffic(status)
        self.facts.show_facts(sections(status))
        moves = face is Face.CONNECTED or (face is Face.RECONNECTING and status.next_try_s is not None)
        if moves and not self._clock.isActive():
            self._clock.start()
        elif not moves:
            self._clock.stop()

    def _tick(self) -> None:
        """What changes although nothing happens: time."""
        status, shown = self._status(), self._desk.presentation(self._name)
        detail = ""
        if shown.face is Face.CONNECTED and status.established_at is not None:
            detail = fill(self.tr("for %1"), duration(time.time() - status.established_at))
        self.state.show_state(self._name, shown, detail)

    def _show_traffic(self, status: ConnectionStatus) -> None:
        if self.traffic.isVisible():
            self.traffic.show_traffic(status, self._desk.series(self._name))

    def _show_notes(self, status: ConnectionStatus, face: Face) -> None:
        summary = self._desk.mirror.profiles.get(self._name)
        rules = summary.on_demand if summary is not None else OnDemandStatus()
        wanted = notes(face, status, rules, self._desk.mirror.kill_switch)
        if wanted == self._noted:
            return
        self._noted = wanted
        while (item := self._notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for each in wanted:
            self._notes.addWidget(self._note(each))

    def _note(self, words: NoteWords) -> Note:
        note = Note(self._context.theme, words.icon, say(words.words), words.colour)
        if words.offer:
            change = words.offer
            button = Button(self._context.theme)
            button.setText(say(OFFERS[change]))
            button.setAccessibleName(plain(button.text()))
            button.setAccessibleDescription(say(words.words))
            button.clicked.connect(lambda: self._desk.change_on_demand(self._name, change))
            note.offer(button)
        return note

    def _changed(self, name: str) -> None:
        if name == self._name:
            self._show()

    def _measured(self, name: str) -> None:
        if name == self._name and self.isVisible():
            self._show_traffic(self._status())

    def _press(self, button: str) -> None:
        match button:
            case "connect":
                self._desk.connect_profile(self._name)
            case "cancel" | "disconnect":
                self._desk.disconnect_profile(self._name)
            case "retry":
                self._desk.retry(self._name)
            case "answer":
                self.answer_wanted.emit(self._name)
