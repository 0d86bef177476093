"""What TLS inside EAP is told: whom to believe, what to show, which versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..auth.credentials import Credential, LocalKey
from ..auth.policy import TrustPolicy
from ..errors import LocalError
from ..payloads.identity import Identity

TlsVersion = Literal["1.2", "1.3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsConfig:
    """A peer names the EAP server in `server_names`, any one of which its certificate has to bear; a peer of
    TTLS or PEAP needs no credential of its own.

    Nothing can be fetched while EAP runs: of revocation we learn what the server staples to its certificate.
    """

    trust: TrustPolicy
    server_names: tuple[Identity, ...] = ()
    credential: Credential | None = field(default=None, repr=False)
    min_version: TlsVersion = "1.2"
    max_version: TlsVersion = "1.3"
    fragment_octets: int = 1024  # of TLS in one EAP packet

    def __post_init__(self) -> None:
        if self.min_version > self.max_version:
            raise LocalError("the lowest TLS version is above the highest one: mend tls versions")
        if not 64 <= self.fragment_octets <= 16384:
            raise LocalError("EAP fragments have 64 to 16384 octets: choose a size between")

    @property
    def key(self) -> LocalKey | None:
        """Our own key, where TLS can use it: OpenSSL cannot sign with a token's."""
        held = self.credential.key if self.credential is not None else None
        return held if isinstance(held, LocalKey) else None

    def require_key(self) -> None:
        """EAP-TLS is nothing without a certificate. Raises LocalError."""
        if self.credential is None:
            raise LocalError("EAP-TLS needs a certificate of one's own: set it")
        if self.key is None:
            raise LocalError(
                "a key in a token cannot serve inside EAP: give a certificate and its key in files"
            )
