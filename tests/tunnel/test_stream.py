"""A relay between a packet path's socket, played by a plain one, and a connection on this machine."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from ginnel_service.gateway.streams import server_tls
from ginnel_service.ike.events import Endpoint
from ginnel_service.tunnel.frames import PREFIX
from ginnel_service.tunnel.stream import (
    WAITING_OCTETS,
    Connection,
    Relay,
    client_tls,
    connect,
    loopback,
    shake_hands,
)

LIMIT_S = 10.0


@dataclass
class Bench:
    """`plane` is the packet path's socket, `peer` the other end of the relay's connection."""

    relay: Relay
    plane: socket.socket
    peer: Connection
    ended: list[Relay] = field(default_factory=list)

    async def said(self, octets: int) -> bytes:
        """What the peer has received, `octets` of it or until the connection ends."""
        found = b""
        async with asyncio.timeout(LIMIT_S):
            while len(found) < octets:
                try:
                    more = self.peer.recv(octets - len(found))
                except (BlockingIOError, ssl.SSLWantReadError):
                    await asyncio.sleep(0.001)
                    continue
                if not more:
                    break
                found += more
        return found

    async def tell(self, octets: bytes) -> None:
        async with asyncio.timeout(LIMIT_S):
            while octets:
                try:
                    octets = octets[self.peer.send(octets) :]
                except (BlockingIOError, ssl.SSLWantWriteError):
                    await asyncio.sleep(0.001)

    async def datagrams(self, count: int) -> list[bytes]:
        found = []
        async with asyncio.timeout(LIMIT_S):
            for _ in range(count):
                data, source = await asyncio.get_running_loop().sock_recvfrom(self.plane, 70_000)
                assert Endpoint(*source) == self.relay.datagrams.remote
                found.append(data)
        return found

    def send(self, *datagrams: bytes) -> None:
        for data in datagrams:
            self.plane.sendto(data, self.relay.datagrams.remote)


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not ready():  # noqa: ASYNC110  (sockets have no event for it)
            await asyncio.sleep(0.001)


@asynccontextmanager
async def bench(*, tls: bool = False, buffer: int = 0, first: bytes = b"") -> AsyncIterator[Bench]:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as server, _plane() as plane:
        server.setblocking(False)
        if buffer:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        at = Endpoint(*server.getsockname())
        opening = asyncio.create_task(connect(at, 0, tls=client_tls() if tls else None, name="gateway"))
        peer: Connection
        peer, _ = await loop.sock_accept(server)
        if tls:
            context = server_tls("", "")
            peer = context.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)
            await shake_hands(peer)
        ended: list[Relay] = []
        relay = Relay(await opening, Endpoint(*plane.getsockname()), ended.append)
        relay.start(first)
        try:
            yield Bench(relay, plane, peer, ended)
        finally:
            relay.close()
            peer.close()


def _plane() -> socket.socket:
    plane = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    plane.setblocking(False)
    plane.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    plane.bind(("127.0.0.1", 0))
    return plane


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_datagrams_become_frames_and_frames_datagrams(tls: bool) -> None:
    async def act() -> None:
        async with bench(tls=tls, first=PREFIX) as it:
            it.send(b"\0\0\0\0IKE message", b"ESP 1")
            assert await it.said(6 + 17 + 7) == b"IKETCP\x00\x11\0\0\0\0IKE message\x00\x07ESP 1"
            await it.tell(b"\x00\x07answ1\x00\x07ans")
            assert await it.datagrams(1) == [b"answ1"]
            await it.tell(b"w2")
            assert await it.datagrams(1) == [b"answ2"]

    asyncio.run(act())


def test_a_session_knows_the_connection_and_the_packet_path_the_loopback() -> None:
    async def act() -> None:
        async with bench() as it:
            assert it.relay.path.stream
            assert it.relay.path.encapsulated
            assert it.relay.path.remote == it.peer.getsockname()
            assert it.relay.path.local == it.peer.getpeername()
            assert it.relay.datagrams.local == it.plane.getsockname()
            assert not it.relay.datagrams.stream

    asyncio.run(act())


def test_nobody_but_the_packet_path_is_heard() -> None:
    async def act() -> None:
        async with bench() as it:
            with _plane() as stranger:
                stranger.sendto(b"from somebody else", it.relay.datagrams.remote)
            it.send(b"mine")
            assert await it.said(6) == b"\x00\x06mine"

    asyncio.run(act())


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_a_slow_reader_loses_datagrams_and_never_a_part_of_one(tls: bool) -> None:
    async def act() -> None:
        async with bench(tls=tls, buffer=4096) as it:
            sent = 0
            for sent in range(1, 20_001):  # 28 MB, far more than all buffers hold
                it.send(sent.to_bytes(4, "big") * 350)
                if sent % 50 == 0:
                    await asyncio.sleep(0)
            read, numbers = b"", list[int]()
            async with asyncio.timeout(LIMIT_S):
                while True:
                    before = len(numbers)
                    read += await _drain(it)
                    while len(read) >= 1402:
                        assert read[:2] == b"\x05\x7a"
                        assert read[2:1402] == read[2:6] * 350
                        numbers.append(int.from_bytes(read[2:6], "big"))
                        read = read[1402:]
                    if len(numbers) == before and not it.relay._unsent:
                        break
            assert read == b""
            assert numbers == sorted(set(numbers))
            assert 100 < len(numbers) < sent

    asyncio.run(act())


async def _drain(it: Bench) -> bytes:
    """What comes until nothing has come for a while."""
    found = b""
    for _ in range(20):
        try:
            found += it.peer.recv(1 << 20)
        except (BlockingIOError, ssl.SSLWantReadError):
            await asyncio.sleep(0.002)
        else:
            await asyncio.sleep(0)
    return found


def test_what_waits_for_a_slow_connection_leaves_soon() -> None:
    async def act() -> None:
        async with bench(buffer=4096) as it:
            assert _waiting(it) == WAITING_OCTETS[1]
            async with asyncio.timeout(LIMIT_S):
                while _waiting(it) > 300_000:
                    for _ in range(100):
                        it.send(bytes(1400))
                    with suppress(BlockingIOError):
                        it.peer.recv(4096)  # about a megabyte a second
                    await asyncio.sleep(0.004)
                while _waiting(it) < WAITING_OCTETS[1]:
                    it.send(bytes(1400))
                    await _drain(it)

    asyncio.run(act())


def _waiting(it: Bench) -> int:
    return it.relay._waiting


@pytest.mark.parametrize("octets", [b"\x00\x00", b"\x00\x01", b"\x00\x06good\x00\x01"])
def test_a_broken_frame_ends_the_connection(octets: bytes) -> None:
    async def act() -> None:
        async with bench() as it:
            await it.tell(octets + b"whatever follows")
            assert await it.said(1) == b""
            await until(lambda: it.ended == [it.relay])
            assert not it.relay.running

    asyncio.run(act())


def test_a_flood_of_frames_passes_or_is_lost_whole() -> None:
    async def act() -> None:
        async with bench() as it:
            message = bytes(range(1, 201))
            flood = asyncio.create_task(it.tell((b"\x00\xca" + message) * 50_000))
            got = [await it.datagrams(1) for _ in range(1000)]
            await flood
            assert all(found == [message] for found in got)
            assert it.relay.running

    asyncio.run(act())


def test_the_largest_datagram_goes_both_ways() -> None:
    async def act() -> None:
        async with bench() as it:
            largest = bytes(65_507)
            it.send(largest)
            assert await it.said(65_509) == b"\xff\xe5" + largest
            await it.tell(b"\xff\xe5" + largest)
            assert await it.datagrams(1) == [largest]

    asyncio.run(act())


def test_the_end_of_the_connection_is_told_once_and_keeps_the_loopback_port() -> None:
    async def act() -> None:
        async with bench() as it:
            it.peer.close()
            await until(lambda: bool(it.ended))
            it.send(b"into nothing", b"and again")
            with (
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
                pytest.raises(OSError, match="in use"),
            ):
                other.bind(it.relay.datagrams.remote)
            it.relay.stop()
            it.relay.close()
            it.relay.close()
            assert it.ended == [it.relay]

    asyncio.run(act())


def test_a_connection_that_nobody_takes_is_an_error() -> None:
    async def act() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            at = Endpoint(*closed.getsockname())
            with pytest.raises(ConnectionRefusedError):
                await connect(at, 0, tls=None, name="")

    asyncio.run(act())


def test_a_server_that_speaks_no_tls_is_an_error() -> None:
    async def act() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-nothing like it\r\n")
            await reader.read(1)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            at = Endpoint(*server.sockets[0].getsockname())
            with pytest.raises(ssl.SSLError):
                await connect(at, 0, tls=client_tls(), name="gateway")

    asyncio.run(act())


@pytest.mark.parametrize(
    ("bound", "reached"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("192.0.2.1", "192.0.2.1")]
)
def test_a_packet_path_is_reached_where_it_is_bound(bound: str, reached: str) -> None:
    assert loopback(Endpoint(bound, 4500)) == Endpoint(reached, 4500)
