"""CREATE_CHILD_SA for CHILD SAs: new ones and rekeying (RFC 7296 sections 1.3.1, 1.3.3, 2.8.1 and 2.25.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import exchange_keys
from ..codes import ExchangeType, NotifyType, ProtocolId, TransformType
from ..errors import InvalidSyntax, SessionError
from ..events import ChildRekeyed
from ..message import Message
from ..payloads import Payload
from ..payloads.ke import KePayload
from ..payloads.nonce import NoncePayload
from ..payloads.notify import NotifyPayload
from ..payloads.sa import Proposal, SaPayload
from ..proposals import offer, pick, with_ke, without_ke
from ..sa import ChildRecord, ChildState, SaState
from . import child
from .base import Exchange, first_error, required
from .delete import DeleteChild
from .init import MAX_RETRIES, NONCE_OCTETS, methods
from .rekey_ike import RekeyIke

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session

#: CHILD SAs of one session, those included that linger for late packets; no peer needs so many.
MAX_CHILDREN = 32


@dataclass(frozen=True, slots=True)
class Collision:
    """What the peer's simultaneous rekey of the same SA made: its nonces and its new pair."""

    nonces: tuple[bytes, bytes]
    record: ChildRecord


class CreateChild(Exchange):
    """Replace `old`, or make a further pair when `old` is None."""

    type = ExchangeType.CREATE_CHILD_SA

    def __init__(self, session: Session, old: ChildRecord | None) -> None:
        self.old = old
        self.spi_in = session.new_child_spi()
        self.nonce = b""
        self.collision: Collision | None = None
        self.retries = 0
        ke = methods(session.config.esp_proposals)
        self.method = ke[0] if ke else 0
        self.pair: exchange_keys.KeyPair | None = None

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        old = self.old
        if old is not None and (not session.children.knows(old) or old.state is not ChildState.INSTALLED):
            return None
        self.nonce = session.random(NONCE_OCTETS)
        self.proposals = offer(session.config.esp_proposals, self.spi_in)
        self.local_ts = old.sa.local_ts if old else session.config.local_ts
        self.remote_ts = old.sa.remote_ts if old else session.config.remote_ts
        sa_payload, tsi, tsr = child.offer(self.proposals, self.spi_in, self.local_ts, self.remote_ts)
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
            self._refused(session, sa, error, now)
            return
        chosen, ours, theirs = child.take_answer(message, self.proposals, self.local_ts, self.remote_ts)
        nonce = required(message, NoncePayload).data
        made = child.build(
            session,
            sa,
            chosen,
            (self.spi_in, chosen.spi),
            (ours, theirs),
            (self.nonce, nonce),
            we_asked=True,
            shared=self._shared(message, chosen_ke(chosen)),
        )
        redundant = self.collision is not None and min(self.nonce, nonce) < min(self.collision.nonces)
        record = session.children.add(made, now, send=not redundant)
        if redundant:
            # Ours holds the lowest of the four nonces: we close it, the peer closes the old one (2.8.1)
            self._yield(session)
            session.talk.enqueue(sa, DeleteChild(record), now)
        elif self.old is not None:
            session.emit(ChildRekeyed(self.old.sa, made, by_us=True))
            if session.children.knows(self.old):
                self.old.successor = record
                session.talk.enqueue(sa, DeleteChild(self.old), now)

    def _shared(self, message: Message, method: int) -> bytes:
        if not method:
            return b""
        ke = required(message, KePayload)
        if self.pair is None or ke.method != self.method or method != self.method:
            raise InvalidSyntax("key exchange of another method than chosen")
        return self.pair.shared(ke.data)

    def _yield(self, session: Session) -> None:
        """The peer's half of a simultaneous rekey survives; it has to delete the old pair."""
        assert self.collision is not None
        if self.old is not None and session.children.knows(self.old):
            self.old.state = ChildState.REPLACED
            session.emit(ChildRekeyed(self.old.sa, self.collision.record.sa, by_us=False))

    def _refused(self, session: Session, sa: IkeSa, error: NotifyPayload, now: float) -> None:
        if self.collision is not None:
            self._yield(session)  # the peer has rekeyed it already; ours is forgotten (section 2.8.1)
            return
        if error.notify == NotifyType.INVALID_KE_PAYLOAD and len(error.data) == 2:
            wanted = int.from_bytes(error.data, "big")
            self.retries += 1
            if self.retries <= MAX_RETRIES and wanted in methods(session.config.esp_proposals):
                self.method = wanted
                session.talk.enqueue(sa, self, now)
                return
        if self.old is None:
            if error.notify == NotifyType.TEMPORARY_FAILURE:
                session.upkeep.create_child_later(now)
            else:
                session.fail_with_delete(sa, SessionError("peer_error", "no new CHILD SA"), now)
        elif error.notify == NotifyType.CHILD_SA_NOT_FOUND and session.children.knows(self.old):
            # The peer has lost it: ours goes too, and a new one is made (section 2.25)
            session.children.retire(self.old, now)
            session.after_children_deleted(now, recreate=True)
        else:
            self.old.rekey_at = session.upkeep.retry_at(now)


