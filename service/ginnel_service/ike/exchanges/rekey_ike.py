"""CREATE_CHILD_SA for the IKE SA itself (RFC 7296 sections 1.3.2, 2.18, 2.8.2 and 2.25.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import exchange_keys, export, keys
from ..codes import ExchangeType, NotifyType, ProtocolId
from ..errors import InvalidSyntax
from ..message import Message
from ..payloads import Payload
from ..payloads.ke import KePayload
from ..payloads.nonce import NoncePayload
from ..payloads.notify import NotifyPayload
from ..payloads.sa import Proposal, SaPayload
from ..proposals import answers, choose, offer
from ..sa import IkeSa, SaState, is_usable_spi, new_ike_spi
from .base import Exchange, first_error, required
from .delete import DeleteIke
from .init import MAX_RETRIES, NONCE_OCTETS, first_method, methods, suite_of

if TYPE_CHECKING:
    from ..session import Session

#: IKE SAs of one session, those included that await their Delete.
MAX_IKE_SAS = 8


@dataclass(frozen=True, slots=True)
class Collision:
    """What the peer's simultaneous rekey made: its nonces and its new IKE SA."""

    nonces: tuple[bytes, bytes]
    sa: IkeSa


class RekeyIke(Exchange):
    """Replace the IKE SA that the exchange runs on; its CHILD SAs stay."""

    type = ExchangeType.CREATE_CHILD_SA

    def __init__(self, session: Session) -> None:
        self.spi = new_ike_spi(session.random)
        self.nonce = b""
        self.method = first_method(session.config.ike_proposals)
        self.collision: Collision | None = None
        self.retries = 0

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        if sa.state is not SaState.ALIVE:
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
            self._refused(session, sa, error, now)
            return
        chosen = _ike_proposal(message)
        if not answers(self.proposals, chosen):
            raise InvalidSyntax("the peer chose an IKE proposal that was not offered")
        ke, nonce = required(message, KePayload), required(message, NoncePayload).data
        suite = suite_of(chosen)
        if ke.method != self.method or suite.ke != self.method:
            raise InvalidSyntax("key exchange of another method than chosen")
        shared = self.pair.shared(ke.data)
        new = _successor(
            session, sa, suite, (self.spi, chosen.spi), (self.nonce, nonce), shared, initiated=True, now=now
        )
        collision = self.collision
        if collision is not None and min(self.nonce, nonce) < min(collision.nonces):
            # Ours holds the lowest of the four nonces: we close it, the peer closes the old one (2.8.2)
            new.state = SaState.CLOSING
            session.talk.enqueue(new, DeleteIke(), now)
            session.inherit(sa, collision.sa, now, by_us=False)
            return
        if collision is not None:
            session.expect_delete(collision.sa, now)
        session.inherit(sa, new, now, by_us=True)
        session.talk.enqueue(sa, DeleteIke(), now)

    def _refused(self, session: Session, sa: IkeSa, error: NotifyPayload, now: float) -> None:
        if self.collision is not None:
            session.inherit(sa, self.collision.sa, now, by_us=False)
            return
        if error.notify == NotifyType.INVALID_KE_PAYLOAD and len(error.data) == 2:
            wanted = int.from_bytes(error.data, "big")
            self.retries += 1
            if self.retries <= MAX_RETRIES and wanted in methods(session.config.ike_proposals):
                self.method = wanted
                session.talk.enqueue(sa, self, now)
                return
        sa.rekey_at = session.upkeep.retry_at(now)


def handle(session: Session, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...]:
    """Answer the peer's wish to replace the IKE SA."""
    outstanding = sa.requests.outstanding
    ours = outstanding.exchange if outstanding else None
    busy = ours is not None and ours.type == ExchangeType.CREATE_CHILD_SA and not isinstance(ours, RekeyIke)
    if sa.state is not SaState.ALIVE or busy or session.children.deleting:
        return (NotifyPayload(NotifyType.TEMPORARY_FAILURE),)
    if isinstance(ours, RekeyIke) and ours.collision is not None:
        return (NotifyPayload(NotifyType.TEMPORARY_FAILURE),)
    if len(session.talk.sas) >= MAX_IKE_SAS:
        return (NotifyPayload(NotifyType.NO_ADDITIONAL_SAS),)
    offered = tuple(p for p in required(message, SaPayload).proposals if is_usable_spi(p.spi))
    nonce_i, ke = required(message, NoncePayload).data, required(message, KePayload)
    chosen = choose(offered, session.config.ike_proposals)
    if chosen is None:
        return (NotifyPayload(NotifyType.NO_PROPOSAL_CHOSEN),)
    suite = suite_of(chosen)
    if suite.ke != ke.method:
        return (NotifyPayload(NotifyType.INVALID_KE_PAYLOAD, suite.ke.to_bytes(2, "big")),)
    public, shared = exchange_keys.respond(suite.ke, ke.data, session.random)
    nonce_r, spi = session.random(NONCE_OCTETS), new_ike_spi(session.random)
    new = _successor(
        session, sa, suite, (chosen.spi, spi), (nonce_i, nonce_r), shared, initiated=False, now=now
    )
    if isinstance(ours, RekeyIke):
        new.state = SaState.UNDECIDED
        ours.collision = Collision((nonce_i, nonce_r), new)
    else:
        session.inherit(sa, new, now, by_us=False)
    return (
        SaPayload((replace(chosen, spi=spi),)),
        NoncePayload(nonce_r),
        KePayload(suite.ke, public),
    )


def _successor(
    session: Session,
    old: IkeSa,
    suite: keys.IkeSuite,
    spis: tuple[bytes, bytes],
    nonces: tuple[bytes, bytes],
    shared: bytes,
    *,
    initiated: bool,
    now: float,
) -> IkeSa:
    """The new IKE SA of a rekey, registered with the session; `spis` and `nonces` initiator first."""
    assert old.suite is not None
    assert old.keys is not None
    seed = keys.rekey_skeyseed(old.suite.prf, old.keys.d, *nonces, shared)
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
