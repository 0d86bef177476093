"""A question to a web server that an on-demand rule names: is it there, as it is in the office?

HTTP or HTTPS beside every tunnel, bounded in time and octets; no redirect is followed, as a captive portal
would send one. Any user of the machine may write such a rule, and we ask with rights that they lack: nothing
on loopback or the link, where servers may tell one user from another.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from ..ike.events import Endpoint
from .errors import TunnelError
from .fetch import may_be_asked
from .host import Host
from .sockets import open_outside

TIMEOUT_S: Final = 5.0
CONNECT_S: Final = 1.5  # to an address behind which there is another
MAX_LINE: Final = 1024
ADDRESSES: Final = 3
_PORTS: Final = {"http": 80, "https": 443}


class Prober:
    """An `ondemand.Asks` of this machine. `tls` and `allowed` are for tests alone."""

    def __init__(
        self,
        host: Host,
        tls: ssl.SSLContext | None = None,
        *,
        allowed: Callable[[str], bool] = may_be_asked,
    ) -> None:
        self._host = host
        self._tls = tls
        self._allowed = allowed

    async def probe(self, url: str) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._get(url)
        except (TunnelError, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return False

    async def resolves(self, name: str) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return bool(await self._host.resolve(name, 0, outside=True))
        except (TunnelError, TimeoutError):
            return False

    async def _get(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or not url.isascii() or not url.isprintable():
            return False
        port = parts.port or _PORTS[parts.scheme]
        found = await self._host.resolve(parts.hostname, port, outside=True)
        places = [each for each in found if self._allowed(each.host)][:ADDRESSES]
        for at in places:
            limit_s = TIMEOUT_S if at is places[-1] else CONNECT_S
            with suppress(OSError):
                return await self._ask(at, parts.scheme == "https", parts.hostname, _target(url), limit_s)
        return False

    async def _ask(self, at: Endpoint, secure: bool, name: str, target: str, limit_s: float) -> bool:
        connected = open_outside(at.host, self._host.network.socket_mark, socket.SOCK_STREAM)
        try:
            async with asyncio.timeout(limit_s):
                await asyncio.get_running_loop().sock_connect(connected, (at.host, at.port))
            tls = self._tls
            if secure and tls is None:  # in a thread: it reads every root of the system
                tls = await asyncio.to_thread(ssl.create_default_context)
            reader, writer = await asyncio.open_connection(
                sock=connected,
                ssl=tls if secure else None,
                server_hostname=name if secure else None,
                limit=MAX_LINE,
            )
        except BaseException:
            connected.close()
            raise
        try:
            host = f"[{name}]" if ":" in name else name
            lines = (
                f"GET {target} HTTP/1.1",
                f"Host: {host}",
                "Connection: close",
                "User-Agent: ginnel",
                "",
                "",
            )
            writer.write("\r\n".join(lines).encode())
            words = (await reader.readuntil(b"\r\n")).split()
            return len(words) >= 2 and words[0].startswith(b"HTTP/1.") and words[1] == b"200"
        finally:
            writer.transport.abort()


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
