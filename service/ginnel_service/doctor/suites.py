"""Which proposals to try, one by one, on a gateway that refused a profile's. Pure.

Each names one family of ciphers with every PRF and group that goes with it, so that a dozen questions tell
what a gateway has; the answer names what it likes best of them. Ciphers that Ginnel lacks are among them, to
tell an old gateway from one that wants something else.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..ike.codes import Encr, Integ, KeMethod, Prf, ProtocolId, TransformType
from ..ike.payloads.sa import Proposal, Transform
from ..ike.proposals import parse

_PRFS: Final = "prfsha256-prfsha384-prfsha512"
_GROUPS: Final = "x25519-ecp256-ecp384-ecp521-modp2048-modp3072-modp4096-modp6144-modp8192-x448"
_WEAK_GROUPS: Final = "modp1536-modp1024"


class Trial(NamedTuple):
    """`usable`: whether a profile may name what it finds."""

    proposal: Proposal
    usable: bool = True


def trials() -> tuple[Trial, ...]:
    """At most a dozen, what a person should prefer first."""
    known = (
        f"aes256gcm16-aes128gcm16-aes192gcm16-{_PRFS}-{_GROUPS}",
        f"chacha20poly1305-{_PRFS}-{_GROUPS}",
        f"aes256-aes192-aes128-sha256-sha384-sha512-{_PRFS}-{_GROUPS}",
        f"aes256ccm16-aes128ccm16-aes256ccm12-aes128ccm12-{_PRFS}-{_GROUPS}",
        f"aes256ctr-aes128ctr-sha256-sha384-sha512-{_PRFS}-{_GROUPS}",
        f"aes256gcm16-{_PRFS}-x25519-ecp384-ecp256-ke1_mlkem768-ke1_mlkem1024",
        f"aes256-aes192-aes128-sha1-prfsha1-{_PRFS}-{_GROUPS}",
        f"aes256gcm16-aes128gcm16-prfsha1-{_PRFS}-{_WEAK_GROUPS}",
        f"aes256-aes192-aes128-sha256-sha384-sha512-prfsha1-{_PRFS}-{_WEAK_GROUPS}",
        f"aes256-aes192-aes128-sha1-prfsha1-{_PRFS}-{_WEAK_GROUPS}",
    )
    return (*(Trial(parse(text, ProtocolId.IKE)) for text in known), Trial(_old(), usable=False))


def _old() -> Proposal:
    """Triple DES, for which there are no keywords because Ginnel does not have it."""
    return Proposal(
        1,
        ProtocolId.IKE,
        b"",
        (
            Transform(TransformType.ENCR, Encr.TRIPLE_DES),
            Transform(TransformType.PRF, Prf.HMAC_SHA1),
            Transform(TransformType.PRF, Prf.HMAC_SHA2_256),
            Transform(TransformType.INTEG, Integ.HMAC_SHA1_96),
            Transform(TransformType.INTEG, Integ.HMAC_SHA2_256_128),
            Transform(TransformType.KE, KeMethod.MODP2048),
            Transform(TransformType.KE, KeMethod.MODP1536),
            Transform(TransformType.KE, KeMethod.MODP1024),
        ),
    )