def handle(session: Session, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...]:
    """Answer the peer's request for a new or rekeyed CHILD SA."""
    if sa.state is not SaState.ALIVE or _busy_with_ike(sa):
        return (NotifyPayload(NotifyType.TEMPORARY_FAILURE),)
    rekey = message.notify(NotifyType.REKEY_SA)
    old: ChildRecord | None = None
    if rekey is not None:
        old = session.children.by_spi_out(rekey.spi)
        if old is None:
            return (NotifyPayload(NotifyType.CHILD_SA_NOT_FOUND, protocol=ProtocolId.ESP, spi=rekey.spi),)
        if old.state is not ChildState.INSTALLED:
            return (NotifyPayload(NotifyType.TEMPORARY_FAILURE),)
    if len(session.children.spis_in) >= MAX_CHILDREN:
        return (NotifyPayload(NotifyType.NO_ADDITIONAL_SAS),)
    try:
        return _answer(session, sa, message, old, now)
    except child.Refused as refused:
        return (NotifyPayload(refused.notify),)


def _answer(
    session: Session, sa: IkeSa, message: Message, old: ChildRecord | None, now: float
) -> tuple[Payload, ...]:
    nonce_i = required(message, NoncePayload).data
    offered_ke = message.get(KePayload)
    local_ts = old.sa.local_ts if old else session.config.local_ts
    remote_ts = old.sa.remote_ts if old else session.remote_ts
    ours_with_ke = session.config.esp_proposals
    acceptable = ours_with_ke
    if offered_ke is not None and not methods(ours_with_ke):
        # Without a wish of our own for a fresh key exchange we go along with the peer's
        acceptable = tuple(p for m in methods(session.config.ike_proposals) for p in with_ke(ours_with_ke, m))
    elif offered_ke is None:
        acceptable = without_ke(ours_with_ke)
    chosen, ours, theirs = child.answer(message, acceptable, local_ts, remote_ts)
    method, shared, ke = chosen_ke(chosen), b"", None
    if method:
        if offered_ke is None or offered_ke.method != method:
            return (NotifyPayload(NotifyType.INVALID_KE_PAYLOAD, method.to_bytes(2, "big")),)
        public, shared = exchange_keys.respond(method, offered_ke.data, session.random)
        ke = KePayload(method, public)
    nonce_r, spi_in = session.random(NONCE_OCTETS), session.new_child_spi()
    made = child.build(
        session,
        sa,
        chosen,
        (spi_in, chosen.spi),
        (ours, theirs),
        (nonce_i, nonce_r),
        we_asked=False,
        shared=shared,
    )
    record = session.children.add(made, now, send=old is None)
    if old is not None:
        # We send on the old pair until its Delete proves that the peer has our answer
        old.successor = record
        outstanding = sa.requests.outstanding
        ours_too = outstanding.exchange if outstanding else None
        if isinstance(ours_too, CreateChild) and ours_too.old is old:
            ours_too.collision = Collision((nonce_i, nonce_r), record)
        else:
            old.state = ChildState.REPLACED
            session.emit(ChildRekeyed(old.sa, made, by_us=False))
    return (
        SaPayload((child.with_spi(chosen, spi_in),)),
        NoncePayload(nonce_r),
        *((ke,) if ke else ()),
        *child.selector_payloads(theirs, ours),
    )


def chosen_ke(chosen: Proposal) -> int:
    """The key exchange method of a chosen ESP proposal, 0 for none."""
    transform = pick(chosen, TransformType.KE)
    return transform.id if transform else 0


def _busy_with_ike(sa: IkeSa) -> bool:
    outstanding = sa.requests.outstanding
    return outstanding is not None and isinstance(outstanding.exchange, RekeyIke)
