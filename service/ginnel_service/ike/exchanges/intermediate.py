"""IKE_INTERMEDIATE (RFC 9242): the additional key exchanges of RFC 9370 section 2.2.2, one in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import exchange_keys, export, keys
from ..codes import ExchangeType
from ..errors import InvalidSyntax
from ..message import Message, Outside, serialise_payloads
from ..payloads import Payload
from ..payloads.ke import KePayload
from ..protect import int_auth_octets
from .base import Exchange, first_error, required, session_error

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session


class IntermediateExchange(Exchange):
    """The initiator's side of the additional key exchange number `turn`, counted from 0."""

    type = ExchangeType.IKE_INTERMEDIATE

    def __init__(self, session: Session, sa: IkeSa, turn: int) -> None:
        assert sa.suite is not None
        self._turn = turn
        self._method = sa.suite.more_ke[turn]
        self._pair = exchange_keys.generate(self._method, session.random)

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        self._sent = (KePayload(self._method, self._pair.public),)
        return self._sent

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        error = first_error(message)
        if error is not None:
            session.finish(session_error(error))
            return
        ke = required(message, KePayload)
        if ke.method != self._method:
            raise InvalidSyntax("key exchange of another method than agreed")
        shared = self._pair.shared(ke.data)
        asked = Outside(sa.spi_i, sa.spi_r, self.type, sa.flags(response=False), message.message_id)
        note(sa, asked, *serialise_payloads(self._sent), of_initiator=True)
        note(sa, message.outside, message.first_inner, message.inner, of_initiator=False)
        take(session, sa, shared)
        follow(session, sa, self._turn + 1, message.message_id + 1)


def handle(session: Session, sa: IkeSa, message: Message, turn: int) -> tuple[Payload, ...]:
    """The responder's side; the new keys are taken once the answer is out."""
    assert sa.suite is not None
    method = sa.suite.more_ke[turn]
    ke = required(message, KePayload)
    if ke.method != method:
        raise InvalidSyntax("key exchange of another method than agreed")
    public, shared = exchange_keys.respond(method, ke.data, session.random)
    answer = (KePayload(method, public),)
    outside = Outside(sa.spi_i, sa.spi_r, message.exchange, sa.flags(response=True), message.message_id)
    note(sa, message.outside, message.first_inner, message.inner, of_initiator=True)
    note(sa, outside, *serialise_payloads(answer), of_initiator=False)
    last = turn + 1 == len(sa.suite.more_ke)

    def go_on() -> None:
        take(session, sa, shared)
        if last:
            settle(sa, message.message_id + 1)

    sa.after_answer = go_on
    return answer


def follow(session: Session, sa: IkeSa, turn: int, message_id: int) -> None:
    """Initiator: the next additional key exchange, or IKE_AUTH, which begins with `message_id`."""
    assert sa.suite is not None
    if turn < len(sa.suite.more_ke):
        sa.queue.append(IntermediateExchange(session, sa, turn))
        return
    settle(sa, message_id)
    session.begin_auth(sa)


def settle(sa: IkeSa, message_id: int) -> None:
    """IntAuth of all that was exchanged; `message_id` is the first IKE_AUTH's (RFC 9242 section 3.3.2)."""
    if sa.int_auth_i:
        sa.int_auth = sa.int_auth_i + sa.int_auth_r + message_id.to_bytes(4, "big")


def note(sa: IkeSa, outside: Outside, first: int, inner: bytes, *, of_initiator: bool) -> None:
    """Add one message to IntAuth, under the keys that protected it."""
    assert sa.suite is not None
    assert sa.keys is not None
    octets = int_auth_octets(*outside, first, inner)
    if of_initiator:
        sa.int_auth_i = keys.prf(sa.suite.prf, sa.keys.pi, sa.int_auth_i + octets)
    else:
        sa.int_auth_r = keys.prf(sa.suite.prf, sa.keys.pr, sa.int_auth_r + octets)


def take(session: Session, sa: IkeSa, shared: bytes) -> None:
    """Protect with new keys from the next message on."""
    assert sa.suite is not None
    assert sa.keys is not None
    nonces, spis = (sa.nonce_i, sa.nonce_r), (sa.spi_i, sa.spi_r)
    sa.use(sa.suite, keys.next_keys(sa.suite, sa.keys, shared, nonces, spis), session.random)
    export.export_ike(session, sa)
