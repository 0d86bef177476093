"""Who may begin a session with a responder: cookies under load, and a fair share of what is half open.

RFC 7296 section 2.6, RFC 8019 sections 4.2 and 4.3. Knows no messages beyond a first look at them. What it
keeps is bounded by HALF_OPEN_MAX, whoever sends what.

- A few strangers are taken at their word. When more come at once, or are half open, each has to return a
  cookie first, which costs us one HMAC and no memory: whoever makes up addresses gets no further.
- A source that has PER_SOURCE_MAX half open gets no answer: one true address cannot have us compute without
  end.
- When HALF_OPEN_MAX are half open, a newcomer takes the place of the oldest one of the source that has most
  of them. Many true addresses are needed to crowd out a peer that is alone at its own.
"""

from __future__ import annotations

from enum import Enum
from ipaddress import IPv6Address
from typing import Generic, TypeVar

from .config import RandomBytes
from .cookies import CookieJar, first_look
from .events import Endpoint

S = TypeVar("S")

COOKIES_FROM = 50  # half-open sessions: from here on a cookie is asked for
HALF_OPEN_MAX = 1000
PER_SOURCE_MAX = 100  # more than COOKIES_FROM: nobody can use up another's share with made-up addresses
#: Strangers that are taken at their word: so many at once, and so many a second.
FREE_BURST = 50
FREE_PER_S = 20.0


class Verdict(Enum):
    """What a request deserves."""

    WELCOME = "welcome"
    COOKIE = "cookie"  # ask for one
    SILENCE = "silence"


class Admission(Generic[S]):
    """The half-open sessions by where they come from, and what it takes to become one."""

    def __init__(self, random: RandomBytes, now: float) -> None:
        self._cookies = CookieJar(random, now)
        self._half_open: dict[S, bytes] = {}  # and its source; oldest first
        self._sources: dict[bytes, dict[S, None]] = {}
        self._free = float(FREE_BURST)
        self._counted = now

    def __len__(self) -> int:
        return len(self._half_open)

    def judge(
        self, datagram: bytes, remote: Endpoint, now: float, *, proven: bool = False
    ) -> tuple[Verdict, bytes]:
        """What to do with an IKE_SA_INIT request, and the cookie when it is to ask for one.

        `proven`: a handshake of TCP has shown that somebody is there, and "SHOULD NOT" be followed by a
        cookie (RFC 9329 section 6.3).
        """
        look = first_look(datagram)
        if look is None:
            return Verdict.SILENCE, b""
        nonce, cookie = look
        if not proven and not self._is_free(now):
            spi_i = datagram[:8]
            if not cookie or not self._cookies.accepts(cookie, spi_i, remote, nonce, now):
                return Verdict.COOKIE, self._cookies.issue(spi_i, remote, nonce, now)
        if len(self._sources.get(source_of(remote), ())) >= PER_SOURCE_MAX:
            return Verdict.SILENCE, b""
        return Verdict.WELCOME, b""

    def enter(self, session: S, remote: Endpoint) -> S | None:
        """`session` is half open from now on. Returns the one that has to go for it."""
        source = source_of(remote)
        gone = None
        if len(self._half_open) >= HALF_OPEN_MAX:
            fullest = max(self._sources.values(), key=len)
            gone = next(iter(fullest))
            self.leave(gone)
        self._half_open[session] = source
        self._sources.setdefault(source, {})[session] = None
        return gone

    def leave(self, session: S) -> None:
        """`session` is half open no longer, if it was."""
        source = self._half_open.pop(session, None)
        if source is None:
            return
        others = self._sources[source]
        del others[session]
        if not others:
            del self._sources[source]

    def __contains__(self, session: S) -> bool:
        return session in self._half_open

    def _is_free(self, now: float) -> bool:
        """Whether to take the next stranger at their word. Refused ones cost us too: each counts."""
        self._free = min(FREE_BURST, self._free + (now - self._counted) * FREE_PER_S)
        self._counted = now
        if self._free < 1 or len(self._half_open) >= COOKIES_FROM:
            return False
        self._free -= 1
        return True


def source_of(remote: Endpoint) -> bytes:
    """Who can have all of these addresses: one IPv4 address, or 64 bits of an IPv6 one."""
    if ":" not in remote.host:
        return remote.host.encode()
    return IPv6Address(remote.host.partition("%")[0]).packed[:8]
