"""Who may bring IKE and ESP over TCP (RFC 9329): listening sockets, and what a connection must show first.

It has seconds to say the prefix, in TLS where it begins with a TLS handshake, and a little longer until a
session uses it. What it carries is for the responder and the packet path to judge.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import tempfile
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ..ike.events import Endpoint, Path
from ..tunnel.errors import TunnelError
from ..tunnel.frames import PREFIX
from ..tunnel.sockets import open_socket
from ..tunnel.stream import Connection, Relay, ready, shake_hands
from ..tunnel.wire import Wire

log = logging.getLogger("ginnel.gateway")

REST_S: Final = 1.0  # without accepting, when the process has no descriptors left
BURST: Final = 32
_TLS_HANDSHAKE: Final = b"\x16"  # the first octet of a ClientHello's record (RFC 8446 section 5.1)


def server_tls(certificate: str, key: str) -> ssl.SSLContext:
    """With the PEM files of a certificate and its key, or with a certificate made up for now: nobody needs to
    trust it, as TLS only gets IKE through. Raises OSError (ssl.SSLError among them)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate:
        context.load_cert_chain(certificate, key)
        return context
    with tempfile.NamedTemporaryFile() as pem:  # mode 0600; the ssl module reads files only
        pem.write(_self_signed())
        pem.flush()
        context.load_cert_chain(pem.name)
    return context


def _self_signed() -> bytes:
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, own.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=3650))
    return made.sign(own, hashes.SHA256()).public_bytes(Encoding.PEM) + own.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What strangers may cost."""

    streams: int = 1000  # two descriptors each
    per_host: int = 100  # many peers may share the address of a NAT
    admit_s: float = 5.0  # for the TLS handshake and the prefix
    unused_s: float = 10.0  # for a session to use it, or to let go of it (sections 6.1 and 6.3.1)


class Streams:
    """Listens from `start` to `close`, and gives `wire` a relay for each connection that it lets in."""

    def __init__(
        self,
        wire: Wire,
        plane: Endpoint,
        mark: int,
        tls: ssl.SSLContext | None,
        replaced: Callable[[Path], None] = lambda path: None,
        limits: Limits | None = None,
    ) -> None:
        """`plane` is where the packet path's socket is bound; without `tls` a TLS handshake is refused.

        `replaced` is told of a path that an earlier connection had as well, and that leads elsewhere now.
        """
        self._wire = wire
        self._plane = plane
        self._mark = mark
        self._tls = tls
        self._replaced = replaced
        self._limits = limits or Limits()
        self._loop = asyncio.get_running_loop()
        self._listening: list[socket.socket] = []
        self._admissions: set[asyncio.Task[None]] = set()
        self._hosts: Counter[str] = Counter()
        self._unused_since: dict[Relay, float] = {}

    def listen(self, host: str, port: int) -> Endpoint:
        """Raises TunnelError `port_busy` or `network_refused`."""
        opened = open_socket(host, self._mark, socket.SOCK_STREAM)
        self._listening.append(opened)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind((host, port))
            opened.listen(128)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise TunnelError("port_busy", port=port) from None
            raise TunnelError("network_refused", step="listen for TCP", errno=error.errno or 0) from None
        return Endpoint(*opened.getsockname()[:2])

    def start(self) -> None:
        for listening in self._listening:
            self._loop.add_reader(listening, self._accept, listening)

    async def close(self) -> None:
        """Accept nobody any more; the relays are the wire's to close. Idempotent."""
        for listening in self._listening:
            self._loop.remove_reader(listening)
            listening.close()
        self._listening.clear()
        for admission in self._admissions:
            admission.cancel()
        if self._admissions:
            await asyncio.wait(self._admissions)

    @property
    def count(self) -> int:
        """Connections, admitted or about to be."""
        return self._hosts.total()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(BURST):
            try:
                connection, address = listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}:
                    self._rest(listening)
                    return
                continue  # the peer was quicker to leave
            host = address[0]
            if self.count >= self._limits.streams or self._hosts[host] >= self._limits.per_host:
                connection.close()
                continue
            connection.setblocking(False)
            self._hosts[host] += 1
            admission = self._loop.create_task(self._admit(connection, host))
            self._admissions.add(admission)
            admission.add_done_callback(self._admissions.discard)

    def _rest(self, listening: socket.socket) -> None:
        log.warning("no descriptors are left for TCP connections: %d are open", self.count)
        self._loop.remove_reader(listening)
        self._loop.call_later(REST_S, self._wake, listening)

    def _wake(self, listening: socket.socket) -> None:
        if listening in self._listening:
            self._loop.add_reader(listening, self._accept, listening)

    async def _admit(self, connection: Connection, host: str) -> None:
        """A relay out of a connection that says what it is for, in time."""
        relay = None
        try:
            async with asyncio.timeout(self._limits.admit_s):
                connection = await self._secured(connection)
                if await _says_prefix(connection):
                    relay = Relay(connection, self._plane)
        except OSError as error:  # TimeoutError and ssl.SSLError are among them
            log.debug("a TCP connection from %s was not admitted: %s", host, error)
        finally:
            if relay is None:
                connection.close()
                self._let_go(host)
        if relay is not None:
            self._use(relay)

    async def _secured(self, connection: Connection) -> Connection:
        await ready(connection)
        if connection.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE or self._tls is None:
            return connection
        wrapped = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        try:
            await shake_hands(wrapped)
        except BaseException:
            wrapped.close()  # by now the descriptor is its own
            raise
        return wrapped

    def _use(self, relay: Relay) -> None:
        before = next((found for found in self._unused_since if found.path == relay.path), None)
        if before is not None:
            self._drop(before)
        self._unused_since[relay] = self._loop.time()
        self._wire.add(relay)
        relay.start()
        if before is not None:
            self._replaced(relay.path)

    def review(self, used: Collection[Path], now: float) -> None:
        """Close what no session has used for a while, or what ended and none uses (section 6.1)."""
        for relay, since in tuple(self._unused_since.items()):
            if relay.path in used:
                self._unused_since[relay] = now
            elif not relay.running or now - since >= self._limits.unused_s:
                self._drop(relay)

    def _drop(self, relay: Relay) -> None:
        self._wire.remove(relay.path)
        del self._unused_since[relay]
        self._let_go(relay.path.remote.host)

    def _let_go(self, host: str) -> None:
        self._hosts[host] -= 1
        if self._hosts[host] <= 0:
            del self._hosts[host]


async def _says_prefix(connection: Connection) -> bool:
    """Whether the stream begins as it must; not an octet more is read."""
    said = b""
    while len(said) < len(PREFIX):
        try:
            more = connection.recv(len(PREFIX) - len(said))
        except (BlockingIOError, ssl.SSLWantReadError):
            await ready(connection)
            continue
        said += more
        if not more or not PREFIX.startswith(said):
            return False
    return True
