"""MACs, PRFs, key exchange and the SK payload against tests/vectors/ike_primitives.toml."""

from __future__ import annotations

import hashlib
import random
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.ike import exchange_keys, keys, macs, modp
from ginnel_service.ike.codes import KeMethod, Prf
from ginnel_service.ike.errors import InvalidSyntax
from ginnel_service.ike.events import IkeSuite
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.protect import Protector

_VECTORS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parents[1] / "vectors" / "ike_primitives.toml").read_text()
)
#: What `generate` adds to the number drawn for a scalar, and the surplus octets that it draws.
_ECP_OFFSET = {20: 1, 21: 1}


def octets(text: str) -> bytes:
    return bytes.fromhex(text.replace("\n", ""))


@pytest.mark.parametrize("vector", _VECTORS["xcbc"], ids=lambda v: v["source"])
def test_xcbc(vector: dict[str, str]) -> None:
    assert macs.xcbc(octets(vector["key"]), octets(vector["message"])).hex() == vector["result"]


@pytest.mark.parametrize("vector", _VECTORS["cmac"], ids=lambda v: v["source"])
def test_cmac(vector: dict[str, str]) -> None:
    assert macs.cmac(octets(vector["key"]), octets(vector["message"])).hex() == vector["result"]


@pytest.mark.parametrize("vector", _VECTORS["prf"], ids=lambda v: f"{v['source']}, {len(v['key']) // 2}")
def test_prf_with_keys_of_every_length(vector: dict[str, Any]) -> None:
    result = keys.prf(vector["prf"], octets(vector["key"]), octets(vector["message"]))
    assert result.hex() == vector["result"]


@pytest.mark.parametrize("algorithm", [Prf.AES128_XCBC, Prf.AES128_CMAC])
def test_a_prf_of_aes_takes_eight_octets_of_each_nonce(algorithm: Prf) -> None:
    nonces = b"initiate" + b"i" * 24, b"responds" + b"r" * 24
    seed = keys.initial_skeyseed(algorithm, *nonces, b"shared")
    assert seed == keys.prf(algorithm, b"initiateresponds", b"shared")
    # "but all the bits are used for input to the prf+ function" (RFC 7296 section 2.14)
    suite = IkeSuite(20, 128, 0, algorithm, 31, "")
    made = keys.ike_keys(suite, seed, *nonces, b"1" * 8, b"2" * 8)
    stream = keys.prf_plus(algorithm, seed, b"".join(nonces) + b"1" * 8 + b"2" * 8, 88)
    assert made.d + made.ei + made.er + made.pi + made.pr == stream
    assert keys.prf_length(algorithm) == len(made.d) == 16


def test_a_prf_of_a_hash_takes_all_of_each_nonce() -> None:
    seed = keys.initial_skeyseed(Prf.HMAC_SHA1, b"i" * 32, b"r" * 32, b"shared")
    assert seed == keys.prf(Prf.HMAC_SHA1, b"i" * 32 + b"r" * 32, b"shared")
    assert keys.prf_length(Prf.HMAC_SHA1) == len(seed) == 20


@pytest.mark.parametrize("vector", _VECTORS["sk"], ids=lambda v: v["source"])
def test_a_published_message_opens(vector: dict[str, Any]) -> None:
    suite = IkeSuite(vector["encr"], 0, 0, Prf.HMAC_SHA2_256, KeMethod.X25519, "")
    opener = Protector(suite, octets(vector["key"]), b"", random.Random(1).randbytes)
    (notify,) = opener.open(octets(vector["message"]))
    assert isinstance(notify, NotifyPayload)
    assert (notify.notify, notify.data.hex()) == (vector["notify"], vector["data"])


@pytest.mark.parametrize("vector", _VECTORS["exchange"], ids=lambda v: v["source"])
@pytest.mark.parametrize(("ours", "theirs"), ["ir", "ri"])
def test_exchange(vector: dict[str, Any], ours: str, theirs: str) -> None:
    private, offset = octets(vector[f"private_{ours}"]), _ECP_OFFSET.get(vector["method"], 0)

    def drawn(count: int) -> bytes:
        return (int.from_bytes(private, "big") - offset).to_bytes(count, "big")

    pair = exchange_keys.generate(vector["method"], drawn)
    assert pair.public == octets(vector[f"public_{ours}"])
    peer = octets(vector[f"public_{theirs}"])
    assert pair.shared(peer) == octets(vector["shared"])
    assert exchange_keys.respond(vector["method"], peer, drawn) == (pair.public, octets(vector["shared"]))


@pytest.mark.parametrize("vector", _VECTORS["ml_kem"], ids=lambda v: str(v["method"]))
def test_ml_kem(vector: dict[str, Any]) -> None:
    seed = octets(vector["seed"])
    pair = exchange_keys.generate(vector["method"], lambda count: seed[:count])
    assert hashlib.sha256(pair.public).hexdigest() == vector["public_sha256"]
    assert pair.shared(octets(vector["ciphertext"])) == octets(vector["shared"])
    # Implicit rejection (FIPS 203 section 6.3): AUTH fails later, since the other side has another secret
    assert pair.shared(octets(vector["forged_ciphertext"])) == octets(vector["forged_shared"])


@pytest.mark.parametrize(
    ("method", "key", "ciphertext"), [(KeMethod.ML_KEM_768, 1184, 1088), (KeMethod.ML_KEM_1024, 1568, 1568)]
)
def test_ml_kem_refuses_other_lengths_and_keys_that_are_none(
    method: KeMethod, key: int, ciphertext: int
) -> None:
    draw = random.Random(1).randbytes
    pair = exchange_keys.generate(method, draw)
    answer, _ = exchange_keys.respond(method, pair.public, draw)
    assert (len(pair.public), len(answer)) == (key, ciphertext)
    for wrong in (b"", answer[:-1], answer + b"\0"):
        with pytest.raises(InvalidSyntax):
            pair.shared(wrong)
    for wrong in (b"", pair.public[:-1], pair.public + b"\0", b"\xff" * key):  # coefficients above q
        with pytest.raises(InvalidSyntax):
            exchange_keys.respond(method, wrong, draw)


@pytest.mark.parametrize("vector", _VECTORS["modp"], ids=lambda v: str(v["bits"]))
def test_modp_primes(vector: dict[str, Any]) -> None:
    bits = vector["bits"]
    prime = modp.prime(bits).to_bytes(bits // 8, "big")
    assert hashlib.sha256(prime).hexdigest() == vector["prime_sha256"]
