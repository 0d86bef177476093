"""TLS over octets that somebody else carries, by pyOpenSSL and memory BIOs; either end.

The other end's certificate is checked by `auth.trust` before anything that answers it is sent. All of
pyOpenSSL's errors end here, as TlsFailed. Sessions are never resumed.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from OpenSSL import SSL

from ...unreadable import UNREADABLE
from ..auth.errors import CertificateRefused
from ..auth.revocation import Evidence
from ..auth.revocation import check as check_revocation
from ..auth.trust import check_identity, matches, verify_chain
from ..errors import PeerError
from .tls_config import TlsConfig

_VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
_READ_OCTETS = 16384


class TlsFailed(PeerError):
    """TLS cannot go on. `alert` is what TLS wants the other end to know, possibly empty."""

    code = "eap_tls_failed"

    def __init__(self, detail: str, alert: bytes = b"") -> None:
        super().__init__(detail)
        self.alert = alert


def _context(config: TlsConfig, *, needs_certificate: bool) -> SSL.Context:
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(_VERSIONS[config.min_version])
    context.set_max_proto_version(_VERSIONS[config.max_version])
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    # Servers such as strongSwan's never renegotiate, and so do not know RFC 5746 either; nor do we
    context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    wanted = SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if needs_certificate else 0)
    # OpenSSL's own opinion of the chain does not count: `_check_certificate` decides
    context.set_verify(wanted, lambda *_: True)
    if config.credential is not None and config.key is not None:
        context.use_certificate(config.credential.certificate)
        for certificate in config.credential.chain[1:]:
            context.add_extra_chain_cert(certificate)
        context.use_privatekey(config.key.private)
    return context


class Tunnel:
    """One TLS connection."""

    def __init__(self, config: TlsConfig, utc: Callable[[], float], *, server: bool) -> None:
        self._config = config
        self._utc = utc
        self._server = server
        self._stapled: list[bytes] = []
        try:
            context = _context(config, needs_certificate=server)
            if not server:
                context.set_ocsp_client_callback(self._staple)
            self._tls = SSL.Connection(context)
        except (SSL.Error, TypeError, ValueError) as error:
            raise TlsFailed(f"our own certificate cannot be used: {_words(error)}") from None
        if server:
            self._tls.set_accept_state()
        else:
            self._tls.set_connect_state()
            self._tls.request_ocsp()
        self._sealed = bytearray()
        self.established = False
        self.certificate: x509.Certificate | None = None  # the other end's, verified

    @property
    def version(self) -> str:
        """`1.2` or `1.3`, once it is agreed on."""
        return self._tls.get_protocol_version_name().removeprefix("TLSv")

    def receive(self, octets: bytes) -> bytes:
        """Take TLS records in and give the plaintext that they hold. Raises TlsFailed, CertificateRefused."""
        plain = bytearray()
        try:
            if octets:
                self._tls.bio_write(octets)
            if not self.established:
                self._handshake()
            if self.established:
                while True:
                    plain += self._tls.recv(_READ_OCTETS)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            raise TlsFailed("the other end closed TLS") from None
        except SSL.Error as error:
            raise TlsFailed(f"TLS failed: {_words(error)}", self.output()) from None
        return bytes(plain)

    def send(self, plain: bytes) -> None:
        """Seal `plain`; `output` has the records."""
        try:
            self._tls.sendall(plain)
        except SSL.Error as error:
            raise TlsFailed(f"TLS failed: {_words(error)}") from None

    def output(self) -> bytes:
        """The records to send now."""
        self._collect()
        sealed = bytes(self._sealed)
        self._sealed.clear()
        return sealed

    def export(self, label: bytes, count: int, context: bytes | None = None) -> bytes:
        """Exported keying material (RFC 5705, RFC 8446 section 7.5)."""
        try:
            return self._tls.export_keying_material(label, count, context)
        except SSL.Error as error:
            raise TlsFailed(f"TLS gives no keys: {_words(error)}") from None

    def _handshake(self) -> None:
        try:
            self._tls.do_handshake()
            self.established = True
        finally:
            # a whole flight is here, stapled responses too, once TLS has something to answer
            self._collect()
            if self._sealed or self.established:
                self._check_certificate()
        if self.certificate is None:
            raise TlsFailed("the other end showed no certificate")

    def _staple(self, connection: SSL.Connection, response: bytes, data: object) -> bool:
        if response:
            self._stapled.append(response)
        return True  # `_check_certificate` judges

    def _collect(self) -> None:
        try:
            while True:
                self._sealed += self._tls.bio_read(_READ_OCTETS)
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            raise TlsFailed(f"TLS failed: {_words(error)}") from None

    def _check_certificate(self) -> None:
        if self.certificate is not None:
            return
        try:
            leaf = self._tls.get_peer_certificate(as_cryptography=True)
            if leaf is None:
                return
            shown = self._tls.get_peer_cert_chain(as_cryptography=True) or []
        except (SSL.Error, *UNREADABLE) as error:
            text = f"the certificate cannot be read: {_words(error)}"
            raise CertificateRefused("certificate_broken", text) from None
        others = [certificate for certificate in shown if certificate != leaf]
        responses, utc_s, trust = tuple(self._stapled), self._utc(), self._config.trust
        chain = verify_chain(leaf, others, trust, utc_s, server=not self._server, responses=responses)
        check_revocation(chain, trust, Evidence(responses=responses), utc_s)
        if not self._server:
            _check_name(self._config, leaf)
        self.certificate = leaf


def _check_name(config: TlsConfig, certificate: x509.Certificate) -> None:
    allow_cn = config.trust.allow_cn
    if not any(matches(name, certificate, allow_cn=allow_cn) for name in config.server_names):
        check_identity(config.server_names[0], certificate, allow_cn=allow_cn)


def _words(error: Exception) -> str:
    """OpenSSL's reasons, such as `tlsv1 alert unknown ca`; they quote nothing that was sent."""
    if isinstance(error, SSL.SysCallError):
        return "the records end too early"
    if isinstance(error, SSL.Error) and error.args and isinstance(error.args[0], list):
        return "; ".join(str(entry[-1]) for entry in error.args[0][:3]) or "the other end closed it"
    return type(error).__name__
