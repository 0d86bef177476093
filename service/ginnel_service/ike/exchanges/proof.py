"""AUTH in both directions (RFC 7296 sections 2.15 and 2.16): what is signed, made, and checked.

A certificate may need evidence from outside (hash-and-URL, CRL, OCSP), so the check of a peer ends in a call
rather than in a result.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import keys
from ..auth import certificates, psk, signature
from ..auth.policy import TrustPolicy
from ..codes import AuthMethod, NotifyType
from ..config import PskAuth, RemoteAuth, SignatureAuth
from ..errors import SessionError
from ..message import Message
from ..payloads import Payload
from ..payloads.auth import AuthPayload
from ..payloads.cert import CertPayload, CertReqPayload
from ..payloads.identity import Identity, IdiPayload, IdrPayload
from ..payloads.notify import NotifyPayload
from .certificate_check import CertificateCheck

if TYPE_CHECKING:
    from ..config import SessionConfig
    from ..sa import IkeSa
    from ..session import Session

MAX_REQUESTS = 8  # CERTREQ payloads of a peer that we remember

#: What a check ends in: why the peer is not who it says it is, or None, and the time of the verdict.
Verdict = Callable[[SessionError | None, float], None]


def signed_octets(sa: IkeSa, identity: IdiPayload | IdrPayload, sk: keys.IkeKeys) -> bytes:
    """What the side that is `identity` signs: its message, the other's nonce, its name, IntAuth."""
    assert sa.suite is not None
    message, nonce, sk_p = (
        (sa.init_request, sa.nonce_r, sk.pi)
        if isinstance(identity, IdiPayload)
        else (sa.init_response, sa.nonce_i, sk.pr)
    )
    return psk.signed_octets(sa.suite.prf, message, nonce, sk_p, identity.serialise()) + sa.int_auth


def by_secret(sa: IkeSa, identity: IdiPayload | IdrPayload, secret: bytes, sk: keys.IkeKeys) -> AuthPayload:
    """AUTH from a pre-shared key or an EAP method's MSK."""
    assert sa.suite is not None
    value = psk.auth_value(sa.suite.prf, secret, signed_octets(sa, identity, sk))
    return AuthPayload(AuthMethod.SHARED_KEY, value)


def by_msk(sa: IkeSa, identity: IdiPayload | IdrPayload, msk: bytes | None, sk: keys.IkeKeys) -> AuthPayload:
    """AUTH after EAP; SK_pi or SK_pr stand in for the key that a method does not give (section 2.16)."""
    stand_in = sk.pi if isinstance(identity, IdiPayload) else sk.pr
    return by_secret(sa, identity, msk or stand_in, sk)


def by_resumption(sa: IkeSa, identity: IdiPayload | IdrPayload) -> AuthPayload:
    """AUTH = prf(SK_px, <message octets>) (RFC 5723 section 4.3.3)."""
    assert sa.suite is not None
    assert sa.keys is not None
    key = sa.keys.pi if isinstance(identity, IdiPayload) else sa.keys.pr
    value = keys.prf(sa.suite.prf, key, signed_octets(sa, identity, sa.keys))
    return AuthPayload(AuthMethod.SHARED_KEY, value)


def check_resumption(sa: IkeSa, identity: IdiPayload | IdrPayload, auth: AuthPayload) -> bool:
    """Whether `auth` shows the keys of a resumed IKE SA, in constant time."""
    expected = by_resumption(sa, identity)
    return auth.method == expected.method and hmac.compare_digest(auth.data, expected.data)


def by_config(
    session: Session,
    sa: IkeSa,
    identity: IdiPayload | IdrPayload,
    auth: PskAuth | SignatureAuth,
    sk: keys.IkeKeys,
) -> AuthPayload:
    """AUTH from what the configuration holds. Raises AuthImpossible."""
    if isinstance(auth, PskAuth):
        return by_secret(sa, identity, auth.secret, sk)
    allow_sha1 = session.config.allow_sha1
    scheme = signature.choose(auth.credential, session.peer_hashes, allow_sha1=allow_sha1)
    if scheme is None:
        cause = signature.no_scheme(auth.credential, session.peer_hashes)
        raise AuthImpossible(SessionError(cause.code, str(cause)))
    method, value = signature.sign(auth.credential, scheme, signed_octets(sa, identity, sk))
    return AuthPayload(method, value)


