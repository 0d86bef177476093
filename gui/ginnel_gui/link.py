"""The app's end of the socket: requests out, answers and news in, and a new connection when one breaks.

Nothing here waits: QLocalSocket tells when something came, and every answer goes to whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalSocket

from ginnel_service.ipc.client import Client, Notification, ProtocolError, Response
from ginnel_service.ipc.schema import MAX_MESSAGE_OCTETS, ErrorInfo

#: Between two tries to reach a service that does not answer, in milliseconds: the first, and the longest.
FIRST_WAIT_MS: Final = 250
LONGEST_WAIT_MS: Final = 4000

#: What becomes of a request: its result, or why there is none.
Answered = Callable[[Any, ErrorInfo | None], None]

_LOST: Final = ErrorInfo(code="connection_lost")


class Link(QObject):
    """One connection to the service at `path`, made again for as long as the app runs."""

    opened = Signal()
    closed = Signal()
    news = Signal(object)  # an ipc.schema.Event

    def __init__(self, path: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._client = Client()
        self._waiting: dict[int, Answered] = {}
        self._wait_ms = FIRST_WAIT_MS
        self._is_open = False
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._connected)
        self._socket.disconnected.connect(self._broken)
        self._socket.errorOccurred.connect(self._broken)
        self._socket.readyRead.connect(self._read)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.open)

    @property
    def is_open(self) -> bool:
        """By what was told: a socket that the service has closed calls itself connected a while longer."""
        return self._is_open

    def open(self) -> None:
        """Begin; `opened` and `closed` tell the rest."""
        if self._socket.state() == QLocalSocket.LocalSocketState.UnconnectedState:
            self._client = Client()
            self._socket.connectToServer(self._path)

    def call(self, method: str, params: Struct | None = None, answered: Answered | None = None) -> None:
        """Ask; without a connection the answer is the error `connection_lost`."""
        if not self.is_open:
            if answered is not None:
                answered(None, _LOST)
            return
        request_id, octets = self._client.request(method, params)
        if len(octets) > MAX_MESSAGE_OCTETS + len(b"\n"):  # for which the service would hang up
            if answered is not None:
                answered(None, ErrorInfo(code="too_large", params={"limit": MAX_MESSAGE_OCTETS}))
            return
        if answered is not None:
            self._waiting[request_id] = answered
        self._socket.write(octets)

    def close(self) -> None:
        self._is_open = False
        self._socket.abort()
        self._again.stop()  # which the broken connection has begun

    def _connected(self) -> None:
        self._wait_ms = FIRST_WAIT_MS
        self._is_open = True
        self.opened.emit()

    def _broken(self, *_: object) -> None:
        if self._again.isActive():
            return
        self._is_open = False
        self._again.start(self._wait_ms)
        self._wait_ms = min(LONGEST_WAIT_MS, self._wait_ms * 2)
        waiting, self._waiting = self._waiting, {}
        for answered in waiting.values():
            answered(None, _LOST)
        self.closed.emit()

    def _read(self) -> None:
        try:
            answers = self._client.feed(bytes(self._socket.readAll().data()))
        except ProtocolError:
            self._socket.abort()
            self._broken()
            return
        for answer in answers:
            if isinstance(answer, Notification):
                self.news.emit(answer.event)
            else:
                self._answer(answer)

    def _answer(self, response: Response) -> None:
        answered = self._waiting.pop(response.id, None) if response.id is not None else None
        if answered is not None:
            answered(response.result, response.error)
