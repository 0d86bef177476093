"""The PEAPv0 peer against a scripted server: headers or none, Result, Cryptobinding."""

from __future__ import annotations

import pytest

from ginnel_service.ike.eap.config import EapConfig, EapMethod, EapServerConfig
from ginnel_service.ike.eap.outcome import Accepted, Failed, Reply, Succeeded
from ginnel_service.ike.eap.packet import Code, Packet, Type
from ginnel_service.ike.eap.peap import (
    CRYPTOBINDING,
    RESULT,
    binding,
    compound_keys,
    compound_msk,
    parse_tlvs,
    tlv,
)
from ginnel_service.ike.eap.peer import Peer
from ginnel_service.ike.eap.server import Server
from ginnel_service.ike.eap.tls_config import TlsVersion
from ginnel_service.ike.errors import InvalidSyntax
from ike.eap.certificates import tls
from ike.eap.ends import USERS, drive, seeded, utc
from ike.eap.tunnelled import TunnelledServer

BOTH = pytest.mark.parametrize("version", ["1.2", "1.3"])
NONCE = bytes(range(32))


class Inside:
    """An inner MSCHAPv2 conversation, then a Result; `break_` spoils the binding's MAC."""

    def __init__(
        self, *, whole: bool = False, bind: bool = False, break_: bool = False, result: int = 1
    ) -> None:
        self.whole, self.bind, self.break_, self.result = whole, bind, break_, result
        self.eap = Server(EapServerConfig(lookup=USERS.get), seeded(5), utc)
        self.inner: Packet | None = None
        self.ended = False

    def __call__(self, server: TunnelledServer, plain: bytes) -> bytes | bool:
        if self.ended:
            return self._finish(server, plain)
        if self.inner is None:
            return self._ask(self.eap.start())
        # A header comes with no answer, not even to a request that has one
        head = bytes([Code.RESPONSE, self.inner.identifier]) + (4 + len(plain)).to_bytes(2, "big")
        verdict = self.eap.receive(head + plain)
        if isinstance(verdict, Reply):
            return self._ask(verdict.packet)
        return self._end(server, verdict.msk if isinstance(verdict, Accepted) else None)

    def _ask(self, packet: bytes) -> bytes:
        self.inner = Packet.parse(packet)
        return packet if self.whole else packet[4:]

    def _end(self, server: TunnelledServer, inner_msk: bytes | None) -> bytes:
        self.ended = True
        data = tlv(RESULT, (self.result if inner_msk else 2).to_bytes(2, "big"))
        if self.bind and inner_msk:
            assert server.msk is not None
            self.ipmk, self.cmk = compound_keys(server.msk, inner_msk)
            value = binding(0, NONCE, self.cmk)
            data += tlv(CRYPTOBINDING, value[:-1] + bytes([value[-1] ^ self.break_]))
        return Packet(Code.REQUEST, 200, Type.EXTENSIONS, data).serialise()

    def _finish(self, server: TunnelledServer, plain: bytes) -> bool:
        answer = Packet.parse(plain)
        assert (answer.code, answer.identifier, answer.type) == (Code.RESPONSE, 200, Type.EXTENSIONS)
        tlvs = parse_tlvs(answer.data)
        if tlvs[RESULT] != b"\0\1":
            return False
        if self.bind:
            assert tlvs[CRYPTOBINDING] == binding(1, NONCE, self.cmk)
            server.msk = compound_msk(self.ipmk)
        return True


def peer(password: str | None = "correct horse", *inner: EapMethod) -> Peer:
    config = EapConfig(
        username="bob",
        password=password,
        identity="anonymous@lab",
        methods=(EapMethod.PEAP,),
        tls=tls(None),
        inner_methods=inner or (EapMethod.MSCHAPV2,),
    )
    return Peer(config, seeded(), utc)


@pytest.mark.parametrize("octets", [16384, 200])
@pytest.mark.parametrize("bind", [False, True])
@pytest.mark.parametrize("whole", [False, True])
@BOTH
def test_both_ends_have_the_same_key(version: TlsVersion, whole: bool, bind: bool, octets: int) -> None:
    server = TunnelledServer(Type.PEAP, version, Inside(whole=whole, bind=bind), octets=octets)
    ours, theirs, _ = drive(peer(), server)
    assert isinstance(ours, Succeeded), ours
    assert isinstance(theirs, Accepted)
    assert ours.msk == theirs.msk
    assert len(ours.msk or b"") == 64
    assert ours.safe


