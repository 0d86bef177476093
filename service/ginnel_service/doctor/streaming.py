"""The question of `asking` through one TCP or TLS connection (RFC 9329 section 4)."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar

from ..ike.config import RandomBytes
from ..ike.events import Endpoint
from ..ike.payloads.sa import Proposal
from ..tunnel.frames import HEAD, MAX_FRAME, PREFIX, StreamBroken
from ..tunnel.stream import client_tls, connect, ready
from .asking import Heard
from .knock import Knock

CONNECT_S: Final = 4.0
ANSWER_S: Final = 4.0

T = TypeVar("T")


async def ask_through(
    remote: Endpoint,
    proposals: tuple[Proposal, ...],
    mark: int,
    random: RandomBytes,
    *,
    tls: bool,
    name: str,
) -> Heard:
    """Raises OSError where no stream opens. One that opens and brings no answer serves something else."""
    began = time.monotonic()
    async with asyncio.timeout(CONNECT_S):  # TimeoutError is an OSError
        connection = await connect(remote, mark, tls=client_tls() if tls else None, name=name)
    try:
        local = Endpoint(*connection.getsockname()[:2])
        knock = Knock.make(proposals, local, remote, random, marked=True)
        message = knock.datagram()
        await _send_all(connection, PREFIX + (HEAD + len(message)).to_bytes(HEAD, "big") + message)
        with suppress(OSError, StreamBroken, EOFError):
            async with asyncio.timeout(ANSWER_S):
                while True:
                    reply = knock.read(await _frame(connection))
                    if reply is not None:
                        return Heard(reply=reply, ms=(time.monotonic() - began) * 1000)
        return Heard()
    finally:
        connection.close()


async def _frame(connection: socket.socket) -> bytes:
    """The next message of the stream. Raises EOFError at its end, StreamBroken, OSError."""
    head = await _exactly(connection, HEAD)
    size = int.from_bytes(head, "big")
    if not HEAD <= size <= MAX_FRAME:
        raise StreamBroken(f"a frame of {size} octets")
    return await _exactly(connection, size - HEAD)


async def _exactly(connection: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        got = await _nonblocking(connection, partial(connection.recv, count - len(found)))
        if not got:
            raise EOFError
        found += got
    return found


async def _send_all(connection: socket.socket, data: bytes) -> None:
    while data:
        sent = await _nonblocking(connection, partial(connection.send, data), write=True)
        data = data[sent:]


async def _nonblocking(connection: socket.socket, call: Callable[[], T], *, write: bool = False) -> T:
    """`call` as soon as the socket, of TCP or TLS, lets it."""
    while True:
        try:
            return call()
        except (BlockingIOError, ssl.SSLWantReadError):
            await ready(connection, write=write)
        except ssl.SSLWantWriteError:
            await ready(connection, write=True)
