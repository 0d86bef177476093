"""Negotiating proposals (RFC 7296 sections 2.7 and 3.3, RFC 9370 section 2.2.1), and their keywords."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .codes import AEAD, Encr, Esn, Integ, KeMethod, Prf, ProtocolId, TransformType
from .errors import LocalError
from .events import EspSuite
from .keywords import ADDITIONAL_KE, belongs, transform_of, word_of, words_of
from .payloads.sa import Proposal, Transform

_ENCR, _PRF, _INTEG = TransformType.ENCR, TransformType.PRF, TransformType.INTEG
_KE, _ESN = TransformType.KE, TransformType.ESN

_ByType = dict[int, list[Transform]]

#: The PRF that an IKE proposal without one takes from its integrity algorithm.
_PRF_OF_INTEG: dict[int, Prf] = {
    Integ.HMAC_SHA2_256_128: Prf.HMAC_SHA2_256,
    Integ.HMAC_SHA2_384_192: Prf.HMAC_SHA2_384,
    Integ.HMAC_SHA2_512_256: Prf.HMAC_SHA2_512,
    Integ.HMAC_SHA1_96: Prf.HMAC_SHA1,
    Integ.AES_XCBC_96: Prf.AES128_XCBC,
    Integ.AES_CMAC_96: Prf.AES128_CMAC,
}
_KEY_EXCHANGES = frozenset({_KE, *ADDITIONAL_KE})
#: Types of which id 0 means "none of it", so that leaving the type out says the same.
_OPTIONAL = _KEY_EXCHANGES | {_INTEG}
_ORDER = (_ENCR, _INTEG, _PRF, _KE, *ADDITIONAL_KE, _ESN)  # the order in which keywords are written
#: What an attacker with means can break (RFC 8247 section 2.4, RFC 6989), and what hides nothing.
_WEAK = frozenset(
    {Transform(_ENCR, Encr.NULL)}
    | {Transform(kind, m) for kind in _KEY_EXCHANGES for m in (KeMethod.MODP1024, KeMethod.MODP1536)}
)


def parse(text: str, protocol: ProtocolId) -> Proposal:
    """A proposal from keywords such as `aes256gcm16-prfsha384-ecp384`. Raises LocalError."""
    if protocol not in (ProtocolId.IKE, ProtocolId.ESP):
        raise LocalError(f"no proposals of protocol {protocol.name}")
    transforms: list[Transform] = []
    for word in text.lower().split("-"):
        transform = transform_of(word)
        if transform is None or not belongs(transform, protocol):
            problem = "unknown word" if transform is None else "what is not supported,"
            raise LocalError(
                f"{protocol.name} proposal {text!r} has {problem} {word!r}; words are {words_of(protocol)}"
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


def weaknesses(proposals: Iterable[Proposal]) -> tuple[str, ...]:
    """The keywords of what is weak in `proposals`, each once; the defaults hold nothing of it."""
    found = (t for p in proposals for t in p.transforms if t in _WEAK)
    return tuple(dict.fromkeys(word_of(t) for t in found))


def mismatch(ours: Iterable[Proposal], wanted: int | None = None) -> str:
    """Why nothing matched: what we offered, and the key exchange method that the peer asked for instead."""
    offered = f"offered {', '.join(keywords(p) for p in ours)}"
    return offered if wanted is None else f"{offered}; the peer wants {word_of(Transform(_KE, wanted))}"


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
    return tuple(_without(p, _KEY_EXCHANGES) for p in proposals)


def without_additional_ke(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """What remains for a peer without RFC 9370: a proposal that insists on an additional exchange goes."""
    return tuple(
        _without(p, frozenset(ADDITIONAL_KE))
        for p in proposals
        if all(_omissible(of) for kind, of in _by_type(p.transforms).items() if kind in ADDITIONAL_KE)
    )


def with_ke(proposals: Iterable[Proposal], *methods: int) -> tuple[Proposal, ...]:
    """With `methods` as the only key exchanges, for CREATE_CHILD_SA with a KE payload (section 1.3)."""
    ke = [Transform(_KE, method) for method in methods]
    return tuple(
        replace(p, transforms=tuple(sorted((*p.transforms, *ke), key=lambda t: t.type)))
        for p in without_ke(proposals)
    )


def with_ke_of(
    proposals: Iterable[Proposal], others: Iterable[Proposal], *, first: int
) -> tuple[Proposal, ...]:
    """With the key exchanges of `others`, each also without additional ones; `first` before other methods."""
    own, found = tuple(without_ke(proposals)), []
    for other in others:
        exchanges = [t for t in other.transforms if t.type in _KEY_EXCHANGES]
        exchanges.sort(key=lambda t: t.type != _KE or t.id != first)
        for ke in (exchanges, [t for t in exchanges if t.type == _KE]):
            found += [replace(p, transforms=(*p.transforms, *ke)) for p in own]
    return tuple(dict.fromkeys(found))


def additional_methods(chosen: Proposal) -> tuple[int, ...]:
    """The additional key exchanges of a chosen proposal in their order; "NONE" is no exchange."""
    found = sorted((t for t in chosen.transforms if t.type in ADDITIONAL_KE), key=lambda t: t.type)
    return tuple(t.id for t in found if t.id != KeMethod.NONE)


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
    if _repeats_an_exchange(chosen.transforms):
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
    common: list[list[Transform]] = []
    for kind in sorted(types.keys() | own.keys()):
        mine = own.get(kind) or [Transform(kind, 0)]
        if kind not in types:
            if _omissible(mine):
                continue
            return None
        if kind not in own and kind not in _OPTIONAL:
            return None
        common.append([transform for transform in mine if transform in types[kind]])
    return _combine(common, ()) if all(common) else None


def _combine(
    common: Sequence[list[Transform]], so_far: tuple[Transform, ...]
) -> tuple[Transform, ...] | None:
    """The first transforms of all lists that repeat no key exchange.

    A choice with one twice is forbidden (RFC 9370 section 2.2.1), so that a
    preferred method may have to give way to a later type that has no other.
    """
    if not common:
        return so_far
    for transform in common[0]:
        if not _repeats_an_exchange((*so_far, transform)):
            found = _combine(common[1:], (*so_far, transform))
            if found is not None:
                return found
    return None


def _repeats_an_exchange(transforms: Iterable[Transform]) -> bool:
    done = [replace(t, type=_KE) for t in transforms if t.type in _KEY_EXCHANGES and t.id != KeMethod.NONE]
    return len(done) != len(set(done))


def _without(proposal: Proposal, kinds: frozenset[TransformType]) -> Proposal:
    return replace(proposal, transforms=tuple(t for t in proposal.transforms if t.type not in kinds))


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
    elif _KE not in types and not types.keys().isdisjoint(ADDITIONAL_KE):
        problem = "adds a key exchange to none"
    if problem:
        raise LocalError(f"proposal {text!r} {problem}")


def expand(text: str, protocol: ProtocolId) -> tuple[Proposal, ...]:
    """The proposals that a profile's `text` stands for: a word of `NAMED`, or keywords. Raises LocalError."""
    return NAMED.get((protocol, text.lower())) or (parse(text, protocol),)


