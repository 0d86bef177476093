"""Who is let in over TCP, and what is closed: real connections on this machine."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from ginnel_service.gateway.streams import Limits, Streams, server_tls
from ginnel_service.ike.events import Endpoint, Path
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.frames import PREFIX
from ginnel_service.tunnel.stream import Relay, client_tls, connect
from ginnel_service.tunnel.wire import Wire

LIMIT_S = 10.0
CLOSED = b""


class Registry(Wire):
    """Of a gateway without a packet path."""

    def __init__(self) -> None:
        super().__init__(None, ())  # type: ignore[arg-type]
        self.open: list[Relay] = []

    def add(self, relay: Relay) -> None:
        super().add(relay)
        self.open.append(relay)

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.open = [relay for relay in self.open if relay.path != path]


@dataclass
class Door:
    streams: Streams
    wire: Registry
    at: Endpoint
    replaced: list[Path]

    async def knock(self, said: bytes, *, tls: bool = False) -> socket.socket:
        opened = await connect(self.at, 0, tls=client_tls() if tls else None, name="")
        if said:
            opened.send(said)
        return opened


async def hear(connection: socket.socket) -> bytes:
    """What comes next; CLOSED when the other side ended it."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            try:
                return connection.recv(100)
            except (BlockingIOError, ssl.SSLWantReadError):
                await asyncio.sleep(0.001)
            except ConnectionResetError:
                return CLOSED


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not ready():  # noqa: ASYNC110  (sockets have no event for it)
            await asyncio.sleep(0.001)


@asynccontextmanager
async def door(*, tls: bool = False, **limits: Any) -> AsyncIterator[Door]:
    wire, replaced = Registry(), list[Path]()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plane:
        plane.bind(("127.0.0.1", 0))
        streams = Streams(
            wire,
            Endpoint(*plane.getsockname()),
            0,
            server_tls("", "") if tls else None,
            replaced.append,
            Limits(**limits),
        )
        at = streams.listen("127.0.0.1", 0)
        streams.start()
        try:
            yield Door(streams, wire, at, replaced)
        finally:
            await streams.close()
            wire.close()


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_who_says_the_prefix_is_let_in(tls: bool) -> None:
    async def act() -> None:
        async with door(tls=tls) as it:
            connection = await it.knock(PREFIX, tls=tls)
            await until(lambda: len(it.wire.open) == 1)
            (relay,) = it.wire.open
            assert relay.running
            assert relay.path.remote == connection.getsockname()
            assert it.wire.carries(relay.path)
            connection.close()

    asyncio.run(act())


def test_the_prefix_may_come_in_pieces_and_with_frames() -> None:
    async def act() -> None:
        async with door() as it:
            connection = await it.knock(PREFIX[:2])
            await asyncio.sleep(0.01)
            connection.send(PREFIX[2:] + b"\x00\x00")  # and a broken frame, to see that it is read
            assert await hear(connection) == CLOSED
            connection.close()

    asyncio.run(act())


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1", b"IKETC!", b"\x16\x03\x01\x00\x00", b"\xff" * 1000])
def test_who_says_anything_else_is_closed_unanswered(said: bytes) -> None:
    async def act() -> None:
        async with door() as it:
            connection = await it.knock(said)
            assert await hear(connection) == CLOSED
            assert not it.wire.open
            await until(lambda: it.streams.count == 0)
            connection.close()

    asyncio.run(act())


@pytest.mark.parametrize("said", [b"", b"IKET", b"\x16\x03\x01\x02\x00\x01\x00"])
def test_who_does_not_come_to_the_point_is_closed(said: bytes) -> None:
    async def act() -> None:
        async with door(tls=True, admit_s=0.2) as it:
            connection = await it.knock(said)
            assert await hear(connection) == CLOSED
            await until(lambda: it.streams.count == 0)
            connection.close()

    asyncio.run(act())


def test_a_host_has_so_many_connections_and_no_more() -> None:
    async def act() -> None:
        async with door(per_host=3) as it:
            first = [await it.knock(PREFIX) for _ in range(3)]
            await until(lambda: len(it.wire.open) == 3)
            refused = await it.knock(b"")
            assert await hear(refused) == CLOSED
            it.streams.review((), asyncio.get_running_loop().time() + 11)
            assert it.streams.count == 0
            again = await it.knock(PREFIX)
            await until(lambda: len(it.wire.open) == 1)
            for connection in (*first, refused, again):
                connection.close()

    asyncio.run(act())


def test_all_together_have_so_many_connections_and_no_more() -> None:
    async def act() -> None:
        async with door(streams=2) as it:
            held = [await it.knock(b"") for _ in range(2)]
            await until(lambda: it.streams.count == 2)
            refused = await it.knock(PREFIX)
            assert await hear(refused) == CLOSED
            for connection in (*held, refused):
                connection.close()

    asyncio.run(act())


def test_what_no_session_uses_is_closed_after_a_while() -> None:
    async def act() -> None:
        async with door() as it:
            connections = [await it.knock(PREFIX) for _ in range(2)]
            await until(lambda: len(it.wire.open) == 2)
            used, unused = (relay.path for relay in it.wire.open)
            now = asyncio.get_running_loop().time()
            it.streams.review({used}, now + 9)
            assert len(it.wire.open) == 2
            it.streams.review({used}, now + 11)
            assert [relay.path for relay in it.wire.open] == [used]
            it.streams.review({used}, now + 60)
            assert not it.wire.carries(unused)
            assert it.wire.carries(used)
            it.streams.review((), now + 71)
            assert not it.wire.open
            for connection in connections:
                connection.close()

    asyncio.run(act())


def test_a_broken_connection_is_kept_in_mind_while_its_session_lives() -> None:
    async def act() -> None:
        async with door() as it:
            connection = await it.knock(PREFIX)
            await until(lambda: len(it.wire.open) == 1)
            (relay,) = it.wire.open
            connection.close()
            await until(lambda: not relay.running)
            now = asyncio.get_running_loop().time()
            it.streams.review({relay.path}, now + 60)
            assert it.wire.via(relay.path) == relay.datagrams
            assert not it.wire.carries(relay.path)
            it.wire.send(b"goes nowhere", relay.path)
            it.streams.review((), now + 60)
            assert not it.wire.open

    asyncio.run(act())


def test_the_same_ports_again_are_told() -> None:
    async def act() -> None:
        async with door() as it:
            connection = await it.knock(PREFIX)
            await until(lambda: len(it.wire.open) == 1)
            port = connection.getsockname()[1]
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            connection.close()  # with a reset: the ports are free at once
            await until(lambda: not it.wire.open[0].running)
            again = socket.socket()
            again.bind(("127.0.0.1", port))
            again.connect(it.at)
            again.send(PREFIX)
            await until(lambda: len(it.replaced) == 1)
            assert len(it.wire.open) == 1
            assert it.wire.carries(it.replaced[0])
            assert it.streams.count == 1
            again.close()

    asyncio.run(act())


def test_a_port_in_use_is_told() -> None:
    async def act() -> None:
        async with door() as it:
            with pytest.raises(TunnelError) as caught:
                it.streams.listen("127.0.0.1", it.at.port)
            assert caught.value.code == "port_busy"

    asyncio.run(act())
