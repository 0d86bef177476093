"""Key exchange, key derivation and the SK payload, against published values where there are any."""

from __future__ import annotations

import hmac
import random

import pytest

from ginnel_service.ike import exchange_keys, keys, modp
from ginnel_service.ike.auth import psk
from ginnel_service.ike.ciphers import sk_cipher
from ginnel_service.ike.codes import AEAD, Encr, ExchangeType, Integ, KeMethod, NotifyType, Prf
from ginnel_service.ike.errors import IntegrityFailed, InvalidSyntax, LocalError, PeerError
from ginnel_service.ike.events import EspSuite, IkeSuite
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.protect import Protector

ML_KEM = (KeMethod.ML_KEM_768, KeMethod.ML_KEM_1024)
METHODS = [
    *(KeMethod.X25519, KeMethod.X448, KeMethod.ECP256, KeMethod.ECP384, KeMethod.ECP521),
    *(KeMethod.MODP1024, KeMethod.MODP1536, KeMethod.MODP2048, KeMethod.MODP3072, KeMethod.MODP4096),
    *(KeMethod.MODP6144, KeMethod.MODP8192, *ML_KEM),
]

GCM = IkeSuite(Encr.AES_GCM_16, 256, 0, Prf.HMAC_SHA2_256, KeMethod.X25519, "")
CBC = IkeSuite(Encr.AES_CBC, 256, Integ.HMAC_SHA2_256_128, Prf.HMAC_SHA2_256, KeMethod.X25519, "")


def _suite(encr: Encr, bits: int, integ: int = 0) -> IkeSuite:
    return IkeSuite(encr, bits, integ, Prf.HMAC_SHA2_256, KeMethod.X25519, f"{encr.name} {bits} {integ}")


#: Every cipher and every integrity algorithm of the SK payload, with the octets of IV and ICV.
SUITES = [
    (_suite(Encr.AES_GCM_8, 128), 8, 8),
    (_suite(Encr.AES_GCM_12, 192), 8, 12),
    (GCM, 8, 16),
    (_suite(Encr.AES_CCM_8, 128), 8, 8),
    (_suite(Encr.AES_CCM_12, 192), 8, 12),
    (_suite(Encr.AES_CCM_16, 256), 8, 16),
    (_suite(Encr.CHACHA20_POLY1305, 0), 8, 16),
    (CBC, 16, 16),
    (_suite(Encr.AES_CBC, 128, Integ.AES_XCBC_96), 16, 12),
    (_suite(Encr.AES_CBC, 192, Integ.HMAC_SHA1_96), 16, 12),
    (_suite(Encr.AES_CTR, 128, Integ.AES_CMAC_96), 8, 12),
    (_suite(Encr.AES_CTR, 192, Integ.HMAC_SHA2_384_192), 8, 24),
    (_suite(Encr.AES_CTR, 256, Integ.HMAC_SHA2_512_256), 8, 32),
]
every_suite = pytest.mark.parametrize("suite", [s for s, _, _ in SUITES], ids=lambda s: s.name or s.encr)


def _protector(suite: IkeSuite) -> Protector:
    rng = random.Random(1)
    encr = bytes(range(keys.encr_length(suite.encr, suite.key_bits)))
    return Protector(suite, encr, bytes(range(keys.integ_length(suite.integ))), rng.randbytes)


def _sealed(suite: IkeSuite) -> bytes:
    payloads = (NotifyPayload(NotifyType.INITIAL_CONTACT), NotifyPayload(NotifyType.COOKIE2, b"12345678"))
    return _protector(suite).seal(b"i" * 8, b"r" * 8, ExchangeType.INFORMATIONAL, 8, 7, payloads)


def _from_hex(text: str) -> bytes:
    return bytes.fromhex(text.replace(" ", ""))


def test_ecp256_agrees_with_rfc_5903_section_8_1() -> None:
    secret_i = int("C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433", 16)
    pair = exchange_keys.generate(KeMethod.ECP256, lambda n: (secret_i - 1).to_bytes(n, "big"))
    assert pair.public == _from_hex(
        "DAD0B653 94221CF9 B051E1FE CA5787D0 98DFE637 FC90B9EF 945D0C37 72581180"
        "5271A046 1CDB8252 D61F1C45 6FA3E59A B1F45B33 ACCF5F58 389E0577 B8990BB3"
    )
    public_r = _from_hex(
        "D12DFB52 89C8D4F8 1208B702 70398C34 2296970A 0BCCB74C 736FC755 4494BF63"
        "56FBF3CA 366CC23E 8157854C 13C58D6A AC23F046 ADA30F83 53E74F33 039872AB"
    )
    assert pair.shared(public_r) == _from_hex(
        "D6840F6B 42F6EDAF D13116E0 E1256520 2FEF8E9E CE7DCE03 812464D0 4B9442DE"
    )


