"""The name servers that this machine asks itself, for peers to be told (resolv.conf(5), resolved.conf(5))."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from ..net.dns.resolv_conf import parse

#: systemd-resolved's own list first: its stub in /etc/resolv.conf answers to this machine alone.
FILES: Final = (Path("/run/systemd/resolve/resolv.conf"), Path("/etc/resolv.conf"))
MAX_SERVERS: Final = 3  # as many as resolv.conf(5) takes
_MAX_OCTETS: Final = 64 * 1024


def own_resolvers(files: Sequence[Path] = FILES) -> tuple[IPv4Address | IPv6Address, ...]:
    """Of the first file that names one that others can reach as well; none where no file does."""
    for path in files:
        with suppress(OSError):
            with path.open("rb") as file:
                found = _servers(file.read(_MAX_OCTETS).decode(errors="replace"))
            if found:
                return found
    return ()


def _servers(text: str) -> tuple[IPv4Address | IPv6Address, ...]:
    found = map(ip_address, parse(text).servers)
    reached = (each for each in found if not (each.is_loopback or each.is_link_local or each.is_unspecified))
    return tuple(reached)[:MAX_SERVERS]
