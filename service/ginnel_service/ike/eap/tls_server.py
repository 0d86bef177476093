"""EAP-TLS (RFC 5216, RFC 9190): the server's side. A user is who their certificate says."""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509

from ...unreadable import UNREADABLE
from ..auth.errors import CertificateRefused
from ..auth.names import alternative_names
from ..errors import InvalidSyntax
from .packet import Type
from .server_method import ServerMethod, ServerStep, Verdict
from .tls import COMMITMENT, EapTls, derive_msk
from .tls_config import TlsConfig
from .tls_fragments import START, Fragments
from .tls_tunnel import TlsFailed, Tunnel


def names_of(certificate: x509.Certificate) -> list[str]:
    """What a user's certificate calls them, the best name first.

    With alternative names "the Peer-Id [...] MUST be set to the contents of the subjectAltName" (RFC 5216
    section 5.2): a common name may then be anything that its owner liked to be called.
    """
    names: list[str] = []
    if (alternative := alternative_names(certificate)) is not None:
        names += alternative.get_values_for_type(x509.RFC822Name)
        names += alternative.get_values_for_type(x509.DNSName)
    if not names:
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        names += [str(attribute.value) for attribute in common]
    return names or [certificate.subject.rfc4514_string()]


class TlsServer(ServerMethod):
    def __init__(self, config: TlsConfig, utc: Callable[[], float], claimed: bytes) -> None:
        self._tunnel = Tunnel(config, utc, server=True)
        self._fragments = Fragments(config.fragment_octets)
        self._claimed = claimed.decode("utf-8", "replace")
        self._verdict: Verdict | None = None  # given once our last message is acknowledged

    def start(self) -> bytes:
        return bytes([START])

    def receive(self, data: bytes) -> ServerStep:
        message = self._fragments.take(data)
        if message is None or self._fragments.sending:
            return self._fragments.next()
        if self._verdict is not None:
            if message:
                return Verdict(detail="the peer refused our last TLS message")
            return self._verdict
        try:
            return self._process(message)
        except CertificateRefused as refused:
            return Verdict(detail=f"the user's certificate: {refused}")
        except TlsFailed as failed:
            if not failed.alert:
                return Verdict(detail=str(failed))
            # the alert goes first, then EAP-Failure (RFC 5216 section 2.1.3)
            self._verdict = Verdict(detail=str(failed))
            self._fragments.put(failed.alert)
            return self._fragments.next()

    def _process(self, message: bytes) -> ServerStep:
        if not message:
            raise InvalidSyntax("an empty message in the middle of a TLS handshake")
        if self._tunnel.receive(message):
            raise InvalidSyntax("application data in EAP-TLS")
        if self._tunnel.established:
            if self._tunnel.version != "1.2":
                self._tunnel.send(COMMITMENT)
            self._verdict = Verdict(derive_msk(self._tunnel, Type.TLS, EapTls.label), self._identity())
        self._fragments.put(self._tunnel.output())
        return self._fragments.next()

    def _identity(self) -> bytes:
        """The claimed identity where the certificate has it, else the certificate's first name."""
        assert self._tunnel.certificate is not None
        try:
            names = names_of(self._tunnel.certificate)
        except UNREADABLE as error:
            raise CertificateRefused("certificate_broken", f"the certificate's names: {error}") from None
        chosen = self._claimed if self._claimed in names else names[0]
        return chosen.encode("utf-8", "replace")
