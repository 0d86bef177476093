"""What leaves a host, seen from the next one: through the tunnel, what any network needs, or a leak.

`Sniffer` stands in the host next door, on the link to the one in question, and `tempt` has that one send all
that programs send. `classify` says of each frame what it is, by what the test says is allowed.

Run as a program in a host: `leaks.py watch DEVICE` prints what arrives there, with the time and in
hexadecimal, until SIGTERM; `leaks.py tempt ADDRESS...` sends to each address over TCP, UDP and ICMP.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Self

from ginnel_service.demo.lab import Host
from helpers.nameserver import question

#: In every packet that `tempt` sends and that can carry octets: it is found however it is wrapped.
MARKER = b"ginnel-leak-probe"
TCP_PORTS = (80, 443, 853, 8080)
UDP_PORTS = (53, 123, 443, 853, 5353)
_ETH_P_ALL, _ETH_P_ARP = 3, 0x0806
_ICMP, _IGMP, _TCP, _UDP, _ICMPV6, _HOP_BY_HOP = 1, 2, 6, 17, 58, 0
_NEIGHBOURS = frozenset({133, 135, 136})  # router solicitation, neighbour solicitation and advertisement
_GROUPS = frozenset({131, 132, 143})
_WAIT_S = 10.0
_ECHO_S = 2.0  # among other messages; without any, an answer is not waited for so long
_SO_TIMESTAMPNS = 35  # socket(7)


class Kind(Enum):
    TUNNEL = "tunnel"
    NAME = "gateway's name"
    UPKEEP = "upkeep"  # ARP, DHCP, neighbours, groups
    LAN = "LAN"
    BYPASS = "bypass"
    PORTAL = "portal"
    LEAK = "LEAK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may leave the host besides upkeep."""

    gateways: frozenset[str] = frozenset()
    udp_ports: frozenset[int] = frozenset({500, 4500})  # of the gateways
    tcp_ports: frozenset[int] = frozenset()
    lan: tuple[str, ...] = ()  # networks; never for DNS
    bypass: tuple[str, ...] = ()  # networks that a profile keeps out of its tunnel
    portal: bool = False
    names: frozenset[str] = frozenset()  # that may be asked for: a gateway's own


@dataclass(frozen=True, slots=True)
class Packet:
    """One frame, as far as it could be read."""

    kind: Kind
    words: str


@dataclass(slots=True)
class _Ip:
    source: IPv4Address | IPv6Address
    target: IPv4Address | IPv6Address
    protocol: int
    payload: bytes
    hops: int = field(default=0)


def classify(frame: bytes, allowed: Allowed) -> Packet:
    """What a frame that left the host is. What cannot be read is a leak."""
    kind = int.from_bytes(frame[12:14])
    if kind == _ETH_P_ARP:
        return Packet(Kind.UPKEEP, "ARP")
    packet = _parse(kind, frame[14:])
    if packet is None:
        return Packet(Kind.LEAK, f"a frame of type {kind:#06x}")
    ports = struct.unpack(">HH", packet.payload[:4]) if packet.protocol in (_TCP, _UDP) else (0, 0)
    name = {_ICMP: "ICMP", _IGMP: "IGMP", _TCP: "TCP", _UDP: "UDP", _ICMPV6: "ICMPv6"}.get(packet.protocol)
    words = f"{name or packet.protocol} {packet.source} > {packet.target} ports {ports[0]} {ports[1]}"
    if MARKER in frame:
        # Whoever wrapped it, it can be read: only where it may go in the clear is it none.
        if not (
            _is_lan(packet, ports, allowed)
            or _is_portal(packet, ports, allowed)
            or _is_in(packet, allowed.bypass)
        ):
            return Packet(Kind.LEAK, f"{words}, readable")
    elif _is_tunnel(packet, ports, allowed):
        return Packet(Kind.TUNNEL, words)
    elif _is_name(packet, ports, allowed):
        return Packet(Kind.NAME, words)
    if _is_upkeep(packet, ports):
        return Packet(Kind.UPKEEP, words)
    if _is_lan(packet, ports, allowed):
        return Packet(Kind.LAN, words)
    if _is_portal(packet, ports, allowed):
        return Packet(Kind.PORTAL, words)
    if _is_in(packet, allowed.bypass):
        return Packet(Kind.BYPASS, words)
    return Packet(Kind.LEAK, words)


