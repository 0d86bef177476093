"""Interfaces and their addresses by ioctl(2): netintro(4), ifconfig(8)'s alias.

Every call raises OSError.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Interface, ip_interface
from typing import Final

from ..base import Interface
from . import sockaddr
from .kernel import Kernel
from .layout import (
    AF_INET,
    IFF_UP,
    IFNAMSIZ,
    IFREQ,
    IFSTAT_OCTETS,
    IN6_IFF_NODAD,
    ND6_INFINITE_LIFETIME,
    SIOCDIFADDR,
    SIOCDIFADDR_IN6,
    SIOCGIFFLAGS,
    SIOCGIFMTU,
    SIOCGIFSTATUS,
    SIOCIFDESTROY,
    SIOCSIFFLAGS,
    SIOCSIFMTU,
    Layout,
)

#: struct in6_aliasreq behind its three sockaddrs: flags, when it expires and is deprecated (the kernel's to
#: fill), and how long it is valid and preferred, in seconds. Zeros would be an address that is over already.
_FLAGS_AND_LIFETIME: Final = struct.Struct("=iqqII")
#: RFC 7600's dummy address, the far end on FreeBSD: what the machine sends to its own address goes through
#: the loopback interface there, unless that is the far end as well (in_aifaddr_ioctl(), sys/netinet/in.c).
_NOBODY: Final = IPv4Address("192.0.0.8")
_GONE: Final = frozenset({errno.ENXIO, errno.EADDRNOTAVAIL, errno.ENODEV})


def get_mtu(kernel: Kernel, device: str) -> int:
    return _number(kernel, SIOCGIFMTU, device)


def set_mtu(kernel: Kernel, device: str, mtu: int) -> None:
    kernel.ioctl(AF_INET, SIOCSIFMTU, IFREQ.pack(device.encode(), mtu))


def is_up(kernel: Kernel, device: str) -> bool:
    return bool(_number(kernel, SIOCGIFFLAGS, device) & IFF_UP)


def set_up(kernel: Kernel, device: str, *, up: bool) -> None:
    """The flags are two halves of 16 bits; those of the upper one are FreeBSD's, and stay as they are."""
    flags = _number(kernel, SIOCGIFFLAGS, device)
    wanted = flags | IFF_UP if up else flags & ~IFF_UP
    kernel.ioctl(AF_INET, SIOCSIFFLAGS, IFREQ.pack(device.encode(), wanted))


def is_open(kernel: Kernel, device: str) -> bool:
    """Whether a process has that tun(4) open, as ifconfig(8) says of it (FreeBSD)."""
    answer = kernel.ioctl(AF_INET, SIOCGIFSTATUS, _name(device).ljust(IFSTAT_OCTETS, b"\0"))
    return b"Opened by PID" in answer[IFNAMSIZ:]


def destroy(kernel: Kernel, device: str) -> None:
    """A cloned interface (FreeBSD). Of one that is open the kernel would wait for the end of that."""
    kernel.ioctl(AF_INET, SIOCIFDESTROY, IFREQ.pack(device.encode(), 0))


def add_address(kernel: Kernel, device: str, address: Interface) -> None:
    """In IPv4 the far end of the link has to be named (EDESTADDRREQ), although there is none.

    In IPv6 a named one would demand a prefix of 128 bits (EINVAL). Nobody else is on the link, so no
    duplicate is looked for (RFC 4862 section 5.4).
    """
    layout = kernel.layout
    if isinstance(address, IPv4Interface):
        kernel.ioctl(AF_INET, layout.siocaifaddr, aliasreq4(layout, device, address))
    else:
        kernel.ioctl(layout.af_inet6, layout.siocaifaddr_in6, aliasreq6(layout, device, address))


def aliasreq4(layout: Layout, device: str, address: Interface) -> bytes:
    """struct in_aliasreq, macOS's ifaliasreq."""
    own = sockaddr.serialise(layout, address.ip)
    far = sockaddr.serialise(layout, _NOBODY) if layout.system == "freebsd" else own
    mask = sockaddr.serialise_mask(layout, address.network)
    return (_name(device) + own + far + mask).ljust(layout.in_aliasreq, b"\0")


def aliasreq6(layout: Layout, device: str, address: Interface) -> bytes:
    """struct in6_aliasreq."""
    own = sockaddr.serialise(layout, address.ip)
    mask = sockaddr.serialise_mask(layout, address.network)
    forever = (0, 0, ND6_INFINITE_LIFETIME, ND6_INFINITE_LIFETIME)
    request = _name(device) + own + bytes(len(own)) + mask + _FLAGS_AND_LIFETIME.pack(IN6_IFF_NODAD, *forever)
    return request.ljust(layout.in6_aliasreq, b"\0")


def remove_address(kernel: Kernel, device: str, address: str) -> bool:
    """Whether it was there."""
    layout = kernel.layout
    host = ip_interface(address).ip
    request = _name(device) + sockaddr.serialise(layout, host)
    with tolerate_gone():
        if host.version == 4:
            kernel.ioctl(AF_INET, SIOCDIFADDR, request)
        else:
            kernel.ioctl(layout.af_inet6, SIOCDIFADDR_IN6, request.ljust(layout.in6_ifreq, b"\0"))
        return True
    return False


@contextmanager
def tolerate_gone() -> Iterator[None]:
    """The device or the address was taken away meanwhile."""
    try:
        yield
    except OSError as error:
        if error.errno not in _GONE:
            raise


def _number(kernel: Kernel, request: int, device: str) -> int:
    answer = kernel.ioctl(AF_INET, request, IFREQ.pack(device.encode(), 0))
    return int(IFREQ.unpack(answer)[1])


def _name(device: str) -> bytes:
    return device.encode().ljust(IFNAMSIZ, b"\0")
