"""rtnetlink(7), as little of it as we need: requests and their answers, and the devices.

A socket of its own for each call of ours costs some microseconds, and no state can go stale. The kernel
carries a request out before send(2) returns, so nothing here waits.
"""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

PROTOCOL = 103  # RTA_PROTOCOL and FRA_PROTOCOL of what we add: nothing else is deleted
GONE = frozenset({errno.ESRCH, errno.ENODEV, errno.ENOENT, errno.EADDRNOTAVAIL, errno.ENXIO})

#: Flags of a request (netlink(7)); those that make something may say what to do about what stands there.
DUMP: Final = 0x300
CREATE: Final = 0x400 | 0x200  # NLM_F_CREATE | NLM_F_EXCL
REPLACE: Final = 0x400 | 0x100  # NLM_F_CREATE | NLM_F_REPLACE
_REQUEST: Final = 0x1
_ACK: Final = 0x4
_INTERRUPTED: Final = 0x10
_ERROR: Final = 2
_DONE: Final = 3
_HEADER: Final = struct.Struct("=IHHII")  # struct nlmsghdr
_ATTRIBUTE: Final = struct.Struct("=HH")  # struct rtattr
_ATTRIBUTE_TYPE: Final = 0x3FFF  # without the flags of nesting and byte order
_RECEIVE_OCTETS: Final = 1 << 16
_DUMP_TRIES: Final = 5
_SOL_NETLINK: Final = 270
_GET_STRICT_CHK: Final = 12  # a dump holds only what its header asks for; Linux 4.20

_RTM_NEWLINK: Final = 16
_RTM_GETLINK: Final = 18
_LINK: Final = struct.Struct("=BxHiII")  # struct ifinfomsg
_IFLA_IFNAME: Final = 3
_IFLA_MTU: Final = 4
_IFLA_MASTER: Final = 10
_IFLA_TXQLEN: Final = 13
_IFLA_LINKINFO: Final = 18
_IFLA_INFO_KIND: Final = 1
_IFLA_EXT_MASK: Final = 29
_SKIP_STATS: Final = 8  # RTEXT_FILTER_SKIP_STATS
_IFLA_AF_SPEC: Final = 26
_IFLA_INET6_ADDR_GEN_MODE: Final = 8
_IFF_UP: Final = 1
_SIOCGIFNAME: Final = 0x8910
_SIOCGIFFLAGS: Final = 0x8913
_SIOCGIFMTU: Final = 0x8921
_SIOCGIFINDEX: Final = 0x8933
_SIOCGIFTXQLEN: Final = 0x8942
_IFREQ: Final = struct.Struct("16si20x")

Attributes = Sequence[tuple[int, bytes]]


class Message(NamedTuple):
    """An answer: the struct that begins it and whatever follows, and its attributes by type."""

    body: bytes
    attributes: dict[int, bytes]

    def number(self, kind: int) -> int | None:
        """An attribute that is a 32-bit number."""
        data = self.attributes.get(kind)
        return None if data is None or len(data) != 4 else int.from_bytes(data, _ORDER)


_ORDER: Final = "little" if struct.pack("=H", 1)[0] else "big"


def u32(value: int) -> bytes:
    return value.to_bytes(4, _ORDER)


class Netlink:
    """In the network namespace of the thread that makes it."""

    def __init__(self) -> None:
        """Raises OSError."""
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE
        )
        try:
            self._socket.bind((0, 0))
            with suppress(OSError):
                self._socket.setsockopt(_SOL_NETLINK, _GET_STRICT_CHK, 1)
        except BaseException:
            self._socket.close()
            raise
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def device(self, request: int, ifreq: bytes) -> bytes:
        """ioctl(2) of a device. Raises OSError."""
        return fcntl.ioctl(self._socket, request, ifreq)

    def change(self, kind: int, body: bytes, attributes: Attributes = (), flags: int = 0) -> None:
        """Raises OSError with the kernel's word."""
        self._ask(kind, body, attributes, flags | _ACK, 0)

    def get(self, kind: int, body: bytes, attributes: Attributes = ()) -> Message:
        """The one answer. Raises OSError."""
        return self._ask(kind, body, attributes, 0, len(body))[0]

    def dump(self, kind: int, body: bytes, attributes: Attributes = ()) -> list[Message]:
        """Everything of that kind, perhaps more than `body` asks for. Raises OSError."""
        for _ in range(_DUMP_TRIES - 1):
            with suppress(InterruptedError):
                return self._ask(kind, body, attributes, DUMP, len(body))
        return self._ask(kind, body, attributes, DUMP, len(body))

    def _ask(self, kind: int, body: bytes, attributes: Attributes, flags: int, head: int) -> list[Message]:
        self._number += 1
        content = body + b"".join(attribute(*each) for each in attributes)
        request = _HEADER.pack(_HEADER.size + len(content), kind, flags | _REQUEST, self._number, 0) + content
        self._socket.send(request)
        found: list[Message] = []
        interrupted = False
        while True:
            data = self._socket.recv(_RECEIVE_OCTETS)
            for what, how, number, content in _messages(data):
                if number != self._number:
                    continue
                interrupted = interrupted or bool(how & _INTERRUPTED)
                if what in (_ERROR, _DONE):
                    refused = -int.from_bytes(content[:4], _ORDER, signed=True)
                    if refused:
                        raise OSError(refused, "netlink")
                    if interrupted:
                        raise InterruptedError(errno.EINTR, "netlink")
                    return found
                found.append(Message(content[:head], dict(_attributes(content, head))))
                if not flags & (DUMP | _ACK):
                    return found