@pytest.mark.parametrize("method", METHODS)
def test_both_sides_agree(method: KeMethod) -> None:
    rng = random.Random(method)
    pair = exchange_keys.generate(method, rng.randbytes)
    public, shared = exchange_keys.respond(method, pair.public, rng.randbytes)
    assert public != pair.public
    assert pair.shared(public) == shared
    assert exchange_keys.respond(method, pair.public, rng.randbytes)[1] != shared


@pytest.mark.parametrize("method", METHODS)
def test_public_values_that_are_none_are_refused(method: KeMethod) -> None:
    pair = exchange_keys.generate(method, random.Random(1).randbytes)
    length = len(pair.public)
    for bad in (b"", bytes(length), b"\x01".rjust(length, b"\0"), bytes(length - 1), b"\xff" * (length + 1)):
        if method in (KeMethod.X25519, KeMethod.X448) and bad == b"\x01".rjust(length, b"\0"):
            continue  # little-endian: an ordinary point
        if method not in ML_KEM:
            with pytest.raises(InvalidSyntax):
                pair.shared(bad)
        if method in ML_KEM and len(bad) == length:
            continue  # coefficients that a key may have
        with pytest.raises(InvalidSyntax):
            exchange_keys.respond(method, bad, random.Random(2).randbytes)


def test_modp_refuses_the_values_that_rfc_6989_names() -> None:
    pair = exchange_keys.generate(KeMethod.MODP2048, random.Random(1).randbytes)
    for value in (0, 1, modp.prime(2048) - 1, modp.prime(2048)):
        with pytest.raises(InvalidSyntax):
            pair.shared(value.to_bytes(256, "big"))


def test_a_method_without_an_implementation_is_our_own_fault() -> None:
    with pytest.raises(LocalError):
        exchange_keys.generate(1, random.Random(1).randbytes)


def test_prf_plus_chains_its_blocks() -> None:
    first = hmac.digest(b"key", b"seed\x01", "sha256")
    second = hmac.digest(b"key", first + b"seed\x02", "sha256")
    assert keys.prf_plus(Prf.HMAC_SHA2_256, b"key", b"seed", 40) == (first + second)[:40]
    with pytest.raises(LocalError):
        keys.prf_plus(Prf.HMAC_SHA2_256, b"key", b"seed", 255 * 32 + 1)


def test_keys_of_an_ike_sa_come_in_the_order_of_section_2_14() -> None:
    made = keys.ike_keys(CBC, b"s" * 32, b"i" * 32, b"r" * 32, b"1" * 8, b"2" * 8)
    stream = keys.prf_plus(Prf.HMAC_SHA2_256, b"s" * 32, b"i" * 32 + b"r" * 32 + b"1" * 8 + b"2" * 8, 224)
    assert made.d + made.ai + made.ar + made.ei + made.er + made.pi + made.pr == stream
    assert "d=" not in repr(made)


def test_keys_of_a_child_sa_come_encryption_first_initiator_first() -> None:
    suite = EspSuite(Encr.AES_CBC, 256, Integ.HMAC_SHA2_256_128)
    from_i, from_r = keys.child_keys(Prf.HMAC_SHA2_256, b"d" * 32, suite, b"i" * 32, b"r" * 32)
    stream = keys.prf_plus(Prf.HMAC_SHA2_256, b"d" * 32, b"i" * 32 + b"r" * 32, 128)
    assert from_i.encr + from_i.integ + from_r.encr + from_r.integ == stream
    assert not any(key.hex() in repr(from_i) for key in (from_i.encr, from_i.integ))


