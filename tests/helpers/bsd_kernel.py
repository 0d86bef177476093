"""A kernel of macOS or FreeBSD, as far as the seam `net.bsd.kernel` reaches: octets in, octets out.

It behaves as route(4), netintro(4), ifconfig(8) and the sources (sys/net/route, sys/netinet, sys/netinet6;
xnu's bsd/net/rtsock.c and route.c) say, the traps included: see the tests in `net/bsd/test_fake_kernel.py`.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv6Interface, ip_address, ip_interface, ip_network

from ginnel_service.net.base import Address, Network
from ginnel_service.net.bsd import sockaddr
from ginnel_service.net.bsd.layout import (
    AF_INET,
    IFF_LOOPBACK,
    IFF_POINTOPOINT,
    IFF_RUNNING,
    IFF_UP,
    IN6_IFF_NODAD,
    NET_RT_DUMP,
    RT_MSGHDR,
    RTA_DST,
    RTA_GATEWAY,
    RTA_IFA,
    RTA_IFP,
    RTA_NETMASK,
    RTF_CLONING,
    RTF_DONE,
    RTF_GATEWAY,
    RTF_HOST,
    RTF_IFSCOPE,
    RTF_LLINFO,
    RTF_STATIC,
    RTF_UP,
    RTF_WASCLONED,
    RTM_ADD,
    RTM_CHANGE,
    RTM_DELADDR,
    RTM_DELETE,
    RTM_GET,
    RTM_NEWADDR,
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
from ginnel_service.net.bsd.sockaddr import Link
from helpers import bsd_octets as octets
from helpers.bsd_octets import Gateway
from helpers.bsd_table import RTF_PINNED, Entry, Held, Nic, RouteTable

IFT_ETHER, IFT_LOOP, IFT_TUNNEL = 6, 24, 131
ETHERNET = 0x8802 | IFF_UP | IFF_RUNNING  # broadcast, multicast
TUNNEL = 0x8000 | IFF_POINTOPOINT | IFF_RUNNING
PID, OTHER = 4242, 77


class FakeRouteSocket:
    """A pair of sockets, so that it can be waited for. One that is full loses what comes, and says so."""

    def __init__(self, kernel: FakeKernel) -> None:
        self._kernel = kernel
        self._ours, self._kernels = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._kernels.setblocking(False)
        self.fib = kernel.fib
        self.lost = False

    def fileno(self) -> int:
        return self._ours.fileno()

    def send(self, message: bytes) -> None:
        self._kernel.request(message, self.fib)

    def receive(self, timeout_s: float) -> bytes:
        if self._kernel.receive_faults:
            number = self._kernel.receive_faults.popleft()
            raise OSError(number, os.strerror(number))
        if self.lost:
            self.lost = False
            raise OSError(errno.ENOBUFS, "messages were lost")
        self._ours.settimeout(timeout_s)
        try:
            return self._ours.recv(65536)
        except BlockingIOError:
            raise TimeoutError from None

    def deliver(self, data: bytes) -> None:
        try:
            self._kernels.send(data)
        except BlockingIOError:
            self.lost = True

    def close(self) -> None:
        self._kernel.listeners.discard(self)
        self._ours.close()
        self._kernels.close()


class FakeKernel:
    """One machine. Its interface `lo0` is there from the start, with the addresses that it always has."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.pid = PID
        self.booted = "boot-1"
        self.fib = 0
        self.privileged = True
        self.settings = {"net.inet.ip.forwarding": 0, "net.inet6.ip6.forwarding": 0}
        self.nics: dict[int, Nic] = {}
        self.tables = {fib: RouteTable(layout, self.nics) for fib in (0, 1)}
        self.listeners: set[FakeRouteSocket] = set()
        self.send_faults: deque[int] = deque()
        self.receive_faults: deque[int] = deque()
        self.chatter: list[bytes] = []  # what others say ahead of each answer
        self.trouble = False  # every request is interrupted or has no room, every answer is lost once
        self.refuse_routes_to: set[Network] = set()
        self._requests = 0
        self._next_index = 1
        self.attach("lo0", 0x8000 | IFF_UP | IFF_RUNNING | IFF_LOOPBACK, IFT_LOOP, mtu=16384)
        self.hold("lo0", "127.0.0.1/8")
        self.hold("lo0", "::1/128")

    # The seam

    def boot(self) -> str:
        return self.booted

    def era(self) -> str:
        return f"{self.booted} fib {self.fib}"

    def route_socket(self) -> FakeRouteSocket:
        made = FakeRouteSocket(self)
        self.listeners.add(made)
        return made

    def dump(self, what: int) -> bytes:
        if what == NET_RT_DUMP:
            return b"".join(self._message(RTM_GET, entry) for entry in self.tables[self.fib])
        found = b""
        for nic in self.nics.values():
            found += nic.message(self.layout)
            for held in nic.held:
                found += octets.interface_address(
                    self.layout, RTM_NEWADDR, nic.index, held.address, held.destination
                )
        return found

    def setting(self, name: str) -> int:
        if name not in self.settings:
            raise OSError(errno.ENOENT, name)
        return self.settings[name]

    def set_setting(self, name: str, value: int) -> None:
        self.setting(name)
        if not self.privileged:
            raise OSError(errno.EPERM, "not root")
        self.settings[name] = value

    def index(self, name: str) -> int:
        return next((nic.index for nic in self.nics.values() if nic.name == name), 0)

    def ioctl(self, family: int, request: int, argument: bytes) -> bytes:
        nic = self._nic(argument[:16].partition(b"\0")[0].decode())
        if request == SIOCGIFSTATUS and self.layout.system == "freebsd":
            return argument[:16] + (b"\tOpened by PID 77\n" if nic.opened else b"").ljust(801, b"\0")
        number = struct.unpack_from("=i", argument, 16)[0]
        layout = self.layout
        if request in (SIOCGIFFLAGS, SIOCGIFMTU):
            value = nic.flags if request == SIOCGIFFLAGS else nic.mtu
            return argument[:16] + struct.pack("=i12x", value)
        if not self.privileged:
            raise OSError(errno.EPERM, "not root")
        if request == SIOCSIFFLAGS:
            nic.flags = (nic.flags & ~IFF_UP) | (number & IFF_UP)
            self._tell_link(nic)
        elif request == SIOCSIFMTU:
            if not 72 <= number <= 65535:
                raise OSError(errno.EINVAL, "MTU")
            nic.mtu = number
            self._tell_link(nic)
        elif request == SIOCIFDESTROY and layout.system == "freebsd":
            if not nic.cloned:
                raise OSError(errno.EINVAL, "not cloned")
            assert not nic.opened, "this would wait for the end of whoever has it open"
            self.detach(nic.name)
        elif request == layout.siocaifaddr and family == AF_INET:
            self._add4(nic, argument)
        elif request == layout.siocaifaddr_in6 and family == layout.af_inet6:
            self._add6(nic, argument)
        elif (request, family) in ((SIOCDIFADDR, AF_INET), (SIOCDIFADDR_IN6, layout.af_inet6)):
            self._remove(nic, octets.take_address(layout, argument[16:]))
        else:
            raise OSError(errno.EOPNOTSUPP, "ioctl")
        return argument

    # Addresses

    def _add4(self, nic: Nic, argument: bytes) -> None:
        if len(argument) != self.layout.in_aliasreq:
            raise OSError(errno.EINVAL, "struct in_aliasreq")
        own, far, mask = self._three(argument, 16)
        if own is None or own.version != 4 or mask is None:
            raise OSError(errno.EINVAL, "no address")
        if nic.flags & IFF_POINTOPOINT and self.layout.system == "freebsd" and (far is None or not int(far)):
            raise OSError(errno.EDESTADDRREQ, "no destination")
        self._hold(nic, Held(ip_interface(f"{own}/{mask}"), far))

    def _add6(self, nic: Nic, argument: bytes) -> None:
        if len(argument) != self.layout.in6_aliasreq:
            raise OSError(errno.EINVAL, "struct in6_aliasreq")
        own, far, mask = self._three(argument, 28)
        flags, _, _, valid_s, preferred_s = struct.unpack_from("=iqqII", argument, 100)
        if own is None or own.version != 6:
            raise OSError(errno.EAFNOSUPPORT, "no address")
        if mask is None or preferred_s > valid_s:
            raise OSError(errno.EINVAL, "no mask, or preferred for longer than valid")
        bits = bin(int(mask)).count("1")
        if far is not None and (not nic.flags & IFF_POINTOPOINT or bits != 128):
            raise OSError(errno.EINVAL, "a destination wants a prefix of 128 bits")
        had = next((held for held in nic.held if held.address.ip == own), None)
        if had is not None and had.address.network.prefixlen != bits:
            raise OSError(errno.EINVAL, "the prefix of an address cannot be changed")
        if not valid_s:
            return  # it is over already
        tentative = not flags & IN6_IFF_NODAD
        self._hold(nic, Held(IPv6Interface((own, bits)), far, tentative))

    def _three(self, argument: bytes, size: int) -> list[Address | None]:
        try:
            return [
                octets.take_address(self.layout, argument[at : at + size])
                for at in (16, 16 + size, 16 + 2 * size)
            ]
        except ValueError:
            raise OSError(errno.EINVAL, "sockaddr") from None

    def _hold(self, nic: Nic, held: Held) -> None:
        nic.held = [each for each in nic.held if each.address.ip != held.address.ip]
        nic.held.append(held)
        self._tell(
            octets.interface_address(self.layout, RTM_NEWADDR, nic.index, held.address, held.destination)
        )
        own = held.address
        if nic.flags & (IFF_POINTOPOINT | IFF_LOOPBACK):
            if own.version == 4 or held.destination is not None:
                far = held.destination if held.destination is not None else own.ip
                self._interface_route(ip_network(far), nic, RTF_HOST, own.ip)
        elif own.network.prefixlen < own.max_prefixlen:
            self._interface_route(own.network, nic, RTF_CLONING, own.ip)
        to_itself = own.version == 6 or held.destination != own.ip
        if (self.layout.system == "freebsd" and to_itself and not nic.flags & IFF_LOOPBACK) or (
            self.layout.system == "darwin" and own.version == 6 and nic.flags & IFF_POINTOPOINT
        ):
            self._interface_route(ip_network(own.ip), self._nic("lo0"), RTF_HOST, own.ip)
        elif self.layout.system == "darwin" and not nic.flags & (IFF_POINTOPOINT | IFF_LOOPBACK):
            self._interface_route(ip_network(own.ip), nic, RTF_CLONING, own.ip)

    def _interface_route(self, network: Network, nic: Nic, flags: int, source: Address) -> None:
        """FreeBSD's cannot be deleted from outside; macOS's clone a host route for each neighbour."""
        if self.layout.system == "freebsd":
            flags = (flags & ~RTF_CLONING) | RTF_PINNED
        else:
            flags |= RTF_STATIC if flags & RTF_CLONING else 0
        entry = Entry(network, nic.link, nic.index, RTF_UP | flags, source)
        if self._table.exact(network) is None:
            self._table.append(entry)
            self._tell(self._message(RTM_ADD, entry))

    def _remove(self, nic: Nic, own: Address | None) -> None:
        held = next((each for each in nic.held if each.address.ip == own), None)
        if held is None:
            raise OSError(errno.EADDRNOTAVAIL, "no such address")
        nic.held.remove(held)
        self._tell_gone(self._table.drop(lambda entry: entry.source == own))
        self._tell(
            octets.interface_address(self.layout, RTM_DELADDR, nic.index, held.address, held.destination)
        )

    # Routes

    @property
    def _table(self) -> RouteTable:
        return self.tables[self.fib]

    def request(self, data: bytes, fib: int = 0) -> None:
        """What is written to a route socket."""
        self._make_trouble()
        if self.send_faults:
            number = self.send_faults.popleft()
            raise OSError(number, os.strerror(number))
        length, version, kind, index, flags, addrs, _, seq, _ = RT_MSGHDR.unpack_from(data)
        if length != len(data) or len(data) < self.layout.rt_msghdr:
            raise OSError(errno.EINVAL, "length")
        if version != 5:
            raise OSError(errno.EPROTONOSUPPORT, "version")
        if kind != RTM_GET and not self.privileged:
            raise OSError(errno.EPERM, "not root")
        for said in self.chatter:
            self._tell(said)
        with self.within(fib):
            try:
                answer = self._serve(kind, index, flags, addrs, data[self.layout.rt_msghdr :], seq)
            except OSError as error:
                refused = struct.pack("=ii", seq, error.errno or 0)
                self._tell(data[:16] + struct.pack("=i", self.pid) + refused + data[28:])
                raise
            self._tell(answer)

    def _make_trouble(self) -> None:
        if not self.trouble:
            return
        self._requests += 1
        if self._requests % 3:
            number = errno.EINTR if self._requests % 3 == 1 else errno.ENOBUFS
            raise OSError(number, os.strerror(number))
        self.receive_faults.extend((errno.EINTR, errno.ENOBUFS))
        self._tell(self._message(RTM_ADD, self._table[0], pid=OTHER, seq=1))

    def _serve(self, kind: int, index: int, flags: int, addrs: int, body: bytes, seq: int) -> bytes:
        raw = sockaddr.split(self.layout, addrs, body)
        parsed = {bit: sockaddr.parse(self.layout, each) for bit, each in raw.items() if bit != RTA_NETMASK}
        host, gateway = parsed.get(RTA_DST), parsed.get(RTA_GATEWAY)
        if host is None or isinstance(host, Link) or len(raw[RTA_DST]) not in (16, 28):
            raise OSError(errno.EINVAL, "no destination")
        mask = raw.get(RTA_NETMASK)
        bits: int = host.max_prefixlen
        if not flags & RTF_HOST and mask is not None:
            bits = sockaddr.prefix_length(self.layout, 2 if host.version == 4 else 30, mask)
        network = ip_network((host.packed, bits), strict=False)
        scope = index if flags & RTF_IFSCOPE and self.layout.system == "darwin" else 0
        interface, source = parsed.get(RTA_IFP), parsed.get(RTA_IFA)
        named = interface.index if isinstance(interface, Link) else 0
        own = source if source is not None and not isinstance(source, Link) else None
        if kind == RTM_GET:
            exact = mask is not None and not flags & RTF_HOST
            entry = self._table.exact(network, scope, masked=True) if exact else self._table.lookup(host)
            if entry is None:
                raise OSError(errno.ESRCH, "no route")
            told = interface is not None or source is not None
            return self._message(RTM_GET, entry, seq=seq, pid=self.pid, told=told, flags=RTF_DONE)
        if kind == RTM_ADD:
            if gateway is None or (mask is None and not flags & RTF_HOST):
                raise OSError(errno.EINVAL, "no gateway, or neither a host nor a mask")
            nic = self._table.choose(network, gateway, flags, named, own)
            whole = own if own is not None else nic.of(network.version)
            if network in self.refuse_routes_to:
                raise OSError(errno.ENOMEM, "no memory")
            made = Entry(network, gateway, nic.index, flags | RTF_UP, whole, scope)
            self._tell_gone(self._table.add(made))
            return self._message(kind, made, seq=seq, pid=self.pid, flags=RTF_DONE)
        masked = mask is not None and not flags & RTF_HOST
        entry = self._table.exact(network, scope, masked=masked)
        if entry is None:
            raise OSError(errno.ESRCH, "no such route")
        if kind == RTM_DELETE:
            gone = self._table.delete(entry, gateway, flags)
            self._tell_gone(self._table.drop_clones(gone))
            return self._message(kind, gone, seq=seq, pid=self.pid, flags=RTF_DONE)
        if kind == RTM_CHANGE:
            changed = self._table.change(entry, gateway, flags, named)
            return self._message(kind, changed, seq=seq, pid=self.pid, flags=RTF_DONE)
        raise OSError(errno.EOPNOTSUPP, "request")

    def lookup(self, host: Address) -> Entry | None:
        """The longest match, as a packet finds it."""
        return self._table.lookup(host)

    # What others do on the machine

    def attach(self, name: str, flags: int, kind: int, *, mtu: int = 1500, cloned: bool = False) -> int:
        nic = Nic(self._next_index, name, flags, kind, mtu, cloned=cloned)
        self._next_index += 1
        self.nics[nic.index] = nic
        if self.layout.announces:
            self._tell(octets.announcement(nic.index, name, 0))
        return nic.index

    def detach(self, name: str) -> None:
        nic = self._nic(name)
        for held in list(nic.held):
            self._remove(nic, held.address.ip)
        del self.nics[nic.index]
        for fib in self.tables:
            with self.within(fib):
                self._tell_gone(self._table.drop(lambda entry: entry.index == nic.index))
        nic.flags &= ~(IFF_UP | IFF_RUNNING)
        self._tell_link(nic)
        if self.layout.announces:
            self._tell(octets.announcement(nic.index, name, 1))

    def hold(self, name: str, text: str) -> None:
        address = ip_interface(text)
        far = address.ip if self._nic(name).flags & IFF_LOOPBACK and address.version == 4 else None
        self._hold(self._nic(name), Held(address, far))

    def leave(self, name: str, text: str) -> None:
        self._remove(self._nic(name), ip_interface(text).ip)

    def carrier(self, name: str, *, there: bool) -> None:
        nic = self._nic(name)
        if self.layout.system == "freebsd":  # where the driver runs on
            nic.carrier = there
        else:
            nic.flags = nic.flags | IFF_RUNNING if there else nic.flags & ~IFF_RUNNING
        self._tell_link(nic)

    def route(self, text: str, via: str = "", dev: str = "", flags: int = RTF_STATIC, scope: int = 0) -> None:
        """Of another process, as by route(8), dhclient or configd."""
        network = ip_network(text)
        gateway: Gateway = ip_address(via) if via else self._nic(dev).link
        flags |= RTF_UP | (RTF_GATEWAY if via else 0) | (RTF_IFSCOPE if scope else 0)
        if network.prefixlen == network.max_prefixlen and not flags & RTF_CLONING:
            flags |= RTF_HOST
        nic = self._nic(dev) if dev else self._table.choose(network, gateway, flags, 0)
        entry = Entry(network, gateway, nic.index, flags, nic.of(network.version), scope)
        self._tell_gone(self._table.add(entry))
        self._tell(self._message(RTM_ADD, entry, pid=OTHER, flags=RTF_DONE))

    def unroute(self, text: str, scope: int = 0) -> None:
        entry = self._table.exact(ip_network(text), scope)
        assert entry is not None
        self._table.remove(entry)
        self._tell(self._message(RTM_DELETE, entry, pid=OTHER, flags=RTF_DONE))

    def send_packet(self, host: str) -> str:
        """The interface that a packet to `host` leaves by. On macOS that clones a route of its own for it."""
        address = ip_address(host)
        entry = self.lookup(address)
        if entry is None:
            return ""
        if self.layout.system == "darwin" and entry.flags & RTF_CLONING:
            flags = RTF_UP | RTF_HOST | RTF_LLINFO | RTF_WASCLONED
            clone = replace(entry, network=ip_network(address), flags=flags)
            self._table.append(clone)
            self._tell(self._message(RTM_ADD, clone))
        return self.nics[entry.index].name

    @contextmanager
    def within(self, fib: int) -> Iterator[None]:
        """As a process of that FIB (setfib(1))."""
        before, self.fib = self.fib, fib
        try:
            yield
        finally:
            self.fib = before

    def snapshot(self) -> object:
        """All that a tunnel may change, without neighbours and clones."""
        tables = {
            fib: sorted(
                (str(each.network), each.scope, str(each.gateway), each.index, each.flags)
                for each in table
                if not each.flags & RTF_WASCLONED
            )
            for fib, table in self.tables.items()
        }
        nics = {
            nic.name: (nic.flags, nic.mtu, sorted(str(held.address) for held in nic.held))
            for nic in self.nics.values()
        }
        return tables, nics

    # Details

    def _nic(self, name: str) -> Nic:
        for nic in self.nics.values():
            if nic.name == name:
                return nic
        raise OSError(errno.ENXIO, "no such interface")

    def _tell_gone(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._tell(self._message(RTM_DELETE, entry))

    def _message(
        self, kind: int, entry: Entry, *, seq: int = 0, pid: int = 0, told: bool = False, flags: int = 0
    ) -> bytes:
        told = told or (not pid and self.layout.system == "freebsd" and entry.index in self.nics)
        return octets.route(
            self.layout,
            kind,
            entry.network,
            entry.gateway,
            index=entry.index,
            flags=entry.flags | flags,
            pid=pid,
            seq=seq,
            interface=self.nics[entry.index].link if told else None,
            source=entry.source if told else None,
        )

    def _tell_link(self, nic: Nic) -> None:
        self._tell(nic.message(self.layout))

    def _tell(self, data: bytes) -> None:
        for listener in list(self.listeners):
            listener.deliver(data)
