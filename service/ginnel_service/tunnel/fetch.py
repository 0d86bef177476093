"""Bounded HTTP for what a session wants of the world: CRLs, OCSP, certificates by URL.

The addresses come out of certificates and peers' messages, so little is believed: plain HTTP only, few
requests at once, a time limit over all of one, a size limit, few redirects, nothing on loopback or the link.
What is fetched proves itself by its signature; https would need what it is to prove (RFC 5280 section 8).
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from cryptography import x509
from cryptography.x509 import ocsp

from ..clock import utc_s
from ..ike.events import Endpoint, Fetch
from ..unreadable import UNREADABLE
from .errors import TunnelError
from .sockets import open_outside

log = logging.getLogger("ginnel.tunnel")

TIMEOUT_S: Final = 5.0
REDIRECTS: Final = 3
AT_ONCE: Final = 4
WAITING: Final = 64  # for their turn; what comes beyond is given up at once
ADDRESSES: Final = 3  # of one name, tried in turn
CACHED: Final = 64
CACHED_OCTETS: Final = 16 << 20
#: Nobody has checked a signature when something is kept: what was forged on its way is gone soon.
CACHED_S: Final = 3600.0
_REDIRECT: Final = (301, 302, 303, 307, 308)

Resolve = Callable[[str, int], Awaitable[tuple[Endpoint, ...]]]


class FetchError(Exception):
    """Why nothing came, for the log."""


class _Target(NamedTuple):
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class _Kept:
    data: bytes
    until_s: float


class Fetcher:
    """`fetch` gets one thing. `mark` keeps the requests out of every tunnel; see `sockets`."""

    def __init__(
        self,
        resolve: Resolve,
        *,
        mark: int = 0,
        allowed: Callable[[str], bool] | None = None,
        utc: Callable[[], float] = utc_s,
    ) -> None:
        self._mark = mark
        self._resolve = resolve
        self._allowed = allowed or may_be_asked
        self._utc = utc
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._under_way = 0
        self._kept: OrderedDict[tuple[str, bytes], _Kept] = OrderedDict()

    async def fetch(self, what: Fetch) -> bytes | None:
        """The body of a good answer, or None. Never raises but when cancelled."""
        key = (what.url, what.body)
        kept = self._kept.get(key)
        if kept is not None and kept.until_s > self._utc() and len(kept.data) <= what.limit_octets:
            return kept.data
        if self._under_way >= AT_ONCE + WAITING:
            log.info("%s was not fetched: too many others are", what.url)
            return None
        self._under_way += 1
        try:
            async with self._turns, asyncio.timeout(TIMEOUT_S):
                data = await self._follow(what)
        except (FetchError, TunnelError, OSError, http.client.HTTPException, ValueError) as error:
            reason = "it took too long" if isinstance(error, TimeoutError) else str(error)
            log.info("%s was not fetched: %s", what.url, reason or type(error).__name__)
            return None
        finally:
            self._under_way -= 1
        self._keep(key, data)
        return data

    async def _follow(self, what: Fetch) -> bytes:
        for _ in range(REDIRECTS + 1):
            answer = await self._ask(what)
            if isinstance(answer, bytes):
                return answer
            what = replace(what, url=answer)
        raise FetchError("it redirects too often")

    async def _ask(self, what: Fetch) -> bytes | str:
        """One request: the body, or where the server redirects to."""
        target = parse_url(what.url)
        connected = await self._connect(target)
        work = asyncio.get_running_loop().run_in_executor(None, _exchange, connected, target, what)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            # The thread reads its end of stream now, and ends.
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)
            await asyncio.wait({work})
            work.exception()
            raise
        finally:
            connected.close()

    async def _connect(self, target: _Target) -> socket.socket:
        loop = asyncio.get_running_loop()
        failure: OSError | FetchError = FetchError(f"{target.host} may not be asked")
        for at in (await self._resolve(target.host, target.port))[:ADDRESSES]:
            if not self._allowed(at.host):
                continue
            opened = open_outside(at.host, self._mark, socket.SOCK_STREAM)
            try:
                await loop.sock_connect(opened, (at.host, at.port))
            except OSError as error:
                opened.close()
                failure = error
                continue
            except BaseException:
                opened.close()
                raise
            return opened
        raise failure

    def _keep(self, key: tuple[str, bytes], data: bytes) -> None:
        now = self._utc()
        until = min(now + CACHED_S, next_update_s(data))
        self._kept.pop(key, None)
        if until > now:
            self._kept[key] = _Kept(data, until)
        while len(self._kept) > CACHED or sum(len(each.data) for each in self._kept.values()) > CACHED_OCTETS:
            self._kept.popitem(last=False)


def parse_url(url: str) -> _Target:
    """Raises FetchError for whatever is not a plain http URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or http.client.HTTP_PORT
    except ValueError:
        raise FetchError("it is no URL") from None
    if parts.scheme != "http" or not host or parts.username is not None or len(url) > 2048:
        raise FetchError("it is no plain http URL")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise FetchError("it holds characters that no URL has")
    return _Target(host, port, path)


def may_be_asked(host: str) -> bool:
    """Not this machine, not its link (where clouds keep secrets), and not a crowd."""
    address = ip_address(host.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or address
    return not (inner.is_loopback or inner.is_link_local or inner.is_multicast or inner.is_unspecified)


def next_update_s(data: bytes) -> float:
    """When a CRL or OCSP response says that a newer one comes (Unix seconds); 0 where it does not."""
    next_update: datetime | None = None
    with contextlib.suppress(*UNREADABLE):
        next_update = x509.load_der_x509_crl(data).next_update_utc
    if next_update is None:
        with contextlib.suppress(*UNREADABLE):
            next_update = ocsp.load_der_ocsp_response(data).next_update_utc
    return 0.0 if next_update is None else next_update.timestamp()


def _exchange(connected: socket.socket, target: _Target, what: Fetch) -> bytes | str:
    """In a thread: one request over a connection. The caller ends it by shutting the connection down."""
    connected.settimeout(TIMEOUT_S)
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = connected
    headers = {"Accept": "*/*", "Connection": "close", "User-Agent": "ginnel"}
    if what.body:
        headers["Content-Type"] = what.content_type
    with contextlib.closing(connection):
        connection.request("POST" if what.body else "GET", target.path, what.body or None, headers)
        with connection.getresponse() as answer:
            if answer.status in _REDIRECT:
                return urljoin(what.url, answer.getheader("Location") or "")
            if answer.status != http.client.OK:
                raise FetchError(f"the server answers {answer.status}")
            data: bytes = answer.read(what.limit_octets + 1)
            if len(data) > what.limit_octets:
                raise FetchError(f"it is larger than {what.limit_octets} octets")
            if answer.length:
                raise FetchError("the answer is cut off")
            return data
