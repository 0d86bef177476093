"""What TLS inside EAP is told: whom to believe, what to show, which versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from cryptography import x509

from ..errors import PeerError


class CertificateRefused(PeerError):
    """The other end's certificate does not verify; `str(error)` says why."""

    code = "server_certificate"


class ChainCheck(Protocol):
    """Whether a chain, leaf first, is one to talk to at `utc_s`: its path, its use and its names."""

    def __call__(self, chain: tuple[x509.Certificate, ...], utc_s: float) -> None:
        """Raises CertificateRefused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsConfig:
    """`chain` and `key_der` (PKCS#8) are our own certificate; a peer of TTLS or PEAP needs none."""

    check: ChainCheck = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()
    key_der: bytes | None = field(default=None, repr=False)
    min_version: Literal["1.2", "1.3"] = "1.2"
    max_version: Literal["1.2", "1.3"] = "1.3"
    server_name: str | None = None  # sent as SNI
    fragment_octets: int = 1024  # of TLS in one EAP packet