class AuthImpossible(Exception):
    """We cannot prove who we are; `error` says why."""

    def __init__(self, error: SessionError) -> None:
        super().__init__(str(error))
        self.error = error


def certificates_of(session: Session, auth: SignatureAuth) -> tuple[CertPayload, ...]:
    """Our certificate first, then what a peer may need to trust it."""
    urls = auth.urls if session.peer_looks_up else ()
    return certificates.payloads(auth.credential, session.asked, urls=urls, response=auth.ocsp)


def request_certificates(config: SessionConfig) -> list[Payload]:
    """CERTREQ with the authorities that we trust, when the peer has to prove itself by a certificate."""
    asked: list[Payload] = []
    for each in config.remote_auth:
        if isinstance(each, TrustPolicy) and config.certificate_requests:
            asked += certificates.requests(each)
    if asked and config.certificate_lookup:
        asked.append(NotifyPayload(NotifyType.HTTP_CERT_LOOKUP_SUPPORTED))
    return asked


def note_requests(session: Session, message: Message) -> None:
    """What the peer says about the certificates that it wants."""
    session.asked += tuple(message.all(CertReqPayload))[: MAX_REQUESTS - len(session.asked)]
    if message.notify(NotifyType.HTTP_CERT_LOOKUP_SUPPORTED) is not None:
        session.peer_looks_up = True


def check_secret(sa: IkeSa, identity: IdiPayload | IdrPayload, auth: AuthPayload, secret: bytes) -> bool:
    """Whether `auth` was made with `secret`, in constant time."""
    assert sa.keys is not None
    expected = by_secret(sa, identity, secret, sa.keys)
    return auth.method == expected.method and hmac.compare_digest(auth.data, expected.data)


def check_msk(sa: IkeSa, identity: IdiPayload | IdrPayload, auth: AuthPayload, msk: bytes | None) -> bool:
    """Whether `auth` follows from the EAP method's key, in constant time."""
    assert sa.keys is not None
    expected = by_msk(sa, identity, msk, sa.keys)
    return auth.method == expected.method and hmac.compare_digest(auth.data, expected.data)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a peer said to prove itself: its name, its AUTH, and the message with its certificates."""

    identity: IdiPayload | IdrPayload
    auth: AuthPayload
    message: Message


def not_who(said: Identity, expected: Identity) -> SessionError:
    """The peer is somebody else."""
    return SessionError("identity_mismatch", f"the peer says it is {said}, not {expected}")


def check(
    session: Session, sa: IkeSa, claim: Claim, remote: RemoteAuth, now: float, verdict: Verdict
) -> None:
    """Check a claim against what is asked of the peer, and call `verdict` once, at once or later."""
    expected = session.config.remote_id
    said = claim.identity.identity
    if isinstance(remote, TrustPolicy):
        # The certificate has to be of whom we expect, whatever name the peer chose to give
        assert sa.keys is not None
        octets = signed_octets(sa, claim.identity, sa.keys)
        CertificateCheck(session, claim, octets, remote, verdict).begin(now)
    elif expected is not None and said != expected:
        verdict(not_who(said, expected), now)
    elif isinstance(remote, PskAuth):
        failed = None
        if claim.auth.method != AuthMethod.SHARED_KEY:
            failed = "the peer does not authenticate by pre-shared key"
        elif not check_secret(sa, claim.identity, claim.auth, remote.secret):
            failed = "the pre-shared keys differ"
        verdict(SessionError("authentication_failed", failed) if failed else None, now)
    else:
        verdict(SessionError("authentication_failed", "the peer has to authenticate by EAP"), now)
