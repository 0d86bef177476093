"""The service's own sockets: IKE without a marker (UDP port 500), streams, and the way to a gateway.

Encapsulated traffic goes through the packet path's sockets instead; see `wire`.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from functools import lru_cache
from typing import Final, NamedTuple

from ..ike.events import Endpoint

#: ip(7); the socket module names only the IPv6 pair.
IP_PKTINFO: Final = 8
MAX_DATAGRAM: Final = 65535
_LINUX: Final = sys.platform == "linux"


class Received(NamedTuple):
    data: bytes
    local: Endpoint
    remote: Endpoint


@lru_cache(maxsize=64)
def family_of(host: str) -> socket.AddressFamily:
    """The address family of a numeric host. Raises ValueError for any other text."""
    return socket.AF_INET if ipaddress.ip_address(host).version == 4 else socket.AF_INET6


def open_socket(host: str, mark: int, kind: socket.SocketKind = socket.SOCK_DGRAM) -> socket.socket:
    """An unbound, non-blocking socket of `host`'s family; `mark` is SO_MARK (socket(7)), 0 for none."""
    opened = socket.socket(family_of(host), kind)
    try:
        opened.setblocking(False)
        if mark and _LINUX:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
        if opened.family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    except BaseException:
        opened.close()
        raise
    return opened


def local_address(remote: Endpoint, mark: int) -> str:
    """The address to send from to `remote`. Sends nothing. Raises OSError (ENETUNREACH)."""
    with open_socket(remote.host, mark) as probe:
        probe.connect((remote.host, remote.port))
        return str(probe.getsockname()[0])


class PlainSocket:
    """A bound UDP socket that tells which of the machine's addresses a datagram came to (ip(7), ipv6(7))."""

    local: Endpoint

    def __init__(self, host: str, port: int, *, mark: int = 0) -> None:
        """Raises OSError (EADDRINUSE, EACCES, EADDRNOTAVAIL)."""
        self._socket = open_socket(host, mark)
        try:
            if self._socket.family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            elif _LINUX:
                self._socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
            self._socket.bind((host, port))
        except BaseException:
            self._socket.close()
            raise
        name = self._socket.getsockname()
        self.local = Endpoint(name[0], name[1])

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def receive(self) -> Received | None:
        """The next datagram, or None when there is none or the kernel reports an ICMP error."""
        try:
            data, ancillary, _, remote = self._socket.recvmsg(MAX_DATAGRAM, 64)
        except OSError:
            return None
        return Received(data, self._arrived_on(ancillary), Endpoint(remote[0], remote[1]))

    def send(self, data: bytes, remote: Endpoint, local: Endpoint) -> None:
        """Send, from `local.host` where bound to all addresses. Raises OSError as sendmsg(2) does."""
        self._socket.sendmsg([data], self._leave_from(local), socket.MSG_DONTWAIT, (remote.host, remote.port))

    def _arrived_on(self, ancillary: list[tuple[int, int, bytes]]) -> Endpoint:
        for level, kind, data in ancillary:
            if level == socket.IPPROTO_IP and kind == IP_PKTINFO and len(data) >= 12:
                # struct in_pktinfo: interface, the local address, the header's destination
                return Endpoint(socket.inet_ntop(socket.AF_INET, data[8:12]), self.local.port)
            if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO and len(data) >= 16:
                return Endpoint(socket.inet_ntop(socket.AF_INET6, data[:16]), self.local.port)
        return self.local

    def _leave_from(self, local: Endpoint) -> list[tuple[int, int, bytes]]:
        host = ipaddress.ip_address(local.host)
        if host.is_unspecified:
            return []
        if self._socket.family == socket.AF_INET6:
            return [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, host.packed + bytes(4))]
        if _LINUX:
            return [(socket.IPPROTO_IP, IP_PKTINFO, bytes(4) + host.packed + bytes(4))]
        return []
