"""A gateway's name, asked of the machine's name servers by a socket of our own: beside every tunnel, and past
a kill switch that the system's resolver does not pass.

A stub resolver (RFC 1035, RFC 3596) of one question: A and AAAA, over UDP. An answer that is cut short is
taken as far as it goes. /etc/hosts comes first, as for everyone (hosts(5)).
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import socket
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from ..ike.events import Endpoint
from ..net.dns.resolv_conf import parse
from .errors import TunnelError
from .sockets import open_socket

PORT: Final = 53
TIMEOUT_S: Final = 1.5  # of one question to one server
TRIES: Final = 2  # of every server
MAX_SERVERS: Final = 4
MAX_FILE_OCTETS: Final = 1 << 20
#: resolv.conf(5); behind a stub on loopback are the servers that systemd-resolved(8) and NetworkManager know.
RESOLV_CONF: Final = (
    Path("/etc/resolv.conf"),
    Path("/run/systemd/resolve/resolv.conf"),
    Path("/run/NetworkManager/no-stub-resolv.conf"),
)
HOSTS: Final = Path("/etc/hosts")

_HEADER: Final = struct.Struct("!6H")
_FIXED: Final = struct.Struct("!HHIH")  # type, class, TTL, length
_A, _AAAA, _INTERNET = 1, 28, 1
_RECURSE: Final = 0x0100
_RESPONSE: Final = 0x8000


async def resolve_outside(
    name: str, port: int, *, mark: int, servers: Sequence[Endpoint] | None = None, hosts: Path = HOSTS
) -> tuple[Endpoint, ...]:
    """Raises TunnelError `name_not_resolved`."""
    listed = tuple(_listed(_text(hosts), name))
    if listed:
        return tuple(Endpoint(address, port) for address in listed)
    try:
        encoded = wire_name(name)
    except ValueError:
        raise TunnelError("name_not_resolved", server=name, detail="no name of a host") from None
    detail = "no name server outside the tunnels"
    for server in tuple(name_servers() if servers is None else servers) * TRIES:
        try:
            found = await asyncio.gather(*(_ask(server, encoded, kind, mark) for kind in (_AAAA, _A)))
        except (OSError, ValueError) as error:
            detail = f"{server.host}: {getattr(error, 'strerror', '') or 'no answer'}"
            continue
        addresses = tuple(itertools.chain(*found))
        if addresses:
            return tuple(Endpoint(address, port) for address in addresses)
        raise TunnelError("name_not_resolved", server=name, detail="no address")
    raise TunnelError("name_not_resolved", server=name, detail=detail)


def name_servers(files: Iterable[Path] = RESOLV_CONF) -> tuple[Endpoint, ...]:
    """The servers outside this machine first: a stub on loopback asks by sockets that are not ours."""
    found = dict.fromkeys(itertools.chain.from_iterable(parse(_text(file)).servers for file in files))
    servers = sorted(found, key=lambda host: ip_address(host).is_loopback)
    return tuple(Endpoint(host, PORT) for host in servers[:MAX_SERVERS])


def wire_name(name: str) -> bytes:
    """RFC 1035 section 3.1. Raises ValueError for what is no name."""
    labels = name.removesuffix(".").encode("idna").split(b".")
    if not all(0 < len(label) < 64 for label in labels) or sum(len(label) + 1 for label in labels) > 254:
        raise ValueError("no name of a host")
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def question(number: int, name: bytes, kind: int) -> bytes:
    return _HEADER.pack(number, _RECURSE, 1, 0, 0, 0) + name + struct.pack("!HH", kind, _INTERNET)


def addresses_in(data: bytes, asked: bytes, kind: int) -> list[str]:
    """The addresses in a response to `asked`. Raises ValueError for anything else."""
    try:
        _, flags, questions, answers, _, _ = _HEADER.unpack_from(data)
        body = asked[_HEADER.size :]
        at = _HEADER.size + len(body)
        if data[:2] != asked[:2] or not flags & _RESPONSE or questions != 1:
            raise ValueError("not an answer to our question")
        if data[_HEADER.size : at].lower() != body.lower():
            raise ValueError("an answer to another question")
        if flags & 0xF not in (0, 3):  # NXDOMAIN is an answer, other refusals another server's chance
            raise ValueError(f"refused with {flags & 0xF}")
        found = []
        for _ in range(answers):
            at = _after_name(data, at)
            if at + _FIXED.size > len(data):
                break  # cut short
            what, family, _, length = _FIXED.unpack_from(data, at)
            at += _FIXED.size
            content, at = data[at : at + length], at + length
            if (what, family, len(content)) == (kind, _INTERNET, 4 if kind == _A else 16):
                found.append(str(ip_address(content)))
    except (struct.error, IndexError) as error:
        raise ValueError("a broken answer") from error
    return found


def _after_name(data: bytes, at: int) -> int:
    """Where the name that begins at `at` is over; a pointer ends it (RFC 1035 section 4.1.4)."""
    while at < len(data):
        length = data[at]
        if length & 0xC0:
            return at + 2
        at += 1 + length
        if not length:
            break
    return at


async def _ask(server: Endpoint, name: bytes, kind: int, mark: int) -> list[str]:
    """Raises OSError, TimeoutError among them, and ValueError."""
    loop = asyncio.get_running_loop()
    asked = question(secrets.randbits(16), name, kind)
    with open_socket(server.host.partition("%")[0], mark) as sending:
        sending.connect(_address(server))
        await loop.sock_sendall(sending, asked)
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                data = await loop.sock_recv(sending, 4096)
                if data[:2] == asked[:2]:
                    return addresses_in(data, asked, kind)


def _address(server: Endpoint) -> tuple[str, int] | tuple[str, int, int, int]:
    host, _, zone = server.host.partition("%")
    return (host, server.port, 0, socket.if_nametoindex(zone)) if zone else (host, server.port)


def _listed(text: str, name: str) -> Iterator[str]:
    wanted = name.removesuffix(".").lower()
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if wanted in (word.lower() for word in words[1:]):
            with suppress(ValueError):
                yield str(ip_address(words[0]))


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE_OCTETS).decode("utf-8", "replace")
    except OSError:
        return ""
