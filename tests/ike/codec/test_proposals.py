"""Keywords, the responder's choice and the initiator's check of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.codes import Encr, Esn, Integ, KeMethod, ProtocolId, TransformType
from ginnel_service.ike.errors import LocalError
from ginnel_service.ike.events import EspSuite
from ginnel_service.ike.keywords import KEYWORDS
from ginnel_service.ike.payloads import Proposal, Transform
from ginnel_service.ike.proposals import (
    DEFAULT_ESP,
    DEFAULT_IKE,
    answers,
    choose,
    esp_suite_name,
    keywords,
    offer,
    parse,
    pick,
    with_ke,
    without_ke,
)

IKE, ESP = ProtocolId.IKE, ProtocolId.ESP
SPI = b"\xc0\xff\xee\x01"
INTEG_NONE = Transform(TransformType.INTEG, Integ.NONE)
KE_NONE = Transform(TransformType.KE, KeMethod.NONE)


def ike(*texts: str) -> tuple[Proposal, ...]:
    return offer(parse(text, IKE) for text in texts)


def esp(*texts: str) -> tuple[Proposal, ...]:
    return offer((parse(text, ESP) for text in texts), SPI)


def adding(proposals: tuple[Proposal, ...], *more: Transform) -> tuple[Proposal, ...]:
    return tuple(replace(p, transforms=(*p.transforms, *more)) for p in proposals)


def dropping(proposals: tuple[Proposal, ...], kind: TransformType) -> tuple[Proposal, ...]:
    return tuple(replace(p, transforms=tuple(t for t in p.transforms if t.type != kind)) for p in proposals)


@pytest.mark.parametrize(
    ("text", "protocol", "written"),
    [
        ("aes256gcm16-prfsha384-ecp384", IKE, "aes256gcm16-prfsha384-ecp384"),
        ("aes256-sha256-modp2048", IKE, "aes256-sha256-modp2048"),
        ("AES-SHA2_512-curve25519", IKE, "aes128-sha512-x25519"),
        ("aes256-sha256-prfsha512-x25519", IKE, "aes256-sha256-prfsha512-x25519"),
        ("x25519-sha256-aes128-aes256", IKE, "aes128-aes256-sha256-x25519"),
        ("aes128gcm16", ESP, "aes128gcm16"),
        ("aes128gcm128-noesn", ESP, "aes128gcm16"),
        ("aes256-sha256-esn", ESP, "aes256-sha256-esn"),
        ("aes256gcm16-ecp256-esn-noesn", ESP, "aes256gcm16-ecp256-esn-noesn"),
        ("aes192gcm96-aes128gcm64", ESP, "aes192gcm12-aes128gcm8"),
        ("aes128ccm128-aes192ccm96-aes256ccm64", ESP, "aes128ccm16-aes192ccm12-aes256ccm8"),
        ("aes192ctr-aes192-sha", ESP, "aes192ctr-aes192-sha1"),
        ("chacha20poly1305-aes256gcm16iiv", ESP, "chacha20poly1305-aes256gcm16iiv"),
        ("chacha20poly1305iiv-esn", ESP, "chacha20poly1305iiv-esn"),
        ("null-sha256", ESP, "null-sha256"),
        ("aes192gcm16-prfsha256-x25519", IKE, "aes192gcm16-prfsha256-x25519"),
    ],
)
def test_keywords_are_read_and_written(text: str, protocol: ProtocolId, written: str) -> None:
    proposal = parse(text, protocol)
    assert keywords(proposal) == written
    assert parse(written, protocol) == proposal


def test_prf_comes_from_the_integrity_algorithm() -> None:
    prf = pick(parse("aes256-sha384-ecp384", IKE), TransformType.PRF)
    assert prf == Transform(TransformType.PRF, 6)


@pytest.mark.parametrize(
    ("text", "protocol", "fragment"),
    [
        ("aes256gcm16-rot13", IKE, "'rot13'"),
        ("aes256gcm16-rot13", IKE, "prfsha384"),
        ("", ESP, "unknown word ''"),
        ("aes256-sha256-prfsha256", ESP, "'prfsha256'"),
        ("aes256-sha256-x25519-esn", IKE, "'esn'"),
        ("sha256-x25519", IKE, "no cipher"),
        ("aes256-aes256gcm16-sha256", ESP, "mixes"),
        ("aes256gcm16-sha256", ESP, "AEAD"),
        ("aes256", ESP, "no integrity"),
        ("aes256gcm16-x25519", IKE, "no PRF"),
        ("aes256-sha256", IKE, "no key exchange"),
        ("null", ESP, "no integrity"),
        ("null-aes128gcm16-sha256", ESP, "mixes"),
        ("chacha20poly1305-sha256", ESP, "AEAD"),
        ("aes128gcm16iiv-sha256", ESP, "AEAD"),
        ("aes256", ProtocolId.AH, "AH"),
    ],
)
def test_bad_keywords_are_our_mistake_and_named(text: str, protocol: ProtocolId, fragment: str) -> None:
    with pytest.raises(LocalError, match=fragment):
        parse(text, protocol)


def test_unknown_transforms_are_written_with_their_numbers() -> None:
    proposal = Proposal(1, ESP, SPI, (Transform(1, 21), Transform(1, 23, 192), Transform(240, 7)))
    assert keywords(proposal) == "type1id21-type1id23_192-type240id7"


@pytest.mark.parametrize(
    ("suite", "name"),
    [
        (EspSuite(Encr.AES_GCM_16, 128), "aes128gcm16"),
        (EspSuite(Encr.AES_CBC, 256, Integ.HMAC_SHA2_256_128), "aes256-sha256"),
        (EspSuite(Encr.AES_GCM_16, 256, esn=True), "aes256gcm16-esn"),
    ],
)
def test_esp_suites_have_names(suite: EspSuite, name: str) -> None:
    assert esp_suite_name(suite) == name


def test_defaults_keep_aead_apart_and_esp_without_key_exchange() -> None:
    assert [keywords(p) for p in DEFAULT_ESP] == [
        "aes256gcm16-aes128gcm16-chacha20poly1305-esn-noesn",
        "aes256-aes128-sha256-sha384-sha512-esn-noesn",
    ]
    for proposals in (DEFAULT_IKE, DEFAULT_ESP):
        assert [p.number for p in proposals] == [1, 2]
        assert pick(proposals[0], TransformType.INTEG) is None
        assert pick(proposals[1], TransformType.INTEG) is not None
    assert without_ke(DEFAULT_ESP) == DEFAULT_ESP


#: IANA's transform ids and key lengths; every cipher of ours but NULL has each of its key lengths here once.
CIPHERS = {
    **{f"aes{bits}": (12, bits) for bits in (128, 192, 256)},
    **{f"aes{bits}ctr": (13, bits) for bits in (128, 192, 256)},
    **{f"aes{bits}ccm{icv}": (14 + n, bits) for n, icv in enumerate((8, 12, 16)) for bits in (128, 192, 256)},
    **{f"aes{bits}gcm{icv}": (18 + n, bits) for n, icv in enumerate((8, 12, 16)) for bits in (128, 192, 256)},
    **{f"aes{bits}gcm16iiv": (30, bits) for bits in (128, 192, 256)},
    "chacha20poly1305": (28, None),
    "chacha20poly1305iiv": (31, None),
}


def test_every_cipher_has_its_word() -> None:
    for word, (number, bits) in CIPHERS.items():
        combined = number not in (12, 13)
        proposal = parse(word if combined else f"{word}-sha256", ESP)
        assert pick(proposal, TransformType.ENCR) == Transform(1, number, bits)
        assert keywords(proposal).split("-")[0] == word
    known = {Transform(1, number, bits) for number, bits in CIPHERS.values()} | {Transform(1, Encr.NULL)}
    assert {transform for transform in KEYWORDS.values() if transform.type == 1} == known


@pytest.mark.parametrize("word", [*(CIPHERS.keys() - {"aes128", "aes192", "aes256"}), "null", "sha1", "sha"])
def test_what_ike_itself_cannot_do_is_refused(word: str) -> None:
    if word in {"aes128gcm16", "aes192gcm16", "aes256gcm16"}:
        assert parse(f"{word}-prfsha256-x25519", IKE)
        return
    with pytest.raises(LocalError, match=f"not supported, '{word}'"):
        parse(f"{word}-aes256-sha256-x25519", IKE)


def test_neither_sha1_nor_null_is_offered_unasked() -> None:
    weak = {parse("null-sha1", ESP).transforms[0], parse("null-sha1", ESP).transforms[1]}
    assert {t.id for t in weak} == {Encr.NULL, Integ.HMAC_SHA1_96}
    for proposal in (*DEFAULT_IKE, *DEFAULT_ESP):
        assert weak.isdisjoint(proposal.transforms)
    assert choose(esp("null-sha256"), DEFAULT_ESP) is None
    assert choose(esp("aes128-sha1"), DEFAULT_ESP) is None


@pytest.mark.parametrize(
    ("theirs", "chosen"),
    [
        ("aes128gcm16", "aes128gcm16"),
        ("aes128gcm16-esn", "aes128gcm16-esn"),
        ("aes128gcm16-noesn-esn", "aes128gcm16-esn"),
        ("chacha20poly1305", "chacha20poly1305"),
        ("aes128-sha512", "aes128-sha512"),
    ],
)
def test_the_defaults_meet_peers_with_and_without_esn(theirs: str, chosen: str) -> None:
    ours = offer(DEFAULT_ESP, SPI)
    as_responder = choose(esp(theirs), ours)
    assert as_responder is not None
    assert keywords(as_responder) == chosen
    as_initiator = choose(ours, esp(theirs))
    assert as_initiator is not None
    assert answers(ours, as_initiator)


def test_key_exchange_is_added_replaced_and_removed() -> None:
    one = with_ke(esp("aes256-sha256"), KeMethod.X25519)
    assert one == esp("aes256-sha256-x25519")
    assert with_ke(one, KeMethod.ECP256, KeMethod.ECP384) == esp("aes256-sha256-ecp256-ecp384")
    assert without_ke(one) == esp("aes256-sha256")


@pytest.mark.parametrize(
    ("offered", "ours", "number", "picked"),
    [
        # our order decides, of proposals and of transforms
        (
            ike("aes128-sha256-x25519", "aes256gcm16-prfsha256-x25519"),
            ike("aes256gcm16-prfsha256-x25519", "aes128-sha256-x25519"),
            2,
            "aes256gcm16-prfsha256-x25519",
        ),
        (
            ike("aes128-aes256-sha512-sha256-ecp256-x25519"),
            ike("aes256-aes128-sha256-sha512-x25519-ecp256"),
            1,
            "aes256-sha256-x25519",
        ),
        (esp("aes128gcm16", "aes256gcm16"), esp("aes256gcm16-aes128gcm16"), 1, "aes128gcm16"),
        # nothing in common
        (ike("aes128-sha256-x25519"), ike("aes256-sha256-x25519"), 0, ""),  # key length
        (ike("aes128-sha256-x25519"), ike("aes128-sha256-ecp256"), 0, ""),
        (esp("aes256gcm16"), ike("aes256gcm16-prfsha256-x25519"), 0, ""),
        ((), DEFAULT_ESP, 0, ""),
        # a type that one side lacks
        (esp("aes256gcm16-x25519"), esp("aes256gcm16"), 0, ""),
        (esp("aes256gcm16"), esp("aes256gcm16-x25519"), 0, ""),
        (adding(esp("aes256gcm16"), Transform(240, 0)), esp("aes256gcm16"), 0, ""),
        (adding(esp("aes256gcm16-x25519"), KE_NONE), esp("aes256gcm16"), 1, "aes256gcm16-type4id0"),
        (
            adding(esp("aes256gcm16"), Transform(TransformType.ADDKE1, 36)),
            esp("aes256gcm16"),
            0,
            "",
        ),
        # integrity beside AEAD
        (adding(esp("aes256gcm16"), INTEG_NONE), esp("aes256gcm16"), 1, "aes256gcm16-type3id0"),
        (adding(esp("aes256gcm16"), parse("aes256-sha256", ESP).transforms[1]), esp("aes256gcm16"), 0, ""),
        (adding(dropping(esp("aes256-sha256"), TransformType.INTEG), INTEG_NONE), DEFAULT_ESP, 0, ""),
        # ESN
        (esp("aes256gcm16-esn"), esp("aes256gcm16"), 0, ""),
        (esp("aes256gcm16-esn-noesn"), esp("aes256gcm16"), 1, "aes256gcm16"),
        (esp("aes256gcm16-esn-noesn"), esp("aes256gcm16-esn-noesn"), 1, "aes256gcm16-esn"),
        (dropping(esp("aes256gcm16"), TransformType.ESN), esp("aes256gcm16-esn-noesn"), 1, "aes256gcm16"),
        (dropping(esp("aes256gcm16"), TransformType.ESN), esp("aes256gcm16-esn"), 0, ""),
    ],
)
def test_responder_chooses(
    offered: tuple[Proposal, ...], ours: tuple[Proposal, ...], number: int, picked: str
) -> None:
    chosen = choose(offered, ours)
    if not number:
        assert chosen is None
        return
    assert chosen is not None
    assert (chosen.number, keywords(chosen)) == (number, picked)
    assert chosen.spi == offered[number - 1].spi
    assert answers(offered, chosen)


@pytest.mark.parametrize(
    "strange",
    [
        Transform(TransformType.ENCR, Encr.AES_GCM_16),  # no key length
        Transform(TransformType.ENCR, Encr.AES_GCM_16, 192),
        Transform(TransformType.ENCR, Encr.AES_GCM_16, 256, ((0x800F, b"\0\1"),)),
        Transform(TransformType.ENCR, 240, 256),
    ],
)
def test_transform_that_is_not_exactly_ours_never_matches(strange: Transform) -> None:
    no_esn = Transform(TransformType.ESN, Esn.NO_ESN)
    assert choose((Proposal(1, ESP, SPI, (strange, no_esn)),), DEFAULT_ESP) is None
    beside = Proposal(1, ESP, SPI, (strange, *DEFAULT_ESP[0].transforms))
    chosen = choose((beside,), DEFAULT_ESP)
    assert chosen is not None
    assert keywords(chosen) == "aes256gcm16-esn"


@pytest.mark.parametrize(("protocol", "sizes"), [(IKE, {0, 8}), (ESP, {4})])
def test_spi_of_a_wrong_size_never_matches(protocol: ProtocolId, sizes: set[int]) -> None:
    ours = DEFAULT_IKE if protocol == IKE else DEFAULT_ESP
    for size in range(10):
        offered = offer(ours, bytes(size))
        assert (choose(offered, ours) is not None) == (size in sizes)


GOOD = esp("aes256gcm16-aes128gcm16", "aes256-sha256")


@pytest.mark.parametrize(
    ("answer", "legal"),
    [
        (esp("aes128gcm16")[0], True),
        (replace(esp("aes256-sha256")[0], number=2), True),
        (replace(esp("aes256-sha256")[0], number=1), False),
        (replace(esp("aes128gcm16")[0], number=3), False),
        (replace(esp("aes128gcm16")[0], protocol=IKE), False),
        (replace(esp("aes128gcm16")[0], spi=b""), False),
        (esp("aes256gcm16-aes128gcm16")[0], False),  # two of one type
        (esp("aes256gcm16-x25519")[0], False),  # a type we did not offer
        (esp("aes256gcm16-esn")[0], False),
        (replace(dropping(esp("aes256-sha256"), TransformType.INTEG)[0], number=2), False),
        (
            replace(adding(dropping(esp("aes256-sha256"), TransformType.INTEG), INTEG_NONE)[0], number=2),
            False,
        ),
        (adding(esp("aes256gcm16"), INTEG_NONE)[0], True),  # says what leaving it out says
        (dropping(esp("aes256gcm16"), TransformType.ESN)[0], True),
        (dropping(esp("aes256gcm16"), TransformType.ENCR)[0], False),
        (adding(esp("aes256gcm16"), Transform(240, 0))[0], False),
        (Proposal(1, ESP, SPI, ()), False),
    ],
)
def test_initiator_accepts_only_legal_answers(answer: Proposal, legal: bool) -> None:
    assert answers(GOOD, answer) is legal


_any_ike = st.lists(
    st.sampled_from(
        [
            "aes256gcm16-prfsha256-prfsha384-x25519",
            "aes128gcm16-aes256gcm16-prfsha384-ecp384-x25519",
            "aes256-sha256-modp2048-x25519",
            "aes128-aes256-sha512-sha256-ecp256-modp2048",
        ]
    ),
    max_size=4,
).map(lambda texts: ike(*texts))


@given(_any_ike, _any_ike)
def test_a_choice_is_always_a_legal_answer_within_ours(
    offered: tuple[Proposal, ...], ours: tuple[Proposal, ...]
) -> None:
    chosen = choose(offered, ours)
    assert (chosen is None) == (choose(ours, offered) is None)
    if chosen is not None:
        assert answers(offered, chosen)
        assert any(set(chosen.transforms) <= set(own.transforms) for own in ours)
