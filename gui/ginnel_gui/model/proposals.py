"""Proposals in plain words: what a person picks from, and the exact suites that each choice offers. Qt-free.

`default`, `post_quantum` and `compatible` are words of a profile, which the service takes for these suites;
a test holds them beside the service's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .words import QT_TRANSLATE_NOOP, Words


@dataclass(frozen=True, slots=True)
class Preset:
    """`proposals` is what the profile says."""

    words: Words
    proposals: tuple[str, ...]


_GROUPS: Final = "x25519-ecp256-ecp384-ecp521-modp2048-modp3072-modp4096"
_PRFS: Final = "prfsha256-prfsha384-prfsha512"

#: field -> what each word of it stands for
SUITES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "ike.proposals": {
        "default": (
            f"aes256gcm16-aes128gcm16-chacha20poly1305-{_PRFS}-{_GROUPS}",
            f"aes256-aes192-aes128-sha256-sha384-sha512-{_GROUPS}",
        ),
        "post_quantum": (
            f"aes256gcm16-chacha20poly1305-{_PRFS}-x25519-ecp384-ecp256-ke1_mlkem768-ke1_mlkem1024",
            "aes256-sha256-sha384-sha512-x25519-ecp384-ecp256-ke1_mlkem768-ke1_mlkem1024",
        ),
        "compatible": (f"aes256-aes192-aes128-sha1-{_PRFS}-prfsha1-{_GROUPS}",),
    },
    "esp.proposals": {
        "default": (
            "aes256gcm16-aes128gcm16-chacha20poly1305-esn-noesn",
            "aes256-aes128-sha256-sha384-sha512-esn-noesn",
        ),
        "compatible": ("aes256-aes192-aes128-sha1-esn-noesn",),
    },
}

_MODERN: Final = QT_TRANSLATE_NOOP("Suites", "Modern (recommended)")
_OLDER: Final = QT_TRANSLATE_NOOP("Suites", "Compatible with older servers (Windows Server, MikroTik)")
PRESETS: Final[dict[str, tuple[Preset, ...]]] = {
    "ike.proposals": (
        Preset(_MODERN, ()),
        Preset(QT_TRANSLATE_NOOP("Suites", "Post-quantum where possible"), ("post_quantum", "default")),
        Preset(QT_TRANSLATE_NOOP("Suites", "Post-quantum only"), ("post_quantum",)),
        Preset(_OLDER, ("default", "compatible")),
    ),
    "esp.proposals": (Preset(_MODERN, ()), Preset(_OLDER, ("default", "compatible"))),
}
OWN_CHOICE: Final = QT_TRANSLATE_NOOP("Suites", "Own choice")


def preset_of(field: str, proposals: tuple[str, ...]) -> Preset | None:
    """The one that says `proposals`; None: a choice of one's own."""
    return next((each for each in PRESETS[field] if each.proposals == proposals), None)


def exact(field: str, proposals: tuple[str, ...]) -> tuple[str, ...]:
    """What is offered, words that stand for suites written out."""
    named = SUITES[field]
    return tuple(suite for word in proposals or ("default",) for suite in named.get(word.lower(), (word,)))