def attribute(kind: int, data: bytes) -> bytes:
    """One struct rtattr with its padding."""
    length = _ATTRIBUTE.size + len(data)
    return _ATTRIBUTE.pack(length, kind) + data + bytes(-length % 4)


def _messages(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, flags, number, _ = _HEADER.unpack_from(data, at)
        if length < _HEADER.size:
            return
        yield kind, flags, number, data[at + _HEADER.size : at + length]
        at += (length + 3) & ~3


def _attributes(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            return
        yield kind & _ATTRIBUTE_TYPE, data[at + _ATTRIBUTE.size : at + length]
        at += (length + 3) & ~3


@contextmanager
def tolerate_gone() -> Iterator[None]:
    """What is to be undone and is gone already is undone."""
    try:
        yield
    except OSError as error:
        if error.errno not in GONE:
            raise


# Devices


@dataclass(frozen=True, slots=True)
class Link:
    index: int
    name: str
    up: bool
    mtu: int
    tx_queue: int


def find_link(netlink: Netlink, *, name: str = "", index: int = 0) -> Link | None:
    """The device of that name or index, or None: netdevice(7), as RTM_GETLINK tells much that nobody asks."""
    try:
        if not name:
            answer = netlink.device(_SIOCGIFNAME, _IFREQ.pack(b"", index))
            name = answer[:16].rstrip(b"\0").decode(errors="replace")
        asked = _IFREQ.pack(name.encode(), 0)
        found, flags, mtu, tx_queue = (
            int(_IFREQ.unpack(netlink.device(request, asked))[1])
            for request in (_SIOCGIFINDEX, _SIOCGIFFLAGS, _SIOCGIFMTU, _SIOCGIFTXQLEN)
        )
    except OSError as error:
        if error.errno in GONE:
            return None
        raise
    return Link(index=found, name=name, up=bool(flags & _IFF_UP), mtu=mtu, tx_queue=tx_queue)


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of device one is: of software, such as "bridge", or "" for hardware."""

    name: str
    kind: str
    bridge: int  # the index of what it is a port of, or 0


def kinds(netlink: Netlink) -> dict[int, Kind]:
    """Every device by its index. Raises OSError."""
    found = {}
    asked = [(_IFLA_EXT_MASK, u32(_SKIP_STATS))]
    for message in netlink.dump(_RTM_GETLINK, _LINK.pack(0, 0, 0, 0, 0), asked):
        about = dict(_attributes(message.attributes.get(_IFLA_LINKINFO, b""), 0))
        found[_LINK.unpack(message.body)[2]] = Kind(
            name=message.attributes.get(_IFLA_IFNAME, b"").rstrip(b"\0").decode(errors="replace"),
            kind=about.get(_IFLA_INFO_KIND, b"").rstrip(b"\0").decode(errors="replace"),
            bridge=message.number(_IFLA_MASTER) or 0,
        )
    return found


def need_link(netlink: Netlink, name: str) -> Link:
    """The device of that name. Raises OSError ENODEV."""
    link = find_link(netlink, name=name)
    if link is None:
        raise OSError(errno.ENODEV, "no such device")
    return link


def set_link(netlink: Netlink, index: int, *, mtu: int, tx_queue: int) -> None:
    attributes = [(_IFLA_MTU, u32(mtu)), (_IFLA_TXQLEN, u32(tx_queue))]
    netlink.change(_RTM_NEWLINK, _LINK.pack(0, 0, index, 0, 0), attributes)


def set_up(netlink: Netlink, index: int, *, up: bool) -> None:
    netlink.change(_RTM_NEWLINK, _LINK.pack(0, 0, index, _IFF_UP if up else 0, _IFF_UP))


def set_addr_gen_mode(netlink: Netlink, index: int, mode: int) -> None:
    inner = attribute(socket.AF_INET6, attribute(_IFLA_INET6_ADDR_GEN_MODE, bytes([mode])))
    netlink.change(_RTM_NEWLINK, _LINK.pack(0, 0, index, 0, 0), [(_IFLA_AF_SPEC, inner)])
