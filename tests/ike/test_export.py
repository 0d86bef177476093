"""Rows of Wireshark's ESP table; tests/interop/test_decryption.py has tshark read them."""

from __future__ import annotations

import pytest

from ginnel_service.ike.codes import Encr, Integ
from ginnel_service.ike.events import ChildKeys, ChildSa, Endpoint, EspSuite, Path
from ginnel_service.ike.export import esp_lines

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
