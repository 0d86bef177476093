"""EAP's own rules: identity, notification, negotiation, duplicates, Success and Failure."""

from __future__ import annotations

import hashlib

import pytest

from ginnel_service.ike.eap.config import EapConfig, EapMethod, EapServerConfig
from ginnel_service.ike.eap.outcome import Ask, Failed, Rejected, Reply, Succeeded, printable
from ginnel_service.ike.eap.packet import Code, Packet, Type
from ginnel_service.ike.eap.peer import MAX_ROUNDS, Peer
from ginnel_service.ike.eap.server import Server
from ginnel_service.ike.errors import InvalidSyntax, LocalError
from ike.eap.ends import USERS, seeded, utc


def peer(
    *methods: EapMethod, password: str | None = "secret", identity: str | None = None, one_time: bool = False
) -> Peer:
    config = EapConfig(
        username="bob",
        password=password,
        identity=identity,
        methods=methods or (EapMethod.MSCHAPV2,),
        one_time=one_time,
    )
    return Peer(config, seeded(), utc)


def request(kind: int, data: bytes = b"", identifier: int = 1) -> bytes:
    return Packet(Code.REQUEST, identifier, kind, data).serialise()


def response(outcome: object) -> tuple[int, int, bytes]:
    assert isinstance(outcome, Reply)
    parsed = Packet.parse(outcome.packet)
    assert parsed.code == Code.RESPONSE
    return parsed.identifier, parsed.type, parsed.data


SUCCESS = Packet(Code.SUCCESS, 1).serialise()
FAILURE = Packet(Code.FAILURE, 1).serialise()


def test_the_identity_is_the_user_name_unless_another_is_set() -> None:
    assert response(peer().receive(request(Type.IDENTITY, b"who", 9))) == (9, Type.IDENTITY, b"bob")
    assert response(peer(identity="anonymous@lab").receive(request(Type.IDENTITY)))[2] == b"anonymous@lab"
    assert response(peer(identity="").receive(request(Type.IDENTITY)))[2] == b""


def test_a_notification_is_acknowledged_and_kept_for_the_failure() -> None:
    bob = peer()
    assert response(bob.receive(request(Type.NOTIFICATION, b"closed\0today"))) == (1, Type.NOTIFICATION, b"")
    outcome = bob.receive(FAILURE)
    assert isinstance(outcome, Failed)
    assert outcome.code == "eap_refused"
    assert outcome.detail.endswith("it says: closed today")


def test_an_unwanted_method_is_answered_with_ours() -> None:
    bob = peer(EapMethod.GTC, EapMethod.MSCHAPV2)
    assert response(bob.receive(request(Type.SIM, b"x"))) == (1, Type.NAK, bytes([Type.GTC, Type.MSCHAPV2]))
    outcome = bob.receive(FAILURE)
    assert outcome == Failed(
        "eap_method_unsupported", "the gateway wants EAP-SIM; configured: EAP-GTC, EAP-MSCHAPV2"
    )


def test_an_unknown_method_is_named_by_its_number() -> None:
    bob = peer()
    bob.receive(request(99))
    outcome = bob.receive(FAILURE)
    assert isinstance(outcome, Failed)
    assert "EAP type 99" in outcome.detail


def test_an_expanded_method_is_answered_with_an_expanded_nak() -> None:
    kind, data = response(peer().receive(request(Type.EXPANDED, b"\0\x01\x37\0\0\0\1")))[1:]
    assert kind == Type.EXPANDED
    assert data == bytes.fromhex("000000 00000003  fe 000000 0000001a")


def test_after_a_nak_our_method_runs() -> None:
    bob = peer()
    bob.receive(request(Type.TLS, b"\x20", 1))
    assert response(bob.receive(request(Type.MSCHAPV2, b"\1\1\0\x15\x10" + bytes(16), 2)))[1] == Type.MSCHAPV2


def test_md5_runs_only_where_it_is_named() -> None:
    assert response(peer().receive(request(Type.MD5, b"\1x")))[1] == Type.NAK
    bob = peer(EapMethod.MD5)
    data = response(bob.receive(request(Type.MD5, b"\4abcdgw", 5)))[2]
    assert data == b"\x10" + hashlib.md5(b"\x05secretabcd").digest() + b"bob"
    assert bob.receive(SUCCESS) == Succeeded(None, safe=False)