def _all(protocol: ProtocolId, *texts: str) -> tuple[Proposal, ...]:
    return offer(parse(text, protocol) for text in texts)


_GROUPS = "x25519-ecp256-ecp384-ecp521-modp2048-modp3072-modp4096"
_PRFS = "prfsha256-prfsha384-prfsha512"

DEFAULT_IKE = _all(
    ProtocolId.IKE,
    f"aes256gcm16-aes128gcm16-chacha20poly1305-{_PRFS}-{_GROUPS}",
    f"aes256-aes192-aes128-sha256-sha384-sha512-{_GROUPS}",  # gateways that have no AEAD
)
#: The default ciphers, with ML-KEM after the first key exchange; a peer without it cannot accept them.
POST_QUANTUM_IKE = _all(
    ProtocolId.IKE,
    f"aes256gcm16-chacha20poly1305-{_PRFS}-x25519-ecp384-ecp256-ke1_mlkem768-ke1_mlkem1024",
    "aes256-sha256-sha384-sha512-x25519-ecp384-ecp256-ke1_mlkem768-ke1_mlkem1024",
)
#: What a gateway accepts unasked: the client that can do more gets it.
GATEWAY_IKE = offer((*POST_QUANTUM_IKE, *DEFAULT_IKE))
#: Gateways as their makers ship them that have HMAC-SHA1 alone.
COMPATIBLE_IKE = _all(ProtocolId.IKE, f"aes256-aes192-aes128-sha1-{_PRFS}-prfsha1-{_GROUPS}")
DEFAULT_ESP = _all(
    ProtocolId.ESP,
    "aes256gcm16-aes128gcm16-chacha20poly1305-esn-noesn",
    "aes256-aes128-sha256-sha384-sha512-esn-noesn",  # gateways that have no AEAD
)
COMPATIBLE_ESP = _all(ProtocolId.ESP, "aes256-aes192-aes128-sha1-esn-noesn")
#: Words that stand for whole proposals, alone in their text.
NAMED = {
    (ProtocolId.IKE, "default"): DEFAULT_IKE,
    (ProtocolId.IKE, "post_quantum"): POST_QUANTUM_IKE,
    (ProtocolId.IKE, "compatible"): COMPATIBLE_IKE,
    (ProtocolId.ESP, "default"): DEFAULT_ESP,
    (ProtocolId.ESP, "compatible"): COMPATIBLE_ESP,
}
