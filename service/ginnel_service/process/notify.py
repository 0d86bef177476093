"""What the service tells the manager that started it: sd_notify(3) and sd_watchdog_enabled(3), by hand.

The watchdog is fed from the event loop alone, so a loop that hangs is noticed.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Final

#: How often the watchdog is fed within its time: half of it, as sd_watchdog_enabled(3) recommends.
_FEEDS: Final = 2
_VARIABLES: Final = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Notifier:
    """Does nothing where nobody listens. Never blocks and never raises: a manager's trouble is not ours."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        """Takes its variables out of `environment`: they are not meant for what we start."""
        address, interval, pid = (environment.pop(name, "") for name in _VARIABLES)
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address.startswith(("/", "@")):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)
        self._feed_s = 0.0
        if interval.isascii() and interval.isdigit() and pid in ("", str(os.getpid())):
            self._feed_s = int(interval) / 1e6 / _FEEDS
        self._timer: asyncio.TimerHandle | None = None

    def ready(self, status: str) -> None:
        """The service answers. Feeds the watchdog from now on, in the running event loop."""
        self._tell(f"READY=1\nSTATUS={status}")
        if self._socket is not None and self._feed_s > 0:
            self._feed()

    def status(self, status: str) -> None:
        """One line for people, as `systemctl status` shows it."""
        self._tell(f"STATUS={status}")

    def stopping(self) -> None:
        self._tell("STOPPING=1\nSTATUS=Stopping")

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _feed(self) -> None:
        self._tell("WATCHDOG=1")
        self._timer = asyncio.get_running_loop().call_later(self._feed_s, self._feed)

    def _tell(self, state: str) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.sendto(state.encode(), self._address)