def test_md5_asks_for_a_missing_password() -> None:
    bob = peer(EapMethod.MD5, password=None)
    assert isinstance(bob.receive(request(Type.MD5, b"\4abcd")), Ask)
    assert response(bob.answer("secret"))[1] == Type.MD5


@pytest.mark.parametrize("data", [b"", b"\0", b"\5abc"])
def test_a_malformed_md5_challenge_is_refused(data: bytes) -> None:
    assert isinstance(peer(EapMethod.MD5).receive(request(Type.MD5, data)), Failed)


def test_gtc_sends_the_password_and_asks_for_the_second_factor() -> None:
    bob = peer(EapMethod.GTC)
    assert response(bob.receive(request(Type.GTC, b"Password: ")))[2] == b"secret"
    outcome = bob.receive(request(Type.GTC, b"Enter the\ncode", 2))
    assert isinstance(outcome, Ask)
    assert (outcome.prompt.kind, outcome.prompt.message) == ("otp", "Enter the code")
    assert response(bob.answer("123456")) == (2, Type.GTC, b"123456")
    assert bob.receive(SUCCESS) == Succeeded(None, safe=False)


@pytest.mark.parametrize(("message", "kind"), [(b"Password:", "password"), (b"Challenge 1234", "otp")])
def test_gtc_without_a_password_asks_what_the_message_asks(message: bytes, kind: str) -> None:
    outcome = peer(EapMethod.GTC, password=None).receive(request(Type.GTC, message))
    assert isinstance(outcome, Ask)
    assert outcome.prompt.kind == kind


def test_a_one_time_code_is_never_taken_from_the_configuration() -> None:
    outcome = peer(EapMethod.GTC, one_time=True).receive(request(Type.GTC, b"Password:"))
    assert isinstance(outcome, Ask)
    assert outcome.prompt.kind == "otp"


def test_a_refused_code_is_a_wrong_password() -> None:
    bob = peer(EapMethod.GTC)
    bob.receive(request(Type.GTC, b"Password:"))
    outcome = bob.receive(FAILURE)
    assert isinstance(outcome, Failed)
    assert outcome.code == "wrong_password"


def test_a_duplicate_request_gets_the_same_response() -> None:
    bob = peer()
    challenge = request(Type.MSCHAPV2, b"\1\1\0\x15\x10" + bytes(16))
    first = bob.receive(challenge)
    assert bob.receive(challenge) == first
    assert bob.receive(challenge + b"padding") == first


def test_a_gateway_cannot_repeat_itself_without_end() -> None:
    """Nothing else ends an attempt whose gateway always has one more question."""
    bob = peer()
    said = [bob.receive(request(Type.IDENTITY)) for _ in range(MAX_ROUNDS + 1)]
    assert isinstance(said[-2], Reply)
    assert isinstance(said[-1], Failed)


def test_a_duplicate_of_a_question_asks_the_same() -> None:
    bob = peer(EapMethod.GTC, password=None)
    first = bob.receive(request(Type.GTC, b"code?"))
    assert bob.receive(request(Type.GTC, b"code?")) == first
    assert isinstance(bob.answer("1"), Reply)


@pytest.mark.parametrize(
    "before", [(), (request(Type.IDENTITY),), (request(Type.TLS, b"\x20"),), (request(Type.NOTIFICATION),)]
)
def test_success_before_a_method_is_refused(before: tuple[bytes, ...]) -> None:
    bob = peer()
    for packet in before:
        bob.receive(packet)
    outcome = bob.receive(SUCCESS)
    assert isinstance(outcome, Failed)
    assert outcome.code == "invalid_peer_message"


def test_another_method_in_the_middle_is_refused() -> None:
    bob = peer(EapMethod.GTC, EapMethod.MSCHAPV2)
    bob.receive(request(Type.MSCHAPV2, b"\1\1\0\x15\x10" + bytes(16)))
    outcome = bob.receive(request(Type.GTC, b"Password:", 2))
    assert outcome == Failed("invalid_peer_message", "EAP-GTC in the middle of EAP-MSCHAPV2")


