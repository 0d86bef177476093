"""The authenticator's side of EAP where another server judges: packets are handed on (RFC 3579 section 2.1).

We ask for the identity ourselves, as the other server has to be told whom it is about. All that comes from
the peer or from that server is held against what EAP allows at the point.
"""

from __future__ import annotations

from ..config import RandomBytes
from ..errors import InvalidSyntax, PeerError
from ..events import Consult
from .config import MAX_NAME_OCTETS
from .outcome import Accepted, Rejected, Reply
from .packet import Code, Packet, Type, type_name

#: What the other server says: a packet for the peer, or its verdict.
Answer = Reply | Accepted | Rejected

MAX_ROUNDS = 100


class Relay:
    """One conversation. Nothing that arrives raises; after a verdict the same verdict comes again."""

    def __init__(self, random: RandomBytes) -> None:
        self._request = Packet(Code.REQUEST, random(1)[0], Type.IDENTITY)
        self._claimed: bytes | None = None  # the EAP identity, which proves nothing
        self._rounds = 0
        self._end: Accepted | Rejected | None = None

    def start(self) -> bytes:
        """The first packet, an Identity request."""
        return self._request.serialise()

    def receive(self, octets: bytes) -> Consult | Rejected | Accepted:
        """One EAP packet from the peer, and what to ask the other server; `answered` goes on."""
        if self._end is not None:
            return self._end
        try:
            return self._receive(octets)
        except PeerError as error:
            return self._reject(str(error))

    def _receive(self, octets: bytes) -> Consult:
        packet = Packet.parse(octets)
        if packet.code != Code.RESPONSE:
            raise InvalidSyntax("a peer sends EAP responses only")
        if packet.identifier != self._request.identifier:
            raise InvalidSyntax("an EAP response to another request")
        self._rounds += 1
        if self._rounds > MAX_ROUNDS:
            raise InvalidSyntax(f"more than {MAX_ROUNDS} EAP responses")
        if self._claimed is None:
            if packet.type != Type.IDENTITY:
                raise InvalidSyntax(f"{type_name(packet.type)} where an identity is due")
            if not 0 < len(packet.data) <= MAX_NAME_OCTETS:
                raise InvalidSyntax(f"an EAP identity of {len(packet.data)} octets")
            self._claimed = packet.data
        return Consult(self._claimed, packet.serialise())

    def answered(self, answer: object) -> Answer:
        """What the other server said, or anything else where it said nothing."""
        if self._end is not None:
            return self._end
        try:
            match answer:
                case Reply(octets):
                    self._request = _of(Code.REQUEST, octets)
                    return Reply(self._request.serialise())
                case Accepted():
                    # Without a packet of its own, one that says the same (RFC 3579 section 2.6.4)
                    packet = answer.packet or Packet(Code.SUCCESS, self._request.identifier).serialise()
                    packet = _of(Code.SUCCESS, packet).serialise()
                    self._end = Accepted(packet, answer.msk, answer.identity, answer.terms)
                    return self._end
                case Rejected():
                    return self._reject(answer.detail)
        except PeerError as error:
            return self._reject(f"the authentication server said something else: {error}")
        return self._reject("no authentication server answers")

    def _reject(self, detail: str) -> Rejected:
        self._end = Rejected(Packet(Code.FAILURE, self._request.identifier).serialise(), detail)
        return self._end


def _of(code: Code, octets: bytes) -> Packet:
    """RFC 3579 section 2.6.3: the packet and the verdict around it have to say the same."""
    packet = Packet.parse(octets)
    if packet.code != code:
        raise InvalidSyntax(f"an EAP {packet.code.name.lower()} where a {code.name.lower()} is due")
    return packet