def _parse(kind: int, data: bytes) -> _Ip | None:
    if kind == 0x0800 and len(data) >= 20:
        head = (data[0] & 15) * 4
        return _Ip(IPv4Address(data[12:16]), IPv4Address(data[16:20]), data[9], data[head:], data[8])
    if kind == 0x86DD and len(data) >= 40:
        protocol, payload = data[6], data[40:]
        if protocol == _HOP_BY_HOP and len(payload) >= 8:  # MLD's router alert
            protocol, payload = payload[0], payload[8 + payload[1] * 8 :]
        return _Ip(IPv6Address(data[8:24]), IPv6Address(data[24:40]), protocol, payload, data[7])
    return None


def _is_tunnel(packet: _Ip, ports: tuple[int, ...], allowed: Allowed) -> bool:
    if str(packet.target) not in allowed.gateways:
        return False
    known = {_UDP: allowed.udp_ports, _TCP: allowed.tcp_ports}.get(packet.protocol, frozenset())
    return ports[1] in known


def _is_name(packet: _Ip, ports: tuple[int, ...], allowed: Allowed) -> bool:
    if packet.protocol != _UDP or ports[1] != 53 or not allowed.names:
        return False
    try:
        name, _, end = question(packet.payload[8:])
    except (IndexError, struct.error):
        return False
    return name in allowed.names and end == len(packet.payload) - 8


def _is_upkeep(packet: _Ip, ports: tuple[int, ...]) -> bool:
    if packet.protocol == _UDP:
        return ports in ((68, 67), (546, 547))
    if packet.protocol == _ICMPV6:
        kind = packet.payload[0]
        return (kind in _NEIGHBOURS and packet.hops == 255) or (kind in _GROUPS and packet.hops == 1)
    return packet.protocol == _IGMP and packet.target.is_multicast


def _is_lan(packet: _Ip, ports: tuple[int, ...], allowed: Allowed) -> bool:
    if packet.protocol in (_TCP, _UDP) and ports[1] in (53, 853):
        return False
    return _is_in(packet, allowed.lan)


def _is_in(packet: _Ip, networks: Iterable[str]) -> bool:
    return any(packet.target in ip_network(network) for network in networks)


def _is_portal(packet: _Ip, ports: tuple[int, ...], allowed: Allowed) -> bool:
    tcp = packet.protocol == _TCP and ports[1] in (53, 80, 443)
    return allowed.portal and (tcp or (packet.protocol == _UDP and ports[1] == 53))


class Sniffer:
    """All that arrives at `device` of `host` while the block runs: what its neighbour has sent."""

    def __init__(self, host: Host, device: str) -> None:
        self._host = host
        self._device = device
        self.frames: list[bytes] = []
        self.times: list[float] = []  # when each came to the kernel, in time.monotonic()

    def __enter__(self) -> Self:
        self._process = self._host.python(__file__, "watch", self._device, label=f"leaks-{self._device}")
        self._begin = 0
        until = time.monotonic() + _WAIT_S
        while b"ready" not in (text := self._process.log.read_bytes()[self._begin :]):
            assert self._process.running(), self._process.tail()
            assert time.monotonic() < until, text
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stop() == 0, self._process.tail()
        first, *lines, last = self._process.log.read_text().splitlines()
        self._process.log.write_text("")  # the next one may share it
        assert (first, last) == ("ready", "end"), (first, last)
        for line in lines:
            at, octets = line.split()
            self.times.append(float(at))
            self.frames.append(bytes.fromhex(octets))

    def packets(self, allowed: Allowed) -> list[Packet]:
        """All of them, in order; once the block is over."""
        return [classify(frame, allowed) for frame in self.frames]

    def between(self, begin: float, end: float) -> list[bytes]:
        """What came in that time; once the block is over."""
        return [frame for at, frame in zip(self.times, self.frames, strict=True) if begin <= at < end]

    def leaks(self, allowed: Allowed) -> list[str]:
        return [packet.words for packet in self.packets(allowed) if packet.kind is Kind.LEAK]

    def of_kind(self, kind: Kind, allowed: Allowed) -> list[str]:
        return [packet.words for packet in self.packets(allowed) if packet.kind is kind]


