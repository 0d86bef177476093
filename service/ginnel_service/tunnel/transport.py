"""Which transport an attempt uses: UDP, TCP when that is silent (RFC 9329 sections 5.1, 7.1), and UDP again.

A stream that breaks is made anew under the same IKE SA (section 6.1). While on TCP, a question that needs
no IKE SA is asked over UDP now and then: a message of a version that does not exist, which a gateway
answers without keeping anything (RFC 7296 section 2.5). The answer proves no more than that trying is worth
while: the stream stays open until the gateway has answered over UDP for good.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ..ike.codes import ExchangeType, Flags
from ..ike.events import Endpoint, Path, State
from ..ike.exchanges.init import float_endpoint
from ..ike.exchanges.path_probe import PathProbe
from ..ike.session import Session
from ..profiles.model import Transport
from .errors import TunnelError
from .host import Host, Link

log = logging.getLogger("ginnel.tunnel")

#: UDP's silence before TCP is tried, too; the first request went out again by then (section 5.1).
FALLBACK_S: Final = 5.0
#: Between two attempts to make a broken stream anew.
REOPEN_S: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
#: Between two questions over UDP while on TCP.
ASK_S: Final = 20.0
#: How long a gateway has to answer over UDP before the stream is used again.
CONFIRM_S: Final = 4.0

_MAJOR_VERSION: Final = 3  # of IKE: there is no such thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What an attempt does for its carrier."""

    session: Callable[[], Session | None]
    begin: Callable[[Path], None]  # a second session, along a stream, beside one that UDP leaves unanswered
    failed: Callable[[], None]  # there will be no second session
    pump: Callable[[], None]


