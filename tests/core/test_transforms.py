"""Every ESP transform against published vectors, against `cryptography`, and against its own golden packets.

RFC 8750 (implicit IV) publishes no vectors, and no published ones of CCM have RFC 4309's nonce: those rest on
`cryptography`, whose CCM RFC 3610 vouches for here.
"""

from __future__ import annotations

import gc
import struct
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from hypothesis import given, settings
from hypothesis import strategies as st

from ginnel_core import EspSizes, esp_sizes, live_objects
from ginnel_core.probe_esp import Keyed
from helpers.esp import BY_NAME, SPI, SUITES, Suite
from helpers.wireshark import fields, write_packets

VECTORS = Path(__file__).parents[1] / "vectors"
PUBLISHED: dict[str, list[dict[str, Any]]] = tomllib.loads((VECTORS / "esp_transforms.toml").read_text())
GOLDEN: dict[str, Any] = tomllib.loads((VECTORS / "esp_packets.toml").read_text())
INNER = bytes.fromhex(GOLDEN["inner"])
HEADER = struct.pack(">II", SPI, 1)
SHA256_KEY = bytes(32)

each_suite = pytest.mark.parametrize("suite", SUITES, ids=str)


def keyed(suite: Suite, sealing: bool, esn: bool = False) -> Keyed:
    return Keyed(
        encr=suite.encr, encr_key=suite.key, integ=suite.integ, integ_key=suite.integ_key,
        esn=esn, sealing=sealing,
    )  # fmt: skip


def of(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "case", PUBLISHED[kind], ids=lambda case: f"{case['source']} ({case.get('iv', '')})"
    )


