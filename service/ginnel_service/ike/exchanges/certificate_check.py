"""A peer's certificate, its signature, its chain and its revocation, in the order of what each exposes.

Certificates named by hash and URL and proof of revocation come from outside, so that the verdict may come
later. Only a chain that leads to a trusted root makes us fetch what its certificates point at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ..auth import certificates, revocation, signature, trust
from ..auth.errors import AuthRefused, CertificateRefused
from ..auth.policy import TrustPolicy
from ..eap.outcome import Supplied
from ..errors import SessionError
from ..events import Fetch, Noted
from ..payloads.cert import CertPayload
from ..payloads.identity import Identity

if TYPE_CHECKING:
    from ..session import Session
    from .proof import Claim, Verdict


class CertificateCheck:
    """Call `begin` once; `verdict` is called once, at once or later."""

    def __init__(
        self, session: Session, claim: Claim, octets: bytes, policy: TrustPolicy, verdict: Verdict
    ) -> None:
        self._session, self._claim, self._octets, self._policy = session, claim, octets, policy
        self._verdict = verdict
        self._fetched: dict[Fetch, bytes | None] = {}
        self._awaited = 0
        self._untrusted = b""  # the peer's certificate, where it lacks a root and nothing else

    def begin(self, now: float) -> None:
        self._guarded(self._collect, now)

    def _guarded(self, step: Callable[[float], None], now: float) -> None:
        try:
            step(now)
        except AuthRefused as refused:
            shown = self._untrusted if refused.code == "certificate_untrusted" else b""
            self._verdict(SessionError(refused.code, refused.detail, certificate=shown), now)

    def _fetch(self, wanted: Iterable[Fetch], then: Callable[[float], None]) -> bool:
        """Ask for what is not there yet, to go on with `then`; False when nothing is missing."""
        missing = [fetch for fetch in wanted if fetch not in self._fetched]
        self._awaited = len(missing)
        for fetch in missing:
            self._session.want(fetch, self._arrival(fetch, then))
        return bool(missing)

    def _arrival(self, fetch: Fetch, then: Callable[[float], None]) -> Callable[[Supplied, float], None]:
        def arrived(answer: Supplied, now: float) -> None:
            self._fetched[fetch] = answer if isinstance(answer, bytes) else None
            self._awaited -= 1
            if not self._awaited:
                self._guarded(then, now)

        return arrived

    # The steps

    def _collect(self, now: float) -> None:
        """The certificates themselves."""
        presented = certificates.collect(self._claim.message.all(CertPayload))
        if self._session.config.certificate_lookup and self._fetch(presented.fetches, self._collect):
            return
        self._presented = presented.resolved(self._fetched)
        self._prove()
        self._ask_after(now)

    def _prove(self) -> None:
        """The key signed this exchange, and the chain vouches for whom the key belongs to."""
        shown, policy, auth = self._presented, self._policy, self._claim.auth
        # A peer that sends no certificate may be known by one all the same
        known = [root for root in policy.roots if not shown.items and self._names_peer(root)]
        leaf = known[0] if known else shown.leaf
        key = trust.public_key(leaf)
        signature.verify(key, auth.method, auth.data, self._octets, allow_sha1=policy.allow_sha1)
        trust.check_identity(self._identity, leaf, allow_cn=policy.allow_cn)
        self._session.certified = trust.as_named(self._identity, leaf)
        now, server = self._session.utc(), self._session.is_initiator  # the peer acts as one
        try:
            self._chain = trust.verify_chain(
                leaf,
                shown.others,
                policy,
                now,
                server=server,
                crls=shown.crls,
                responses=shown.responses,
            )
        except CertificateRefused as refused:
            if refused.code == "certificate_untrusted" and trust.lacks_root_alone(
                leaf, policy, now, server=server
            ):
                self._untrusted = leaf.public_bytes(Encoding.DER)
            raise

    @property
    def _identity(self) -> Identity:
        """Whom the certificate has to name: whom we expect, else who the peer says it is."""
        return self._session.config.remote_id or self._claim.identity.identity

    def _names_peer(self, certificate: x509.Certificate) -> bool:
        return trust.matches(self._identity, certificate, allow_cn=self._policy.allow_cn)

    def _ask_after(self, now: float) -> None:
        """Whether something in the chain was revoked."""
        have = revocation.Evidence(
            fetched=self._fetched, crls=self._presented.crls, responses=self._presented.responses
        )
        utc_s = self._session.utc()
        if self._fetch(revocation.wanted(self._chain, self._policy, have, utc_s), self._ask_after):
            return
        for note in revocation.check(self._chain, self._policy, have, utc_s):
            self._session.emit(Noted(note))
        self._verdict(None, now)
