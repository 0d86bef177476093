"""Devices, their addresses and their settings: rtnetlink(7), ip-sysctl."""

from __future__ import annotations

import errno
import struct
from ipaddress import ip_interface
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Final, Literal

from ..journal import Before
from ..plan import AddAddress, LinkUp, SetLink, SetSysctl
from . import netlink as nl
from . import sysctl
from .netlink import CREATE, Attributes, Netlink, find_link, need_link, tolerate_gone, u32

_IFA_F_NODAD = 0x02
_IFA_F_NOPREFIXROUTE = 0x200
_RTM_NEWADDR, _RTM_DELADDR, _RTM_GETADDR = 20, 21, 22
_ADDRESS: Final = struct.Struct("=BBBBI")  # struct ifaddrmsg
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS = 1, 2, 8

_Companion = Literal["forwarding", "accept_redirects"]

#: The switches that change other settings with them (devinet.c, addrconf.c), by IP version.
_FORWARDING = {"net/ipv4/ip_forward": 4, "net/ipv6/conf/all/forwarding": 6}


def look_at_sysctl(netlink: Netlink, step: SetSysctl) -> Before:
    value = sysctl.read(step.path)
    if value is None and not step.optional:
        raise OSError(errno.ENOENT, "no such setting")
    link = find_link(netlink, name=step.device) if step.device else None
    version = _FORWARDING.get(step.path)
    return Before(
        ifindex=link.index if link else 0,
        value=value,
        companions=_companions(version) if version and value != step.value else (),
    )


def _companions(version: int) -> tuple[tuple[str, _Companion, str], ...]:
    names: list[tuple[str, _Companion]] = [(device, "forwarding") for device in sysctl.devices(version)]
    if version == 4:
        names.append(("all", "accept_redirects"))
    found = ((device, name, sysctl.read(f"net/ipv{version}/conf/{device}/{name}")) for device, name in names)
    return tuple((device, name, value) for device, name, value in found if value is not None)


def set_sysctl(netlink: Netlink, step: SetSysctl, before: Before) -> None:
    if sysctl.read(step.path) not in (None, step.value):
        _write(netlink, step, step.value, before.ifindex)


def undo_sysctl(netlink: Netlink, step: SetSysctl, before: Before) -> bool:
    """Put the value back, unless somebody else has set another one since."""
    if before.value in (None, step.value) or sysctl.read(step.path) != step.value:
        return False
    if step.device:
        link = find_link(netlink, name=step.device)
        if link is None or link.index != before.ifindex:
            return False
    assert before.value is not None
    with tolerate_gone():
        _write(netlink, step, before.value, before.ifindex)
    version = _FORWARDING.get(step.path)
    for device, name, value in before.companions if version else ():
        path = f"net/ipv{version}/conf/{device}/{name}"
        if sysctl.read(path) not in (None, value):
            with tolerate_gone():
                sysctl.write(path, value)
    return True


def _write(netlink: Netlink, step: SetSysctl, value: str, ifindex: int) -> None:
    """Written as a file, addr_gen_mode makes a link-local address at once; by netlink it does not."""
    if not step.path.endswith("/addr_gen_mode"):
        sysctl.write(step.path, value)
        return
    nl.set_addr_gen_mode(netlink, ifindex, int(value))


def look_at_link(netlink: Netlink, device: str) -> Before:
    link = need_link(netlink, device)
    return Before(ifindex=link.index, up=link.up, mtu=link.mtu, tx_queue=link.tx_queue)


def set_link(netlink: Netlink, step: SetLink) -> None:
    nl.set_link(netlink, need_link(netlink, step.device).index, mtu=step.mtu, tx_queue=step.tx_queue)


def undo_link(netlink: Netlink, step: SetLink, before: Before) -> bool:
    link = find_link(netlink, index=before.ifindex)
    if link is None or link.name != step.device or (link.mtu, link.tx_queue) == (before.mtu, before.tx_queue):
        return False
    with tolerate_gone():
        nl.set_link(netlink, link.index, mtu=before.mtu, tx_queue=before.tx_queue)
    return True


def bring_up(netlink: Netlink, step: LinkUp) -> None:
    nl.set_up(netlink, need_link(netlink, step.device).index, up=True)


def undo_up(netlink: Netlink, step: LinkUp, before: Before) -> bool:
    link = find_link(netlink, index=before.ifindex)
    if link is None or link.name != step.device or before.up or not link.up:
        return False
    with tolerate_gone():
        nl.set_up(netlink, link.index, up=False)
    return True


def add_address(netlink: Netlink, step: AddAddress, before: Before) -> None:
    """Without duplicate address detection: nobody else is on the link (RFC 4862 section 5.4)."""
    flags = _IFA_F_NOPREFIXROUTE | (_IFA_F_NODAD if ":" in step.address else 0)
    body, attributes = _address(step, before)
    netlink.change(_RTM_NEWADDR, body, [*attributes, (_IFA_FLAGS, u32(flags))], CREATE)


def addresses_of(netlink: Netlink, index: int) -> set[str]:
    """Every address of a device, with its prefix length."""
    found = set()
    for family in (AF_INET, AF_INET6):
        for entry in netlink.dump(_RTM_GETADDR, _ADDRESS.pack(family, 0, 0, 0, index)):
            kind, bits, _, _, device = _ADDRESS.unpack(entry.body)
            data = entry.attributes.get(_IFA_LOCAL) or entry.attributes.get(_IFA_ADDRESS)
            if kind == family and device == index and data:
                found.add(f"{inet_ntop(family, data)}/{bits}")
    return found


def undo_address(netlink: Netlink, step: AddAddress, before: Before) -> bool:
    with tolerate_gone():
        netlink.change(_RTM_DELADDR, *_address(step, before))
        return True
    return False


def _address(step: AddAddress, before: Before) -> tuple[bytes, Attributes]:
    entry = ip_interface(step.address)
    family = AF_INET if entry.version == 4 else AF_INET6
    body = _ADDRESS.pack(family, entry.network.prefixlen, 0, 0, before.ifindex)
    return body, [(_IFA_LOCAL, entry.ip.packed), (_IFA_ADDRESS, entry.ip.packed)]
