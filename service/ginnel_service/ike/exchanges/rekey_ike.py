"""CREATE_CHILD_SA for the IKE SA itself (RFC 7296 sections 1.3.2, 2.18, 2.8.2 and 2.25.2).

With additional key exchanges by RFC 9370 section 2.2.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import crash, exchange_keys, export, keys
from ..codes import NotifyType, ProtocolId
from ..errors import InvalidSyntax
from ..events import IkeSuite
from ..message import Message
from ..payloads import Payload
from ..payloads.ke import KePayload
from ..payloads.nonce import NoncePayload
from ..payloads.notify import NotifyPayload
from ..payloads.sa import Proposal, SaPayload
from ..proposals import answers, choose, offer
from ..sa import IkeSa, SaState, is_usable_spi, new_ike_spi
from . import followup
from .base import first_error, required
from .delete import DeleteIke
from .followup import Negotiation
from .init import MAX_RETRIES, NONCE_OCTETS, check_nonce, methods, suite_of

if TYPE_CHECKING:
    from ..session import Session

#: IKE SAs of one session, those included that await their Delete.
MAX_IKE_SAS = 8


@dataclass(slots=True)
class Collision:
    """What the peer's simultaneous rekey made: its nonces and its new IKE SA, None until that is complete."""

    nonces: tuple[bytes, bytes]
    sa: IkeSa | None


class RekeyIke(Negotiation):
    """Replace the IKE SA that the exchange runs on; its CHILD SAs stay."""

    def __init__(self, session: Session) -> None:
        self.spi = new_ike_spi(session.random)
        self.nonce = b""
        offered, suite = methods(session.config.ike_proposals), session.talk.current.suite
        # What the peer agreed to before needs no second attempt
        self.method = suite.ke if suite is not None and suite.ke in offered else offered[0]
        self.collision: Collision | None = None
        self.retries = 0

    def pointless(self, session: Session, sa: IkeSa) -> bool:
        return sa.state is not SaState.ALIVE

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        if self.pointless(session, sa):
            return None
        self.nonce = session.random(NONCE_OCTETS)
        self.proposals = offer(session.config.ike_proposals, self.spi)
        self.pair = exchange_keys.generate(self.method, session.random)
        return (
            SaPayload(self.proposals),
            NoncePayload(self.nonce),
            KePayload(self.method, self.pair.public),
        )

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        error = first_error(message)
        if error is not None:
            self.refused(session, sa, error, now)
            return
        chosen = _ike_proposal(message)
        if not answers(self.proposals, chosen):
            raise InvalidSyntax("the peer chose an IKE proposal that was not offered")
        ke, nonce = required(message, KePayload), required(message, NoncePayload)
        check_nonce(nonce)
        self.suite, self.spi_r, self.nonce_r = suite_of(chosen), chosen.spi, nonce.data
        if ke.method != self.method or self.suite.ke != self.method:
            raise InvalidSyntax("key exchange of another method than chosen")
        self.shared = self.pair.shared(ke.data)
        self.token = crash.token_of(message)
        if not self.suite.more_ke:
            self.complete(session, sa, b"", now)
        elif self._lost():
            # Who lost goes no further with its key exchanges (RFC 9370 section 2.2.4)
            self._yield(session, sa, now)
        else:
            followup.drop(sa)  # the peer stops
            followup.follow(sa, self, self.suite.more_ke, message)

    def complete(self, session: Session, sa: IkeSa, more: bytes, now: float) -> None:
        new = _successor(
            session,
            sa,
            self.suite,
            (self.spi, self.spi_r),
            (self.nonce, self.nonce_r),
            (self.shared, more),
            initiated=True,
        )
        new.token = self.token
        if self._lost():
            # We close ours, the peer closes the old one (section 2.8.2)
            new.state = SaState.CLOSING
            session.talk.enqueue(new, DeleteIke(), now)
            self._yield(session, sa, now)
            return
        if self.collision is not None and self.collision.sa is not None:
            session.succession.expect_delete(self.collision.sa, now)
        session.upkeep.went_through()
        session.succession.inherit(sa, new, now, by_us=True)
        session.talk.enqueue(sa, DeleteIke(), now)

    def _lost(self) -> bool:
        """Whether ours holds the lowest of the four nonces of a collision."""
        collision = self.collision
        return collision is not None and min(self.nonce, self.nonce_r) < min(collision.nonces)

    def _yield(self, session: Session, sa: IkeSa, now: float) -> None:
        """The peer's half of a collision survives, if it comes to its end."""
        assert self.collision is not None
        if self.collision.sa is not None:
            session.succession.inherit(sa, self.collision.sa, now, by_us=False)
        else:
            sa.rekey_at = session.upkeep.retry_at(now)

    def refused(self, session: Session, sa: IkeSa, error: NotifyPayload, now: float) -> None:
        if self.collision is not None:
            self._yield(session, sa, now)
            return
        if error.notify == NotifyType.INVALID_KE_PAYLOAD and len(error.data) == 2:
            wanted = int.from_bytes(error.data, "big")
            self.retries += 1
            if self.retries <= MAX_RETRIES and wanted in methods(session.config.ike_proposals):
                self.method = wanted
                session.talk.enqueue(sa, self, now)
                return
        sa.rekey_at = session.upkeep.retry_at(now)
        session.mobility.doubt(now)


