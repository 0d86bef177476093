"""IKE and ESP through one TCP or TLS connection (RFC 9329), beside a packet path that knows only datagrams.

    packet path's socket  <-- loopback -->  Relay  <-- frames -->  TCP or TLS

The packet path sends to the relay's loopback socket as it would to the peer's address, and takes what comes
from there for the peer's. That socket is connected, so nobody else on the machine is heard. Nothing is
queued here: what TCP does not take at once waits in the loopback socket, and what finds no room there is
lost, as it would be before any slow link. TLS, where used, only gets through: IKE inside it proves the
gateway and encrypts.

asyncio; one thread.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ..ike.events import Endpoint, Path
from .frames import MAX_FRAME, Splitter, StreamBroken, Train, framed
from .sockets import open_outside, open_socket

log = logging.getLogger("ginnel.tunnel")

#: For the connection and the TLS handshake together.
CONNECT_TIMEOUT_S: Final = 10.0
#: Octets that TCP may hold unsent: more would only wait there (RFC 9329 section 9.1).
UNSENT_OCTETS: Final = 128 * 1024
#: What may wait in the loopback socket. Bursts fit while we have no turn; where the connection is slow, no
#: more waits than leaves in WAITING_S: a longer queue would only make all that is in it late.
WAITING_OCTETS: Final = (64 * 1024, 2 * 1024 * 1024)
WAITING_S: Final = 0.1
MEASURE_S: Final = 0.25
#: How long sent octets may go unacknowledged before the connection counts as broken.
USER_TIMEOUT_S: Final = 20.0
KEEPALIVE_S: Final = 60  # TCP's own, for a NAT's sake (section 6.6)
#: Reads of one kind before others have their turn.
TURNS: Final = 4

_LINUX: Final = sys.platform == "linux"
_SOL_UDP: Final = 17  # udp(7); the socket module does not name these
_UDP_SEGMENT: Final = 103
_UDP_GRO: Final = 104
_TCP_NOTSENT_LOWAT: Final = 25
_SO_RCVBUFFORCE: Final = 33
_NO_TRAIN: Final = {errno.EINVAL, errno.EIO, errno.EMSGSIZE}  # not in one piece, perhaps one by one
#: Where octets are for a moment on their way through; nothing stays. All relays are in one thread.
_SCRATCH: Final = bytearray(4 * MAX_FRAME)

Connection = socket.socket  # or the ssl.SSLSocket around one; never blocks


class Relay:
    """One connection, and the packet path's stand-in for it; owns both sockets until `close`.

    A session knows it by `path`, whose ends are those of the connection; the packet path by `datagrams`.
    """

    def __init__(
        self, connection: Connection, plane: Endpoint, ended: Callable[[Relay], None] = lambda relay: None
    ) -> None:
        """`plane` is where the packet path's socket is bound. `ended` is called once, when the peer or the
        network ends the connection. Raises OSError."""
        local, remote = connection.getsockname(), connection.getpeername()
        self.path = Path(Endpoint(*local[:2]), Endpoint(*remote[:2]), True, stream=True)
        self._connection = connection
        self._encrypted = isinstance(connection, ssl.SSLSocket)
        self._ended = ended
        self._splitter = Splitter(_SCRATCH)
        self._unsent = memoryview(b"")
        self._gone = 0  # octets, since `_measured_at`
        self._measured_at = 0.0
        self._was_full = False  # meanwhile
        self._waiting = WAITING_OCTETS[1]
        self._scratch = memoryview(_SCRATCH)
        self._loop: asyncio.AbstractEventLoop | None = None
        at = loopback(plane)
        self._udp = open_socket(at.host, 0)
        try:
            self._let_wait(self._waiting)
            self._trains = _set(self._udp, _SOL_UDP, _UDP_GRO, 1)
            self._udp.bind((at.host, 0))
            self._udp.connect(at)
            #: From the packet path's side: its own end, and ours.
            self.datagrams = Path(at, Endpoint(*self._udp.getsockname()[:2]), True)
            tune(connection)
        except BaseException:
            self._udp.close()
            raise

    def start(self, first: bytes = b"") -> None:
        """Carry from now on; `first` leaves before anything else: the originator's prefix."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._connection, self._from_connection)
        self._loop.add_reader(self._udp, self._from_plane)
        if first:
            self._send([first])
        self._loop.call_soon(self._from_connection)  # TLS may have decrypted something already

    @property
    def running(self) -> bool:
        return self._loop is not None

    def stop(self) -> None:
        """Carry nothing more and close the connection. The loopback socket keeps its port until `close`."""
        if self._loop is not None:
            for descriptor in (self._connection, self._udp):
                self._loop.remove_reader(descriptor)
            self._loop.remove_writer(self._connection)
            self._loop = None
        self._connection.close()

    def close(self) -> None:
        """Idempotent, as is `stop`."""
        self.stop()
        self._udp.close()

    # From the packet path to the peer

    def _from_plane(self) -> None:
        for _ in range(TURNS):
            if self._loop is None or self._unsent:
                return
            try:
                octets, ancillary, _, _ = self._udp.recvmsg_into([self._scratch], 64)
            except OSError:  # nothing there, or an ICMP error of a packet path that is gone
                return
            segment = octets
            for level, kind, data in ancillary:
                if level == _SOL_UDP and kind == _UDP_GRO:
                    segment = struct.unpack("=i", data[:4])[0]
            if octets and segment > 0:
                self._send(framed(self._scratch[:octets], segment))

    def _send(self, parts: list[bytes | memoryview]) -> None:
        """What does not leave at once is kept, and nothing more taken, until it has left."""
        try:
            if self._encrypted:
                whole = b"".join(parts)
                sent, total = self._connection.send(whole), len(whole)
            else:
                sent, total = self._connection.sendmsg(parts), sum(map(len, parts))
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            sent, total = 0, 1
        except OSError as error:
            self._end(error)
            return
        self._measure(sent)
        if sent < total:
            self._unsent = memoryview(b"".join(parts))[sent:]
            self._wait_to_send()

    def _wait_to_send(self) -> None:
        assert self._loop is not None
        self._was_full = True
        self._loop.remove_reader(self._udp)
        self._loop.add_writer(self._connection, self._send_rest)

    def _send_rest(self) -> None:
        try:
            sent = self._connection.send(self._unsent)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            self._end(error)
            return
        self._unsent = self._unsent[sent:]
        self._measure(sent)
        if not self._unsent and self._loop is not None:
            self._loop.remove_writer(self._connection)
            self._loop.add_reader(self._udp, self._from_plane)

    def _measure(self, sent: int) -> None:
        """Let as much wait as the connection takes in a moment; where it takes all, bursts of any size."""
        assert self._loop is not None
        now = self._loop.time()
        elapsed = now - self._measured_at
        self._gone += sent
        if elapsed < MEASURE_S:
            return
        least, most = WAITING_OCTETS
        wanted = min(max(int(self._gone / elapsed * WAITING_S), least), most) if self._was_full else most
        if wanted != self._waiting:
            self._let_wait(wanted)
        self._gone, self._measured_at, self._was_full = 0, now, False

    def _let_wait(self, octets: int) -> None:
        """Past net.core.rmem_max where we have the right to (socket(7), SO_RCVBUFFORCE)."""
        self._waiting = octets
        if not _set(self._udp, socket.SOL_SOCKET, _SO_RCVBUFFORCE, octets):
            self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)

    # From the peer to the packet path

    def _from_connection(self) -> None:
        for _ in range(TURNS):
            if self._loop is None:
                return
            try:
                count = self._connection.recv_into(self._splitter.room())
                if not count:
                    self._end(None)
                    return
                trains = self._splitter.take(count)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except (OSError, StreamBroken) as error:
                self._end(error)
                return
            for train in trains:
                self._pass_on(train)
        # What TLS has decrypted already wakes nobody
        if (
            isinstance(self._connection, ssl.SSLSocket)
            and self._connection.pending()
            and self._loop is not None
        ):
            self._loop.call_soon(self._from_connection)

    def _pass_on(self, train: Train) -> None:
        """What the packet path's socket has no room for is lost."""
        if self._trains and len(train.parts) > 1:
            size = struct.pack("=H", train.segment)
            try:
                self._udp.sendmsg(train.parts, [(_SOL_UDP, _UDP_SEGMENT, size)])
                return
            except OSError as error:
                if error.errno not in _NO_TRAIN:
                    return
        for message in train.parts:
            with suppress(OSError):
                self._udp.send(message)

    def _end(self, why: Exception | None) -> None:
        if self._loop is None:
            return
        log.info("the connection with %s ended: %s", self.path.remote.host, why or "closed by the peer")
        self.stop()
        self._ended(self)


