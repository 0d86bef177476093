"""Devices, their addresses and their settings: rtnetlink(7), ip-sysctl."""

from __future__ import annotations

import errno
from ipaddress import ip_interface
from socket import AF_INET, AF_INET6
from typing import Any, Literal

from ..journal import Before
from ..plan import AddAddress, LinkUp, SetLink, SetSysctl
from . import sysctl
from .netlink import find_link, need_link, os_errors, tolerate_gone

_IFA_F_NODAD = 0x02
_IFA_F_NOPREFIXROUTE = 0x200

_Companion = Literal["forwarding", "accept_redirects"]

#: The switches that change other settings with them (devinet.c, addrconf.c), by IP version.
_FORWARDING = {"net/ipv4/ip_forward": 4, "net/ipv6/conf/all/forwarding": 6}


def look_at_sysctl(socket: Any, step: SetSysctl) -> Before:
    value = sysctl.read(step.path)
    if value is None and not step.optional:
        raise OSError(errno.ENOENT, "no such setting")
    link = find_link(socket, name=step.device) if step.device else None
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


def set_sysctl(socket: Any, step: SetSysctl, before: Before) -> None:
    if sysctl.read(step.path) not in (None, step.value):
        _write(socket, step, step.value, before.ifindex)


def undo_sysctl(socket: Any, step: SetSysctl, before: Before) -> bool:
    """Put the value back, unless somebody else has set another one since."""
    if before.value in (None, step.value) or sysctl.read(step.path) != step.value:
        return False
    if step.device:
        link = find_link(socket, name=step.device)
        if link is None or link.index != before.ifindex:
            return False
    assert before.value is not None
    with tolerate_gone():
        _write(socket, step, before.value, before.ifindex)
    version = _FORWARDING.get(step.path)
    for device, name, value in before.companions if version else ():
        path = f"net/ipv{version}/conf/{device}/{name}"
        if sysctl.read(path) not in (None, value):
            with tolerate_gone():
                sysctl.write(path, value)
    return True


def _write(socket: Any, step: SetSysctl, value: str, ifindex: int) -> None:
    """Written as a file, addr_gen_mode makes a link-local address at once; by netlink it does not."""
    if not step.path.endswith("/addr_gen_mode"):
        sysctl.write(step.path, value)
        return
    mode = {"attrs": [("IFLA_INET6_ADDR_GEN_MODE", int(value))]}
    with os_errors():
        socket.link("set", index=ifindex, IFLA_AF_SPEC={"attrs": [("AF_INET6", mode)]})


def look_at_link(socket: Any, device: str) -> Before:
    link = need_link(socket, device)
    return Before(ifindex=link.index, up=link.up, mtu=link.mtu, tx_queue=link.tx_queue)


def set_link(socket: Any, step: SetLink) -> None:
    with os_errors():
        socket.link("set", index=need_link(socket, step.device).index, mtu=step.mtu, txqlen=step.tx_queue)


def undo_link(socket: Any, step: SetLink, before: Before) -> bool:
    link = find_link(socket, index=before.ifindex)
    if link is None or link.name != step.device or (link.mtu, link.tx_queue) == (before.mtu, before.tx_queue):
        return False
    with tolerate_gone():
        socket.link("set", index=link.index, mtu=before.mtu, txqlen=before.tx_queue)
    return True


def bring_up(socket: Any, step: LinkUp) -> None:
    with os_errors():
        socket.link("set", index=need_link(socket, step.device).index, state="up")


def undo_up(socket: Any, step: LinkUp, before: Before) -> bool:
    link = find_link(socket, index=before.ifindex)
    if link is None or link.name != step.device or before.up or not link.up:
        return False
    with tolerate_gone():
        socket.link("set", index=link.index, state="down")
    return True


def add_address(socket: Any, step: AddAddress, before: Before) -> None:
    """Without duplicate address detection: nobody else is on the link (RFC 4862 section 5.4)."""
    flags = _IFA_F_NOPREFIXROUTE | (_IFA_F_NODAD if ":" in step.address else 0)
    with os_errors():
        socket.addr("add", flags=flags, **_address(step, before))


def addresses_of(socket: Any, index: int) -> set[str]:
    """Every address of a device, with its prefix length."""
    with os_errors():
        found = list(socket.get_addr(index=index))
    return {
        f"{entry.get_attr('IFA_LOCAL') or entry.get_attr('IFA_ADDRESS')}/{entry['prefixlen']}"
        for entry in found
    }


def undo_address(socket: Any, step: AddAddress, before: Before) -> bool:
    with tolerate_gone():
        socket.addr("del", **_address(step, before))
        return True
    return False


def _address(step: AddAddress, before: Before) -> dict[str, object]:
    entry = ip_interface(step.address)
    return {
        "index": before.ifindex,
        "family": AF_INET if entry.version == 4 else AF_INET6,
        "address": str(entry.ip),
        "prefixlen": entry.network.prefixlen,
    }
