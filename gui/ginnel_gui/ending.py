"""Being told to end by the system: Ctrl-C in a terminal, a session that is over, whoever started the app."""

from __future__ import annotations

import signal
import socket
from types import FrameType
from typing import Final

from PySide6.QtCore import QObject, QSocketNotifier, Signal

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending(QObject):
    """`asked` once. A second signal ends the process at once, whatever it does.

    Python runs a signal's handler between two of its own instructions, and while Qt waits there are none: so
    the number of the signal goes through a socket as well (signal.set_wakeup_fd), which wakes Qt.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._woken, self._wakes = socket.socketpair()
        for end in (self._woken, self._wakes):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._woken.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)
        signal.set_wakeup_fd(self._wakes.fileno())
        for number in SIGNALS:
            signal.signal(number, _let_the_next_end)

    def close(self) -> None:
        """Leave signals to the system again."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        for end in (self._woken, self._wakes):
            end.close()

    def _wake(self) -> None:
        told = self._woken.recv(64)
        if any(number in told for number in SIGNALS):
            self.asked.emit()


def _let_the_next_end(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_DFL)
