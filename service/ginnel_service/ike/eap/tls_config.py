"""What TLS inside EAP is told: whom to believe, what to show, which versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from ..errors import LocalError, PeerError

TlsVersion = Literal["1.2", "1.3"]


class CertificateRefused(PeerError):
    """The other end's certificate does not verify; `str(error)` says why."""

    code = "server_certificate"


class ChainCheck(Protocol):
    """Whether a chain, leaf first, is one to talk to at `utc_s`: its path, its use and its names.

    `responses` are the OCSP responses that the other end stapled to it (RFC 9190 section 5.4), unchecked.
    """

    def __call__(
        self, chain: tuple[x509.Certificate, ...], utc_s: float, responses: tuple[bytes, ...]
    ) -> None:
        """Raises a PeerError whose text says why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsConfig:
    """`chain`, leaf first, and `key` are our own certificate; a peer of TTLS or PEAP needs none."""

    check: ChainCheck = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()
    key: PrivateKeyTypes | None = field(default=None, repr=False)
    min_version: TlsVersion = "1.2"
    max_version: TlsVersion = "1.3"
    fragment_octets: int = 1024  # of TLS in one EAP packet

    def __post_init__(self) -> None:
        if self.min_version > self.max_version:
            raise LocalError("the lowest TLS version is above the highest one: mend tls versions")
        if not 64 <= self.fragment_octets <= 16384:
            raise LocalError("EAP fragments have 64 to 16384 octets: choose a size between")
        if bool(self.chain) != (self.key is not None):
            raise LocalError("a certificate and its private key go together: give both, or none")
