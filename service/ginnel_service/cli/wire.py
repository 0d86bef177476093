"""The command line's end of the socket: blocking calls with a deadline."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from ginnel_service.ipc.client import Client, Notification, ProtocolError, Response
from ginnel_service.ipc.knock import connect
from ginnel_service.ipc.schema import Event


class CliError(Exception):
    """The command fails with `code`, which `words` and `exits` know."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Wire:
    """A connection to the service. A context manager; every call may raise CliError."""

    def __init__(self, path: str, *, timeout_s: float = 30.0) -> None:
        self._timeout_s = timeout_s
        self._client = Client()
        self._events: deque[Event] = deque()
        self._responses: dict[int, Response] = {}
        self._until: float | None = None
        try:
            self._socket = connect(path, timeout_s)
        except PermissionError:
            raise CliError("socket_not_permitted", socket=path) from None
        except OSError:
            raise CliError("service_not_running", socket=path) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def call(
        self, method: str, params: Struct | None = None, *, tell: Callable[[Event], None] | None = None
    ) -> Any:
        """The result of `method`, as METHODS types it. Events that come meanwhile are kept, or told."""
        deadline = time.monotonic() + self._timeout_s
        request_id, octets = self._client.request(method, params)
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(octets)
        except TimeoutError:
            raise CliError("timeout", what="Sending the request", seconds=f"{self._timeout_s:g}") from None
        except OSError:
            self._read_refusal()
            raise CliError("connection_lost") from None
        while request_id not in self._responses:
            if not self._read(deadline):
                raise CliError("timeout", what="The service's answer", seconds=f"{self._timeout_s:g}")
            while tell is not None and self._events:
                tell(self._events.popleft())
        response = self._responses.pop(request_id)
        if response.error is not None:
            raise CliError(response.error.code, **response.error.params)
        return response.result

    def events(self, timeout_s: float | None) -> Iterator[Event]:
        """What was subscribed to, as it comes; ends at the timeout, which `wait_longer` moves."""
        self._until = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            while self._events:
                yield self._events.popleft()
            if not self._read(self._until):
                return

    def wait_longer(self, seconds: float) -> None:
        if self._until is not None:
            self._until += seconds

    def _read_refusal(self) -> None:
        """Raise what the service said before it closed, if it said something."""
        deadline = time.monotonic() + 1
        while self._read(deadline):
            pass

    def _read(self, deadline: float | None) -> bool:
        """Take in more of the stream; False when there is nothing before the deadline."""
        if deadline is not None and deadline <= time.monotonic():
            return False
        self._socket.settimeout(None if deadline is None else deadline - time.monotonic())
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return False
        except OSError:
            raise CliError("connection_lost") from None
        if not data:
            raise CliError("connection_lost")
        try:
            answers = self._client.feed(data)
        except ProtocolError as error:
            raise CliError("bad_request", detail=str(error)) from None
        for answer in answers:
            if isinstance(answer, Notification):
                self._events.append(answer.event)
            elif answer.id is None:
                assert answer.error is not None
                raise CliError(answer.error.code, **answer.error.params)
            else:
                self._responses[answer.id] = answer
        return True
