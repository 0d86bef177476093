"""Programs in a host that never stop trying to reach the world, whatever the tunnel is doing.

`Tempter` runs while a test leads a service from state to state; `tried` waits until all has been tried anew.
Every datagram, and every name that is asked for, holds `leaks.MARKER`.

Run as a program in a host: `temptation.py [--sly] ADDRESS...` goes round until it is killed, and prints of
each round when it began and ended.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ginnel_service.demo.lab import Host
from ginnel_service.demo.rig import eventually
from helpers.leaks import MARKER, checksum

#: The last two are where a gateway listens: not every packet that goes there is the tunnel's.
UDP_PORTS = (53, 123, 443, 853, 33434, 500, 4500)
TCP_PORTS = (53, 80, 443, 853, 4500)
PAUSE_S = 0.1


class Tempter:
    """Goes on while the block runs. `sly` programs bind to devices and mark their echo requests, too."""

    def __init__(self, host: Host, *addresses: str, sly: bool = True) -> None:
        self._host = host
        self._arguments = [*(["--sly"] if sly else []), *addresses]

    def __enter__(self) -> Self:
        self._process = self._host.python(__file__, *self._arguments, label="tempter")
        self.tried()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        alive = self._process.running()
        self._process.kill()
        assert alive or kind is not None, self._process.tail()

    def tried(self, rounds: int = 2) -> float:
        """Wait for so many rounds that began after now; when the last of them was over."""
        now = time.monotonic()

        def ends() -> list[float]:
            lines = [line.split() for line in self._process.log.read_text().splitlines(keepends=True)[:-1]]
            return [float(end) for begin, end in lines if float(begin) >= now]

        eventually(lambda: len(ends()) >= rounds, "rounds of temptation", alive=[self._process])
        return ends()[rounds - 1]


# In the host


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _udp(address: str, port: int, data: bytes, device: str = "") -> None:
    with contextlib.suppress(OSError), socket.socket(_family(address), socket.SOCK_DGRAM) as out:
        if device:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        out.sendto(data, (address, port))


def _tcp(address: str, port: int) -> socket.socket:
    out = socket.socket(_family(address), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    out.connect_ex((address, port))
    return out


def _echo(address: str, *, marked: bool) -> None:
    """`marked` as our own sockets, which ping(8) lets its user do."""
    version6 = ":" in address
    request = struct.pack(">BBHHH", 128 if version6 else 8, 0, 0, 7, 7) + MARKER
    if not version6:
        request = request[:2] + struct.pack(">H", checksum(request)) + request[4:]
    protocol = socket.getprotobyname("ipv6-icmp" if version6 else "icmp")
    with contextlib.suppress(OSError), socket.socket(_family(address), socket.SOCK_RAW, protocol) as out:
        if marked:
            out.setsockopt(socket.SOL_SOCKET, 36, 0x676E)  # SO_MARK
        out.sendto(request, (address, 0))


def _name_servers() -> Iterator[str]:
    for line in Path("/etc/resolv.conf").read_text().splitlines():
        if line.startswith("nameserver "):
            yield line.split()[1]


def _lookup(number: int) -> bytes:
    """A query for a name with the marker in it (RFC 1035 section 4.1)."""
    labels = (b"n%d" % number, MARKER, b"example")
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack("!6H", number & 0xFFFF, 0x0100, 1, 0, 0, 0) + name + struct.pack("!HH", 1, 1)


def main(addresses: Sequence[str], *, sly: bool) -> None:
    open_sockets: list[socket.socket] = []
    for number in itertools.count():
        begin = time.monotonic()
        for last in open_sockets:
            last.close()
        devices = [name for _, name in socket.if_nameindex() if name != "lo" and sly]
        with contextlib.suppress(OSError):  # it is being replaced
            for server in _name_servers():
                _udp(server, 53, _lookup(number))
        for address in addresses:
            for port in UDP_PORTS:
                _udp(address, port, MARKER)
            for device in devices:
                _udp(address, 33434, MARKER, device)
            _echo(address, marked=sly)
        open_sockets = [_tcp(address, port) for address in addresses for port in TCP_PORTS]
        print(begin, time.monotonic(), flush=True)
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main([each for each in sys.argv[1:] if each != "--sly"], sly="--sly" in sys.argv)
