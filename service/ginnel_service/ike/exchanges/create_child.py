"""CREATE_CHILD_SA for CHILD SAs: new ones and rekeying (RFC 7296 sections 1.3.1, 1.3.3, 2.8.1 and 2.25.1).

With additional key exchanges by RFC 9370 section 2.2.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import exchange_keys
from ..codes import NotifyType, ProtocolId, TransformType, name_of
from ..errors import InvalidSyntax
from ..events import ChildRekeyed, Noted
from ..message import Message
from ..payloads import Payload
from ..payloads.ke import KePayload
from ..payloads.nonce import NoncePayload
from ..payloads.notify import NotifyPayload
from ..payloads.sa import Proposal, SaPayload
from ..proposals import additional_methods, offer, pick, with_ke_of, without_ke
from ..sa import ChildRecord, ChildState, SaState
from ..selectors import narrow
from . import child, followup
from .base import first_error, required, session_error
from .delete import DeleteChild
from .followup import Negotiation
from .init import MAX_RETRIES, NONCE_OCTETS, check_nonce, methods
from .rekey_ike import RekeyIke

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session

#: CHILD SAs of one session, those included that linger for late packets; no peer needs so many.
MAX_CHILDREN = 32


#: Of these, so many may be in use; each has its successor beside it for a while.
MAX_PAIRS = MAX_CHILDREN // 2


@dataclass(slots=True)
class Collision:
    """What the peer's simultaneous rekey of the same SA made: its nonces and its new pair, None until
    that is complete."""

    nonces: tuple[bytes, bytes]
    record: ChildRecord | None


class CreateChild(Negotiation):
    """Replace `old`, or make a pair with `selectors` (ours, the peer's) when `old` is None."""

    def __init__(
        self, session: Session, old: ChildRecord | None, selectors: child.Pair | None = None
    ) -> None:
        self.old = old
        config = session.config
        self.wanted = (
            (old.sa.local_ts, old.sa.remote_ts) if old else selectors or (config.local_ts, config.remote_ts)
        )
        self.spi_in = session.new_child_spi()
        self.nonce = b""
        self.collision: Collision | None = None
        self._old_deleted = False
        self.retries = 0
        ke = methods(session.config.esp_proposals)
        self.method = ke[0] if ke else 0
        self.pair: exchange_keys.KeyPair | None = None

    def deleted(self, record: ChildRecord) -> bool:
        """A responder that deletes early: the old pair goes when ours is there, for nothing to be lost."""
        if record is not self.old or (self.collision is not None and self.collision.record is not None):
            return False
        self._old_deleted = True
        return True

    def pointless(self, session: Session, sa: IkeSa) -> bool:
        old = self.old
        return old is not None and (not session.children.knows(old) or old.state is not ChildState.INSTALLED)

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        old = self.old
        if self.pointless(session, sa):
            return None
        if old is not None and sa.half_made is not None and sa.half_made.replaces is old:
            old.rekey_at = session.upkeep.retry_at(now)  # unless the peer is done by then
            return None
        self.nonce = session.random(NONCE_OCTETS)
        self.proposals = offer(session.config.esp_proposals, self.spi_in)
        sa_payload, tsi, tsr = child.offer(self.proposals, self.spi_in, *self.wanted)
        payloads: list[Payload] = []
        if old is not None:
            payloads.append(NotifyPayload(NotifyType.REKEY_SA, protocol=ProtocolId.ESP, spi=old.sa.spi_in))
        payloads += [sa_payload, NoncePayload(self.nonce)]
        if self.method:
            self.pair = exchange_keys.generate(self.method, session.random)
            payloads.append(KePayload(self.method, self.pair.public))
        return (*payloads, tsi, tsr)

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        error = first_error(message)
        if error is not None:
            self.refused(session, sa, error, now)
            return
        self.chosen, ours, theirs = child.take_answer(message, self.proposals, *self.wanted)
        nonce = required(message, NoncePayload)
        check_nonce(nonce)
        self.selectors, self.nonce_r = (ours, theirs), nonce.data
        self.shared = self._shared(message, chosen_ke(self.chosen))
        more = additional_methods(self.chosen)
        if not more:
            self.complete(session, sa, b"", now)
        elif self._lost():
            # Who lost goes no further with its key exchanges (RFC 9370 section 2.2.4)
            self._yield(session, now)
        else:
            if sa.half_made is not None and self.old is not None and sa.half_made.replaces is self.old:
                followup.drop(sa)  # the peer stops
            followup.follow(sa, self, more, message)

    def complete(self, session: Session, sa: IkeSa, more: bytes, now: float) -> None:
        made = child.build(
            session,
            sa,
            self.chosen,
            (self.spi_in, self.chosen.spi),
            self.selectors,
            (self.nonce, self.nonce_r),
            we_asked=True,
            shared=self.shared,
            more=more,
        )
        lost = self._lost()
        session.upkeep.went_through()
        record = session.children.add(made, now, send=not lost)
        if lost:
            # We close ours, the peer closes the old one (section 2.8.1)
            self._yield(session, now)
            session.talk.enqueue(sa, DeleteChild(record), now)
        elif self.old is not None:
            session.emit(ChildRekeyed(self.old.sa, made, by_us=True))
            if session.children.knows(self.old):
                self.old.successor = record
                if self._old_deleted:
                    session.children.retire(self.old, now)
                else:
                    session.talk.enqueue(sa, DeleteChild(self.old), now)

    def _shared(self, message: Message, method: int) -> bytes:
        if not method:
            return b""
        ke = required(message, KePayload)
        if self.pair is None or ke.method != self.method or method != self.method:
            raise InvalidSyntax("key exchange of another method than chosen")
        return self.pair.shared(ke.data)

    def _lost(self) -> bool:
        """Whether ours holds the lowest of the four nonces of a collision."""
        collision = self.collision
        return collision is not None and min(self.nonce, self.nonce_r) < min(collision.nonces)

    def _yield(self, session: Session, now: float) -> None:
        """The peer's half of a collision survives, if it comes to its end; it deletes the old pair."""
        assert self.collision is not None
        if self.old is None or not session.children.knows(self.old):
            return
        if self.collision.record is None:
            self.old.rekey_at = session.upkeep.retry_at(now)
            return
        self.old.state = ChildState.REPLACED
        session.emit(ChildRekeyed(self.old.sa, self.collision.record.sa, by_us=False))
        if self._old_deleted:
            session.children.retire(self.old, now)

    def refused(self, session: Session, sa: IkeSa, error: NotifyPayload, now: float) -> None:
        if self.collision is not None:
            self._yield(session, now)  # the peer rekeys it; ours is forgotten (section 2.8.1)
            return
        if self._old_deleted and self.old is not None:
            session.children.retire(self.old, now)
            session.after_children_deleted(now)
            return
        if error.notify == NotifyType.INVALID_KE_PAYLOAD and len(error.data) == 2:
            wanted = int.from_bytes(error.data, "big")
            self.retries += 1
            if self.retries <= MAX_RETRIES and wanted in methods(session.config.esp_proposals):
                self.method = wanted
                session.talk.enqueue(sa, self, now)
                return
        if self.old is None:
            self._not_made(session, sa, error, now)
        elif error.notify == NotifyType.CHILD_SA_NOT_FOUND and session.children.knows(self.old):
            # The peer has lost it: ours goes too, and a new one is made (section 2.25)
            session.children.retire(self.old, now)
            session.create_child(*self.wanted, now)
        else:
            self.old.rekey_at = session.upkeep.retry_at(now)
            session.mobility.doubt(now)

    def _not_made(self, session: Session, sa: IkeSa, error: NotifyPayload, now: float) -> None:
        """A pair in addition to others may be missing; without any the session is of no use."""
        busy = error.notify in (NotifyType.TEMPORARY_FAILURE, NotifyType.STATE_NOT_FOUND)
        if busy and session.upkeep.create_child_later(self.wanted, now):
            return
        if error.notify == NotifyType.SINGLE_PAIR_REQUIRED:
            pairs = child.pairs(*self.wanted)
            if len(pairs) <= 1:  # what we want is one pair to us, and several to the gateway
                ours, theirs = self.wanted
                pairs = child.pairs(ours, narrow(session.announced, theirs))
            if pairs and self.wanted not in pairs:
                ask_for(session, pairs, now)
                return
        session.emit(Noted(f"no CHILD SA for {_text(self.wanted)}: {name_of(NotifyType, error.notify)}"))
        if (
            not len(session.children)
            and not session.upkeep.creates
            and not any(isinstance(e, CreateChild) for e in sa.queue)
        ):
            session.fail_with_delete(sa, session_error(error, self.proposals), now)


def ask_for(session: Session, pairs: tuple[child.Pair, ...], now: float) -> None:
    """Make a CHILD SA for each of `pairs`, as far as a session may hold so many."""
    room = MAX_PAIRS - len(session.children)
    if len(pairs) > room:
        session.emit(Noted(f"no CHILD SA for {len(pairs) - room} of {len(pairs)} pairs of subnets: too many"))
    for pair in pairs[:room]:
        session.create_child(*pair, now)


def _text(pair: child.Pair) -> str:
    ours, theirs = (" ".join(f"{s.start}-{s.end}" for s in side) for side in pair)
    return f"{ours} to {theirs}"


def handle(session: Session, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...]:
    """Answer the peer's request for a new or rekeyed CHILD SA."""
    ours = followup.negotiation(sa)
    if sa.state is not SaState.ALIVE or isinstance(ours, RekeyIke):
        return (NotifyPayload(NotifyType.TEMPORARY_FAILURE),)
    rekey = message.notify(NotifyType.REKEY_SA)
    old: ChildRecord | None = None
    if rekey is not None:
        old = session.children.by_spi_out(rekey.spi)
        if old is None:
            return (NotifyPayload(NotifyType.CHILD_SA_NOT_FOUND, protocol=ProtocolId.ESP, spi=rekey.spi),)
        if old.state is not ChildState.INSTALLED or _rekeyed_by(ours, old, sa):
            return (NotifyPayload(NotifyType.TEMPORARY_FAILURE),)
    if len(session.children.spis_in) >= MAX_CHILDREN:
        return (NotifyPayload(NotifyType.NO_ADDITIONAL_SAS),)
    try:
        return _answer(session, sa, message, old, now)
    except child.Refused as refused:
        return (NotifyPayload(refused.notify),)


def _rekeyed_by(ours: Negotiation | None, old: ChildRecord, sa: IkeSa) -> bool:
    """Whether we are past a collision: our rekey of `old` was answered, or the peer's is complete."""
    if not isinstance(ours, CreateChild) or ours.old is not old:
        return False
    return followup.following(sa) or (ours.collision is not None and ours.collision.record is not None)


def _answer(
    session: Session, sa: IkeSa, message: Message, old: ChildRecord | None, now: float
) -> tuple[Payload, ...]:
    nonce = required(message, NoncePayload)
    check_nonce(nonce)
    offered_ke = message.get(KePayload)
    local_ts = old.sa.local_ts if old else session.config.local_ts
    remote_ts = old.sa.remote_ts if old else session.remote_ts
    acceptable = _acceptable(session, offered_ke)
    agreed = child.answer(message, acceptable, local_ts, remote_ts, session.config.pairing)
    chosen, ours, theirs, notifies = agreed
    method, shared, ke = chosen_ke(chosen), b"", None
    if method:
        if offered_ke is None or offered_ke.method != method:
            return (NotifyPayload(NotifyType.INVALID_KE_PAYLOAD, method.to_bytes(2, "big")),)
        public, shared = exchange_keys.respond(method, offered_ke.data, session.random)
        ke = KePayload(method, public)
    nonces, spi_in = (nonce.data, session.random(NONCE_OCTETS)), session.new_child_spi()

    def finish(more: bytes, at: float) -> None:
        made = child.build(
            session,
            sa,
            chosen,
            (spi_in, chosen.spi),
            (ours, theirs),
            nonces,
            we_asked=False,
            shared=shared,
            more=more,
        )
        # In place of an old pair we send on that until its Delete proves that the peer has our answer
        session.upkeep.went_through()
        record = session.children.add(made, at, send=old is None)
        if old is not None:
            old.successor = record
            rival = _rival(sa, old)
            if rival is not None:
                rival.collision = Collision(nonces, record)
            else:
                old.state = ChildState.REPLACED
                session.emit(ChildRekeyed(old.sa, made, by_us=False))

    more = additional_methods(chosen)
    further: tuple[Payload, ...] = (ke,) if ke else ()
    link: tuple[Payload, ...] = ()
    if more:
        link = (_half_made(session, sa, old, more, nonces, finish, now),)
    else:
        finish(b"", now)
    return (
        SaPayload((child.with_spi(chosen, spi_in),)),
        NoncePayload(nonces[1]),
        *further,
        *child.selector_payloads(theirs, ours),
        *notifies,
        *link,
    )


def _half_made(
    session: Session,
    sa: IkeSa,
    old: ChildRecord | None,
    more: tuple[int, ...],
    nonces: tuple[bytes, bytes],
    finish: Callable[[bytes, float], None],
    now: float,
) -> NotifyPayload:
    """Wait for the additional key exchanges; the notify that names them."""
    collision = Collision(nonces, None)

    def wanted() -> bool:
        if sa.state is not SaState.ALIVE:
            return False
        return old is None or (session.children.knows(old) and old.state is ChildState.INSTALLED)

    def forget() -> None:
        rival = _rival(sa, old)
        if rival is not None and rival.collision is collision:
            rival.collision = None

    link = followup.begin(session, sa, more, old, wanted=wanted, finish=finish, forget=forget, now=now)
    rival = _rival(sa, old)
    if rival is not None:
        rival.collision = collision
    return link


def _rival(sa: IkeSa, old: ChildRecord | None) -> CreateChild | None:
    """Our own rekey of `old` that is under way."""
    ours = followup.negotiation(sa)
    return ours if isinstance(ours, CreateChild) and old is not None and ours.old is old else None


def _acceptable(session: Session, offered_ke: KePayload | None) -> tuple[Proposal, ...]:
    """Our proposals for a request with that key exchange, or none."""
    ours, ike = session.config.esp_proposals, session.config.ike_proposals
    if offered_ke is None:
        return without_ke(ours)
    if methods(ours):
        return ours
    # Without a wish of our own for a fresh key exchange we go along with the peer's
    return with_ke_of(ours, ike, first=offered_ke.method)


def chosen_ke(chosen: Proposal) -> int:
    """The key exchange method of a chosen ESP proposal, 0 for none."""
    transform = pick(chosen, TransformType.KE)
    return transform.id if transform else 0
