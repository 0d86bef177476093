"""What the app knows and can do: the service's state as it is now, and calls that change it.

Every window works with a `Desk` alone. It holds a `Mirror` of the service, tells what changed, and says when
there is no contact. What follows from a state or an error is the service's to decide, the windows' to show.
"""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec
from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from ginnel_service import __version__
from ginnel_service.ipc.mirror import Mirror
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    DiagnosisProgress,
    ErrorInfo,
    HelloParams,
    HelloResult,
    KillSwitchStatus,
    LogEntry,
    NameParams,
    OnDemandChange,
    OnDemandParams,
    OnDemandStatus,
    ProfileChange,
    PromptAnswerParams,
    PromptStatus,
    Snapshot,
    Statistics,
    SubscribeParams,
    UpParams,
)

from .link import Answered, Link
from .model.present import Presentation, present
from .model.report import report
from .model.series import Series

#: Between two readings of the counters, in seconds.
STATISTICS_S: Final = 1.0


class Desk(QObject):
    """One for the app; `link` is its only way to the service."""

    contact = Signal(bool)  # with the service: found, lost
    connection_changed = Signal(str)  # by the name of its profile
    measured = Signal(str)  # new counters of a connection
    profiles_changed = Signal()
    renamed = Signal(str, str)  # a profile: its name before, and now, while both are shown
    prompt_opened = Signal(object)  # a PromptStatus
    prompt_closed = Signal(int)  # by its id
    kill_switch_changed = Signal()
    logged = Signal(object)  # a LogEntry
    examined = Signal(object)  # a DiagnosisProgress

    def __init__(self, link: Link, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self.mirror = Mirror()
        self.role = "user"
        self.version = ""
        self._series: dict[str, Series] = {}
        self._heard_at: dict[str, float] = {}
        self.refusals: dict[str, ErrorInfo] = {}  # why the service did not do what was asked of a connection
        link.opened.connect(self._greet)
        link.closed.connect(self._lost)
        link.news.connect(self._hear)

    @property
    def has_contact(self) -> bool:
        """Whether `mirror` is what the service says."""
        return bool(self.version)

    def status(self, name: str) -> ConnectionStatus | None:
        """Of any profile, as of now.

        The time to the next try has gone on since the service spoke of it, and a kill switch may hold what is
        down.
        """
        status = self.mirror.status(name)
        if status is not None and status.state == "down":
            holders = {each.name for each in self.mirror.kill_switch.profiles}
            status = msgspec.structs.replace(status, blocked=name in holders)
        if status is None or status.next_try_s is None:
            return status
        passed_s = time.monotonic() - self._heard_at.get(name, time.monotonic())
        return msgspec.structs.replace(status, next_try_s=max(0.0, status.next_try_s - passed_s))

    def presentation(self, name: str) -> Presentation:
        """How the connection of `name` looks now."""
        status = self.status(name) or ConnectionStatus(name=name)
        summary = self.mirror.profiles.get(name)
        return present(
            status,
            has_service=self.has_contact,
            asks=self.prompt_of(name) is not None,
            on_demand=summary.on_demand if summary is not None else OnDemandStatus(),
        )

    def prompt_of(self, name: str) -> PromptStatus | None:
        """What the connection of `name` asks, the oldest question first."""
        return next((each for each in self.mirror.prompts.values() if each.name == name), None)

    def error_of(self, status: ConnectionStatus) -> ErrorInfo | None:
        """What went wrong last: what was refused just now, else what the connection itself met with."""
        return self.refusals.get(status.name) or status.error

    def report(self, name: str) -> str:
        """What is known of the connection of `name`, as text for whoever is asked for help."""
        status = self.status(name) or ConnectionStatus(name=name)
        versions = f"ginnel-gui {__version__}, service {self.version or 'unknown'}"
        return report(status, self.error_of(status), versions)

    def series(self, name: str) -> Series:
        """What the chart of a connection shows."""
        return self._series.setdefault(name, Series())

    def call(self, method: str, params: Struct | None = None, answered: Answered | None = None) -> None:
        """Ask the service; without contact the answer is the error `connection_lost`."""
        self._link.call(method, params, answered)

    def connect_profile(self, name: str) -> None:
        self._change(name, "connection.up", UpParams(name=name, attended=True))

    def disconnect_profile(self, name: str) -> None:
        """Also ends an attempt."""
        self._change(name, "connection.down", NameParams(name=name))

    def retry(self, name: str) -> None:
        self._change(name, "connection.retry", NameParams(name=name))

    def change_on_demand(self, name: str, change: OnDemandChange) -> None:
        self._change(name, "ondemand.set", OnDemandParams(name=name, change=change))

    def answer_prompt(
        self, prompt: PromptStatus, answer: str | None, *, remember: bool, answered: Answered | None = None
    ) -> None:
        """With None the prompt is refused."""
        params = PromptAnswerParams(name=prompt.name, id=prompt.id, answer=answer, remember=remember)
        self.call("prompt.answer", params, answered)

    def _change(self, name: str, method: str, params: Struct) -> None:
        """Ask for a change of the connection of `name`; a refusal is kept until there is news of it."""
        self.refusals.pop(name, None)

        def answered(_: Any, error: ErrorInfo | None) -> None:
            if error is not None and self.has_contact:
                self.refusals[name] = error
                self.connection_changed.emit(name)

        self.call(method, params, answered)

    # The service's side

    def _greet(self) -> None:
        self.call("hello", HelloParams(client="ginnel-gui"), self._greeted)

    def _greeted(self, result: HelloResult | None, error: ErrorInfo | None) -> None:
        if result is None:
            return
        self.role = result.role
        version = result.version
        topics = SubscribeParams(
            topics=("state", "statistics", "prompt", "profile", "kill_switch", "log", "diagnosis"),
            statistics_interval_s=STATISTICS_S,
        )

        def begun(snapshot: Snapshot | None, _: ErrorInfo | None) -> None:
            if snapshot is None:
                return
            self.mirror.begin(snapshot)
            self.refusals.clear()  # of a service before this one, or of its end
            self._heard_at = dict.fromkeys(self.mirror.connections, time.monotonic())
            self.version = version
            self.contact.emit(True)
            self.profiles_changed.emit()
            self.kill_switch_changed.emit()
            for prompt in snapshot.prompts:
                self.prompt_opened.emit(prompt)

        self.call("subscribe", topics, begun)

    def _lost(self) -> None:
        if not self.version:
            return
        self.version = ""
        open_ones, self.mirror.prompts = tuple(self.mirror.prompts), {}
        for number in open_ones:
            self.prompt_closed.emit(number)
        for series in self._series.values():
            series.pause()
        self.contact.emit(False)

    def _hear(self, event: Any) -> None:
        self.mirror.take(event)
        match event:
            case ConnectionStatus():
                self._heard_at[event.name] = time.monotonic()
                self.refusals.pop(event.name, None)
                if event.state != "up":
                    self.series(event.name).pause()
                self.connection_changed.emit(event.name)
            case Statistics():
                self.series(event.name).add(time.monotonic(), event.octets_in, event.octets_out, event.rtt_ms)
                self.measured.emit(event.name)
            case ProfileChange():
                if event.new_name:
                    self.renamed.emit(event.name, event.new_name)
                if event.summary is None:
                    self._series.pop(event.name, None)
                    self.refusals.pop(event.name, None)
                self.profiles_changed.emit()
            case PromptStatus():
                if event.open:
                    self.prompt_opened.emit(event)
                else:
                    self.prompt_closed.emit(event.id)
            case KillSwitchStatus():
                self.kill_switch_changed.emit()
            case LogEntry():
                self.logged.emit(event)
            case DiagnosisProgress():
                self.examined.emit(event)
