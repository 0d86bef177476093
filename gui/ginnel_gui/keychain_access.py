"""The app's way to the person's keychain: one short-lived process each time, so that nothing waits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, QProcess, QTimer

from .keychain import DONE, UNAVAILABLE

#: The program that speaks to the keychain.
HELPER: Final = (sys.executable, "-P", "-m", "ginnel_gui.keychain")
#: A person may have to unlock the keychain first; then the app asks for the password itself.
PATIENCE_MS: Final = 60_000


class Place(NamedTuple):
    """Where a password lies."""

    entry: str
    username: str


#: A password, or None; and whether there is a keychain at all.
Found = Callable[[str | None, bool], None]


class KeychainAccess(QObject):
    """`command` is another program than HELPER with its arguments, but for those of `keychain`."""

    def __init__(self, parent: QObject | None = None, command: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self._command = tuple(command) or HELPER
        self._running: set[QProcess] = set()
        self.destroyed.connect(partial(_end, self._running))

    def get(self, place: Place, then: Found) -> None:
        """`then` hears once, whatever happens."""
        self._run("get", place, None, then)

    def put(self, place: Place, password: str, then: Found) -> None:
        self._run("set", place, password, then)

    def forget(self, place: Place) -> None:
        self._run("forget", place, None, lambda _password, _available: None)

    def close(self) -> None:
        """End what still waits for the keychain; nobody hears of it."""
        _end(self._running)

    def _run(self, act: str, place: Place, password: str | None, then: Found) -> None:
        # Without a parent: Python's collector and Qt would each delete what they think is theirs.
        process = QProcess()
        process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        timer = QTimer(process)
        timer.setSingleShot(True)
        timer.timeout.connect(process.kill)

        def end(*_: object) -> None:
            if process not in self._running:
                return
            self._running.discard(process)
            timer.stop()
            ended = process.error() != QProcess.ProcessError.FailedToStart
            ended = ended and process.exitStatus() == QProcess.ExitStatus.NormalExit
            code = process.exitCode() if ended else UNAVAILABLE
            said = bytes(process.readAllStandardOutput().data()).decode("utf-8", "replace")
            process.deleteLater()
            then(said if act == "get" and code == DONE else None, code != UNAVAILABLE)

        def failed(error: QProcess.ProcessError) -> None:
            """Only then `finished` never comes; a program that does not read goes on, and may fail."""
            if error == QProcess.ProcessError.FailedToStart:
                end()

        self._running.add(process)
        process.finished.connect(end)
        process.errorOccurred.connect(failed)
        program, *arguments = self._command
        process.start(program, [*arguments, act, *place])
        if password is not None:
            process.write(password.encode())
        process.closeWriteChannel()
        timer.start(PATIENCE_MS)


def _end(running: set[QProcess], *_: object) -> None:
    left = tuple(running)
    running.clear()
    for process in left:
        process.kill()
        process.waitForFinished(1000)
