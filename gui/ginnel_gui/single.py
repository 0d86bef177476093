"""One app for each person and service: a second start raises the first, and hands its files over.

A lock file decides who is first (it outlives no process); the first listens on a local socket beside it,
which only the person may open. A message is one line of JSON.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

MAX_MESSAGE_OCTETS: Final = 64 * 1024
#: The second waits as long for the first to listen, in milliseconds, and tries as often.
_AGAIN_MS: Final = 50
_TRIES: Final = 60
#: And then as long for its answer: it may be stopped, or busy for good.
PATIENCE_MS: Final = 10_000

_DONE: Final = b"ok\n"


class Handover(Struct, frozen=True, kw_only=True):
    """What a second start wants of the first: its window in front, and these files imported."""

    files: tuple[str, ...] = ()
    token: str = ""  # of the desktop, which lets the window come to the front (XDG activation)


class Single(QObject):
    """Of the service at `service`. `claim` decides; the first then hears `asked`, another calls `pass_on`."""

    asked = Signal(object)  # a Handover
    passed = Signal(bool)  # whether the first took it

    def __init__(self, service: str, root: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        root = root or Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.RuntimeLocation))
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem = f"ginnel-gui-{zlib.crc32(os.path.abspath(service).encode()):08x}"
        self._path = str(root / f"{stem}.sock")
        self._lock = QLockFile(str(root / f"{stem}.lock"))
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        self._tries = _TRIES

    def claim(self) -> bool:
        """Whether this process is the first; from now on it listens."""
        if not self._lock.tryLock(0):
            return False
        QLocalServer.removeServer(self._path)
        self._server.listen(self._path)
        return True

    def pass_on(self, files: Sequence[str], patience_ms: int = PATIENCE_MS) -> None:
        """Ask the first; `passed` tells how that went."""
        message = Handover(files=tuple(files), token=os.environ.get("XDG_ACTIVATION_TOKEN", ""))
        socket = QLocalSocket(self)
        patience = QTimer(socket)
        patience.setSingleShot(True)
        patience.timeout.connect(lambda: self.passed.emit(False))
        patience.start(patience_ms)
        socket.readyRead.connect(patience.stop)
        socket.connected.connect(lambda: socket.write(msgspec.json.encode(message) + b"\n"))
        socket.readyRead.connect(lambda: self.passed.emit(socket.canReadLine()))
        socket.errorOccurred.connect(lambda _: self._retry(socket))
        socket.connectToServer(self._path)

    def close(self) -> None:
        self._server.close()
        self._lock.unlock()

    def _retry(self, socket: QLocalSocket) -> None:
        """The first may hold the lock and not listen yet."""
        self._tries -= 1
        if self._tries:
            QTimer.singleShot(_AGAIN_MS, socket, lambda: socket.connectToServer(self._path))
        else:
            self.passed.emit(False)

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(MAX_MESSAGE_OCTETS)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= MAX_MESSAGE_OCTETS:
                socket.abort()
            return
        try:
            message = msgspec.json.decode(bytes(socket.readLine().data()), type=Handover)
        except (msgspec.MsgspecError, ValueError):
            socket.abort()
            return
        socket.write(_DONE)
        self.asked.emit(message)
