"""Signatures: bytes of RFC 7427 and RFC 8420, choices, refusals, and `openssl` as the other side."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.auth import signature
from ginnel_service.ike.auth.credentials import Credential, LocalKey
from ginnel_service.ike.auth.errors import AuthRefused
from ginnel_service.ike.codes import AuthMethod, HashAlgorithm
from helpers.authority import Authority, new_key

OCTETS = b"RealMessage | Nonce | prf(SK_p, ID)"
ALL = frozenset({2, 3, 4, 5})
KINDS = ("rsa2048", "p256", "p384", "p521", "ed25519", "ed448")
_ROOT = Authority()
_ISSUED = {kind: _ROOT.issue(kind=kind) for kind in KINDS}


def credential(kind: str, *, pss: bool = False) -> Credential:
    issued = _ISSUED[kind]
    return Credential(issued.chain, LocalKey(issued.key), pss)


def chosen(
    kind: str, hashes: frozenset[int] | None, *, pss: bool = False, allow_sha1: bool = False
) -> signature.Scheme:
    found = signature.choose(credential(kind, pss=pss), hashes, allow_sha1=allow_sha1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "hash_", "pss", "der"),
    [  # RFC 7427 appendix A.1, A.3, A.4; RFC 8420 appendix A
        ("rsa2048", 1, False, "300d06092a864886f70d0101050500"),
        ("rsa2048", 2, False, "300d06092a864886f70d01010b0500"),
        ("rsa2048", 3, False, "300d06092a864886f70d01010c0500"),
        ("rsa2048", 4, False, "300d06092a864886f70d01010d0500"),
        ("p256", 1, False, "300906072a8648ce3d0401"),
        ("p256", 2, False, "300a06082a8648ce3d040302"),
        ("p256", 3, False, "300a06082a8648ce3d040303"),
        ("p256", 4, False, "300a06082a8648ce3d040304"),
        ("rsa2048", 1, True, "300d06092a864886f70d01010a3000"),
        (
            "rsa2048",
            2,
            True,
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108"
            "300d06096086480165030402010500a203020120",
        ),
        ("ed25519", 5, False, "300506032b6570"),
        ("ed448", 5, False, "300506032b6571"),
    ],
)
def test_algorithm_identifiers_are_those_of_the_rfcs(kind: str, hash_: int, pss: bool, der: str) -> None:
    scheme = chosen(kind, frozenset({hash_}), pss=pss, allow_sha1=True)
    assert scheme.der.hex() == der
    _, data = signature.sign(credential(kind, pss=pss), scheme, OCTETS)
    assert data[0] == len(der) // 2
    assert data[1 : 1 + data[0]].hex() == der


@pytest.mark.parametrize("pss", [False, True])
@pytest.mark.parametrize("hash_", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_what_we_sign_verifies_and_nothing_else_does(kind: str, hash_: int, pss: bool) -> None:
    ours = credential(kind, pss=pss)
    scheme = signature.choose(ours, frozenset({hash_}), allow_sha1=False)
    if scheme is None:
        assert (hash_ == HashAlgorithm.IDENTITY) != kind.startswith("ed")
        return
    method, data = signature.sign(ours, scheme, OCTETS)
    assert method == AuthMethod.DIGITAL_SIGNATURE
    key = ours.key.public_key
    assert signature.verify(key, method, data, OCTETS, allow_sha1=False) == scheme
    with pytest.raises(AuthRefused, match="does not verify"):
        signature.verify(key, method, data, OCTETS + b".", allow_sha1=False)
    with pytest.raises(AuthRefused):
        signature.verify(key, method, data + b"\0", OCTETS, allow_sha1=False)
    with pytest.raises(AuthRefused):
        signature.verify(key, method, data[:-1], OCTETS, allow_sha1=False)


@pytest.mark.parametrize(
    ("kind", "hashes", "expected"),
    [
        ("rsa2048", ALL, HashAlgorithm.SHA2_256),
        ("rsa2048", {3, 4}, HashAlgorithm.SHA2_384),
        ("p256", ALL, HashAlgorithm.SHA2_256),
        ("p384", ALL, HashAlgorithm.SHA2_384),
        ("p384", {2, 4}, HashAlgorithm.SHA2_512),
        ("p521", ALL, HashAlgorithm.SHA2_512),
        ("p521", {1, 2}, HashAlgorithm.SHA2_256),
        ("p256", {1, 4}, HashAlgorithm.SHA2_512),
    ],
)
def test_the_hash_fits_the_key(kind: str, hashes: set[int], expected: HashAlgorithm) -> None:
    assert chosen(kind, frozenset(hashes), allow_sha1=True).hash == expected


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("p256", AuthMethod.ECDSA_SHA256_P256),
        ("p384", AuthMethod.ECDSA_SHA384_P384),
        ("p521", AuthMethod.ECDSA_SHA512_P521),
    ],
)
def test_without_rfc_7427_ecdsa_is_raw_r_and_s(kind: str, method: AuthMethod) -> None:
    ours = credential(kind)
    used, data = signature.sign(ours, chosen(kind, None), OCTETS)
    assert used == method
    assert len(data) == {"p256": 64, "p384": 96, "p521": 132}[kind]
    assert signature.verify(ours.key.public_key, used, data, OCTETS, allow_sha1=False).method == method
    for wrong in (data[:-1], data + b"\0", bytes(len(data)), b"\xff" * len(data)):
        with pytest.raises(AuthRefused):
            signature.verify(ours.key.public_key, used, wrong, OCTETS, allow_sha1=False)


def test_without_rfc_7427_rsa_means_sha1_and_is_refused_unless_allowed() -> None:
    ours = credential("rsa2048")
    assert signature.choose(ours, None, allow_sha1=False) is None
    assert signature.no_scheme(ours, None).code == "sha1_only"
    method, data = signature.sign(ours, chosen("rsa2048", None, allow_sha1=True), OCTETS)
    assert method == AuthMethod.RSA_SIGNATURE
    key = ours.key.public_key
    assert signature.verify(key, method, data, OCTETS, allow_sha1=True).hash == HashAlgorithm.SHA1
    with pytest.raises(AuthRefused) as caught:
        signature.verify(key, method, data, OCTETS, allow_sha1=False)
    assert caught.value.code == "sha1_only"


def test_method_1_with_sha2_is_taken_without_allowing_sha1() -> None:
    ours = credential("rsa2048")
    scheme = signature.Scheme(AuthMethod.RSA_SIGNATURE, "rsa", HashAlgorithm.SHA2_384)
    method, data = signature.sign(ours, scheme, OCTETS)
    assert signature.verify(ours.key.public_key, method, data, OCTETS, allow_sha1=False) == scheme


def test_only_sha1_in_common_is_told_from_nothing_in_common() -> None:
    only_sha1 = frozenset({1})
    assert signature.choose(credential("p256"), only_sha1, allow_sha1=False) is None
    assert signature.no_scheme(credential("p256"), only_sha1).code == "sha1_only"
    assert signature.choose(credential("ed25519"), only_sha1, allow_sha1=True) is None
    assert signature.no_scheme(credential("ed25519"), only_sha1).code == "no_common_signature"
    assert signature.choose(credential("ed448"), None, allow_sha1=True) is None


def test_a_digital_signature_with_sha1_needs_leave() -> None:
    ours = credential("p256")
    method, data = signature.sign(ours, chosen("p256", frozenset({1}), allow_sha1=True), OCTETS)
    assert signature.verify(ours.key.public_key, method, data, OCTETS, allow_sha1=True)
    with pytest.raises(AuthRefused, match="SHA-1"):
        signature.verify(ours.key.public_key, method, data, OCTETS, allow_sha1=False)


@pytest.mark.parametrize("pss", [False, True])
def test_rsa_parameters_may_be_null_or_absent(pss: bool) -> None:
    ours = credential("rsa2048", pss=pss)
    scheme = chosen("rsa2048", ALL, pss=pss)
    _, data = signature.sign(ours, scheme, OCTETS)
    made = data[1 + data[0] :]
    variants = [
        each for each in signature._BY_DER.values() if (each.hash, each.pss, each.key_type) == (2, pss, "rsa")
    ]
    assert len(variants) == (4 if pss else 2)
    for each in variants:
        other = bytes((len(each.der),)) + each.der + made
        signature.verify(ours.key.public_key, 14, other, OCTETS, allow_sha1=False)


def test_a_key_of_another_type_is_refused() -> None:
    method, data = signature.sign(credential("rsa2048"), chosen("rsa2048", ALL), OCTETS)
    with pytest.raises(AuthRefused, match="its key is for ecdsa"):
        signature.verify(credential("p256").key.public_key, method, data, OCTETS, allow_sha1=False)


def test_keys_that_cannot_sign_in_ike_are_refused() -> None:
    for key in (
        ec.generate_private_key(ec.SECP256K1()).public_key(),
        dsa.generate_private_key(1024).public_key(),
    ):
        with pytest.raises(AuthRefused, match="type"):
            signature.verify(key, 14, b"x", OCTETS, allow_sha1=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", [0, 2, 3, 12, 13, 15, 255])
def test_other_methods_are_no_signatures(method: int) -> None:
    with pytest.raises(AuthRefused, match="method"):
        signature.verify(credential("p256").key.public_key, method, bytes(64), OCTETS, allow_sha1=False)


@given(
    st.sampled_from(KINDS),
    st.sampled_from([1, 9, 10, 11, 14]),
    st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda scheme, tail: bytes((len(scheme.der),)) + scheme.der + tail,
            st.sampled_from(list(signature._BY_DER.values())),
            st.binary(max_size=300),
        ),
    ),
)
def test_garbage_is_refused_and_nothing_else_escapes(kind: str, method: int, data: bytes) -> None:
    with pytest.raises(AuthRefused):
        signature.verify(credential(kind).key.public_key, method, data, OCTETS, allow_sha1=True)


def test_the_notify_lists_what_verifies() -> None:
    assert signature.hashes_supported() == bytes.fromhex("0002000300040005")
    assert signature.hashes_supported(True) == bytes.fromhex("00020003000400050001")
    assert signature.parse_hashes(bytes.fromhex("000200051234ff")) == frozenset({2, 5, 0x1234})
    assert signature.parse_hashes(b"") == frozenset()


Openssl = Callable[..., bytes]


@pytest.fixture
def openssl(tmp_path: Path) -> Openssl:
    def run(*arguments: str) -> bytes:
        return subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True).stdout

    return run


#: kind, PSS, and the options with which `openssl` signs and verifies the same.
_CROSS = [
    ("rsa2048", False, ["-sha256"]),
    ("rsa2048", True, ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]),
    ("p256", False, ["-sha256"]),
    ("p384", False, ["-sha384"]),
    ("p521", False, ["-sha512"]),
]


@pytest.mark.parametrize(("kind", "pss", "options"), _CROSS)
def test_openssl_signs_and_we_verify_and_the_reverse(
    kind: str, pss: bool, options: list[str], openssl: Openssl, tmp_path: Path
) -> None:
    ours, scheme = credential(kind, pss=pss), chosen(kind, ALL, pss=pss)
    (tmp_path / "key.pem").write_bytes(_ISSUED[kind].key_pem())
    (tmp_path / "octets").write_bytes(OCTETS)
    openssl("dgst", *options, "-sign", "key.pem", "-out", "made", "octets")
    made = bytes((len(scheme.der),)) + scheme.der + (tmp_path / "made").read_bytes()
    signature.verify(ours.key.public_key, 14, made, OCTETS, allow_sha1=False)
    _, data = signature.sign(ours, scheme, OCTETS)
    (tmp_path / "ours").write_bytes(data[1 + data[0] :])
    verified = openssl("dgst", *options, "-prverify", "key.pem", "-signature", "ours", "octets")
    assert verified.startswith(b"Verified OK")


@pytest.mark.parametrize("kind", ["ed25519", "ed448"])
def test_edwards_signatures_cross_openssl(kind: str, openssl: Openssl, tmp_path: Path) -> None:
    ours, scheme = credential(kind), chosen(kind, ALL)
    (tmp_path / "key.pem").write_bytes(_ISSUED[kind].key_pem())
    (tmp_path / "octets").write_bytes(OCTETS)
    openssl("pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "octets", "-out", "made")
    made = bytes((len(scheme.der),)) + scheme.der + (tmp_path / "made").read_bytes()
    signature.verify(ours.key.public_key, 14, made, OCTETS, allow_sha1=False)


def test_secrets_do_not_show() -> None:
    key = new_key("p256")
    text = repr(Credential(_ISSUED["p256"].chain, LocalKey(key)))
    secret = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert "LocalKey" not in text
    assert secret.hex() not in text