async def connect(remote: Endpoint, mark: int, *, tls: ssl.SSLContext | None, name: str) -> Connection:
    """A connection to `remote`, past the tunnel's own routes by `mark`; `name` is what TLS asks for.

    Raises OSError; ssl.SSLError, one of them, when what answers does not speak TLS as we do.
    """
    loop = asyncio.get_running_loop()
    opened = open_outside(remote.host, mark, socket.SOCK_STREAM)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await loop.sock_connect(opened, remote)
            if tls is not None:
                opened = tls.wrap_socket(opened, server_hostname=name or None, do_handshake_on_connect=False)
                await shake_hands(opened)
    except BaseException as error:
        opened.close()
        if isinstance(error, TimeoutError):
            raise TimeoutError(errno.ETIMEDOUT, "no answer") from None
        raise
    return opened


async def shake_hands(connection: Connection) -> None:
    """The TLS handshake of either side. Raises OSError."""
    assert isinstance(connection, ssl.SSLSocket)
    while True:
        try:
            connection.do_handshake()
            return
        except ssl.SSLWantReadError:
            await ready(connection)
        except ssl.SSLWantWriteError:
            await ready(connection, write=True)


async def ready(connection: Connection, *, write: bool = False) -> None:
    """Until the kernel has, or takes, octets of `connection`."""
    loop = asyncio.get_running_loop()
    until: asyncio.Future[None] = loop.create_future()
    begin, end = (loop.add_writer, loop.remove_writer) if write else (loop.add_reader, loop.remove_reader)

    def now() -> None:
        if not until.done():
            until.set_result(None)

    begin(connection, now)
    try:
        await until
    finally:
        end(connection)


def client_tls() -> ssl.SSLContext:
    """Takes any certificate: "the security of the IKE session is entirely derived from" IKE (appendix A)."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def loopback(at: Endpoint) -> Endpoint:
    """How a socket that is bound to `at` is reached from this machine."""
    if at.host == "0.0.0.0":  # noqa: S104  (compared, not bound)
        return Endpoint("127.0.0.1", at.port)
    return Endpoint("::1", at.port) if at.host == "::" else at


def tune(connection: Connection) -> None:
    """Small frames leave at once, little waits unsent, and a dead connection is found out (tcp(7))."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        connection.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, UNSENT_OCTETS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(USER_TIMEOUT_S * 1000))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_S)


def _set(opened: socket.socket, level: int, option: int, value: int) -> bool:
    """Whether this system has the option."""
    if not _LINUX:
        return False
    try:
        opened.setsockopt(level, option, value)
    except OSError:
        return False
    return True
