"""A peer's certificate, its chain, its signature and its revocation, in the order of what each exposes.

Certificates named by hash and URL and proof of revocation come from outside, so that the verdict may come
later. Only a chain that leads to a trusted root makes us fetch what its certificates point at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cryptography import x509

from ..auth import revocation, signature, trust
from ..auth.errors import AuthRefused, CertificateRefused
from ..codes import CertEncoding
from ..errors import SessionError
from ..events import Fetch, Noted
from ..payloads.cert import CertPayload
from ..payloads.identity import Identity

if TYPE_CHECKING:
    from ..session import Session
    from .proof import Claim, Verdict

MAX_PAYLOADS = 32  # CERT payloads that are looked at


class CertificateCheck:
    """Call `begin` once; `verdict` is called once, at once or later."""

    def __init__(
        self, session: Session, claim: Claim, octets: bytes, policy: trust.TrustPolicy, verdict: Verdict
    ) -> None:
        self._session, self._claim, self._octets, self._policy = session, claim, octets, policy
        self._verdict = verdict
        self._payloads = claim.message.all(CertPayload)[:MAX_PAYLOADS]
        self._server = session.is_initiator  # the peer acts as one
        self._fetched: dict[Fetch, bytes | None] = {}
        self._awaited = 0

    def begin(self, now: float) -> None:
        self._guarded(now, self._prove)

    def _guarded(self, now: float, step: Callable[[float], None]) -> None:
        try:
            step(now)
        except AuthRefused as refused:
            self._verdict(SessionError(refused.code, refused.detail), now)

    def _fetch(self, wanted: Iterable[Fetch], then: Callable[[float], None]) -> bool:
        """Ask for what is not there yet and go on with `then`; False when nothing is missing."""
        missing = [fetch for fetch in dict.fromkeys(wanted) if fetch not in self._fetched]
        self._awaited = len(missing)
        for fetch in missing:
            self._session.want(fetch, lambda answer, at, fetch=fetch: self._arrived(fetch, answer, at, then))
        return bool(missing)

    def _arrived(
        self, fetch: Fetch, answer: bytes | str | None, now: float, then: Callable[[float], None]
    ) -> None:
        self._fetched[fetch] = answer if isinstance(answer, bytes) else None
        self._awaited -= 1
        if not self._awaited:
            self._guarded(now, then)

    # The steps

    def _certificates(self) -> list[x509.Certificate]:
        """In the order of their payloads: "the first certificate provided" is the leaf (section 3.6)."""
        found: list[x509.Certificate] = []
        for payload in self._payloads:
            if payload.encoding == CertEncoding.X509_SIGNATURE:
                found.append(trust.parse_certificate(payload.data))
        return found

    def _evidence(self, encoding: CertEncoding) -> tuple[bytes, ...]:
        return tuple(payload.data for payload in self._payloads if payload.encoding == encoding)

    def _prove(self, now: float) -> None:
        """The key signed this exchange, and the chain vouches for whom the key belongs to."""
        certificates = self._certificates() or [root for root in self._policy.roots if self._names(root)]
        if not certificates:
            raise CertificateRefused("certificate_missing", "the peer sent no certificate")
        leaf, *others = certificates
        signature.verify(
            trust.public_key(leaf),
            self._claim.auth.method,
            self._claim.auth.data,
            self._octets,
            allow_sha1=self._policy.allow_sha1,
        )
        trust.check_identity(self._identity, leaf, allow_cn=self._policy.allow_cn)
        self._chain = trust.verify_chain(
            leaf,
            others,
            self._policy,
            self._session.utc(),
            server=self._server,
            crls=self._evidence(CertEncoding.CRL),
            responses=self._evidence(CertEncoding.OCSP_CONTENT),
        )
        self._ask_after(now)

    @property
    def _identity(self) -> Identity:
        """Whom the certificate has to name: whom we expect, else who the peer says it is."""
        return self._session.config.remote_id or self._claim.identity.identity

    def _names(self, certificate: x509.Certificate) -> bool:
        return trust.matches(self._identity, certificate, allow_cn=self._policy.allow_cn)

    def _ask_after(self, now: float) -> None:
        """Whether something in the chain was revoked."""
        have = revocation.Evidence(
            fetched=self._fetched,
            crls=self._evidence(CertEncoding.CRL),
            responses=self._evidence(CertEncoding.OCSP_CONTENT),
        )
        utc_s = self._session.utc()
        if self._fetch(revocation.wanted(self._chain, self._policy, have, utc_s), self._ask_after):
            return
        for note in revocation.check(self._chain, self._policy, have, utc_s):
            self._session.emit(Noted(note))
        self._verdict(None, now)
