"""The client's half of the protocol, sans-IO: the command line and the app bring the socket."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from .envelope import Answer
from .framing import Splitter, TooLargeError
from .schema import METHODS, NOTIFICATIONS, ErrorInfo, Event


class ProtocolError(Exception):
    """What came is no message of a service that we know: the connection is of no more use."""


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to request `id`: its `result`, or `error`. Id None: the service speaks of the connection."""

    id: int | None
    result: Struct | None
    error: ErrorInfo | None


@dataclass(frozen=True, slots=True)
class Notification:
    method: str
    event: Event


class Client:
    """Pairs requests with answers; answers come in any order, notifications in between."""

    def __init__(self) -> None:
        self._splitter = Splitter()
        self._ids = itertools.count(1)
        self._methods: dict[int, str] = {}

    def request(self, method: str, params: Struct | None = None) -> tuple[int, bytes]:
        """The request's id, and the octets to send."""
        request_id = next(self._ids)
        self._methods[request_id] = method
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": request_id, "method": method}
        if params is not None:
            message["params"] = params
        return request_id, msgspec.json.encode(message) + b"\n"

    def feed(self, data: bytes) -> list[Response | Notification]:
        """What `data` completes. Raises ProtocolError. Notifications of unknown kinds are passed over."""
        try:
            answers = [self._read(line) for line in self._splitter.feed(data)]
        except (TooLargeError, msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise ProtocolError(str(error) or "too large") from None
        return [answer for answer in answers if answer is not None]

    def _read(self, line: bytes) -> Response | Notification | None:
        answer = msgspec.json.decode(line, type=Answer)
        if answer.method is not UNSET and answer.params is not UNSET:
            kind = NOTIFICATIONS.get(answer.method)
            if kind is None:
                return None
            event: Any = msgspec.json.decode(answer.params, type=kind)
            return Notification(answer.method, event)
        if answer.error is not UNSET:
            request_id = None if answer.id is UNSET else answer.id
            if request_id is not None:
                self._methods.pop(request_id, None)
            return Response(request_id, None, ErrorInfo(code=answer.error.message, params=answer.error.data))
        if not isinstance(answer.id, int) or answer.id not in self._methods or answer.result is UNSET:
            raise ProtocolError("an answer to nothing that was asked")
        result = msgspec.json.decode(answer.result, type=METHODS[self._methods.pop(answer.id)][1])
        return Response(answer.id, result, None)
