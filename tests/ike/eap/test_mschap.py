"""The arithmetic of MS-CHAPv2 against the RFCs' own examples."""

from __future__ import annotations

import tomllib
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4, TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import ECB

from ginnel_service.ike.eap import mschap
from ginnel_service.ike.eap.md4 import md4

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "mschapv2.toml").read_text())
V = VECTORS["mschapv2"]
SERVER = bytes.fromhex(V["server_challenge"])
PEER = bytes.fromhex(V["peer_challenge"])
RESPONSE = bytes.fromhex(V["response"])
HASH = bytes.fromhex(V["password_hash"])


def test_md4_of_every_example() -> None:
    examples = {text: digest for text, digest in VECTORS["md4"].items() if text != "source"}
    assert len(examples) == 7
    assert {text: md4(text.encode()).hex() for text in examples} == examples


def test_md4_at_the_edges_of_a_block() -> None:
    # a wrong padding shows as equal digests or as a crash
    assert len({md4(bytes(length)) for length in range(130)}) == 130


def test_response_of_the_example() -> None:
    assert mschap.nt_hash(V["password"]) == HASH
    assert mschap.challenge_hash(PEER, SERVER, b"User").hex() == V["challenge"]
    assert mschap.nt_response(SERVER, PEER, b"User", HASH) == RESPONSE


def test_the_domain_is_not_part_of_the_hashed_name() -> None:
    assert mschap.nt_response(SERVER, PEER, b"DOMAIN\\User", HASH) == RESPONSE


def test_authenticator_response_of_the_example() -> None:
    said = mschap.authenticator_response(HASH, RESPONSE, PEER, SERVER, b"User")
    assert said.decode() == V["authenticator_response"]


def test_msk_is_receive_key_send_key_and_zeros() -> None:
    msk = mschap.msk(HASH, RESPONSE)
    assert msk[16:32].hex() == V["server_send_key"]
    assert msk[:16] not in (bytes(16), msk[16:32])
    assert msk[32:] == bytes(32)


def test_a_new_password_can_be_read_with_the_old_hash_only() -> None:
    block = mschap.encrypted_password("nåw", HASH, bytes(512))
    clear = Cipher(ARC4(HASH), None).decryptor().update(block)
    assert len(clear) == mschap.BLOCK_LENGTH
    length = int.from_bytes(clear[512:], "little")
    assert clear[512 - length : 512].decode("utf-16-le") == "nåw"


def test_the_longest_new_password_fills_the_block() -> None:
    clear = (
        Cipher(ARC4(HASH), None).decryptor().update(mschap.encrypted_password("x" * 256, HASH, bytes(512)))
    )
    assert clear == "x".encode("utf-16-le") * 256 + (512).to_bytes(4, "little")


def test_the_old_hash_is_encrypted_with_the_new_one() -> None:
    new = mschap.nt_hash("new")
    sealed = mschap.encrypted_hash(HASH, new)
    opened = b""
    for at, key in ((0, new[:7]), (8, new[7:14])):
        bits = "".join(f"{octet:08b}" for octet in key)
        spread = bytes(int(bits[start : start + 7] + "0", 2) for start in range(0, 56, 7))
        opened += Cipher(TripleDES(spread * 3), ECB()).decryptor().update(sealed[at : at + 8])
    assert opened == HASH
