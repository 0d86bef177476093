"""A DNS server that gives one answer to everything, and writes down what it was asked.

Run as a program with the address to listen at, the IPv4 address that every name has, and the file that gets
a line for each question: the name and its type. `--refuse` has it refuse every name instead.
"""

from __future__ import annotations

import socket
import struct
import sys
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import NamedTuple

from ginnel_service.demo.lab import Host
from ginnel_service.demo.rig import eventually

_A = 1
_REFUSED = 5


def question(query: bytes) -> tuple[str, int, int]:
    """The name asked for, its type, and where the question ends (RFC 1035 section 4.1.2)."""
    labels, at = [], 12
    while (length := query[at]) != 0:
        labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels).lower(), struct.unpack_from("!H", query, at + 1)[0], at + 5


def answer(query: bytes, address: IPv4Address, *, refuse: bool) -> bytes:
    """Without EDNS: what asked with it has to do without."""
    _, kind, end = question(query)
    found = kind == _A and not refuse
    flags = 0x8180 | (_REFUSED if refuse else 0)
    head = query[:2] + struct.pack("!HHHHH", flags, 1, int(found), 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, _A, 1, 1, 4) + address.packed if found else b""
    return head + query[12:end] + record


def serve(listen: str, address: IPv4Address, log: Path, *, refuse: bool) -> None:
    family = socket.AF_INET6 if ip_address(listen).version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock, log.open("a") as file:
        sock.bind((listen, 53))
        print("ready", file=file, flush=True)
        while True:
            query, peer = sock.recvfrom(4096)
            try:
                name, kind, _ = question(query)
            except (IndexError, struct.error):
                continue  # no query
            print(name, kind, file=file, flush=True)
            sock.sendto(answer(query, address, refuse=refuse), peer)


class NameServer(NamedTuple):
    """One that runs in a host of a lab."""

    address: str
    answer: str
    log: Path

    def asked(self) -> set[str]:
        """Every name that it was asked for so far."""
        return {line.split()[0] for line in self.log.read_text().splitlines()[1:]}

    def forget(self) -> None:
        self.log.write_text("ready\n")


def start(host: Host, address: str, answer: str, *, refuse: bool = False) -> NameServer:
    """Returns when it listens."""
    log = host.lab.directory / f"{host.name}-{address.replace(':', '_')}.asked"
    options = ("--refuse",) if refuse else ()
    host.python(__file__, address, answer, str(log), *options, label=f"dns-{address}")
    eventually(lambda: log.exists() and log.read_text() != "", f"the name server at {address}")
    return NameServer(address, answer, log)


if __name__ == "__main__":
    serve(sys.argv[1], IPv4Address(sys.argv[2]), Path(sys.argv[3]), refuse="--refuse" in sys.argv)
