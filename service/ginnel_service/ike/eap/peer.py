"""The peer's side of EAP (RFC 3748 sections 2.1, 4 and 5): answers requests, runs the method, believes
a Success only after a method that is done. Nothing that arrives raises: a conversation ends in `Failed`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..config import RandomBytes
from ..errors import InvalidSyntax, PeerError
from .config import EapConfig
from .method import Account, Method, Step
from .mschapv2 import MschapV2
from .outcome import Ask, Failed, Reply, Succeeded, printable
from .packet import IETF, Code, Packet, Type, type_name
from .peap import Peap
from .simple import Gtc, Md5
from .tls import EapTls
from .ttls import Ttls

Outcome = Reply | Ask | Succeeded | Failed

MAX_ROUNDS = 100


class Peer:
    """One conversation. `utc`, Unix seconds, is when certificates have to be valid."""

    def __init__(self, config: EapConfig, random: RandomBytes, utc: Callable[[], float]) -> None:
        self._config = config
        self._random = random
        self._utc = utc
        self._account = Account(config.username, config.password)
        self._offered = {method.type: method for method in config.methods}
        self._method: Method | None = None
        self._wanted: list[int] = []  # types that the gateway proposed in vain
        self._notice = ""
        self._request: Packet | None = None  # the last one, and what we answered
        self._outcome: Outcome | None = None
        self._rounds = 0
        self._end: Succeeded | Failed | None = None

    @property
    def password(self) -> str | None:
        """The password in use; another than the configuration's when the person gave or changed it."""
        return self._account.password

    @property
    def done(self) -> bool:
        """Whether EAP-Success would be believed now."""
        return self._method is not None and self._method.done

    @property
    def msk(self) -> bytes | None:
        return self._method.msk if self._method is not None else None

    @property
    def blame(self) -> Failed | None:
        """What is known about a failure that may follow; also of use when the gateway falls silent."""
        if self._method is not None:
            return self._method.blame
        if not self._wanted:
            return None
        wanted = ", ".join(type_name(number) for number in self._wanted)
        ours = ", ".join(type_name(number) for number in self._offered)
        return Failed("eap_method_unsupported", f"the gateway wants {wanted}; configured: {ours}")

    def receive(self, octets: bytes) -> Outcome:
        """One EAP packet from the gateway."""
        if self._end is not None:
            return self._end
        try:
            outcome = self._receive(Packet.parse(octets))
        except PeerError as error:
            outcome = Failed("invalid_peer_message", str(error))
        return self._keep(outcome)

    def answer(self, text: str | None) -> Outcome:
        """What the person said to the last Ask; None when there is no answer."""
        if self._end is not None:
            return self._end
        assert isinstance(self._outcome, Ask), "nothing was asked"
        assert self._method is not None
        assert self._request is not None
        if text is None:
            missing = Failed("prompt_unanswered", f"no {self._outcome.prompt.kind} was given")
            return self._keep(self._method.blame or missing)
        try:
            outcome = self._respond(self._request, self._method.type, self._method.answer(text))
        except PeerError as error:
            outcome = Failed("invalid_peer_message", str(error))
        return self._keep(outcome)

    def _keep(self, outcome: Outcome) -> Outcome:
        self._outcome = outcome
        if isinstance(outcome, Succeeded | Failed):
            self._end = outcome
        return outcome

    def _receive(self, packet: Packet) -> Outcome:
        if packet.code == Code.RESPONSE:
            raise InvalidSyntax("an EAP response to a peer")
        if packet.code == Code.FAILURE:
            return self._failure()
        if packet.code == Code.SUCCESS:
            if self._method is None or not self.done:
                raise InvalidSyntax("EAP-Success before a method was done")
            return Succeeded(self._method.msk, self._method.safe)
        self._rounds += 1
        if self._rounds > MAX_ROUNDS:
            raise InvalidSyntax(f"more than {MAX_ROUNDS} EAP requests")
        if packet == self._request and self._outcome is not None:
            return self._outcome  # a duplicate gets the same answer (section 4.1)
        self._request = packet
        return self._requested(packet)

    def _requested(self, packet: Packet) -> Outcome:
        if packet.type == Type.IDENTITY and self._method is None:
            name = self._config.username if self._config.identity is None else self._config.identity
            return self._respond(packet, Type.IDENTITY, name.encode("utf-8", "replace"))
        if packet.type == Type.NOTIFICATION:
            self._notice = printable(packet.data)
            return self._respond(packet, Type.NOTIFICATION, b"")
        if packet.type in (Type.IDENTITY, Type.NAK):
            raise InvalidSyntax(f"a request of {type_name(packet.type)} out of turn")
        if self._method is None:
            if packet.type not in self._offered:
                return self._nak(packet)
            self._method = self._make(packet.type)
        elif packet.type != self._method.type:
            # "a peer MUST NOT ... Nak" once a method runs (section 5.3.1); nor does a gateway change it
            raise InvalidSyntax(f"{type_name(packet.type)} in the middle of {type_name(self._method.type)}")
        return self._respond(packet, packet.type, self._method.receive(packet.data, packet.identifier))

    def _respond(self, request: Packet, kind: int, step: Step) -> Outcome:
        if isinstance(step, Ask | Failed):
            return step
        return Reply(Packet(Code.RESPONSE, request.identifier, kind, step).serialise())

    def _nak(self, packet: Packet) -> Outcome:
        """Legacy Nak, or an Expanded Nak to an Expanded type (sections 5.3.1 and 5.3.2)."""
        self._wanted.append(packet.type)
        if packet.type != Type.EXPANDED:
            return self._respond(packet, Type.NAK, bytes(self._offered))
        types = (Type.NAK, *self._offered)
        fields = [IETF + number.to_bytes(4, "big") for number in types]
        return self._respond(packet, Type.EXPANDED, bytes([Type.EXPANDED]).join(fields))

    def _failure(self) -> Failed:
        said = f", it says: {self._notice}" if self._notice else ""
        where = type_name(self._method.type) if self._method is not None else "EAP, before any method"
        return self.blame or Failed("eap_refused", f"the gateway refused us in {where}{said}")

    def _make(self, kind: int) -> Method:
        if kind == Type.MSCHAPV2:
            return MschapV2(self._account, self._random)
        if kind == Type.GTC:
            return Gtc(self._account, one_time=self._config.one_time)
        if kind == Type.MD5:
            return Md5(self._account)
        assert self._config.tls is not None
        if kind == Type.TLS:
            return EapTls(self._config.tls, self._utc)
        if kind == Type.PEAP:
            return Peap(self._config.tls, self._utc, self._inner())
        assert kind == Type.TTLS
        inner = self._config.ttls_inner
        return Ttls(self._config.tls, self._utc, self._account, inner, self._random, self._inner)

    def _inner(self) -> Peer:
        """The peer of the conversation inside TTLS or PEAP: the same person, under the true name."""
        config = replace(self._config, identity=None, methods=self._config.inner_methods)
        peer = Peer(config, self._random, self._utc)
        peer._account = self._account
        return peer
