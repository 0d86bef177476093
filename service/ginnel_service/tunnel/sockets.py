"""The service's own sockets: IKE without a marker (UDP port 500), streams, and the way to a gateway.

Encapsulated traffic goes through the packet path's sockets instead; see `wire`.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import sys
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from ..ike.events import Endpoint
from ..net.machine import way

MAX_DATAGRAM: Final = 65535


class _Local4(NamedTuple):
    """How a system tells and takes an IPv4 datagram's local address (ip(7), ip(4))."""

    kind: int  # of the option and of the control message
    received_at: int
    sent: struct.Struct


#: The socket module names only the IPv6 pair. Linux and macOS have struct in_pktinfo: interface, the local
#: address, the header's destination; FreeBSD IP_RECVDSTADDR and IP_SENDSRCADDR, of one value.
_LOCAL4: Final = {
    "linux": _Local4(8, 8, struct.Struct("4x4s4x")),
    "darwin": _Local4(26, 8, struct.Struct("4x4s4x")),
    "freebsd": _Local4(7, 0, struct.Struct("4s")),
}[sys.platform.rstrip("0123456789")]
_SO_MARK: Final = 36
_IP_BOUND_IF: Final = 25  # macOS's netinet/in.h
_IPV6_BOUND_IF: Final = 125  # and netinet6/in6.h


class HasFileno(Protocol):
    def fileno(self) -> int: ...


class Received(NamedTuple):
    data: bytes
    local: Endpoint
    remote: Endpoint


@lru_cache(maxsize=64)
def family_of(host: str) -> socket.AddressFamily:
    """The address family of a numeric host. Raises ValueError for any other text."""
    return socket.AF_INET if ipaddress.ip_address(host).version == 4 else socket.AF_INET6


class Option(NamedTuple):
    """What setsockopt(2) is told."""

    level: int
    name: int
    value: int


def mark_option(mark: int, system: str = sys.platform) -> Option | None:
    """Linux's SO_MARK (socket(7)). FreeBSD's sockets are of the FIB that the service was started in."""
    return Option(socket.SOL_SOCKET, _SO_MARK, mark) if mark and system == "linux" else None


def bound_option(family: int, device: int, system: str = sys.platform) -> Option | None:
    """macOS: packets leave by `device` alone, whatever leads into a tunnel (ip(4), ip6(4)); 0: by any."""
    if system != "darwin":
        return None
    if family == socket.AF_INET:
        return Option(socket.IPPROTO_IP, _IP_BOUND_IF, device)
    return Option(socket.IPPROTO_IPV6, _IPV6_BOUND_IF, device)


def bind_to(opened: HasFileno, family: int, device: int) -> None:
    """Have a socket's packets leave by the device of that index, where the system can. Raises OSError."""
    option = bound_option(family, device)
    if option is not None:
        with socket.socket(family, socket.SOCK_DGRAM, fileno=os.dup(opened.fileno())) as copy:
            copy.setsockopt(*option)


def open_outside(host: str, mark: int, kind: socket.SocketKind = socket.SOCK_DGRAM) -> socket.socket:
    """An unbound, non-blocking socket to speak with `host`, beside every tunnel. Raises OSError."""
    opened = open_socket(host, mark, kind)
    try:
        if sys.platform == "darwin" and (found := way(host, mark)) is not None:
            bind_to(opened, opened.family, found.device)
    except BaseException:
        opened.close()
        raise
    return opened


def open_socket(host: str, mark: int, kind: socket.SocketKind = socket.SOCK_DGRAM) -> socket.socket:
    """An unbound, non-blocking socket of `host`'s family; see `mark_option`, 0 for none."""
    opened = socket.socket(family_of(host), kind)
    try:
        opened.setblocking(False)
        option = mark_option(mark)
        if option is not None:
            opened.setsockopt(*option)
        if opened.family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    except BaseException:
        opened.close()
        raise
    return opened


def local_address(remote: Endpoint, mark: int) -> str:
    """The address to send from to `remote`. Sends nothing. Raises OSError (ENETUNREACH)."""
    with open_outside(remote.host, mark) as probe:
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
            else:
                self._socket.setsockopt(socket.IPPROTO_IP, _LOCAL4.kind, 1)
            self._socket.bind((host, port))
        except BaseException:
            self._socket.close()
            raise
        name = self._socket.getsockname()
        self.local = Endpoint(name[0], name[1])
        # FreeBSD refuses a source address on a socket that is bound to one (ip(4))
        self._chooses = sys.platform in ("linux", "darwin") or ipaddress.ip_address(name[0]).is_unspecified

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
            at = _LOCAL4.received_at
            if level == socket.IPPROTO_IP and kind == _LOCAL4.kind and len(data) >= at + 4:
                return Endpoint(socket.inet_ntop(socket.AF_INET, data[at : at + 4]), self.local.port)
            if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO and len(data) >= 16:
                return Endpoint(socket.inet_ntop(socket.AF_INET6, data[:16]), self.local.port)
        return self.local

    def _leave_from(self, local: Endpoint) -> list[tuple[int, int, bytes]]:
        host = ipaddress.ip_address(local.host)
        if host.is_unspecified or not self._chooses:
            return []
        if self._socket.family == socket.AF_INET6:
            return [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, host.packed + bytes(4))]
        return [(socket.IPPROTO_IP, _LOCAL4.kind, _LOCAL4.sent.pack(host.packed))]
