"""A gateway's name, asked of the machine's name servers by a socket of our own: beside every tunnel, and past
a kill switch that the system's resolver does not pass.

A stub resolver of one question: A and AAAA, over UDP, in the words of `dns_messages`. /etc/hosts comes first,
as for everyone (hosts(5)).
"""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from ..ike.events import Endpoint
from ..net.base import NAME_PORTS
from ..net.dns.resolv_conf import parse
from .errors import TunnelError
from .sockets import open_outside

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


async def resolve_outside(
    name: str, port: int, *, mark: int, servers: Sequence[Endpoint] | None = None, hosts: Path = HOSTS
) -> tuple[Endpoint, ...]:
    """Raises TunnelError `name_not_resolved`."""
    listed = tuple(_listed(_text(hosts), name))
    if listed:
        return tuple(Endpoint(address, port) for address in listed)
    from .dns_messages import addresses_in, question  # noqa: PLC0415  (see there)

    try:
        asked = question(name, "AAAA"), question(name, "A")
    except ValueError:
        raise TunnelError("name_not_resolved", server=name, detail="no name of a host") from None
    detail = "no name server outside the tunnels"
    for server in tuple(name_servers() if servers is None else servers) * TRIES:
        try:
            answers = await asyncio.gather(*(_ask(server, each.to_wire(), mark) for each in asked))
            found = [addresses_in(data, each) for data, each in zip(answers, asked, strict=True)]
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


async def _ask(server: Endpoint, asked: bytes, mark: int) -> bytes:
    """What came back with the question's id. Raises OSError, TimeoutError among them."""
    loop = asyncio.get_running_loop()
    with open_outside(server.host.partition("%")[0], mark) as sending:
        if not mark:
            _take_own_port(sending)
        sending.connect(_address(server))
        await loop.sock_sendall(sending, asked)
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                data = await loop.sock_recv(sending, 4096)
                if data[:2] == asked[:2]:
                    return data


def _take_own_port(sending: socket.socket) -> None:
    """A kill switch knows our questions by it where sockets bear no mark. Any, where all are in use."""
    for port in NAME_PORTS:
        with suppress(OSError):
            sending.bind(("", port))
            return


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
