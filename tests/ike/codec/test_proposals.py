"""Keywords, the responder's choice and the initiator's check of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.codes import Encr, Esn, Integ, KeMethod, Prf, ProtocolId, TransformType
from ginnel_service.ike.errors import LocalError
from ginnel_service.ike.events import EspSuite
from ginnel_service.ike.keywords import KEYWORDS
from ginnel_service.ike.payloads import Proposal, Transform
from ginnel_service.ike.payloads.sa import SaPayload
from ginnel_service.ike.proposals import (
    DEFAULT_ESP,
    DEFAULT_IKE,
    GATEWAY_IKE,
    NAMED,
    additional_methods,
    answers,
    choose,
    esp_suite_name,
    expand,
    keywords,
    mismatch,
    offer,
    parse,
    pick,
    weaknesses,
    with_ke,
    without_additional_ke,
    without_ke,
)

IKE, ESP = ProtocolId.IKE, ProtocolId.ESP
SPI = b"\xc0\xff\xee\x01"
PLAIN = "aes256gcm16-prfsha256-x25519"
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
        ("aes128-sha1-modp1024", IKE, "aes128-sha1-modp1024"),
        ("aes128-sha-prfsha1-curve448", IKE, "aes128-sha1-x448"),
        ("aes128-aesxcbc-ecp521", IKE, "aes128-aesxcbc-ecp521"),
        ("aes128ctr-aescmac-prfaesxcbc-x448", IKE, "aes128ctr-aescmac-prfaesxcbc-x448"),
        ("aes256gcm8-prfaescmac-x25519", IKE, "aes256gcm8-prfaescmac-x25519"),
        (
            "aes256gcm16-ke2_none-ke2_ecp384-prfsha256-ke1_mlkem768-ke1_mlkem1024-x25519",
            IKE,
            "aes256gcm16-prfsha256-x25519-ke1_mlkem768-ke1_mlkem1024-ke2_none-ke2_ecp384",
        ),
    ],
)
def test_keywords_are_read_and_written(text: str, protocol: ProtocolId, written: str) -> None:
    proposal = parse(text, protocol)
    assert keywords(proposal) == written
    assert parse(written, protocol) == proposal


def test_prf_comes_from_the_integrity_algorithm() -> None:
    for word, number in {"sha384": 6, "sha1": 2, "aesxcbc": 4, "aescmac": 8}.items():
        prf = pick(parse(f"aes256-{word}-ecp384", IKE), TransformType.PRF)
        assert prf == Transform(TransformType.PRF, number)


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
    assert [keywords(p).split("-")[0] for p in DEFAULT_IKE] == ["aes256gcm16", "aes256"]
    assert {pick(p, TransformType.KE) for p in GATEWAY_IKE} == {Transform(TransformType.KE, KeMethod.X25519)}
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


@pytest.mark.parametrize("word", sorted(CIPHERS))
def test_ike_itself_has_every_cipher_with_an_explicit_iv(word: str) -> None:
    text = f"{word}-sha256-x25519" if CIPHERS[word][0] in (12, 13) else f"{word}-prfsha256-x25519"
    if word.endswith("iiv"):
        with pytest.raises(LocalError, match=f"not supported, '{word}'"):
            parse(text, IKE)
    else:
        assert keywords(parse(text, IKE)) == text


@pytest.mark.parametrize(
    ("text", "protocol"),
    [("null-sha256-x25519", IKE), ("aes256-aesxcbc", ESP), ("aes256-aescmac", ESP)],
)
def test_what_one_protocol_cannot_do_is_refused_there(text: str, protocol: ProtocolId) -> None:
    with pytest.raises(LocalError, match="not supported"):
        parse(text, protocol)


#: IANA's numbers of the key exchange methods.
METHODS = {
    **{"modp1024": 2, "modp1536": 5, "modp2048": 14, "modp3072": 15, "modp4096": 16, "modp6144": 17},
    **{"modp8192": 18, "ecp256": 19, "ecp384": 20, "ecp521": 21, "x25519": 31, "x448": 32},
    **{"mlkem768": 36, "mlkem1024": 37},
}


@pytest.mark.parametrize("word", METHODS)
def test_every_method_has_its_word_first_and_additional(word: str) -> None:
    proposal = parse(f"aes256gcm16-prfsha256-x25519-{word}", IKE)
    assert Transform(4, METHODS[word]) in proposal.transforms
    assert keywords(proposal).endswith(word)
    for step in range(1, 8):
        text = f"aes256gcm16-prfsha256-modp2048-ke{step}_{word}-ke{step}_none"
        added = parse(text, IKE)
        assert added.transforms[-2:] == (Transform(5 + step, METHODS[word]), Transform(5 + step, 0))
        assert keywords(added) == text


@pytest.mark.parametrize("word", ["ke0_x25519", "ke8_x25519", "ke1_", "ke1_sha256", "ke1x25519", "none"])
def test_words_that_look_like_an_additional_exchange_are_refused(word: str) -> None:
    with pytest.raises(LocalError, match=f"unknown word '{word}'.*ke1_ to ke7_"):
        parse(f"aes256gcm16-prfsha256-x25519-{word}", IKE)


def test_an_additional_exchange_needs_a_first() -> None:
    assert keywords(parse("aes256gcm16-x25519-ke1_mlkem768-esn", ESP)).endswith("ke1_mlkem768-esn")
    with pytest.raises(LocalError, match="adds a key exchange to none"):
        parse("aes256gcm16-ke1_mlkem768", ESP)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("aes256-sha256-x25519-ecp256-modp2048", ()),
        ("aes256-sha256-x25519-modp1024-modp1536", ("modp1024", "modp1536")),
        ("aes256-sha256-x25519-ke1_modp1024", ("ke1_modp1024",)),
    ],
)
def test_weak_methods_are_named(text: str, words: tuple[str, ...]) -> None:
    assert weaknesses(ike(text, text)) == words


def test_nothing_weak_hides_behind_a_word_for_many() -> None:
    assert weaknesses(esp("null-sha256")) == ("null",)
    for named in NAMED.values():
        assert weaknesses(named) == ()


def test_a_word_stands_for_proposals_and_anything_else_for_one() -> None:
    assert expand("Default", IKE) == DEFAULT_IKE
    assert expand("aes256-sha256-x25519", IKE) == (parse("aes256-sha256-x25519", IKE),)
    for named in expand("post_quantum", IKE):
        assert {t.id for t in named.transforms if t.type == TransformType.ADDKE1} == {36, 37}
    with pytest.raises(LocalError, match="post_quantum"):
        expand("post_quantum", ESP)


def test_proposals_of_every_word_stay_readable() -> None:
    for (protocol, _), named in NAMED.items():
        for proposal in named:
            assert parse(keywords(proposal), protocol) == replace(proposal, number=1)


@pytest.mark.parametrize("proposals", [DEFAULT_IKE, GATEWAY_IKE])
def test_the_sa_payload_leaves_room_in_a_small_datagram(proposals: tuple[Proposal, ...]) -> None:
    others = (
        28 + 4 + (4 + 4 + 1024 // 8 + 256 // 2) + (4 + 32) + 2 * 28 + 4 * 12 + 68
    )  # KE of modp2048, cookie
    assert len(SaPayload(proposals).serialise()) + others < 1200


#: What gateways accept as their makers ship or document them, in our words.
GATEWAYS = {
    "strongSwan 5.9": "aes128-aes256-sha256-sha384-sha512-sha1-aesxcbc-x25519-ecp256-modp3072-modp2048",
    "strongSwan 6 with ML-KEM": "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke1_none",
    "Libreswan": "aes256gcm16-aes128gcm16-prfsha512-prfsha256-ecp256-ecp384-ecp521-modp2048-modp3072",
    "OpenIKED": "aes256gcm16-aes128gcm16-prfsha256-prfsha384-x25519-ecp521-ecp384-ecp256-modp4096",
    "Windows RRAS with group 14": "aes256-sha256-modp2048",
    "Azure point-to-site": "aes256gcm16-prfsha384-ecp384-modp2048",
    "pfSense": "aes256-sha256-modp2048",
    "OPNsense": "aes256gcm16-prfsha512-ecp384",
    "FortiGate": "aes128-aes256-sha256-modp2048-modp1536",
    "Cisco IOS XE": "aes256-sha512-sha384-ecp256-modp2048-ecp521",
    "Cisco ASA": "aes256-sha256-prfsha256-modp2048",
    "Apple": "aes256-sha256-modp2048",
    "CNSA 1.0": "aes256gcm16-prfsha384-ecp384-modp3072",
}


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_the_defaults_meet(gateway: str) -> None:
    assert choose(DEFAULT_IKE, ike(GATEWAYS[gateway])) is not None
    assert choose(ike(GATEWAYS[gateway]), GATEWAY_IKE) is not None


def test_sha1_and_null_are_offered_only_when_asked_for() -> None:
    weak = {Transform(1, Encr.NULL), Transform(2, Prf.HMAC_SHA1), Transform(3, Integ.HMAC_SHA1_96)}
    for proposal in (*GATEWAY_IKE, *DEFAULT_ESP):
        assert weak.isdisjoint(proposal.transforms)
    assert choose(esp("null-sha256"), DEFAULT_ESP) is None
    assert choose(esp("aes128-sha1"), DEFAULT_ESP) is None


@pytest.mark.parametrize(
    ("stock", "protocol"),
    [
        ("aes128-sha1-modp2048-modp1024", IKE),  # MikroTik's default profile
        ("aes256-aes192-aes128-sha1", ESP),  # MikroTik's default proposal
        ("aes256-aes128-sha1", ESP),  # Windows
    ],
)
def test_compatible_meets_gateways_that_have_sha1_alone(stock: str, protocol: ProtocolId) -> None:
    spi = SPI if protocol == ESP else b""
    gateway = offer([parse(stock, protocol)], spi)
    assert choose(gateway, offer(expand("default", protocol), spi)) is None
    chosen = choose(gateway, offer(expand("compatible", protocol), spi))
    assert chosen is not None
    assert weaknesses([chosen]) == ()


def test_a_mismatch_names_what_was_offered_and_what_is_wanted() -> None:
    ours = ike("aes256gcm16-prfsha384-ecp384", "aes128-sha256-x25519")
    offered = "offered aes256gcm16-prfsha384-ecp384, aes128-sha256-x25519"
    assert mismatch(ours) == offered
    assert mismatch(ours, KeMethod.MODP1024) == f"{offered}; the peer wants modp1024"
    assert mismatch(ours, 999).endswith("wants type4id999")


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
    more = esp("aes256-sha256-x25519-ke1_mlkem768-ke3_none")
    assert without_ke(more) == esp("aes256-sha256")
    assert with_ke(more, KeMethod.ECP256) == esp("aes256-sha256-ecp256")


def test_without_additional_exchanges_only_what_did_not_insist_remains() -> None:
    optional = ike("aes256-sha256-x25519-ke1_mlkem768-ke1_none")
    insisting = ike("aes256-sha256-x25519-ke1_mlkem768-ke2_none")
    assert without_additional_ke((*optional, *insisting)) == ike("aes256-sha256-x25519")


def test_additional_methods_come_in_the_order_of_their_types() -> None:
    (proposal,) = ike("aes256-sha256-x25519-ke7_x448-ke1_mlkem768-ke2_none")
    assert additional_methods(replace(proposal, transforms=proposal.transforms[::-1])) == (36, 32)
    assert additional_methods(DEFAULT_IKE[0]) == ()


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
        # additional key exchanges (RFC 9370 section 2.2.1): a type that only one side has
        (ike(f"{PLAIN}-ke1_mlkem768"), ike(PLAIN), 0, ""),
        (ike(PLAIN), ike(f"{PLAIN}-ke1_mlkem768"), 0, ""),
        (ike(f"{PLAIN}-ke1_mlkem768", PLAIN), ike(PLAIN), 2, PLAIN),
        (ike(f"{PLAIN}-ke1_mlkem768-ke1_none"), ike(PLAIN), 1, f"{PLAIN}-ke1_none"),
        (ike(PLAIN), ike(f"{PLAIN}-ke1_mlkem768-ke1_none"), 1, PLAIN),
        # both
        (
            ike(f"{PLAIN}-ke1_none-ke1_mlkem1024-ke1_mlkem768"),
            ike(f"{PLAIN}-ke1_mlkem768-ke1_none"),
            1,
            f"{PLAIN}-ke1_mlkem768",
        ),
        (ike(f"{PLAIN}-ke1_mlkem768"), ike(f"{PLAIN}-ke2_mlkem768"), 0, ""),
        # a method twice is none; a preferred one gives way
        (ike(f"{PLAIN}-ke1_x25519"), ike(f"{PLAIN}-ke1_x25519"), 0, ""),
        (
            ike(f"{PLAIN}-ke1_mlkem768-ke2_mlkem768"),
            ike(f"{PLAIN}-ke1_mlkem768-ke2_mlkem768"),
            0,
            "",
        ),
        (
            ike(f"{PLAIN}-ke1_mlkem768-ke1_mlkem1024-ke2_mlkem768"),
            ike(f"{PLAIN}-ke1_mlkem768-ke1_mlkem1024-ke2_mlkem768"),
            1,
            f"{PLAIN}-ke1_mlkem1024-ke2_mlkem768",
        ),
        (
            ike(f"{PLAIN}-ecp384-ke1_x25519-ke2_none-ke3_none"),
            ike(f"{PLAIN}-ecp384-ke1_x25519-ke2_none-ke3_none"),
            1,
            "aes256gcm16-prfsha256-ecp384-ke1_x25519-ke2_none-ke3_none",
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


@pytest.mark.parametrize(
    ("answer", "legal"),
    [
        (f"{PLAIN}-ke1_mlkem768-ke2_none", True),
        (f"{PLAIN}-ke1_mlkem768", True),  # says what the second's NONE says
        (f"{PLAIN}-ke1_mlkem768-ke2_mlkem768", False),
        (f"{PLAIN}-ke1_x25519-ke2_none", False),
        (f"{PLAIN}-ke1_none-ke2_mlkem768", False),  # not offered
        (PLAIN, False),
    ],
)
def test_initiator_accepts_no_repeated_and_no_missing_exchange(answer: str, legal: bool) -> None:
    offered = ike(f"{PLAIN}-ke1_mlkem768-ke1_x25519-ke2_none-ke2_mlkem768")
    assert answers(offered, ike(answer)[0]) is legal


_any_ike = st.lists(
    st.sampled_from(
        [
            "aes256gcm16-prfsha256-prfsha384-x25519",
            "aes128gcm16-aes256gcm16-prfsha384-ecp384-x25519",
            "aes256-sha256-modp2048-x25519",
            "aes128-aes256-sha512-sha256-ecp256-modp2048",
            "aes256gcm16-prfsha256-x25519-ke1_mlkem768-ke1_none-ke2_mlkem1024-ke2_mlkem768",
            "aes256gcm16-prfsha256-x25519-ecp384-ke1_x25519-ke1_ecp384-ke2_mlkem768-ke2_ecp384-ke2_none",
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
