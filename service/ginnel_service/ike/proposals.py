"""Negotiating proposals (RFC 7296 sections 2.7 and 3.3), and how they are written in keywords."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .codes import AEAD, Esn, Integ, Prf, ProtocolId, TransformType
from .errors import LocalError
from .events import EspSuite
from .keywords import KEYWORDS, belongs, word_of
from .payloads.sa import Proposal, Transform

_ENCR, _PRF, _INTEG = TransformType.ENCR, TransformType.PRF, TransformType.INTEG
_KE, _ESN = TransformType.KE, TransformType.ESN

_ByType = dict[int, list[Transform]]

#: The PRF that an IKE proposal without one takes from its integrity algorithm.
_PRF_OF_INTEG: dict[int, Prf] = {
    Integ.HMAC_SHA2_256_128: Prf.HMAC_SHA2_256,
    Integ.HMAC_SHA2_384_192: Prf.HMAC_SHA2_384,
    Integ.HMAC_SHA2_512_256: Prf.HMAC_SHA2_512,
}
#: Types of which id 0 means "none of it", so that leaving the type out says the same.
_OPTIONAL = frozenset({_INTEG, _KE, *(t for t in TransformType if t >= TransformType.ADDKE1)})
_ORDER = (_ENCR, _INTEG, _PRF, _KE, _ESN)  # the order in which keywords are written


def parse(text: str, protocol: ProtocolId) -> Proposal:
    """A proposal from keywords such as `aes256gcm16-prfsha384-ecp384`. Raises LocalError."""
    if protocol not in (ProtocolId.IKE, ProtocolId.ESP):
        raise LocalError(f"no proposals of protocol {protocol.name}")
    transforms: list[Transform] = []
    for word in text.lower().split("-"):
        transform = KEYWORDS.get(word)
        if transform is None or not belongs(transform, protocol):
            known = (w for w, t in KEYWORDS.items() if belongs(t, protocol))
            problem = "unknown word" if transform is None else "what is not supported,"
            raise LocalError(
                f"{protocol.name} proposal {text!r} has {problem} {word!r}; words are {', '.join(known)}"
            )
        if transform not in transforms:
            transforms.append(transform)
    by_type = _by_type(transforms)
    if protocol == ProtocolId.IKE and _PRF not in by_type:
        transforms += _derived_prfs(by_type.get(_INTEG, ()))
    if protocol == ProtocolId.ESP and _ESN not in by_type:
        transforms.append(Transform(_ESN, Esn.NO_ESN))
    proposal = Proposal(1, protocol, b"", tuple(sorted(transforms, key=lambda t: t.type)))
    _check(proposal, text)
    return proposal


def keywords(proposal: Proposal) -> str:
    """The words of a proposal, which `parse` takes back when all its transforms are known."""
    by_type = _by_type(proposal.transforms)
    derived = _derived_prfs(by_type.get(_INTEG, ()))
    words: list[str] = []
    for kind in (*_ORDER, *sorted(by_type.keys() - set(_ORDER))):
        found = by_type.get(kind, [])
        if (kind == _PRF and found == derived) or (kind == _ESN and found == [Transform(_ESN, Esn.NO_ESN)]):
            continue
        words += (word_of(t) for t in found)
    return "-".join(words)


def esp_suite_name(suite: EspSuite) -> str:
    """The keywords of a negotiated ESP suite."""
    transforms = [Transform(_ENCR, suite.encr, suite.key_bits or None)]
    if suite.integ:
        transforms.append(Transform(_INTEG, suite.integ))
    transforms.append(Transform(_ESN, Esn.ESN if suite.esn else Esn.NO_ESN))
    return keywords(Proposal(1, ProtocolId.ESP, b"", tuple(transforms)))


def pick(proposal: Proposal, kind: int) -> Transform | None:
    """The first transform of a type."""
    return next((t for t in proposal.transforms if t.type == kind), None)


def offer(proposals: Iterable[Proposal], spi: bytes = b"") -> tuple[Proposal, ...]:
    """The same proposals with `spi`, numbered from 1 (RFC 7296 section 3.3.1)."""
    return tuple(replace(p, number=number, spi=spi) for number, p in enumerate(proposals, 1))


def without_ke(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """For IKE_AUTH, where a CHILD SA has no key exchange of its own (section 1.2)."""
    return tuple(replace(p, transforms=tuple(t for t in p.transforms if t.type != _KE)) for p in proposals)


def without_additional(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """What is left for a peer without IKE_INTERMEDIATE: none that insists on an additional key exchange."""
    kept = []
    for proposal in proposals:
        plain = tuple(t for t in proposal.transforms if t.type < TransformType.ADDKE1)
        more = _by_type(t for t in proposal.transforms if t.type >= TransformType.ADDKE1)
        if all(_omissible(transforms) for transforms in more.values()):
            kept.append(replace(proposal, transforms=plain))
    return tuple(kept)


def with_ke(proposals: Iterable[Proposal], *methods: int) -> tuple[Proposal, ...]:
    """With `methods` as the only key exchanges, for CREATE_CHILD_SA with a KE payload (section 1.3)."""
    ke = [Transform(_KE, method) for method in methods]
    return tuple(
        replace(p, transforms=tuple(sorted((*p.transforms, *ke), key=lambda t: t.type)))
        for p in without_ke(proposals)
    )


def choose(offered: Sequence[Proposal], ours: Sequence[Proposal]) -> Proposal | None:
    """The responder's pick: OUR order of proposals and of transforms decides. None when nothing matches.

    The result has the offer's number and SPI, and one transform of each type that was offered.
    """
    candidates = [(p, _by_type(p.transforms)) for p in offered if _spi_fits(p)]
    for own in ours:
        own_types = _by_type(own.transforms)
        for proposal, types in candidates:
            if proposal.protocol == own.protocol:
                transforms = _match(types, own_types)
                if transforms is not None:
                    return replace(proposal, transforms=transforms)
    return None


def answers(offered: Sequence[Proposal], chosen: Proposal) -> bool:
    """Whether `chosen` legally answers our offer: one transform of each type, all out of one proposal."""
    picked = _by_type(chosen.transforms)
    if not _spi_fits(chosen) or any(len(transforms) != 1 for transforms in picked.values()):
        return False
    for proposal in offered:
        if proposal.number == chosen.number and proposal.protocol == chosen.protocol:
            types = _by_type(proposal.transforms)
            return all(kind in picked or _omissible(types[kind]) for kind in types) and all(
                transform in types[kind] if kind in types else _omissible([transform])
                for kind, (transform,) in picked.items()
            )
    return False


def _match(types: _ByType, own: _ByType) -> tuple[Transform, ...] | None:
    """One transform of each offered type, or None; a type only one side has spoils it (section 3.3.6)."""
    result: list[Transform] = []
    for kind in sorted(types.keys() | own.keys()):
        mine = own.get(kind) or [Transform(kind, 0)]
        if kind not in types:
            if _omissible(mine):
                continue
            return None
        if kind not in own and kind not in _OPTIONAL:
            return None
        found = next((transform for transform in mine if transform in types[kind]), None)
        if found is None:
            return None
        result.append(found)
    return tuple(result)


def _omissible(transforms: Sequence[Transform]) -> bool:
    """Whether leaving out the type of `transforms` says the same as one of them, id 0."""
    return any(t.id == 0 and (t.type in _OPTIONAL or t.type == _ESN) for t in transforms)


def _by_type(transforms: Iterable[Transform]) -> _ByType:
    types: _ByType = {}
    for transform in transforms:
        types.setdefault(transform.type, []).append(transform)
    return types


def _spi_fits(proposal: Proposal) -> bool:
    """8 octets for the rekey of an IKE SA and none for its start, 4 for ESP (section 3.3.1)."""
    return len(proposal.spi) in ((0, 8) if proposal.protocol == ProtocolId.IKE else (4,))


def _derived_prfs(integs: Iterable[Transform]) -> list[Transform]:
    return [Transform(_PRF, _PRF_OF_INTEG[t.id]) for t in integs if t.id in _PRF_OF_INTEG]


def _check(proposal: Proposal, text: str) -> None:
    """Raise LocalError for a proposal that no peer could accept."""
    types = _by_type(proposal.transforms)
    aead = {t.id in AEAD for t in types.get(_ENCR, [])}
    problem = ""
    if not aead:
        problem = "names no cipher"
    elif len(aead) > 1:
        problem = "mixes AEAD and other ciphers, which belong in separate proposals"
    elif aead == {True} and _INTEG in types:
        problem = "gives an integrity algorithm to an AEAD cipher"
    elif aead == {False} and _INTEG not in types:
        problem = "names no integrity algorithm"
    elif proposal.protocol == ProtocolId.IKE and _PRF not in types:
        problem = "names no PRF, such as prfsha256"
    elif proposal.protocol == ProtocolId.IKE and _KE not in types:
        problem = "names no key exchange method, such as x25519"
    if problem:
        raise LocalError(f"proposal {text!r} {problem}")


DEFAULT_IKE = offer(
    parse(text, ProtocolId.IKE)
    for text in (
        "aes256gcm16-aes128gcm16-prfsha256-prfsha384-prfsha512-x25519-ecp256-ecp384-modp2048",
        "aes256-aes128-sha256-sha384-sha512-x25519-ecp256-ecp384-modp2048",
    )
)
DEFAULT_ESP = offer(
    parse(text, ProtocolId.ESP)
    for text in (
        "aes256gcm16-aes128gcm16-chacha20poly1305-esn-noesn",
        "aes256-aes128-sha256-sha384-sha512-esn-noesn",  # gateways that have no AEAD
    )
)
