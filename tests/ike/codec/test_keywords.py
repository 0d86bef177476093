"""Keywords: what they stand for, how proposals are written in them, and what the defaults are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ginnel_service.ike.codes import Encr, Integ, KeMethod, ProtocolId, TransformType
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
    esp_suite_name,
    expand,
    keywords,
    parse,
    pick,
    weaknesses,
    without_ke,
)
from ike.codec.offers import ESP, IKE, SPI, esp, ike


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