def tempt(host: Host, *addresses: str) -> dict[str, str]:
    """Have `host` send to each address whatever programs send; what came of each attempt.

    Keys are such as "tcp 443 198.51.100.2", values "ok", "silence" or an errno's name.
    """
    done = host.run([sys.executable, __file__, "tempt", *addresses], timeout_s=60)
    return dict(line.rsplit(": ", 1) for line in done.stdout.splitlines())


# In the host


def watch(device: str) -> None:
    """Until SIGTERM, and then what has arrived by then."""
    stop_reading, stop_writing = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(stop_writing, b"."))
    # without a protocol until it is bound: or it would hear every device (packet(7))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        wire.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        wire.bind((device, _ETH_P_ALL))
        wire.setblocking(False)
        print("ready", flush=True)
        stopping = False
        while not stopping:
            ready, _, _ = select.select([wire.fileno(), stop_reading], [], [])
            stopping = stop_reading in ready
            with contextlib.suppress(BlockingIOError):
                while True:
                    frame, ((_, _, stamp), *_), _, (_, _, kind, _, _) = wire.recvmsg(65536, 64)
                    if kind != socket.PACKET_OUTGOING:
                        seconds, nanoseconds = struct.unpack("=qq", stamp)
                        ago = time.time() - seconds - nanoseconds / 1e9  # it may have waited to be read
                        print(f"{time.monotonic() - ago:.6f} {frame.hex()}")
        print("end", flush=True)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "?")


def _tcp(address: str, port: int) -> str:
    with socket.socket(_family(address), socket.SOCK_STREAM) as out:
        out.settimeout(0.25)
        try:
            out.connect((address, port))
            out.sendall(MARKER)
        except TimeoutError:
            return "silence"
        except OSError as error:
            return _name(error)
    return "ok"


def _udp(address: str, port: int, device: str = "") -> str:
    with socket.socket(_family(address), socket.SOCK_DGRAM) as out:
        if device:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        out.settimeout(0.06)
        try:
            out.connect((address, port))
            out.send(MARKER)
            out.recv(2048)
        except TimeoutError:
            return "silence"
        except OSError as error:
            return _name(error)
    return "ok"


def _echo(address: str) -> str:
    """As ping(8) of any user, with our own sockets' mark, which its CAP_NET_RAW lets it set."""
    version6 = ":" in address
    protocol = socket.getprotobyname("ipv6-icmp" if version6 else "icmp")
    with socket.socket(_family(address), socket.SOCK_RAW, protocol) as out:
        out.setsockopt(socket.SOL_SOCKET, 36, 0x676E)  # SO_MARK
        out.settimeout(0.2)
        request = struct.pack(">BBHHH", 128 if version6 else 8, 0, 0, 7, 7) + MARKER
        if not version6:
            request = request[:2] + struct.pack(">H", checksum(request)) + request[4:]
        try:
            out.sendto(request, (address, 0))
            until = time.monotonic() + _ECHO_S
            while True:
                data = out.recv(2048)  # what came while others had the processor is still there
                data = data if version6 else data[(data[0] & 15) * 4 :]
                if data[0] in (0, 129) and data[8:] == MARKER:
                    return "ok"
                if time.monotonic() > until:
                    return "silence"
        except TimeoutError:
            return "silence"
        except OSError as error:
            return _name(error)


def checksum(data: bytes) -> int:
    data += bytes(len(data) % 2)
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def send_all(addresses: Iterable[str]) -> None:
    """A multicast or broadcast address gets datagrams alone."""
    devices = [name for _, name in socket.if_nameindex() if name not in ("lo", "tun0")]
    for address in addresses:
        for port in UDP_PORTS:
            print(f"udp {port} {address}: {_udp(address, port)}")
        if ip_address(address).is_multicast:
            continue
        for device in devices:
            print(f"udp bound to {device} {address}: {_udp(address, 33434, device)}")
        for port in TCP_PORTS:
            print(f"tcp {port} {address}: {_tcp(address, port)}")
        print(f"icmp {address}: {_echo(address)}")


def main(arguments: Sequence[str]) -> None:
    if arguments[0] == "watch":
        watch(arguments[1])
    else:
        send_all(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
