"""Rows of Wireshark's ESP table; tests/interop/test_decryption.py has tshark read them."""

from __future__ import annotations

import pytest

from ginnel_service.ike.codes import Encr, Integ
from ginnel_service.ike.events import ChildKeys, ChildSa, Endpoint, EspSuite, IkeSuite, Path
from ginnel_service.ike.export import esp_lines, ike_lines
from ginnel_service.ike.keys import ike_keys
from ginnel_service.ike.sa import IkeSa

PATH = Path(Endpoint("192.0.2.1", 4500), Endpoint("192.0.2.2", 4500), True)


def rows(suite: EspSuite, encr: bytes, integ: bytes) -> list[str]:
    keys = ChildKeys(encr, integ)
    return [
        export.line
        for export in esp_lines(ChildSa(b"\0\0\1\0", b"\0\0\2\0", suite, keys, keys, (), ()), PATH)
    ]


def test_each_direction_has_a_row() -> None:
    inbound, outbound = rows(EspSuite(Encr.AES_CTR, 128, Integ.HMAC_SHA1_96, esn=True), b"\1\2", b"\3")
    assert inbound == (
        '"IPv4","192.0.2.2","192.0.2.1","0x00000100","AES-CTR [RFC3686]","0x0102",'
        '"HMAC-SHA-1-96 [RFC2404]","0x03","64-bit"'
    )
    assert outbound.startswith('"IPv4","192.0.2.1","192.0.2.2","0x00000200",')


def test_null_encryption_has_no_key() -> None:
    assert '"NULL","","HMAC-SHA-256-128' in rows(EspSuite(Encr.NULL, 0, 12), b"", b"\3")[0]


@pytest.mark.parametrize("encr", [Encr.CHACHA20_POLY1305, Encr.AES_CCM_16, Encr.AES_GCM_16_IIV])
def test_what_wireshark_cannot_decrypt_has_no_row(encr: Encr) -> None:
    assert rows(EspSuite(encr, 128), bytes(20), b"") == []


@pytest.mark.parametrize(
    ("encr", "bits", "integ", "words"),
    [
        (Encr.AES_GCM_12, 192, 0, ('"AES-GCM-192 with 12 octet ICV [RFC5282]"', '"NONE [RFC4306]"')),
        (Encr.AES_CCM_8, 256, 0, ('"AES-CCM-256 with 8 octet ICV [RFC5282]"', '"NONE [RFC4306]"')),
        (Encr.AES_CTR, 128, Integ.HMAC_SHA1_96, ('"AES-CTR-128 [RFC5930]"', '"HMAC_SHA1_96 [RFC2404]"')),
        (
            Encr.AES_CBC,
            256,
            Integ.AES_CMAC_96,
            ('"AES-CBC-256 [RFC3602]"', '"ANY 96-bits of Authentication [No Checking]"'),
        ),
    ],
)
def test_an_ike_sa_has_one_row(encr: int, bits: int, integ: int, words: tuple[str, str]) -> None:
    sa = IkeSa(b"i" * 8, b"r" * 8, initiated=True)
    sa.suite = IkeSuite(encr, bits, integ, 5, 31, "")
    sa.keys = ike_keys(sa.suite, b"seed", b"i" * 32, b"r" * 32, sa.spi_i, sa.spi_r)
    (row,) = ike_lines(sa)
    fields = row.line.split(",")
    assert fields[:4] == ["69" * 8, "72" * 8, sa.keys.ei.hex(), sa.keys.er.hex()]
    assert (fields[4], fields[7]) == words
    unchecked = "No Checking" in words[1]
    assert fields[5:7] == (["", ""] if unchecked else [sa.keys.ai.hex(), sa.keys.ar.hex()])


def test_an_ike_sa_that_wireshark_cannot_decrypt_has_no_row() -> None:
    sa = IkeSa(b"i" * 8, b"r" * 8, initiated=True)
    sa.suite = IkeSuite(Encr.CHACHA20_POLY1305, 0, 0, 5, 31, "")
    sa.keys = ike_keys(sa.suite, b"seed", b"i" * 32, b"r" * 32, sa.spi_i, sa.spi_r)
    assert ike_lines(sa) == []