class Carrier:
    """The transports of one attempt over `link`, from `start` to `close`."""

    def __init__(
        self,
        settings: Transport,
        server: str,
        remote: Endpoint,
        link: Link,
        host: Host,
        hooks: Hooks,
    ) -> None:
        self._settings = settings
        self._server = server
        self._remote = remote
        self._link = link
        self._host = host
        self._hooks = hooks
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._stream: Path | None = None  # the one that is open, or was the last
        self._asked = b""  # the SPI of the question over UDP
        self._closed = False

    async def first(self) -> Path:
        """Where IKE_SA_INIT goes. Raises TunnelError `unreachable` when it must be TCP and cannot be."""
        if self._settings.tcp != "always":
            return self._link.path
        return await self._open()

    def start(self) -> None:
        """IKE_SA_INIT is on its way along `first`."""
        if self._settings.tcp == "auto":
            self._arm(FALLBACK_S, self._fall_back)

    async def close(self) -> None:
        """Begin nothing more. What is open stays so for the goodbye, and is the link's to close."""
        self._closed = True
        self._disarm()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    # The beginning: UDP, then TCP as well, and the first answer wins

    def goes_on(self) -> bool:
        """Whether TCP is still tried, or tried now, although UDP was given up."""
        if self._settings.tcp != "auto" or self._closed:
            return False
        if self._task is None:
            self._fall_back()
            return True
        return self._is_busy

    def answered(self, path: Path) -> None:
        """The gateway answered IKE_SA_INIT along `path`: the other way is not needed."""
        self._disarm()
        if path.stream:
            self._arm(ASK_S, self._ask)
            return
        if self._task is not None:
            self._task.cancel()
        if self._stream is not None:
            self._link.close_stream(self._stream)

    def _fall_back(self) -> None:
        self._disarm()
        self._work(self._begin)

    async def _begin(self) -> None:
        try:
            path = await self._open()
        except TunnelError as error:
            log.info("%s answers neither UDP nor TCP: %s", self._server, error.params.get("detail", ""))
            self._hooks.failed()
            return
        log.info("UDP stays silent: %s is tried over TCP, too", self._server)
        self._hooks.begin(path)

    async def _open(self) -> Path:
        """A stream to the gateway; one that the session has left is closed then."""
        settings, before = self._settings, self._stream
        remote = Endpoint(self._remote.host, settings.tcp_port)
        self._stream = path = await self._link.open_stream(
            remote, tls=settings.tls, name=self._server, ended=self._lost
        )
        session = self._hooks.session()
        if before is not None and (session is None or session.path != before):
            self._link.close_stream(before)
        return path

    # UDP fell silent, as in another network

    def look(self) -> None:
        """Call it now and then: a request that UDP leaves unanswered goes over TCP, where MOBIKE lets it."""
        session = self._hooks.session()
        if self._settings.tcp != "auto" or session is None or not self._is_silent(session):
            return
        if not self._is_busy:
            self._disarm()
            self._work(partial(self._switch, session))

    def _is_silent(self, session: Session) -> bool:
        waits = session.talk.current.requests.outstanding
        if (
            session.state is not State.ESTABLISHED
            or not session.mobike
            or session.path.stream
            or waits is None
        ):
            return False
        return self._host.now() - waits.transmission.first_sent >= FALLBACK_S

    async def _switch(self, session: Session) -> None:
        """ "Change its transport [...] and resend the request message" (section 7.1)."""
        try:
            path = await self._open()
        except TunnelError:
            await asyncio.sleep(REOPEN_S[-1])
            return
        if not self._is_silent(session):
            self._link.close_stream(path)
            return
        log.info("UDP fell silent: %s is asked over TCP", self._server)
        session.move(path, self._host.now())
        self._hooks.pump()
        self._arm(ASK_S, self._ask)

    # A stream that broke

    def _lost(self, path: Path) -> None:
        session = self._hooks.session()
        if path != self._stream or session is None:
            return
        if session.path != path:
            self._hooks.failed()  # it was the second session's, or of no use any more
            return
        self._disarm()
        session.check_liveness(self._host.now())  # in vain, but the first that the new stream will carry
        self._hooks.pump()
        self._work(partial(self._reopen, session, path))

    def network_changed(self) -> None:
        """A stream from an address that carries nothing any more is broken, though nobody says so soon."""
        session, stream = self._hooks.session(), self._stream
        if session is None or stream is None or session.path != stream or session.mobility.stranded:
            return
        if stream.local.host not in session.mobility.local_hosts and not self._is_busy:
            self._lost(stream)

    async def _reopen(self, session: Session, old: Path) -> None:
        """ "The TCP Originator is responsible for re-establishing the TCP connection" (section 6.1)."""
        tries = 0
        while session.path == old and session.state is not State.CLOSED:
            await asyncio.sleep(REOPEN_S[min(tries, len(REOPEN_S) - 1)])
            tries += 1
            try:
                path = await self._open()
            except TunnelError:
                continue
            session.move(path, self._host.now())
            self._hooks.pump()
            self._link.close_stream(old)
            self._arm(ASK_S, self._ask)

    # Back to UDP

    @property
    def _udp(self) -> Path:
        assert self._stream is not None
        local = Endpoint(self._stream.local.host, self._link.float_local.port)
        return Path(local, float_endpoint(self._remote), True)

    def _ask(self) -> None:
        """Without MOBIKE an IKE SA stays on TCP "until the SA is deleted" (section 5)."""
        session = self._hooks.session()
        if session is None or (session.state is State.ESTABLISHED and not session.mobike):
            return
        self._asked = self._host.random(8)
        self._link.send(question(self._asked), self._udp)
        self._arm(ASK_S, self._ask)

    def took(self, data: bytes, path: Path) -> bool:
        """Whether a datagram is the answer to the question, and nothing for a session."""
        if path.stream or not self._asked or data[:8] != self._asked:
            return False
        self._asked = b""
        session = self._hooks.session()
        if session is not None and session.state is State.ESTABLISHED and session.path.stream:
            # "The UPDATE_SA_ADDRESSES notification SHOULD be initiated first over UDP" (section 7.1)
            log.info("%s answers over UDP again", self._server)
            session.move(self._udp, self._host.now())
            self._arm(CONFIRM_S, self._confirm)
            self._hooks.pump()
        return True

    def _confirm(self) -> None:
        """The old connection is closed "once MOBIKE finishes migration" (section 7.1), or used again."""
        session, stream = self._hooks.session(), self._stream
        assert stream is not None
        if session is None or session.path.stream:
            return
        waits = session.talk.current.requests.outstanding
        # A probe of the path's MTU begins when all else was answered
        if waits is None or isinstance(waits.exchange, PathProbe):
            self._link.close_stream(stream)
            return
        log.info("%s does not answer over UDP after all", self._server)
        session.move(stream, self._host.now())
        self._hooks.pump()
        if self._link.has_stream(stream):
            self._arm(ASK_S, self._ask)
        else:
            self._lost(stream)

    @property
    def _is_busy(self) -> bool:
        return self._task is not None and not self._task.done()

    def _work(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """One thing at a time: whoever makes a stream anew already need not be told again."""
        if not self._closed and not self._is_busy:
            self._task = self._loop.create_task(begin())

    def _arm(self, delay_s: float, then: Callable[[], None]) -> None:
        self._disarm()
        if self._closed:
            return
        self._timer = self._loop.call_later(delay_s, then)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def question(spi: bytes) -> bytes:
    """An IKE_SA_INIT request of a major version that nobody knows, with nothing in it."""
    version = _MAJOR_VERSION << 4
    head = struct.pack(">BBBBII", 0, version, ExchangeType.IKE_SA_INIT, Flags.INITIATOR, 0, 28)
    return spi + bytes(8) + head
