"""Messages written by hand from the figures of RFC 7296, in tests/vectors/ike_messages.toml."""

from __future__ import annotations

import re
import tomllib
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ginnel_service.ike.codes import (
    AuthMethod,
    CfgAttribute,
    CfgType,
    Encr,
    Esn,
    ExchangeType,
    IdType,
    Integ,
    KeMethod,
    NotifyType,
    PayloadType,
    Prf,
    ProtocolId,
    TransformType,
)
from ginnel_service.ike.message import Message, parse_message, serialise_message
from ginnel_service.ike.payloads import (
    AuthPayload,
    CfgEntry,
    ConfigPayload,
    DeletePayload,
    Identity,
    IdiPayload,
    IdrPayload,
    KePayload,
    NoncePayload,
    NotifyPayload,
    Proposal,
    RawSelector,
    SaPayload,
    SkfPayload,
    TrafficSelector,
    Transform,
    TsiPayload,
    TsrPayload,
    UnknownPayload,
    VendorPayload,
)
from ginnel_service.ike.selectors import everything

_FILE = Path(__file__).parents[2] / "vectors" / "ike_messages.toml"
HEX = {
    vector["name"]: bytes.fromhex(re.sub(r"#.*|\s", "", vector["hex"]))
    for vector in tomllib.loads(_FILE.read_text())["message"]
}
SPI_I, SPI_R = bytes(range(1, 9)), bytes(range(0x11, 0x19))

EXPECTED = {
    "IKE_SA_INIT request": Message(
        SPI_I,
        bytes(8),
        ExchangeType.IKE_SA_INIT,
        0,
        from_initiator=True,
        is_response=False,
        payloads=(
            SaPayload(
                (
                    Proposal(
                        1,
                        ProtocolId.IKE,
                        b"",
                        (
                            Transform(TransformType.ENCR, Encr.AES_GCM_16, 256),
                            Transform(TransformType.PRF, Prf.HMAC_SHA2_384),
                            Transform(TransformType.KE, KeMethod.ECP384),
                        ),
                    ),
                    Proposal(
                        2,
                        ProtocolId.IKE,
                        b"",
                        (
                            Transform(TransformType.ENCR, Encr.AES_CBC, 128),
                            Transform(TransformType.PRF, Prf.HMAC_SHA2_256),
                            Transform(TransformType.INTEG, Integ.HMAC_SHA2_256_128),
                            Transform(TransformType.KE, KeMethod.X25519),
                        ),
                    ),
                )
            ),
            KePayload(KeMethod.X25519, bytes(range(0x20, 0x40))),
            NoncePayload(bytes(range(0x40, 0x50))),
            NotifyPayload(NotifyType.NAT_DETECTION_SOURCE_IP, bytes(range(0x50, 0x64))),
            NotifyPayload(NotifyType.FRAGMENTATION_SUPPORTED),
            VendorPayload(b"ginnel" + bytes(range(26))),
        ),
    ),
    "IKE_SA_INIT answer that asks for a cookie": Message(
        SPI_I,
        bytes(8),
        ExchangeType.IKE_SA_INIT,
        0,
        from_initiator=False,
        is_response=True,
        payloads=(NotifyPayload(NotifyType.COOKIE, bytes.fromhex("aabbccddee")),),
    ),
    "contents of an IKE_AUTH request": Message(
        SPI_I,
        SPI_R,
        ExchangeType.IKE_AUTH,
        1,
        from_initiator=True,
        is_response=False,
        payloads=(
            IdiPayload(Identity(IdType.RFC822_ADDR, b"a@x.ex.org")),
            IdrPayload(Identity(IdType.IPV4_ADDR, bytes((192, 168, 0, 1)))),
            AuthPayload(AuthMethod.SHARED_KEY, bytes(range(1, 9))),
            ConfigPayload(
                CfgType.REQUEST,
                (CfgEntry(CfgAttribute.INTERNAL_IP4_ADDRESS), CfgEntry(CfgAttribute.INTERNAL_IP6_ADDRESS)),
            ),
            SaPayload(
                (
                    Proposal(
                        1,
                        ProtocolId.ESP,
                        bytes.fromhex("c0ffee01"),
                        (
                            Transform(TransformType.ENCR, Encr.AES_GCM_16, 128),
                            Transform(TransformType.ESN, Esn.NO_ESN),
                        ),
                    ),
                )
            ),
            TsiPayload(everything()),
            TsrPayload(
                (
                    TrafficSelector(6, 443, 443, IPv4Address("10.0.0.0"), IPv4Address("10.255.255.255")),
                    RawSelector(240, b"\x11" + bytes(range(1, 9))),
                )
            ),
            NotifyPayload(NotifyType.MOBIKE_SUPPORTED),
            NotifyPayload(
                NotifyType.NON_FIRST_FRAGMENTS_ALSO, b"\x01", ProtocolId.ESP, bytes.fromhex("deadbeef")
            ),
        ),
    ),
    "Delete of two CHILD SAs, and a payload type from the future": Message(
        SPI_I,
        SPI_R,
        ExchangeType.INFORMATIONAL,
        0x00010203,
        from_initiator=True,
        is_response=True,
        payloads=(
            DeletePayload(ProtocolId.ESP, (b"\0\0\0\x01", b"\xff\xff\xff\xfe")),
            UnknownPayload(200, b"hi"),
        ),
    ),
    "a fragment": Message(
        SPI_I,
        SPI_R,
        ExchangeType.IKE_AUTH,
        1,
        from_initiator=False,
        is_response=True,
        payloads=(SkfPayload(PayloadType.IDR, 1, 3, bytes.fromhex("cafebabe")),),
    ),
}


def test_every_vector_has_its_meaning() -> None:
    assert HEX.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", HEX)
def test_vector_parses_to_its_meaning(name: str) -> None:
    assert parse_message(HEX[name]) == EXPECTED[name]


@pytest.mark.parametrize("name", HEX)
def test_meaning_serialises_to_its_vector(name: str) -> None:
    assert serialise_message(EXPECTED[name]) == HEX[name]
