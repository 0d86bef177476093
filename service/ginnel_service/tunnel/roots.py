"""The certificates that the system trusts, from OpenSSL's usual places (SSL_CTX_set_default_verify_paths(3)).

Bounded, read once for every state of the places: a system has a hundred and a half of them.
"""

from __future__ import annotations

import re
import ssl
import warnings
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning

from ..unreadable import UNREADABLE

MAX_OCTETS: Final = 8 << 20
MAX_ROOTS: Final = 1000
_CERTIFICATE: Final = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


def system_roots() -> tuple[x509.Certificate, ...]:
    """Every root that can be read; none where the system has none."""
    paths = ssl.get_default_verify_paths()
    for place in (paths.cafile, paths.capath):
        with suppress(OSError):
            if place and (found := load(Path(place), Path(place).stat().st_mtime_ns)):
                return found
    return ()


@lru_cache(maxsize=2)
def load(place: Path, changed_ns: int) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM bundle, or of a directory of PEM files. `changed_ns` keys the cache."""
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    found: dict[bytes, x509.Certificate] = {}
    left = MAX_OCTETS
    for file in files:
        with suppress(OSError):
            with file.open("rb") as opened:
                data = opened.read(left + 1)
            left -= len(data)
            if left < 0 or len(found) > MAX_ROOTS:
                break
            for block in _CERTIFICATE.findall(data):
                if (certificate := _parse(block)) is not None:
                    found[certificate.tbs_certificate_bytes] = certificate
    return tuple(found.values())


def _parse(pem: bytes) -> x509.Certificate | None:
    """A root, or None: one that cannot be read must not take the others with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # old roots break small rules
        try:
            return x509.load_pem_x509_certificate(pem)
        except UNREADABLE:
            return None