def test_the_end_stays_the_end() -> None:
    bob = peer()
    end = bob.receive(FAILURE)
    assert bob.receive(request(Type.IDENTITY)) is end
    assert bob.answer("x") is end


def test_endless_notifications_end() -> None:
    bob = peer()
    outcomes = [bob.receive(request(Type.NOTIFICATION, b"x", n % 256)) for n in range(MAX_ROUNDS + 1)]
    assert all(isinstance(outcome, Reply) for outcome in outcomes[:-1])
    assert isinstance(outcomes[-1], Failed)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\1",
        b"\1\1\0\4",
        b"\1\1\0\3\1",
        b"\1\1\0\x09\1",
        b"\5\1\0\4",
        b"\3\1\0\5\0",
        b"\0\0\0\5\1",
        b"\2\1\0\5\1",
    ],
)
def test_malformed_packets_fail_and_do_not_raise(octets: bytes) -> None:
    outcome = peer().receive(octets)
    assert isinstance(outcome, Failed)
    assert outcome.code == "invalid_peer_message"


def test_packets_survive_a_round_trip() -> None:
    for packet in (
        Packet(Code.REQUEST, 1, 26, b"abc"),
        Packet(Code.RESPONSE, 255, 1, b""),
        Packet(Code.SUCCESS, 3),
        Packet(Code.FAILURE, 4),
    ):
        assert Packet.parse(packet.serialise()) == packet
    with pytest.raises(InvalidSyntax):
        Packet.parse(b"\1\1\0\4")


def test_a_gateways_words_are_one_short_printable_line() -> None:
    assert printable(b"a\x1b[31m\r\n\tb\xff\xe2\x80\xae") == "a [31m b\ufffd"
    assert len(printable(b"x" * 100_000)) == 256


def test_a_server_proposes_the_next_method_after_a_nak() -> None:
    gateway = Server(EapServerConfig(lookup=USERS.get), seeded(), utc)
    identifier = Packet.parse(gateway.start()).identifier
    proposal = Packet.parse(
        gateway.receive(Packet(Code.RESPONSE, identifier, Type.IDENTITY, b"bob").serialise()).packet
    )
    assert proposal.type == Type.MSCHAPV2
    nak = Packet(Code.RESPONSE, proposal.identifier, Type.NAK, bytes([Type.GTC, 99]))
    outcome = gateway.receive(nak.serialise())
    assert isinstance(outcome, Rejected)
    assert outcome.detail == "the peer wants EAP-GTC, EAP type 99"
    assert outcome.packet == Packet(Code.FAILURE, proposal.identifier).serialise()


def test_a_server_answers_a_duplicate_the_same_and_a_stray_never() -> None:
    gateway = Server(EapServerConfig(lookup=USERS.get), seeded(), utc)
    identity = Packet(
        Code.RESPONSE, Packet.parse(gateway.start()).identifier, Type.IDENTITY, b"bob"
    ).serialise()
    first = gateway.receive(identity)
    assert gateway.receive(identity) == first
    stray = Packet(Code.RESPONSE, 99, Type.MSCHAPV2, b"")
    assert isinstance(gateway.receive(stray.serialise()), Rejected)


@pytest.mark.parametrize("octets", [b"", SUCCESS, request(Type.IDENTITY), b"\2\1\0\5\1"])
def test_a_server_rejects_what_is_no_response(octets: bytes) -> None:
    gateway = Server(EapServerConfig(lookup=USERS.get), seeded(4), utc)
    assert isinstance(gateway.receive(octets), Rejected)


def test_configurations_that_cannot_work_are_refused() -> None:
    with pytest.raises(LocalError, match="at least one"):
        EapConfig(username="bob", methods=())
    with pytest.raises(LocalError, match="trusted roots"):
        EapConfig(username="bob", methods=(EapMethod.PEAP,))
    with pytest.raises(LocalError, match="characters"):
        EapConfig(username="bob", password="x" * 257)
    with pytest.raises(LocalError, match="octets"):
        EapConfig(username="b" * 254)
    with pytest.raises(LocalError, match="mschapv2 and tls"):
        EapServerConfig(methods=(EapMethod.GTC,))
    with pytest.raises(LocalError, match="certificate"):
        EapServerConfig(methods=(EapMethod.TLS,))
