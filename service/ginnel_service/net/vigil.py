"""A thread that looks after something of the machine: at each word of a change, and now and then."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

_SETTLE_MS: Final = 200  # a network that changes changes more than once
_AGAIN_MS: Final = 2000


class Watch(Protocol):
    """Readable when there is word of a change, until `drain`."""

    def fileno(self) -> int: ...
    def drain(self) -> object: ...
    def close(self) -> None: ...


class Vigil:
    """Until `close`. Takes `watches` over, and waits for what follows a word but of those in `urgent`.

    `look` says whether all is well; if not it is called again soon, with word or without.
    Raises OSError; the watches are closed then.
    """

    def __init__(
        self,
        look: Callable[[], bool],
        watches: Sequence[Watch],
        *,
        urgent: Sequence[Watch] = (),
        every_s: float | None = None,
        name: str,
    ) -> None:
        self._look = look
        self._watches = watches
        self._urgent = {watch.fileno() for watch in urgent}
        self._every_ms = None if every_s is None else every_s * 1000
        try:
            self._stopped, self._stop = os.pipe()  # closing the latter ends the thread
        except OSError:
            self._close_watches()
            raise
        self._thread = threading.Thread(target=self._keep, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        os.close(self._stop)
        self._thread.join()

    def _keep(self) -> None:
        changes, end = select.poll(), select.poll()
        for watch in self._watches:
            changes.register(watch.fileno(), select.POLLIN)
        for poll in (changes, end):
            poll.register(self._stopped, select.POLLIN)
        well = True
        try:
            while True:
                told = {fd for fd, _ in changes.poll(self._every_ms if well else _AGAIN_MS)}
                if end.poll(_SETTLE_MS if told and not told & self._urgent else 0):
                    return
                for watch in self._watches:
                    watch.drain()
                well = self._look()
        finally:
            self._close_watches()
            os.close(self._stopped)

    def _close_watches(self) -> None:
        for watch in self._watches:
            watch.close()
