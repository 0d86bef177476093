"""A client's way in: where more wait at the socket than the service has room for, waiting for that, too."""

from __future__ import annotations

import socket
import time
from typing import Final

#: Between two attempts at a door where many wait.
KNOCK_S: Final = 0.02


def connect(path: str, timeout_s: float) -> socket.socket:
    """A socket to the service that waits `timeout_s` for each thing. Raises OSError."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.settimeout(timeout_s)
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                made.connect(path)
            except BlockingIOError:  # the queue of those who wait is full
                if time.monotonic() > deadline:
                    raise
                time.sleep(KNOCK_S)
            else:
                return made
    except BaseException:
        made.close()
        raise
