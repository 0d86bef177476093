"""A running gateway's door for its administrator: who is connected, and out with somebody.

A unix socket in the state directory, which is root's alone: one line of JSON asks, one line answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from .errors import GatewayError

FILE: Final = "control.sock"
_MAX_LINE: Final = 4096
_MAX_ANSWER: Final = 16 << 20
_TIMEOUT_S: Final = 5.0


class PeerStatus(Struct, frozen=True, kw_only=True):
    """`since` in Unix seconds; octets of the packets inside, in and out as the gateway sees it."""

    user: str
    remote: str
    addresses: tuple[str, ...]
    since: float
    suite: str
    octets_in: int
    octets_out: int


class GatewayStatus(Struct, frozen=True, kw_only=True):
    identity: str
    listening: tuple[str, ...]
    device: str
    peers: tuple[PeerStatus, ...]


class AskStatus(Struct, frozen=True, tag="status"):
    pass


class Disconnect(Struct, frozen=True, tag="disconnect"):
    """Every session of `user`, who may come back."""

    user: str


class Disconnected(Struct, frozen=True):
    count: int


_Kind = TypeVar("_Kind", GatewayStatus, Disconnected)
Question = AskStatus | Disconnect
Answer = GatewayStatus | Disconnected


class Control:
    """Serves `answer` from `start` to `close`."""

    def __init__(self, state_dir: Path, answer: Callable[[Question], Answer]) -> None:
        self._path = state_dir / FILE
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """In place of a socket that a crash has left. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._visit, self._path, limit=_MAX_LINE)
        os.chmod(self._path, 0o600)

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        with contextlib.suppress(OSError):
            self._path.unlink()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._visits.add(task)
        try:
            # What is no question ends the visit
            with contextlib.suppress(msgspec.DecodeError, ValueError, ConnectionError, TimeoutError):
                async with asyncio.timeout(_TIMEOUT_S):
                    asked = msgspec.json.decode(await reader.readline(), type=Question)
                    writer.write(msgspec.json.encode(self._answer(asked)) + b"\n")
                    await writer.drain()
        finally:
            self._visits.discard(task)
            writer.close()


def ask_status(state_dir: Path) -> GatewayStatus:
    """Raises GatewayError `gateway_not_running`."""
    return _ask(state_dir, AskStatus(), GatewayStatus)


def ask_disconnect(state_dir: Path, user: str) -> int:
    """How many sessions were closed. Raises GatewayError `gateway_not_running`."""
    return _ask(state_dir, Disconnect(user), Disconnected).count


def _ask(state_dir: Path, question: Question, kind: type[_Kind]) -> _Kind:
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(_TIMEOUT_S)
            door.connect(os.fspath(state_dir / FILE))
            door.sendall(msgspec.json.encode(question) + b"\n")
            with door.makefile("rb") as file:
                return msgspec.json.decode(file.readline(_MAX_ANSWER), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        cause = (error.strerror if isinstance(error, OSError) else "") or "it gave no answer"
        raise GatewayError("gateway_not_running", file=str(state_dir / FILE), cause=cause) from None