def handle(session: Session, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...]:
    """Answer the peer's wish to replace the IKE SA."""
    ours = followup.negotiation(sa)
    busy = ours is not None and (not isinstance(ours, RekeyIke) or followup.following(sa))
    if sa.state is not SaState.ALIVE or busy or session.children.deleting:
        return (NotifyPayload(NotifyType.TEMPORARY_FAILURE),)
    if isinstance(ours, RekeyIke) and ours.collision is not None and ours.collision.sa is not None:
        return (NotifyPayload(NotifyType.TEMPORARY_FAILURE),)
    if len(session.talk.sas) >= MAX_IKE_SAS:
        return (NotifyPayload(NotifyType.NO_ADDITIONAL_SAS),)
    offered = tuple(p for p in required(message, SaPayload).proposals if is_usable_spi(p.spi))
    nonce, ke = required(message, NoncePayload), required(message, KePayload)
    check_nonce(nonce)
    chosen = choose(offered, session.config.ike_proposals)
    if chosen is None:
        return (NotifyPayload(NotifyType.NO_PROPOSAL_CHOSEN),)
    suite = suite_of(chosen)
    if suite.ke != ke.method:
        return (NotifyPayload(NotifyType.INVALID_KE_PAYLOAD, suite.ke.to_bytes(2, "big")),)
    public, shared = exchange_keys.respond(suite.ke, ke.data, session.random)
    nonces, spi = (nonce.data, session.random(NONCE_OCTETS)), new_ike_spi(session.random)
    answer: list[Payload] = [
        SaPayload((replace(chosen, spi=spi),)),
        NoncePayload(nonces[1]),
        KePayload(suite.ke, public),
    ]
    if session.token_maker is not None:
        answer.append(session.token_maker.notify(chosen.spi, spi))
    if session.office is not None and message.notify(NotifyType.TICKET_REQUEST) is not None:
        answer.append(NotifyPayload(NotifyType.TICKET_ACK))  # in an exchange of the new IKE SA

    def finish(more: bytes, at: float) -> None:
        spis, secrets = (chosen.spi, spi), (shared, more)
        new = _successor(session, sa, suite, spis, nonces, secrets, initiated=False)
        session.upkeep.went_through()
        ours = followup.negotiation(sa)
        if isinstance(ours, RekeyIke):
            new.state = SaState.UNDECIDED
            ours.collision = Collision(nonces, new)
        else:
            session.succession.inherit(sa, new, at, by_us=False)

    if not suite.more_ke:
        finish(b"", now)
        return tuple(answer)
    collision = Collision(nonces, None)

    def forget() -> None:
        if isinstance(ours, RekeyIke) and ours.collision is collision:
            ours.collision = None

    link = followup.begin(
        session,
        sa,
        suite.more_ke,
        sa,
        wanted=lambda: sa.state is SaState.ALIVE,
        finish=finish,
        forget=forget,
        now=now,
    )
    if isinstance(ours, RekeyIke):
        ours.collision = collision
    return (*answer, link)


def _successor(
    session: Session,
    old: IkeSa,
    suite: IkeSuite,
    spis: tuple[bytes, bytes],
    nonces: tuple[bytes, bytes],
    secrets: tuple[bytes, bytes],
    *,
    initiated: bool,
) -> IkeSa:
    """The new IKE SA of a rekey, registered with the session; `spis` and `nonces` initiator first.

    `secrets`: of the key exchange, and of the additional ones.
    """
    assert old.suite is not None
    assert old.keys is not None
    seed = keys.rekey_skeyseed(old.suite.prf, old.keys.d, *nonces, *secrets)
    new = IkeSa(*spis, initiated=initiated, state=SaState.ALIVE)
    new.use(suite, keys.ike_keys(suite, seed, *nonces, *spis), session.random)
    session.talk.add(new)
    export.export_ike(session, new)
    return new


def _ike_proposal(message: Message) -> Proposal:
    proposals = required(message, SaPayload).proposals
    if len(proposals) != 1 or proposals[0].protocol != ProtocolId.IKE or not is_usable_spi(proposals[0].spi):
        raise InvalidSyntax("an answer holds exactly one IKE proposal with its SPI")
    return proposals[0]
