"""The responder's choice and the initiator's check of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.codes import Encr, Esn, Integ, KeMethod, Prf, ProtocolId, TransformType
from ginnel_service.ike.payloads import Proposal, Transform
from ginnel_service.ike.proposals import (
    DEFAULT_ESP,
    DEFAULT_IKE,
    GATEWAY_IKE,
    additional_methods,
    answers,
    choose,
    expand,
    keywords,
    mismatch,
    offer,
    parse,
    weaknesses,
    with_ke,
    without_additional_ke,
    without_ke,
)
from ike.codec.offers import ESP, IKE, SPI, esp, ike

PLAIN = "aes256gcm16-prfsha256-x25519"
INTEG_NONE = Transform(TransformType.INTEG, Integ.NONE)
KE_NONE = Transform(TransformType.KE, KeMethod.NONE)


def adding(proposals: tuple[Proposal, ...], *more: Transform) -> tuple[Proposal, ...]:
    return tuple(replace(p, transforms=(*p.transforms, *more)) for p in proposals)


def dropping(proposals: tuple[Proposal, ...], kind: TransformType) -> tuple[Proposal, ...]:
    return tuple(replace(p, transforms=tuple(t for t in p.transforms if t.type != kind)) for p in proposals)


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
