"""The TTLS peer against a scripted server: PAP, MSCHAPv2 and EAP inside."""

from __future__ import annotations

import dataclasses
from typing import Literal

import pytest

from ginnel_service.ike.auth.policy import Revocation, TrustPolicy
from ginnel_service.ike.eap import mschap
from ginnel_service.ike.eap.avps import (
    EAP_MESSAGE,
    MICROSOFT,
    MS_CHAP2_RESPONSE,
    MS_CHAP2_SUCCESS,
    MS_CHAP_CHALLENGE,
    MS_CHAP_ERROR,
    REPLY_MESSAGE,
    USER_NAME,
    USER_PASSWORD,
    Avp,
    parse_avps,
)
from ginnel_service.ike.eap.config import EapConfig, EapMethod, EapServerConfig
from ginnel_service.ike.eap.outcome import Accepted, Failed, Reply, Succeeded
from ginnel_service.ike.eap.packet import Code, Packet, Type
from ginnel_service.ike.eap.peer import Peer
from ginnel_service.ike.eap.server import Server
from ginnel_service.ike.eap.tls_config import TlsVersion
from ginnel_service.ike.errors import InvalidSyntax
from ike.eap.certificates import authority, server_certificate, tls
from ike.eap.ends import USERS, drive, seeded, utc
from ike.eap.tunnelled import Inside, TunnelledServer

BOTH = pytest.mark.parametrize("version", ["1.2", "1.3"])


def peer(
    inner: Literal["pap", "mschapv2", "eap"],
    password: str | None = "correct horse",
    root: str = "root",
    octets: int = 1024,
) -> Peer:
    config = EapConfig(
        username="bob",
        password=password,
        identity="anonymous@lab",
        methods=(EapMethod.TTLS,),
        tls=tls(None, root=root, octets=octets),
        ttls_inner=inner,
    )
    return Peer(config, seeded(), utc)


def values(plain: bytes) -> dict[tuple[int, int], bytes]:
    return {(avp.vendor, avp.code): avp.value for avp in parse_avps(plain)}


def pap(server: TunnelledServer, plain: bytes) -> bytes | bool:
    if not plain:
        return b""
    said = values(plain)
    return said[0, USER_NAME] == b"bob" and said[0, USER_PASSWORD] == b"correct horse\0\0\0"


def chap(server: TunnelledServer, plain: bytes) -> bytes | bool:
    if not plain:
        return len(server.heard) > 0  # the acknowledgement of our success
    said = values(plain)
    material = server.export(b"ttls challenge", 17)
    assert said[MICROSOFT, MS_CHAP_CHALLENGE] == material[:16]
    response = said[MICROSOFT, MS_CHAP2_RESPONSE]
    assert (response[0], response[1], response[18:26], len(response)) == (material[16], 0, bytes(8), 50)
    hashed = mschap.nt_hash("correct horse")
    if response[26:] != mschap.nt_response(material[:16], response[2:18], b"bob", hashed):
        error = response[:1] + b"E=691 R=0 C=" + b"0" * 32 + b" V=3 M=no"
        return Avp(MS_CHAP_ERROR, error, MICROSOFT).serialise()
    proof = mschap.authenticator_response(hashed, response[26:], response[2:18], material[:16], b"bob")
    return Avp(MS_CHAP2_SUCCESS, response[:1] + b"S=" + proof, MICROSOFT).serialise()


def chap_first(server: TunnelledServer, plain: bytes) -> bytes | bool:
    """`chap`, and quiet until the peer has spoken."""
    return b"" if not server.heard else chap(server, plain)


def eap() -> Inside:
    inner = Server(EapServerConfig(lookup=USERS.get), bytes, utc)
    inner.start()

    def inside(server: TunnelledServer, plain: bytes) -> bytes | bool:
        if not plain:
            return b""
        verdict = inner.receive(values(plain)[0, EAP_MESSAGE])
        if isinstance(verdict, Reply):
            return Avp(EAP_MESSAGE, verdict.packet).serialise()
        return isinstance(verdict, Accepted)

    return inside


def inside(inner: str) -> Inside:
    return {"pap": pap, "mschapv2": chap_first, "eap": eap()}[inner]


@pytest.mark.parametrize("octets", [1024, 200])
@pytest.mark.parametrize("inner", ["pap", "mschapv2", "eap"])
@BOTH
def test_both_ends_have_the_same_key(
    version: TlsVersion, inner: Literal["pap", "mschapv2", "eap"], octets: int
) -> None:
    server = TunnelledServer(Type.TTLS, version, inside(inner), octets=octets)
    ours, theirs, _ = drive(peer(inner, octets=octets), server)
    assert isinstance(ours, Succeeded), ours
    assert isinstance(theirs, Accepted)
    assert ours.msk == theirs.msk
    assert ours.safe


@pytest.mark.parametrize("inner", ["pap", "mschapv2"])
@BOTH
def test_a_wrong_password_is_named(version: TlsVersion, inner: Literal["pap", "mschapv2"]) -> None:
    server = TunnelledServer(Type.TTLS, version, inside(inner))

    def refuse(server: TunnelledServer, plain: bytes) -> bytes | bool:
        said = chap_first(server, plain) if inner == "mschapv2" else pap(server, plain)
        return False if len(server.heard) and not plain else said

    server.inside = refuse
    ours, _, _ = drive(peer(inner, "wrong"), server)
    assert isinstance(ours, Failed)
    assert ours.code == "wrong_password"


