"""IKE_SA_INIT (RFC 7296 sections 1.2, 2.6, 2.7, 2.14, 2.23): keys and NATs found, nobody proven yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import exchange_keys, export, keys, natt, redirect
from ..auth import signature
from ..codes import CertEncoding, ExchangeType, NotifyType, ProtocolId, TransformType
from ..errors import InvalidSyntax, PeerError, SessionError
from ..events import Endpoint, IkeSuite
from ..message import Message
from ..payloads import Payload
from ..payloads.cert import CertReqPayload
from ..payloads.ke import KePayload
from ..payloads.nonce import NoncePayload
from ..payloads.notify import NotifyPayload
from ..payloads.sa import Proposal, SaPayload
from ..proposals import (
    additional_methods,
    answers,
    choose,
    keywords,
    mismatch,
    offer,
    pick,
    without_additional_ke,
)
from . import intermediate, proof
from .base import Exchange, first_error, required, session_error

if TYPE_CHECKING:
    from ..config import Greeting
    from ..sa import IkeSa
    from ..session import Session

NONCE_OCTETS = 32
MAX_RETRIES = 5  # cookies and other key exchange methods together
FLOAT_PORT = 4500
#: For how long a true answer may follow a refusal, which anybody can forge: longer than one retransmission.
DOUBT_S = 2.5


class Refusal(PeerError):
    """An answer that ends the attempt, unless a better one comes.

    Nobody is proven yet: "the recipient should continue trying for some time" (RFC 7296 section 2.21.1).
    """

    def __init__(self, error: SessionError) -> None:
        super().__init__(error.detail)
        self.error = error


class InitExchange(Exchange):
    """The initiator's side; starts over with a cookie or another method as the responder asks."""

    type = ExchangeType.IKE_SA_INIT

    def __init__(self, session: Session) -> None:
        self.nonce = session.random(NONCE_OCTETS)
        self.method = first_method(session.config.ike_proposals)
        self.pair = exchange_keys.generate(self.method, session.random)
        self.cookie: bytes | None = None
        self.retries = 0
        self.refusal: SessionError | None = None
        self._said: list[Payload] = []

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        # With a cookie "all other payloads unchanged" (section 2.6)
        self._said = self._said or announcements(session, sa)
        payloads: list[Payload] = []
        if self.cookie is not None:
            payloads.append(NotifyPayload(NotifyType.COOKIE, self.cookie))
        payloads += [
            SaPayload(offer(session.config.ike_proposals)),
            KePayload(self.method, self.pair.public),
            NoncePayload(self.nonce),
            *self._said,
        ]
        if session.config.ppk is not None:
            payloads.append(NotifyPayload(NotifyType.USE_PPK))
        if _has_additional(session.config.ike_proposals):
            payloads.append(NotifyPayload(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED))
        return (*payloads, *redirect.announcement(session.config))

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        try:
            self._take(session, sa, message, now)
        except Refusal as refusal:
            if self.refusal is None:
                self.expires_at = now + DOUBT_S
            self.refusal = refusal.error
            raise

    def unanswered(self, session: Session, now: float) -> None:
        if self.refusal is None:
            session.unanswered()
        else:
            session.finish(self.refusal)

    def _take(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        """Raises Refusal for what would end the attempt."""
        if session.tickets.after_all(now):
            return
        elsewhere = redirect.found(message, session.config, self.nonce)
        if elsewhere is not None:
            session.leave_for(elsewhere, now)
            return
        if self._starts_over(session, sa, message, now):
            return
        error = first_error(message)
        if error is not None:
            raise Refusal(session_error(error, session.config.ike_proposals))
        chosen = _single(required(message, SaPayload))
        if not answers(offer(session.config.ike_proposals), chosen):
            raise Refusal(SessionError("invalid_peer_message", "the gateway chose what was not offered"))
        ke, nonce = required(message, KePayload), required(message, NoncePayload)
        check_nonce(nonce)
        suite = suite_of(chosen)
        if ke.method != self.method or suite.ke != self.method:
            raise InvalidSyntax("key exchange of another method than chosen")
        shared = self.pair.shared(ke.data)
        if not any(message.spi_r):
            raise InvalidSyntax("a gateway without an SPI")
        supported, nat_local, nat_remote = natt.detect(
            message.all(NotifyPayload), sa.spi_i, message.spi_r, session.talk.arrival
        )
        if not supported and not session.path.stream:
            raise Refusal(SessionError("peer_error", "the gateway does not support UDP encapsulation"))
        ppk = session.config.ppk
        uses_ppk = ppk is not None and message.notify(NotifyType.USE_PPK) is not None
        if ppk is not None and ppk.required and not uses_ppk:
            raise Refusal(SessionError("ppk_required", "the gateway does not use the postquantum key"))
        if suite.more_ke and message.notify(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED) is None:
            raise InvalidSyntax("additional key exchanges without IKE_INTERMEDIATE")
        # From here on it is the answer that AUTH will have to cover: one that was refused left no trace
        session.ppk = uses_ppk
        note_announcements(session, message)
        proof.note_requests(session, message)
        session.childless = message.notify(NotifyType.CHILDLESS_IKEV2_SUPPORTED) is not None
        session.multiple_auth = message.notify(NotifyType.MULTIPLE_AUTH_SUPPORTED) is not None
        sa.spi_r = message.spi_r
        sa.nonce_i, sa.nonce_r = self.nonce, nonce.data
        derive(session, sa, suite, shared)
        session.nat_local, session.nat_remote = nat_local, nat_remote
        session.path = session.floated()
        session.initiated()
        intermediate.follow(session, sa, 0, message.message_id + 1)

    def _starts_over(self, session: Session, sa: IkeSa, message: Message, now: float) -> bool:
        cookie = message.notify(NotifyType.COOKIE)
        wrong_method = message.notify(NotifyType.INVALID_KE_PAYLOAD)
        if cookie is None and wrong_method is None:
            return False
        wanted = int.from_bytes(wrong_method.data, "big") if wrong_method is not None else 0
        # What the network duplicated asks for what we have sent already
        if cookie is not None and (not 1 <= len(cookie.data) <= 64 or cookie.data == self.cookie):
            raise InvalidSyntax("cookie of a wrong length, or one that we returned already")
        if cookie is None and wanted == self.method:
            raise InvalidSyntax("the gateway refuses the method that it wants")
        if cookie is None and wanted not in methods(session.config.ike_proposals):
            detail = mismatch(session.config.ike_proposals, wanted)
            raise Refusal(SessionError("no_proposal_chosen", detail))
        self.retries += 1
        if self.retries > MAX_RETRIES:
            raise Refusal(SessionError("invalid_peer_message", "the gateway keeps asking to start over"))
        if cookie is not None:
            self.cookie = cookie.data
        else:
            self.method = wanted
            self.pair = exchange_keys.generate(wanted, session.random)
        session.talk.restart(sa, self, now)
        return True


def answer(
    session: Session, sa: IkeSa, message: Message, greeting: Greeting
) -> tuple[tuple[Payload, ...], bool]:
    """The responder's payloads, and whether the IKE SA goes on. Raises PeerError."""
    session.can_redirect = redirect.follows(message)
    if greeting.redirect_to and session.can_redirect:
        return (redirect.notify(greeting.redirect_to, required(message, NoncePayload).data),), False
    proposals = greeting.ike_proposals
    if message.notify(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED) is None:
        proposals = without_additional_ke(proposals)
    offered = required(message, SaPayload)
    ke, nonce = required(message, KePayload), required(message, NoncePayload)
    check_nonce(nonce)
    chosen = choose(offered.proposals, proposals)
    if chosen is None:
        return (NotifyPayload(NotifyType.NO_PROPOSAL_CHOSEN),), False
    suite = suite_of(chosen)
    if suite.ke != ke.method:
        return (NotifyPayload(NotifyType.INVALID_KE_PAYLOAD, suite.ke.to_bytes(2, "big")),), False
    public, shared = exchange_keys.respond(suite.ke, ke.data, session.random)
    _, session.nat_local, session.nat_remote = natt.detect(
        message.all(NotifyPayload), sa.spi_i, bytes(8), session.path
    )
    sa.nonce_i, sa.nonce_r = nonce.data, session.random(NONCE_OCTETS)
    derive(session, sa, suite, shared)
    note_announcements(session, message)
    session.ppk = greeting.ppk and message.notify(NotifyType.USE_PPK) is not None
    payloads: list[Payload] = [SaPayload((chosen,)), KePayload(suite.ke, public), NoncePayload(sa.nonce_r)]
    payloads += announcements(session, sa)
    supported = [NotifyType.CHILDLESS_IKEV2_SUPPORTED, NotifyType.MULTIPLE_AUTH_SUPPORTED]
    if session.ppk:
        supported.append(NotifyType.USE_PPK)
    if greeting.lookup:
        supported.append(NotifyType.HTTP_CERT_LOOKUP_SUPPORTED)
    if suite.more_ke:
        supported.append(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED)
    payloads += (NotifyPayload(kind) for kind in supported)
    if greeting.authorities:
        payloads.append(CertReqPayload(CertEncoding.X509_SIGNATURE, greeting.authorities))
    return tuple(payloads), True


def announcements(session: Session, sa: IkeSa) -> list[Payload]:
    """What both roles say of themselves in IKE_SA_INIT."""
    config = session.config
    hashes = signature.hashes_supported(allow_sha1=config.allow_sha1)
    said: list[Payload] = [
        *natt.detection_notifies(
            sa.spi_i, sa.spi_r, session.path, force=config.force_encapsulation, random=session.random
        ),
        NotifyPayload(NotifyType.SIGNATURE_HASH_ALGORITHMS, hashes),
    ]
    if config.fragmentation:
        said.append(NotifyPayload(NotifyType.FRAGMENTATION_SUPPORTED))
    return said


def note_announcements(session: Session, message: Message) -> None:
    hashes = message.notify(NotifyType.SIGNATURE_HASH_ALGORITHMS)
    if hashes is not None:
        session.peer_hashes = signature.parse_hashes(hashes.data)
    fragments = message.notify(NotifyType.FRAGMENTATION_SUPPORTED) is not None
    session.fragmentation = session.config.fragmentation and fragments


def derive(session: Session, sa: IkeSa, suite: IkeSuite, shared: bytes) -> None:
    """SK_* of a first IKE SA (section 2.14)."""
    seed = keys.initial_skeyseed(suite.prf, sa.nonce_i, sa.nonce_r, shared)
    sa.use(
        suite,
        keys.ike_keys(suite, seed, sa.nonce_i, sa.nonce_r, sa.spi_i, sa.spi_r),
        session.random,
    )
    export.export_ike(session, sa)


def suite_of(chosen: Proposal) -> IkeSuite:
    """The suite of an answered IKE proposal. Raises InvalidSyntax when a transform is missing."""
    encr, prf = pick(chosen, TransformType.ENCR), pick(chosen, TransformType.PRF)
    ke, integ = pick(chosen, TransformType.KE), pick(chosen, TransformType.INTEG)
    if encr is None or prf is None or ke is None:
        raise InvalidSyntax("IKE proposal without cipher, PRF or key exchange")
    return IkeSuite(
        encr.id,
        encr.key_bits or 0,
        integ.id if integ else 0,
        prf.id,
        ke.id,
        keywords(chosen),
        additional_methods(chosen),
    )


def methods(proposals: tuple[Proposal, ...]) -> list[int]:
    """Key exchange methods of `proposals`, in order of preference."""
    found = [t.id for p in proposals for t in p.transforms if t.type == TransformType.KE]
    return list(dict.fromkeys(found))


def first_method(proposals: tuple[Proposal, ...]) -> int:
    return methods(proposals)[0]


def _has_additional(proposals: tuple[Proposal, ...]) -> bool:
    return any(t.type >= TransformType.ADDKE1 for p in proposals for t in p.transforms)


def _single(payload: SaPayload) -> Proposal:
    if len(payload.proposals) != 1 or payload.proposals[0].protocol != ProtocolId.IKE:
        raise InvalidSyntax("an answer holds exactly one IKE proposal")
    return payload.proposals[0]


def check_nonce(nonce: NoncePayload) -> None:
    if not 16 <= len(nonce.data) <= 256:  # section 3.9
        raise InvalidSyntax("nonce of a wrong length")


def float_endpoint(remote: Endpoint) -> Endpoint:
    """Where IKE goes after IKE_SA_INIT: port 4500 when it began at 500, else the same port."""
    return Endpoint(remote.host, FLOAT_PORT) if remote.port == 500 else remote
