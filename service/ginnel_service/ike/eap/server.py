"""The authenticator's side of EAP (RFC 3748) for our own gateway: Identity, then MSCHAPv2 or TLS."""

from __future__ import annotations

from collections.abc import Callable

from ..config import RandomBytes
from ..errors import InvalidSyntax, PeerError
from .config import MAX_NAME_OCTETS, EapMethod, EapServerConfig
from .mschapv2_server import MschapV2Server
from .outcome import Accepted, Rejected, Reply
from .packet import Code, Packet, Type, type_name
from .server_method import ServerMethod, Verdict
from .tls_server import TlsServer

ServerOutcome = Reply | Accepted | Rejected

MAX_ROUNDS = 100


class Server:
    """One conversation. Nothing that arrives raises; after a verdict the same verdict comes again."""

    def __init__(self, config: EapServerConfig, random: RandomBytes, utc: Callable[[], float]) -> None:
        self._config = config
        self._random = random
        self._utc = utc
        self._untried = list(config.methods)
        self._method: ServerMethod | None = None
        self._claimed = b""  # the EAP identity, which proves nothing
        self._request = Packet(Code.REQUEST, random(1)[0], Type.IDENTITY)
        self._answered: tuple[Packet, ServerOutcome] | None = None  # the last response, and what it caused
        self._fresh = False  # the method's first request is out: a Nak may come
        self._rounds = 0
        self._end: Accepted | Rejected | None = None

    def start(self) -> bytes:
        """The first packet, an Identity request."""
        return self._request.serialise()

    def receive(self, octets: bytes) -> ServerOutcome:
        """One EAP packet from the peer."""
        if self._end is not None:
            return self._end
        try:
            outcome = self._receive(Packet.parse(octets))
        except PeerError as error:
            outcome = self._reject(str(error))
        if isinstance(outcome, Accepted | Rejected):
            self._end = outcome
        return outcome

    def _receive(self, packet: Packet) -> ServerOutcome:
        if self._answered is not None and packet == self._answered[0]:
            return self._answered[1]
        if packet.code != Code.RESPONSE:
            raise InvalidSyntax("a peer sends EAP responses only")
        if packet.identifier != self._request.identifier:
            raise InvalidSyntax("an EAP response to another request")
        self._rounds += 1
        if self._rounds > MAX_ROUNDS:
            raise InvalidSyntax(f"more than {MAX_ROUNDS} EAP responses")
        outcome = self._responded(packet)
        self._answered = packet, outcome
        return outcome

    def _responded(self, packet: Packet) -> ServerOutcome:
        if self._method is None:
            if packet.type != Type.IDENTITY:
                raise InvalidSyntax(f"{type_name(packet.type)} where an identity is due")
            self._claimed = packet.data[:MAX_NAME_OCTETS]
            return self._propose(self._untried.pop(0))
        if packet.type == Type.NAK and self._fresh:
            for method in self._untried:
                if method.type in packet.data:
                    self._untried.remove(method)
                    return self._propose(method)
            wanted = ", ".join(type_name(number) for number in packet.data[:8]) or "nothing else"
            return self._reject(f"the peer wants {wanted}")
        if packet.type != self._request.type:
            raise InvalidSyntax(f"{type_name(packet.type)} in the middle of {type_name(self._request.type)}")
        self._fresh = False
        step = self._method.receive(packet.data)
        if isinstance(step, bytes):
            return self._ask(self._request.type, step)
        if step.msk is None:
            return self._reject(step.detail)
        return self._accept(step, step.msk)

    def _propose(self, method: EapMethod) -> Reply:
        self._fresh = True
        if method == EapMethod.TLS:
            assert self._config.tls is not None
            self._method = TlsServer(self._config.tls, self._utc, self._claimed)
        else:
            self._method = MschapV2Server(self._config, self._random)
        return self._ask(method.type, self._method.start())

    def _ask(self, kind: int, data: bytes) -> Reply:
        self._request = Packet(Code.REQUEST, (self._request.identifier + 1) % 256, kind, data)
        return Reply(self._request.serialise())

    def _accept(self, verdict: Verdict, msk: bytes) -> Accepted:
        # Success and Failure carry the identifier of the response that they answer (section 4.2)
        success = Packet(Code.SUCCESS, self._request.identifier).serialise()
        return Accepted(success, msk, verdict.identity)

    def _reject(self, detail: str) -> Rejected:
        return Rejected(Packet(Code.FAILURE, self._request.identifier).serialise(), detail)