@BOTH
def test_a_missing_password_is_asked_for(version: TlsVersion) -> None:
    server = TunnelledServer(Type.TTLS, version, pap)
    ours, _, asked = drive(peer("pap", None), server, ("correct horse",))
    assert isinstance(ours, Succeeded)
    assert [ask.prompt.kind for ask in asked] == ["password"]


@BOTH
def test_a_question_of_the_method_inside_reaches_the_person(version: TlsVersion) -> None:
    server = TunnelledServer(Type.TTLS, version, inside("eap"))
    ours, _, asked = drive(peer("eap", None), server, ("wrong", "correct horse"))
    assert isinstance(ours, Succeeded)
    assert [ask.prompt.message for ask in asked] == ["", "Authentication failed"]


@BOTH
def test_nothing_is_said_inside_to_a_server_of_another_root(version: TlsVersion) -> None:
    server = TunnelledServer(Type.TTLS, version, pap)
    ours, _, _ = drive(peer("pap", root="other"), server)
    assert isinstance(ours, Failed)
    assert ours.code == "server_certificate"
    assert server.heard == []


def test_a_false_proof_is_refused() -> None:
    def lie(server: TunnelledServer, plain: bytes) -> bytes | bool:
        if not plain:
            return b""
        ident = values(plain)[MICROSOFT, MS_CHAP2_RESPONSE][:1]
        return Avp(MS_CHAP2_SUCCESS, ident + b"S=" + b"0" * 40, MICROSOFT).serialise()

    ours, _, _ = drive(peer("mschapv2"), TunnelledServer(Type.TTLS, "1.3", lie))
    assert isinstance(ours, Failed)
    assert ours.code == "authentication_failed"


def test_success_without_a_proof_is_refused() -> None:
    server = TunnelledServer(Type.TTLS, "1.3", lambda server, plain: bool(server.heard) or b"")
    ours, _, _ = drive(peer("mschapv2"), server)
    assert ours == Failed("invalid_peer_message", "EAP-Success before a method was done")


def test_a_servers_message_is_kept_for_its_refusal() -> None:
    def refuse(server: TunnelledServer, plain: bytes) -> bytes | bool:
        if plain:
            return Avp(REPLY_MESSAGE, b"closed on\nSundays", mandatory=False).serialise()
        return b"" if not server.heard else False

    ours, _, _ = drive(peer("pap"), TunnelledServer(Type.TTLS, "1.2", refuse))
    assert ours == Failed("eap_refused", "the gateway says: closed on Sundays")


@pytest.mark.parametrize(
    "plain",
    [
        b"x",
        b"\0\0\0\1\x40\0\0\x07",
        b"\0\0\0\1\x40\0\0\x20abcd",
        Avp(4711, b"x").serialise(),
        b"\0\0\0\1\xc0\0\0\x08",
    ],
)
def test_malformed_avps_end_the_conversation(plain: bytes) -> None:
    server = TunnelledServer(Type.TTLS, "1.3", lambda server, heard: plain if heard else b"")
    ours, _, _ = drive(peer("mschapv2"), server)
    assert isinstance(ours, Failed)
    assert ours.code == "invalid_peer_message"


def test_avps_survive_a_round_trip() -> None:
    avps = [Avp(1, b"a"), Avp(25, b"abcd", MICROSOFT), Avp(79, b"", 0, mandatory=False)]
    assert parse_avps(b"".join(avp.serialise() for avp in avps)) == avps
    assert Avp(1, b"bob").serialise() == bytes.fromhex("00000001 40 00000b 626f62 00")


def test_too_many_avps_are_refused() -> None:
    assert len(parse_avps(Avp(1, b"").serialise() * 64)) == 64
    with pytest.raises(InvalidSyntax):
        parse_avps(Avp(1, b"").serialise() * 65)


def test_the_anonymous_identity_stays_outside() -> None:
    bob = peer("pap")
    outcome = bob.receive(Packet(Code.REQUEST, 0, Type.IDENTITY).serialise())
    assert isinstance(outcome, Reply)
    assert Packet.parse(outcome.packet).data == b"anonymous@lab"
    server = TunnelledServer(Type.TTLS, "1.3", pap)
    drive(bob, server)
    assert values(server.heard[0])[0, USER_NAME] == b"bob"


@pytest.mark.parametrize("octets", [16384, 200])
@pytest.mark.parametrize("status", ["good", "revoked"])
@BOTH
def test_a_stapled_response_decides(version: TlsVersion, status: str, octets: int) -> None:
    config = tls(None)
    strict = TrustPolicy(roots=config.trust.roots, revocation=Revocation(ocsp=True, strict=True))
    bob = EapConfig(
        username="bob",
        password="correct horse",
        methods=(EapMethod.TTLS,),
        tls=dataclasses.replace(config, trust=strict),
        ttls_inner="pap",
    )
    staple = authority("root").ocsp_response(server_certificate().certificate, status=status)
    server = TunnelledServer(Type.TTLS, version, pap, octets=octets, staple=staple)
    ours, _, _ = drive(Peer(bob, seeded(), utc), server)
    if status == "good":
        assert isinstance(ours, Succeeded), ours
    else:
        assert isinstance(ours, Failed)
        assert ours.code == "server_certificate"
        assert "revoked" in ours.detail