@pytest.mark.parametrize(
    ("encr", "bits", "octets"),
    [
        *((encr, bits, bits // 8) for encr in (Encr.AES_CBC,) for bits in (128, 192, 256)),
        *((encr, bits, bits // 8 + 4) for encr in (Encr.AES_CTR, Encr.AES_GCM_8) for bits in (128, 192, 256)),
        *((encr, 256, 36) for encr in (Encr.AES_GCM_12, Encr.AES_GCM_16, Encr.AES_GCM_16_IIV)),
        *(
            (encr, bits, bits // 8 + 3)
            for encr in (Encr.AES_CCM_8, Encr.AES_CCM_16)
            for bits in (128, 192, 256)
        ),
        (Encr.AES_CCM_12, 128, 19),
        (Encr.CHACHA20_POLY1305, 0, 36),
        (Encr.CHACHA20_POLY1305_IIV, 0, 36),
        (Encr.NULL, 0, 0),
    ],
)
def test_keying_material_is_the_key_and_its_salt(encr: int, bits: int, octets: int) -> None:
    integ = 0 if encr in AEAD else Integ.HMAC_SHA1_96
    suite = EspSuite(encr, bits, integ)
    for half in keys.child_keys(Prf.HMAC_SHA2_256, b"d" * 32, suite, b"i" * 32, b"r" * 32):
        assert (len(half.encr), len(half.integ)) == (octets, 20 if integ else 0)


@every_suite
def test_what_is_sealed_opens(suite: IkeSuite) -> None:
    payloads = _protector(suite).open(_sealed(suite))
    assert [p.notify for p in payloads if isinstance(p, NotifyPayload)] == [
        NotifyType.INITIAL_CONTACT,
        NotifyType.COOKIE2,
    ]


@every_suite
def test_every_changed_bit_and_every_truncation_is_refused(suite: IkeSuite) -> None:
    sealed = _sealed(suite)
    opener = _protector(suite)
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(PeerError):
            opener.open(bytes(changed))
    for length in range(len(sealed)):
        with pytest.raises(PeerError):
            opener.open(sealed[:length])


@pytest.mark.parametrize(("suite", "iv", "icv"), SUITES)
def test_a_sealed_message_has_the_length_that_was_foretold(suite: IkeSuite, iv: int, icv: int) -> None:
    protector = _protector(suite)
    for plain in range(8, 42):
        sealed = protector.seal(b"i" * 8, b"r" * 8, 37, 0, 0, (NotifyPayload(16384, bytes(plain - 8)),))
        block = 16 if suite.encr == Encr.AES_CBC else 1
        assert (
            len(sealed) == protector.sealed_octets(plain) == 32 + iv + icv + -(-(plain + 1) // block) * block
        )


@pytest.mark.parametrize("suite", [s for s, iv, _ in SUITES if iv == 8], ids=lambda s: s.name or s.encr)
def test_a_counted_iv_is_never_used_twice(suite: IkeSuite) -> None:
    protector = _protector(suite)
    ivs = {
        protector.seal(b"i" * 8, b"r" * 8, ExchangeType.INFORMATIONAL, 0, n, ())[32:40] for n in range(100)
    }
    assert len(ivs) == 100


def test_a_message_that_verifies_but_lies_about_its_padding_is_invalid_syntax() -> None:
    head = _protector(GCM).seal(b"i" * 8, b"r" * 8, ExchangeType.INFORMATIONAL, 0, 0, ())[:32]
    key = bytes(range(keys.encr_length(GCM.encr, GCM.key_bits)))
    lie = head + sk_cipher(GCM, key, b"", random.Random(1).randbytes).seal(head, b"\xff")
    with pytest.raises(InvalidSyntax):
        _protector(GCM).open(lie)


def test_a_cipher_without_its_integrity_algorithm_is_our_own_fault() -> None:
    for suite in (_suite(Encr.AES_CBC, 128), _suite(Encr.AES_CTR, 128, 1), _suite(Encr.NULL, 0, 12)):
        with pytest.raises(LocalError):
            Protector(suite, bytes(20), bytes(32), random.Random(1).randbytes)


def test_an_unprotected_message_is_no_protected_one() -> None:
    with pytest.raises(IntegrityFailed):
        _protector(GCM).open(bytes(16) + bytes([41, 0x20, 37, 8]) + bytes(4) + (28).to_bytes(4, "big"))


def test_auth_from_a_shared_key_follows_section_2_15() -> None:
    octets = psk.signed_octets(Prf.HMAC_SHA2_256, b"message", b"nonce", b"sk_p", b"id")
    assert octets == b"messagenonce" + hmac.digest(b"sk_p", b"id", "sha256")
    inner = hmac.digest(b"secret", b"Key Pad for IKEv2", "sha256")
    value = psk.auth_value(Prf.HMAC_SHA2_256, b"secret", octets)
    assert value == hmac.digest(inner, octets, "sha256")
    assert psk.verify(Prf.HMAC_SHA2_256, b"secret", octets, value)
    assert not psk.verify(Prf.HMAC_SHA2_256, b"Secret", octets, value)
