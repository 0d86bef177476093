"""Requests on a route socket, and which of all the messages there answers one: route(4).

The kernel tells a refusal from the write itself. Every listener hears every request of everyone, so an answer
is known by the process id and the sequence number that it repeats.
"""

from __future__ import annotations

import errno
import itertools
import time
from dataclasses import replace
from typing import Final, Self

from . import messages
from .kernel import Kernel
from .messages import RouteMessage

_TIMEOUT_S: Final = 2.0
_TRIES: Final = 5
_PAUSE_S: Final = 0.01

#: The sequence numbers of the whole process: two sockets of ours hear each other.
_sequence = itertools.count(1)


class RouteTalk:
    """One route socket. Every call raises OSError."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._layout = kernel.layout
        self._socket = kernel.route_socket()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def tell(self, message: RouteMessage) -> int:
        """Have a route added, deleted or changed; the sequence number. ENOBUFS: there is room in a moment."""
        number = next(_sequence) & 0x7FFFFFFF
        data = messages.serialise(self._layout, replace(message, seq=number))
        for attempt in range(_TRIES):
            try:
                self._socket.send(data)
                return number
            except InterruptedError:
                continue
            except OSError as error:
                if error.errno != errno.ENOBUFS or attempt == _TRIES - 1:
                    raise
                time.sleep(_PAUSE_S)
        raise InterruptedError(errno.EINTR, "interrupted again and again")

    def ask(self, message: RouteMessage) -> RouteMessage:
        """The kernel's answer; one that was lost among the messages of others is asked for again."""
        for _ in range(_TRIES):
            answer = self._hear(self.tell(message))
            if answer is not None:
                if answer.errno:
                    raise OSError(answer.errno, "no such route")
                return answer
        raise TimeoutError(errno.ETIMEDOUT, "the kernel does not answer")

    def _hear(self, number: int) -> RouteMessage | None:
        until = time.monotonic() + _TIMEOUT_S
        while (left := until - time.monotonic()) > 0:
            try:
                data = self._socket.receive(left)
            except InterruptedError:
                continue
            except TimeoutError:
                return None
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                continue  # the answer may be behind what was lost
            for heard in messages.parse(self._layout, data):
                if isinstance(heard, RouteMessage) and (heard.pid, heard.seq) == (self.kernel.pid, number):
                    return heard
        return None