def octets(case: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(case[name])


@of("packet")
def test_published_packets(case: dict[str, Any]) -> None:
    sequence, esn = int(case["sequence"], 16), len(case["sequence"]) == 16
    header = octets(case, "spi") + struct.pack(">I", sequence & 0xFFFFFFFF)
    iv, plain = octets(case, "iv"), octets(case, "plaintext")
    packet = header + iv + octets(case, "ciphertext")
    options = {"encr": case["encr"], "encr_key": octets(case, "key")}
    assert Keyed(**options, esn=esn, sealing=False).open(packet, sequence) == ("ok", plain)
    if not esn or int.from_bytes(iv) == sequence:
        # our IV is the sequence number, which without ESN the associated data takes from the header
        assert Keyed(**options, esn=esn, sealing=True).seal(header, plain, int.from_bytes(iv)) == packet


@pytest.mark.parametrize(("encr", "icv"), [(18, 8), (19, 12)])
@of("packet")
def test_a_shorter_icv_is_the_longer_one_cut(case: dict[str, Any], encr: int, icv: int) -> None:
    sequence, esn = int(case["sequence"], 16), len(case["sequence"]) == 16
    if case["encr"] != 20:
        return
    packet = octets(case, "spi") + struct.pack(">I", sequence & 0xFFFFFFFF) + octets(case, "iv")
    packet += octets(case, "ciphertext")[: icv - 16]
    opener = Keyed(encr=encr, encr_key=octets(case, "key"), esn=esn, sealing=False)
    assert opener.open(packet, sequence) == ("ok", octets(case, "plaintext"))


@of("cipher")
def test_published_ciphertexts(case: dict[str, Any]) -> None:
    """The HMAC is added here: RFC 3602 and RFC 3686 show the ciphers alone."""
    suite = Suite("", case["encr"], octets(case, "key"), 12, SHA256_KEY)
    packet = HEADER + octets(case, "iv") + octets(case, "ciphertext")
    packet += suite.mac(packet, 1, False)
    assert keyed(suite, False).open(packet, 1) == ("ok", octets(case, "plaintext"))
    if case["encr"] == 13:
        sealed = keyed(suite, True).seal(HEADER, octets(case, "plaintext"), int(case["iv"], 16))
        assert sealed == packet


@of("hmac")
def test_published_authentication_codes(case: dict[str, Any]) -> None:
    options = {"encr": 11, "encr_key": b"", "integ": case["integ"], "integ_key": octets(case, "key")}
    data = octets(case, "data")
    packet = data + octets(case, "icv")
    assert Keyed(**options, sealing=True).seal(data[:8], data[8:], 1) == packet
    assert Keyed(**options, sealing=False).open(packet, 1) == ("ok", data[8:])


def test_the_ccm_that_ours_is_measured_by_follows_rfc_3610() -> None:
    """Packet vector 1 of section 8."""
    nonce = bytes.fromhex("00000003020100a0a1a2a3a4a5")
    sealed = AESCCM(bytes(range(0xC0, 0xD0)), 8).encrypt(nonce, bytes(range(8, 31)), bytes(range(8)))
    assert sealed.hex() == "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0"


@each_suite
@settings(max_examples=60, deadline=None)
@given(payload=st.binary(min_size=1, max_size=300), sequence=st.integers(1, 2**64 - 2), esn=st.booleans())
def test_both_directions_agree_with_cryptography(
    suite: Suite, payload: bytes, sequence: int, esn: bool
) -> None:
    payload += bytes(-len(payload) % suite.align)
    if not esn:
        sequence &= 0xFFFFFFFF
    header = struct.pack(">II", SPI, sequence & 0xFFFFFFFF)
    sealed = keyed(suite, True, esn).seal(header, payload, sequence)
    assert sealed == suite.wrap(payload, sequence, esn, suite.counter_iv(sequence))
    assert suite.unwrap(sealed, sequence, esn) == payload
    theirs = suite.wrap(payload, sequence, esn)
    assert keyed(suite, False, esn).open(theirs, sequence) == ("ok", payload)


@each_suite
def test_one_context_serves_many_packets(suite: Suite) -> None:
    sealer, opener = keyed(suite, True), keyed(suite, False)
    for sequence in range(1, 50):
        payload = bytes([sequence]) * 16 * (sequence % 7 + 1)
        header = struct.pack(">II", SPI, sequence)
        sealed = sealer.seal(header, payload, sequence)
        assert sealed == suite.wrap(payload, sequence, False, suite.counter_iv(sequence))
        forged = bytearray(sealed)
        forged[-1] ^= 1
        assert opener.open(bytes(forged), sequence) == ("integrity", b"")
        assert opener.open(sealed, sequence) == ("ok", payload)  # a forgery before it leaves nothing behind


@each_suite
@pytest.mark.parametrize("esn", [False, True], ids=["", "esn"])
def test_every_single_changed_bit_is_rejected(suite: Suite, esn: bool) -> None:
    sequence = 2**32 * 9 + 77 if esn else 77
    payload = suite.padded(INNER, 4)
    packet = suite.wrap(payload, sequence, esn)
    opener = keyed(suite, False, esn)
    for bit in range(8 * len(packet)):
        changed = bytearray(packet)
        changed[bit // 8] ^= 0x80 >> bit % 8
        low = int.from_bytes(changed[4:8])
        assert opener.open(bytes(changed), (sequence >> 32 << 32) + low) == ("integrity", b""), bit
    assert opener.open(packet, sequence) == ("ok", payload)
    if esn:
        assert opener.open(packet, sequence + 2**32) == ("integrity", b"")


@each_suite
def test_sizes_are_those_of_the_packets(suite: Suite) -> None:
    sizes = esp_sizes(suite.encr, suite.integ)
    assert sizes == EspSizes(suite.iv, suite.icv, suite.align)
    for length in (28, 100, 1400):
        inner = b"\x45" + bytes(length - 1)
        payload = -(-(length + 2) // sizes.align) * sizes.align
        assert len(suite.sealer().seal(inner)) == 8 + sizes.iv + payload + sizes.icv


@pytest.mark.parametrize(
    ("encr", "key", "integ", "integ_key", "message"),
    [
        (20, 16, 0, 0, "takes no key of 16"),  # no salt
        (20, 18, 0, 0, "takes no key of 18"),
        (14, 20, 0, 0, "takes no key of 20"),  # CCM's salt is 3 octets
        (28, 20, 0, 0, "takes no key of 20"),
        (12, 20, 12, 32, "takes no key of 20"),
        (13, 16, 12, 32, "takes no key of 16"),  # no nonce
        (11, 16, 12, 32, "takes no key of 16"),
        (12, 16, 12, 20, "takes no key of 20"),
        (20, 20, 0, 32, "takes no key of 32"),
        (20, 20, 12, 32, "AEAD takes no integrity"),
        (12, 16, 0, 0, "integrity transform 0"),
        (11, 0, 0, 0, "integrity transform 0"),  # nothing at all is never agreed on
        (12, 16, 5, 16, "integrity transform 5"),
        (3, 24, 12, 32, "encryption transform 3"),
    ],
)
def test_what_does_not_fit_is_refused_and_no_key_named(
    encr: int, key: int, integ: int, integ_key: int, message: str
) -> None:
    before = live_objects()["transform"]
    with pytest.raises(ValueError, match=message) as caught:
        Keyed(encr=encr, encr_key=b"k" * key, integ=integ, integ_key=b"k" * integ_key, sealing=True)
    assert "kk" not in str(caught.value)
    assert live_objects()["transform"] == before


def test_transforms_are_freed() -> None:
    gc.collect()
    before = live_objects()["transform"]
    held = [keyed(suite, True) for suite in SUITES]
    assert live_objects()["transform"] == before + len(SUITES)
    held.clear()
    assert live_objects()["transform"] == before


def test_a_cbc_block_that_is_not_whole_is_refused() -> None:
    suite = BY_NAME["aes256-sha256"]
    packet = HEADER + bytes(16) + bytes(24)
    assert keyed(suite, False).open(packet + suite.mac(packet, 1, False), 1) == ("length", b"")


def golden() -> list[tuple[Suite, bool, int, bytes]]:
    return [
        (BY_NAME[case["suite"]], case["esn"], case["sequence"], bytes.fromhex(case["hex"]))
        for case in GOLDEN["packet"]
    ]


@pytest.mark.parametrize(("suite", "esn", "sequence", "packet"), golden(), ids=lambda value: str(value)[:20])
def test_golden_packets(suite: Suite, esn: bool, sequence: int, packet: bytes) -> None:
    assert suite.sealer(esn, sequence - 1).seal(INNER) == packet
    assert suite.sealer(esn, sequence - 1).seal(INNER, in_place=False) == packet
    assert suite.opener(esn, sequence - 1).open(packet) == ("ok", INNER)
    assert suite.wrap(suite.padded(INNER, 4), sequence, esn, suite.counter_iv(sequence)) == packet


def test_every_transform_has_its_golden_packet() -> None:
    assert GOLDEN["spi"] == SPI
    assert {case["suite"] for case in GOLDEN["packet"]} == {suite.name for suite in SUITES}
    assert all(
        (BY_NAME[case["suite"]].encr, BY_NAME[case["suite"]].integ) == (case["encr"], case["integ"])
        for case in GOLDEN["packet"]
    )


#: Wireshark 4.0's names. For ESP it has neither CCM nor ChaCha20-Poly1305 nor an implicit IV. It decrypts
#: packets with ESN, but leaves the high half of the sequence number out when it checks their ICV.
WIRESHARK = {
    11: "NULL", 12: "AES-CBC [RFC3602]", 13: "AES-CTR [RFC3686]", 18: "AES-GCM with 8 octet ICV [RFC4106]",
    19: "AES-GCM with 12 octet ICV [RFC4106]", 20: "AES-GCM with 16 octet ICV [RFC4106]",
}  # fmt: skip
WIRESHARK_MAC = {
    0: "NULL", 2: "HMAC-SHA-1-96 [RFC2404]", 12: "HMAC-SHA-256-128 [RFC4868]",
    13: "HMAC-SHA-384-192 [RFC4868]", 14: "HMAC-SHA-512-256 [RFC4868]",
}  # fmt: skip


@pytest.mark.interop
def test_tshark_reads_the_golden_packets(tmp_path: Path) -> None:
    shown = [(suite, esn, packet) for suite, esn, _, packet in golden() if suite.encr in WIRESHARK]
    packets, keys = [], []
    for index, (suite, esn, packet) in enumerate(shown, 1):
        source = f"192.0.2.{index}"
        packets.append((source, "198.51.100.1", packet))
        secret = [f"0x{key.hex()}" if key else "" for key in (suite.key, suite.integ_key)]
        row = [
            *("IPv4", source, "198.51.100.1", f"0x{SPI:08x}", WIRESHARK[suite.encr], secret[0]),
            *(WIRESHARK_MAC[suite.integ], secret[1], "64-bit" if esn else "32-bit"),
        ]
        keys.append("uat:esp_sa:" + ",".join(f'"{word}"' for word in row))
    write_packets(tmp_path / "golden.pcap", packets)
    (tmp_path / "keys").write_text("\n".join(keys))
    rows = fields(
        tmp_path / "golden.pcap", "esp",
        *("ip.src", "esp.icv_good", "icmp.seq", "icmp.checksum.status", "esp.pad_len"),
        keys=tmp_path / "keys",
    )  # fmt: skip
    assert len(rows) == len(shown) >= 25
    for (suite, esn, _), (source, good, sequence, checksum, padding) in zip(shown, rows, strict=True):
        assert source.endswith(",10.1.0.1"), suite  # the inner header was found
        assert (sequence, checksum) == ("1", "1"), suite
        assert good == "1" or esn, suite
        assert int(padding) == -(len(INNER) + 2) % suite.align
