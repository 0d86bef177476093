"""IKE_SESSION_RESUME and the IKE_AUTH that follows it, as responder (RFC 5723 section 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import natt, redirect
from ..codes import NotifyType
from ..message import Message
from ..payloads import Payload
from ..payloads.auth import AuthPayload
from ..payloads.cert import CertPayload
from ..payloads.identity import IdiPayload, IdrPayload
from ..payloads.nonce import NoncePayload
from ..payloads.notify import NotifyPayload
from . import proof
from .auth_answer import AuthAnswer, Payloads
from .base import required
from .init import NONCE_OCTETS, announcements, check_nonce, note_announcements
from .resume import derive

if TYPE_CHECKING:
    from ..config import GatewayPolicy
    from ..sa import IkeSa
    from ..session import Session
    from ..tickets import Grant, Resumable, TicketOffice

_NACK = NotifyPayload(NotifyType.TICKET_NACK)


def answer(
    session: Session, sa: IkeSa, message: Message, policy: GatewayPolicy, now: float
) -> tuple[tuple[Payload, ...], Resumable | None]:
    """What answers IKE_SESSION_RESUME, and what was in the ticket if we take it. Raises PeerError."""
    nonce = required(message, NoncePayload)
    check_nonce(nonce)
    opaque = message.notify(NotifyType.TICKET_OPAQUE)
    office = session.office
    found = office.open(opaque.data, now) if office is not None and opaque is not None else None
    session.can_redirect = redirect.follows(message)
    if found is None or policy.greeting().redirect_to:
        return (_NACK,), None
    grant = found.grant
    config = policy.readmit(grant.id_i, grant.id_r, grant.who, eap=grant.eap, since=grant.authenticated)
    if config is None or config.local_id != grant.id_r:
        return (_NACK,), None
    if config.ppk is not None and config.ppk.required and not grant.ppk:
        return (_NACK,), None
    session.config = config
    _, session.nat_local, session.nat_remote = natt.detect(
        message.all(NotifyPayload), sa.spi_i, bytes(8), session.path
    )
    sa.nonce_i, sa.nonce_r = nonce.data, session.random(NONCE_OCTETS)
    sa.ppk = grant.ppk
    derive(session, sa, found.suite, found.sk_d)
    note_announcements(session, message)
    session.resumed = True
    return (NoncePayload(sa.nonce_r), *announcements(session, sa)), found


class ResumedAuthAnswer(AuthAnswer):
    """One IKE_AUTH exchange: both sides show that they have the keys."""

    def __init__(
        self, session: Session, sa: IkeSa, policy: GatewayPolicy, office: TicketOffice, found: Resumable
    ) -> None:
        super().__init__(session, sa, policy)
        self._office, self._found = office, found
        self._since = found.grant.authenticated

    def handle(self, message: Message, now: float) -> Payloads:
        grant = self._found.grant
        idi, auth = required(message, IdiPayload), required(message, AuthPayload)
        idr = message.get(IdrPayload)
        # "The IDi value [...] MUST be identical to the value included in the ticket", and so IDr
        if idi.identity != grant.id_i or (idr is not None and idr.identity != grant.id_r):
            return self._refuse("the peer is not whom the ticket was given to")
        if message.get(CertPayload) is not None or not proof.check_resumption(self._sa, idi, auth):
            return self._refuse("the peer does not know the keys of its ticket")
        if not self._office.spend(self._found):
            return self._refuse("the ticket was used before")
        self._first, self._idi, self._who = message, idi, grant.who
        ours = IdrPayload(grant.id_r)
        return self._rest((ours, proof.by_resumption(self._sa, ours)), now, another=False)

    def _granted(self, now: float) -> Grant:
        return self._found.grant
