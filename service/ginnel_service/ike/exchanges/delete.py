"""Deleting CHILD and IKE SAs (RFC 7296 sections 1.4.1 and 2.25)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..codes import ExchangeType, ProtocolId
from ..message import Message
from ..payloads import Payload
from ..payloads.delete import DeletePayload
from ..sa import ChildRecord, ChildState, SaState
from . import followup
from .base import Exchange

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session


class DeleteChild(Exchange):
    """Close one pair of ESP SAs; we name the one that we receive on."""

    type = ExchangeType.INFORMATIONAL
    waits = True

    def __init__(self, record: ChildRecord) -> None:
        self.record = record
        record.state = ChildState.DELETING

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        if not session.children.knows(self.record):
            return None
        return (DeletePayload(ProtocolId.ESP, (self.record.sa.spi_in,)),)

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        session.children.retire(self.record, now)
        session.after_children_deleted(now)


class DeleteIke(Exchange):
    """Close an IKE SA. Closing the current one ends the session."""

    type = ExchangeType.INFORMATIONAL

    def __init__(self, expires_at: float = math.inf) -> None:
        self.expires_at = expires_at

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        sa.state = SaState.CLOSING
        return (DeletePayload(ProtocolId.IKE),)

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        session.talk.drop(sa)
        if sa is session.talk.current:
            session.finish(None)


def handle(session: Session, sa: IkeSa, delete: DeletePayload, now: float) -> tuple[Payload, ...]:
    """Answer one Delete payload of the peer."""
    if delete.protocol == ProtocolId.IKE:
        session.succession.peer_deleted(sa, now)
        return ()
    if delete.protocol != ProtocolId.ESP:
        return ()
    ours, retired = [], False
    for spi in delete.spis:
        record = session.children.by_spi_out(spi)
        if record is None:
            continue
        # Both sides delete at once: "it SHOULD reply without a Delete payload" (section 2.25.1)
        if record.state is not ChildState.DELETING:
            ours.append(record.sa.spi_in)
        if not followup.await_successor(sa, record):
            session.children.retire(record, now)
            retired = True
    if retired:
        session.after_children_deleted(now)
    return (DeletePayload(ProtocolId.ESP, tuple(ours)),) if ours else ()