def test_the_true_name_stays_inside() -> None:
    server = TunnelledServer(Type.PEAP, "1.3", Inside())
    drive(peer(), server)
    assert server.heard[0] == bytes([Type.IDENTITY]) + b"bob"


def test_a_server_that_offers_a_higher_version_gets_version_0() -> None:
    ours, _, _ = drive(peer(), TunnelledServer(Type.PEAP, "1.2", Inside(), flags=1))
    assert isinstance(ours, Succeeded)


def test_a_wrong_password_is_asked_for_and_then_named() -> None:
    ours, _, asked = drive(peer("wrong"), TunnelledServer(Type.PEAP, "1.3", Inside()), ("worse", "worst"))
    assert isinstance(ours, Failed)
    assert ours.code == "wrong_password"
    assert len(asked) == 2


def test_a_second_try_logs_in() -> None:
    ours, theirs, _ = drive(
        peer("wrong"), TunnelledServer(Type.PEAP, "1.2", Inside(bind=True)), ("correct horse",)
    )
    assert isinstance(ours, Succeeded)
    assert isinstance(theirs, Accepted)
    assert ours.msk == theirs.msk


def test_a_binding_that_does_not_verify_is_refused() -> None:
    """Somebody between us and the true server has another tunnel than we."""
    ours, _, _ = drive(peer(), TunnelledServer(Type.PEAP, "1.2", Inside(bind=True, break_=True)))
    assert ours == Failed("authentication_failed", "PEAP's cryptobinding does not verify")


def test_a_result_of_failure_is_answered_and_the_failure_named() -> None:
    ours, _, _ = drive(peer(), TunnelledServer(Type.PEAP, "1.2", Inside(result=2)))
    assert isinstance(ours, Failed)
    assert ours.code == "eap_refused"


def test_an_unwanted_method_inside_is_named() -> None:
    ours, _, _ = drive(peer("x", EapMethod.GTC), TunnelledServer(Type.PEAP, "1.2", Inside()))
    assert isinstance(ours, Failed)
    assert ours.code == "eap_method_unsupported"
    assert ours.detail == "the gateway wants EAP-MSCHAPV2; configured: EAP-GTC"


def extensions(data: bytes) -> bytes:
    return Packet(Code.REQUEST, 9, Type.EXTENSIONS, data).serialise()


@pytest.mark.parametrize(
    "plain",
    [
        extensions(tlv(RESULT, b"\0\1")),  # success before anything was proved
        extensions(b""),
        extensions(tlv(RESULT, b"\0\3")),
        extensions(tlv(RESULT, b"\1")),
        extensions(tlv(RESULT, b"\0\1") * 2),
        extensions(tlv(RESULT, b"\0\1") + tlv(7, b"")),
        extensions(b"\x80\3\0\\9"),
        extensions(b"\0"),
        b"\2\1\0\5\1",
        b"\3\1\0\4",
        b"\x19\x20",
    ],
)
def test_out_of_turn_or_malformed_packets_do_not_succeed(plain: bytes) -> None:
    def inside(server: TunnelledServer, heard: bytes) -> bytes | bool:
        return True if server.heard else plain

    ours, _, _ = drive(peer(), TunnelledServer(Type.PEAP, "1.3", inside))
    assert isinstance(ours, Failed)


def test_capabilities_that_windows_asks_for_are_declined() -> None:
    """A statement of health comes as an Expanded type (vendor 311); without one PEAP goes on."""
    said = Inside()

    def inside(server: TunnelledServer, plain: bytes) -> bytes | bool:
        if not server.heard:
            return bytes([Type.EXPANDED]) + bytes.fromhex("000137 00000021")
        if len(server.heard) == 1:
            assert plain == bytes.fromhex("fe 000000 00000003 fe 000000 0000001a")
            return said(server, b"")
        return said(server, plain)

    ours, _, _ = drive(peer(), TunnelledServer(Type.PEAP, "1.2", inside))
    assert isinstance(ours, Succeeded)


def test_many_tlvs_are_refused() -> None:
    optional = b"".join(number.to_bytes(2, "big") + b"\0\0" for number in range(20, 36))
    assert len(parse_tlvs(optional)) == 16
    with pytest.raises(InvalidSyntax):
        parse_tlvs(optional + b"\0\1\0\0")
