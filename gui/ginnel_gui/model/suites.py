"""Cipher suites as people who know them read them: `aes256gcm16` is "AES-256-GCM". Qt-free."""

from __future__ import annotations

import re
from typing import Final

#: keyword's shape -> how it is written; the first that fits
_SHAPES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(shape), written)
    for shape, written in (
        (r"aes(\d+)gcm(?:16|128)", r"AES-\1-GCM"),
        (r"aes(\d+)(gcm|ccm)(\d+)(iiv)?", r"AES-\1-\2 (\3)"),
        (r"aes(\d+)ctr", r"AES-\1-CTR"),
        (r"aes(\d+)", r"AES-\1-CBC"),
        (r"aes", r"AES-128-CBC"),
        (r"chacha20poly1305(iiv)?", r"ChaCha20-Poly1305"),
        (r"prfsha1", r"PRF HMAC-SHA-1"),
        (r"prfsha(\d+)", r"PRF HMAC-SHA-\1"),
        (r"prfaes(xcbc|cmac)", r"PRF AES-\1"),
        (r"sha(?:2_)?(\d{3})", r"HMAC-SHA-\1"),
        (r"sha1?", r"HMAC-SHA-1"),
        (r"aes(xcbc|cmac)", r"AES-\1"),
        (r"x(25519|448)|curve(25519|448)", r"X\1\2"),
        (r"ecp(\d+)", r"P-\1"),
        (r"modp(\d+)", r"DH-\1"),
        (r"(?:ke\d_)?mlkem(\d+)", r"ML-KEM-\1"),
        (r"null", r"no encryption"),
    )
)
_UPPER: Final = re.compile(r"\b(gcm|ccm|cmac|xcbc)\b")


def readable(suite: str) -> str:
    """The suite `suite`, its parts' keywords joined by hyphens; what is not known stays as it is."""
    parts = [part for part in suite.split("-") if part not in {"noesn", "esn"}]
    return "\u00a0· ".join(map(_written, parts))


def _written(keyword: str) -> str:
    word = re.sub(r"^ke\d_", "", keyword)
    for shape, written in _SHAPES:
        if (found := shape.fullmatch(word)) is not None:
            made = found.expand(written)
            return _UPPER.sub(lambda each: each[0].upper(), made)
    return keyword
