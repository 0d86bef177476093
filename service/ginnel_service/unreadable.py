"""What `cryptography` raises over keys, certificates and CRLs that it cannot take."""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm

UNREADABLE: Final = (
    ValueError,
    TypeError,
    OverflowError,
    LookupError,  # a TLS feature that it has no name for
    InternalError,  # a key whose octets OpenSSL refuses
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
