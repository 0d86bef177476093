"""Questions to a gateway through sockets of their own, which keep out of every tunnel as a tunnel's do.

A question is sent a few times and waited for a few seconds. What the network says in place of an answer comes
from the socket's error queue (ip(7), IP_RECVERR): who refused, and how large a packet may be.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import TracebackType
from typing import Final, Self

from ..ike.config import RandomBytes
from ..ike.events import Endpoint
from ..ike.payloads.sa import Proposal
from ..tunnel.sockets import MAX_DATAGRAM, local_address, open_outside
from .knock import MARKER, Knock, Reply, ikev1_question, is_ikev1

#: When a question is repeated, and how long its last repetition is waited for.
WAITS_S: Final = (0.5, 1.0, 1.5)
#: A size is given up sooner: the path is known to answer.
SIZE_WAITS_S: Final = (0.5, 0.8)
MAX_COOKIES: Final = 2

_LINUX: Final = sys.platform == "linux"
_IP_MTU_DISCOVER: Final = 10  # ip(7); the socket module names few of these
_IP_RECVERR: Final = 11
_IPV6_MTU_DISCOVER: Final = 23
_IPV6_RECVERR: Final = 25
_PMTUDISC_DONT: Final = 0
_PMTUDISC_PROBE: Final = 3
#: ip(4) and ip6(4) of macOS and FreeBSD, where errors reach a connected socket without a queue
_IP_DONTFRAG: Final = 28 if sys.platform == "darwin" else 67
_IPV6_DONTFRAG: Final = 62
#: struct sock_extended_err: errno, origin, type, code, padding, info (the MTU), data
_EXTENDED: Final = struct.Struct("=IBBBBII")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of one question: a reply and its time, or the error that came instead, or neither."""

    reply: Reply | None = None
    ms: float = 0.0
    error: int = 0  # an errno: EPERM is this machine's firewall, ECONNREFUSED the host, EMSGSIZE a size
    mtu: int = 0  # of EMSGSIZE: what would pass, 0 for unknown

    @property
    def answered(self) -> bool:
        return self.reply is not None


@dataclass(slots=True)
class Asker:
    """Asks one port of a gateway from one port of ours. A context manager."""

    remote: Endpoint
    marked: bool  # IKE behind the non-ESP marker, as on port 4500
    mark: int
    random: RandomBytes
    local: Endpoint = field(init=False)
    _socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        """Raises OSError where there is no way to the gateway."""
        host = local_address(self.remote, self.mark)
        self._socket = open_outside(self.remote.host, self.mark)
        try:
            if _LINUX:
                ipv6 = self._socket.family == socket.AF_INET6
                self._socket.setsockopt(
                    *((socket.IPPROTO_IPV6, _IPV6_RECVERR) if ipv6 else (socket.IPPROTO_IP, _IP_RECVERR)), 1
                )
            self._fragment(allowed=True)
            self._socket.bind((host, 0))
            self._socket.connect((self.remote.host, self.remote.port))
            self.local = Endpoint(host, self._socket.getsockname()[1])
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    async def ask(self, proposals: tuple[Proposal, ...], *, group: int = 0, octets: int = 0) -> Heard:
        """Ask, and once more with each cookie that comes back. `octets` pad the datagram, which may be
        fragmented on its way. Raises LocalError for a group that is not known."""
        self._fragment(allowed=True)
        knock = self._knock(proposals, octets=octets, group=group)
        for _ in range(MAX_COOKIES):
            heard = await self._until(knock.datagram(), knock.read, WAITS_S)
            if heard.reply is None or heard.reply.kind != "cookie":
                return heard
            knock = knock.with_cookie(heard.reply.cookie)
        return await self._until(knock.datagram(), knock.read, WAITS_S)

    async def ask_size(self, proposals: tuple[Proposal, ...], octets: int) -> Heard:
        """Ask in a packet of `octets`, headers of IP and UDP included, that must not be fragmented."""
        self._fragment(allowed=False)
        headers = 8 + (40 if ip_address(self.remote.host).version == 6 else 20)
        knock = self._knock(proposals, octets=octets - headers)
        return await self._until(knock.datagram(), knock.read, SIZE_WAITS_S)

    async def ask_ikev1(self) -> bool:
        """Whether IKEv1 is spoken there."""
        spi = self.random(8)
        prefix = MARKER if self.marked else b""
        reply = Reply(kind="ikev1")

        def read(datagram: bytes) -> Reply | None:
            return reply if is_ikev1(datagram.removeprefix(prefix), spi) else None

        heard = await self._until(prefix + ikev1_question(spi), read, WAITS_S)
        return heard.answered

    def _knock(self, proposals: tuple[Proposal, ...], *, octets: int = 0, group: int = 0) -> Knock:
        return Knock.make(
            proposals,
            self.local,
            self.remote,
            self.random,
            marked=self.marked,
            octets=octets,
            group=group,
        )

    def _fragment(self, *, allowed: bool) -> None:
        how = (_PMTUDISC_DONT if allowed else _PMTUDISC_PROBE) if _LINUX else int(not allowed)
        if self._socket.family == socket.AF_INET6:
            option = _IPV6_MTU_DISCOVER if _LINUX else _IPV6_DONTFRAG
            self._socket.setsockopt(socket.IPPROTO_IPV6, option, how)
        else:
            self._socket.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER if _LINUX else _IP_DONTFRAG, how)

    async def _until(
        self, datagram: bytes, read: Callable[[bytes], Reply | None], waits_s: tuple[float, ...]
    ) -> Heard:
        """Send, listen and repeat until there is an answer, or an error that a repetition will not heal."""
        began, error = time.monotonic(), 0
        for wait_s in waits_s:
            try:
                self._socket.send(datagram)
            except OSError as failure:
                error, mtu = self._why(failure)
                if error in (errno.EPERM, errno.EACCES, errno.EMSGSIZE, errno.ENETUNREACH):
                    return Heard(error=error, mtu=mtu)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    heard, failed = await self._listen(read)
                if heard is not None:
                    return Heard(reply=heard, ms=(time.monotonic() - began) * 1000)
                if failed is not None:
                    error, mtu = failed
                    if error in (errno.EMSGSIZE, errno.ECONNREFUSED):
                        return Heard(error=error, mtu=mtu)
        return Heard(error=error)

    async def _listen(
        self, read: Callable[[bytes], Reply | None]
    ) -> tuple[Reply | None, tuple[int, int] | None]:
        """An answer, or the error that the network reported instead."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                data = await loop.sock_recv(self._socket, MAX_DATAGRAM)
            except OSError as failure:
                return None, self._why(failure)
            reply = read(data)
            if reply is not None:
                return reply, None

    def _why(self, failure: OSError) -> tuple[int, int]:
        """(errno, MTU) of the newest report in the error queue, else of `failure`."""
        found = (failure.errno or errno.EIO, 0)
        if sys.platform != "linux":
            return found
        with suppress(BlockingIOError):
            while True:
                _, ancillary, _, _ = self._socket.recvmsg(1, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
                for level, kind, data in ancillary:
                    is_error = (level, kind) in (
                        (socket.IPPROTO_IP, _IP_RECVERR),
                        (socket.IPPROTO_IPV6, _IPV6_RECVERR),
                    )
                    if is_error and len(data) >= _EXTENDED.size:
                        number, _, _, _, _, info, _ = _EXTENDED.unpack_from(data)
                        found = (number, info if number == errno.EMSGSIZE else 0)
        return found
