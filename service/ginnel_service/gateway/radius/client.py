"""RADIUS over UDP, in asyncio: a request to one server after the other until one answers.

Each request has a socket of its own, so that a port is guessed as hard as an authenticator, and identifiers
never run out. A server that stays silent is asked last for a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ...ike.eap.outcome import Accepted, Rejected, Reply
from .codec import MAX_EAP, Answer, Attribute, Attributes, Code, Request, eap_attributes, number
from .config import RadiusConfig, Server

log = logging.getLogger("ginnel.gateway")

SILENT_S: Final = 60.0  # for so long a silent server is asked after the others
_FRAMED, _PPP, _VIRTUAL = number(2), number(1), number(5)
#: What a packet of EAP may have: an IKE message around it needs fewer than 1,280 octets then.
_FRAMED_MTU = number(1100)
_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class Conversation:
    """One user's log-in, between its requests. `remote` is the peer's address."""

    remote: str
    server: Server | None = None
    state: tuple[bytes, ...] = field(default=(), repr=False)
    accepted: Answer | None = None


class RadiusClient:
    """Asks the servers of a configuration. Nothing raises but cancellation."""

    def __init__(self, config: RadiusConfig) -> None:
        self.config = config
        self._silent_since: dict[Server, float] = {}

    async def ask(
        self, conversation: Conversation, user: bytes, eap: bytes
    ) -> Reply | Accepted | Rejected | None:
        """What a server says to a user's packet; None when none answers."""
        if len(eap) > MAX_EAP:
            return Rejected(b"", f"an EAP packet of {len(eap)} octets")
        attributes = [
            (Attribute.USER_NAME, user),
            *self._about(conversation.remote),
            (Attribute.FRAMED_MTU, _FRAMED_MTU),
            *((Attribute.STATE, each) for each in conversation.state),
            *eap_attributes(eap),
        ]
        # Only the server that knows the state can go on with it
        servers = self._order() if conversation.server is None else [conversation.server]
        found = await self._first(
            servers, Code.ACCESS_REQUEST, attributes, lambda request, data: request.judge(data, user)
        )
        if found is None:
            return None
        answer, conversation.server = found
        conversation.state = answer.state
        if isinstance(answer.outcome, Accepted):
            conversation.accepted = answer
        return answer.outcome

    async def account(self, server: Server | None, attributes: Attributes, remote: str) -> bool:
        """Whether a server has taken the account (RFC 2866); the one that let the user in is asked first."""
        servers = self._order()
        if server in servers:
            servers.insert(0, servers.pop(servers.index(server)))
        found = await self._first(
            servers,
            Code.ACCOUNTING_REQUEST,
            [*self._about(remote), *attributes],
            lambda request, data: (
                reply
                if (reply := request.read(data)) is not None and reply.code == Code.ACCOUNTING_RESPONSE
                else None
            ),
        )
        return found is not None

    def _about(self, remote: str) -> list[tuple[int, bytes]]:
        """Who we are, and where the peer is."""
        return [
            (Attribute.NAS_IDENTIFIER, self.config.nas_identifier.encode()),
            (Attribute.NAS_PORT_TYPE, _VIRTUAL),
            (Attribute.SERVICE_TYPE, _FRAMED),
            (Attribute.CALLING_STATION_ID, remote.encode()),
        ]

    def _order(self) -> list[Server]:
        now = asyncio.get_running_loop().time()
        silent = {server for server, since in self._silent_since.items() if now - since < SILENT_S}
        return sorted(self.config.servers, key=lambda server: server in silent)

    async def _first(
        self,
        servers: Iterable[Server],
        code: Code,
        attributes: Attributes,
        judge: Callable[[Request, bytes], _Answer | None],
    ) -> tuple[_Answer, Server] | None:
        for server in servers:
            request = Request(code, server.secret, attributes)
            answer = await self._exchange(server, code, request, judge)
            if answer is not None:
                self._silent_since.pop(server, None)
                return answer, server
            log.warning("the RADIUS server %s does not answer", server)
            self._silent_since[server] = asyncio.get_running_loop().time()
        return None

    async def _exchange(
        self, server: Server, code: Code, request: Request, judge: Callable[[Request, bytes], _Answer | None]
    ) -> _Answer | None:
        """One server, asked as often as the configuration says, until what `judge` takes has come."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Answer | None] = loop.create_future()
        port = server.accounting_port if code == Code.ACCOUNTING_REQUEST else server.port
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Listener(answer, lambda data: judge(request, data)),
                remote_addr=(server.address, port),
            )
        except OSError as error:
            log.debug("RADIUS: %s: %s", server, error)
            return None
        try:
            for _ in range(self.config.tries):
                transport.sendto(request.octets)
                done, _pending = await asyncio.wait([answer], timeout=self.config.timeout_s)
                if done:
                    return answer.result()
            return None
        finally:
            transport.close()


class _Listener(asyncio.DatagramProtocol):
    """Takes what `judge` takes, and passes over all else, which anyone may have sent."""

    def __init__(
        self, answer: asyncio.Future[_Answer | None], judge: Callable[[bytes], _Answer | None]
    ) -> None:
        self._answer = answer
        self._judge = judge

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self._answer.done() and (found := self._judge(data)) is not None:
            self._answer.set_result(found)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there, says ICMP, which may be forged: the next try tells, after its time."""
        log.debug("RADIUS: %s", exc)
