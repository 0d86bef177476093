"""EAP-MSCHAPv2, our peer against our server and against scripted ones."""

from __future__ import annotations

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher

from ginnel_service.ike.eap import mschap
from ginnel_service.ike.eap.avps import USER_PASSWORD, Avp
from ginnel_service.ike.eap.config import EapConfig, EapServerConfig
from ginnel_service.ike.eap.mschapv2 import CHANGE_PASSWORD, FAILURE, RESPONSE, SUCCESS, packet, parse_failure
from ginnel_service.ike.eap.outcome import Accepted, Ask, Failed, Rejected, Reply, Succeeded
from ginnel_service.ike.eap.packet import Code, Packet, Type
from ginnel_service.ike.eap.peer import Peer
from ginnel_service.ike.eap.server import Server
from ginnel_service.ike.errors import InvalidSyntax
from ginnel_service.ike.protect import Opened
from ike.eap.ends import USERS, drive, seeded, utc

CHALLENGE = packet(1, 7, b"\x10" + b"c" * 16 + b"gateway")


def peer(password: str | None = "correct horse", username: str = "bob") -> Peer:
    return Peer(EapConfig(username=username, password=password), seeded(2), utc)


def server() -> Server:
    return Server(EapServerConfig(lookup=USERS.get), seeded(3), utc)


def request(identifier: int, data: bytes) -> bytes:
    return Packet(Code.REQUEST, identifier, Type.MSCHAPV2, data).serialise()


def response(outcome: object) -> bytes:
    assert isinstance(outcome, Reply)
    parsed = Packet.parse(outcome.packet)
    assert (parsed.code, parsed.type) == (Code.RESPONSE, Type.MSCHAPV2)
    return parsed.data


@pytest.mark.parametrize("name", ["bob", "LAB\\bob"])
def test_both_ends_have_the_same_key(name: str) -> None:
    ours, theirs, asked = drive(peer(username=name), server())
    assert isinstance(ours, Succeeded)
    assert isinstance(theirs, Accepted)
    assert ours.msk == theirs.msk
    assert ours.msk is not None
    assert len(ours.msk) == 64
    assert theirs.identity == name.encode()
    assert not asked
    assert not ours.safe  # one response is enough to guess passwords


def test_a_missing_password_is_asked_for() -> None:
    bob = peer(None)
    ours, _, asked = drive(bob, server(), ("correct horse",))
    assert isinstance(ours, Succeeded)
    assert [ask.prompt.kind for ask in asked] == ["password"]
    assert asked[0].prompt.username == "bob"
    assert bob.password == "correct horse"


def test_a_wrong_password_is_asked_for_again_with_the_gateways_words() -> None:
    ours, theirs, asked = drive(peer("wrong"), server(), ("correct horse",))
    assert isinstance(ours, Succeeded)
    assert isinstance(theirs, Accepted)
    assert ours.msk == theirs.msk
    assert [ask.prompt.message for ask in asked] == ["Authentication failed"]


@pytest.mark.parametrize("name", ["bob", "nobody"])
def test_wrong_passwords_end_after_three_tries(name: str) -> None:
    ours, theirs, asked = drive(peer("wrong", name), server(), ("worse", "worst"))
    assert isinstance(ours, Failed)
    assert ours.code == "wrong_password"
    assert isinstance(theirs, Rejected)
    assert theirs.detail == f"wrong user name or password for {name}"
    assert len(asked) == 2


def test_a_person_who_gives_up_has_a_wrong_password() -> None:
    ours, _, _ = drive(peer("wrong"), server())
    assert isinstance(ours, Failed)
    assert ours.code == "wrong_password"


def test_a_password_that_never_comes_is_named() -> None:
    ours, _, _ = drive(peer(None), server())
    assert ours == Failed("prompt_unanswered", "no password was given")


def test_an_unknown_user_cannot_log_in_with_the_stand_ins_password() -> None:
    ours, _, _ = drive(peer("", "nobody"), server())
    assert isinstance(ours, Failed)


def test_a_gateway_that_does_not_know_the_password_is_refused() -> None:
    bob = peer()
    bob.receive(request(1, CHALLENGE))
    outcome = bob.receive(request(2, packet(SUCCESS, 7, b"S=" + b"0" * 40 + b" M=hello")))
    assert isinstance(outcome, Failed)
    assert outcome.code == "authentication_failed"


@pytest.mark.parametrize("text", [b"", b"S=", b"S=12", b"M=hello"])
def test_a_success_without_a_proof_is_refused(text: bytes) -> None:
    bob = peer()
    bob.receive(request(1, CHALLENGE))
    assert isinstance(bob.receive(request(2, packet(SUCCESS, 7, text))), Failed)


def test_eap_success_in_place_of_the_proof_is_refused() -> None:
    bob = peer()
    bob.receive(request(1, CHALLENGE))
    outcome = bob.receive(Packet(Code.SUCCESS, 1).serialise())
    assert outcome == Failed("invalid_peer_message", "EAP-Success before a method was done")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (646, "account_disabled"),
        (647, "account_disabled"),
        (649, "account_disabled"),
        (691, "wrong_password"),
        (709, "password_expired"),
        (4711, "eap_refused"),
    ],
)
def test_every_error_is_acknowledged_and_then_named(error: int, code: str) -> None:
    bob = peer()
    bob.receive(request(1, CHALLENGE))
    text = f"E={error} R=0 C={'00' * 16} V=3 M=no\x1b[2J entry".encode()
    assert response(bob.receive(request(2, packet(FAILURE, 7, text)))) == bytes([FAILURE])
    outcome = bob.receive(Packet(Code.FAILURE, 2).serialise())
    assert isinstance(outcome, Failed)
    assert outcome.code == code
    assert f"error {error}, the gateway says: no [2J entry" in outcome.detail


def test_a_failure_may_say_little() -> None:
    assert parse_failure(b"E=691") == (691, False, None, "")
    assert parse_failure(b"E=691 R=1") == (691, True, None, "")
    with pytest.raises(InvalidSyntax):
        parse_failure(b"R=1")


def test_a_retry_answers_the_failures_challenge() -> None:
    bob = peer("wrong")
    bob.receive(request(1, CHALLENGE))
    new = bytes(range(16))
    text = b"E=691 R=1 C=" + new.hex().encode() + b" V=3 M="
    assert isinstance(bob.receive(request(2, packet(FAILURE, 9, text))), Ask)
    data = response(bob.answer("right"))
    assert data[:5] == bytes([RESPONSE, 10, 0, len(data), 49])
    assert data[29:53] == mschap.nt_response(new, data[5:21], b"bob", mschap.nt_hash("right"))


def expired(bob: Peer) -> bytes:
    """Take `bob` to an expired password; the new challenge."""
    bob.receive(request(1, CHALLENGE))
    new = bytes(range(16))
    text = b"E=648 R=0 C=" + new.hex().encode() + b" V=3 M=Your password has expired"
    outcome = bob.receive(request(2, packet(FAILURE, 9, text)))
    assert isinstance(outcome, Ask)
    assert outcome.prompt.kind == "new_password"
    assert outcome.prompt.message == "Your password has expired"
    return new


def test_an_expired_password_is_changed() -> None:
    bob = peer("old")
    challenge = expired(bob)
    data = response(bob.answer("brand new"))
    assert data[:2] == bytes([CHANGE_PASSWORD, 10])
    assert len(data) == int.from_bytes(data[2:4], "big") == 586
    clear = Cipher(ARC4(mschap.nt_hash("old")), None).decryptor().update(data[4:520])
    assert clear[512 - 18 : 512].decode("utf-16-le") == "brand new"
    assert data[520:536] == mschap.encrypted_hash(mschap.nt_hash("old"), mschap.nt_hash("brand new"))
    theirs, proof = data[536:552], data[560:584]
    hashed = mschap.nt_hash("brand new")
    assert data[552:560] == bytes(8)
    assert proof == mschap.nt_response(challenge, theirs, b"bob", hashed)
    said = mschap.authenticator_response(hashed, proof, theirs, challenge, b"bob")
    assert response(bob.receive(request(3, packet(SUCCESS, 10, b"S=" + said)))) == bytes([SUCCESS])
    assert bob.receive(Packet(Code.SUCCESS, 3).serialise()) == Succeeded(mschap.msk(hashed, proof))
    assert bob.password == "brand new"


def test_a_new_password_that_is_refused_is_asked_for_again_a_few_times() -> None:
    bob = peer("old")
    expired(bob)
    text = b"E=709 R=1 C=" + b"ab" * 16 + b" V=3 M=too short"
    for identifier in (3, 4):
        assert response(bob.answer("x"))[0] == CHANGE_PASSWORD
        outcome = bob.receive(request(identifier, packet(FAILURE, 9, text)))
        assert isinstance(outcome, Ask)
        assert outcome.prompt == outcome.prompt.__class__("new_password", "too short", "bob")
    bob.answer("x")
    assert response(bob.receive(request(5, packet(FAILURE, 9, text)))) == bytes([FAILURE])
    end = bob.receive(Packet(Code.FAILURE, 5).serialise())
    assert isinstance(end, Failed)
    assert end.code == "password_expired"


def test_an_expired_password_that_is_not_changed_is_named() -> None:
    bob = peer("old")
    expired(bob)
    outcome = bob.answer(None)
    assert isinstance(outcome, Failed)
    assert outcome.code == "password_expired"


def test_a_password_too_long_for_the_protocol_is_asked_for_again() -> None:
    bob = peer(None)
    bob.receive(request(1, CHALLENGE))
    outcome = bob.answer("x" * 257)
    assert isinstance(outcome, Ask)
    assert outcome.prompt.message == "the password is too long"
    assert response(bob.answer("short"))[0] == RESPONSE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1",
        b"\1\0\0\4",
        b"\1\0\0\7\x10ab",
        b"\1\0\0\x20\x08" + b"a" * 40,
        b"\3\0\0\4",
        b"\4\0\0\4",
        b"\x63" * 9,
    ],
)
def test_malformed_packets_end_the_conversation(data: bytes) -> None:
    outcome = peer().receive(request(1, data))
    assert isinstance(outcome, Failed)
    assert outcome.code == "invalid_peer_message"


@pytest.mark.parametrize("data", [b"", b"\2", b"\2\0\0\4", b"\2\0\0\5\x31", b"\1\0\0\4", b"\7" * 600])
def test_malformed_responses_are_rejected(data: bytes) -> None:
    gateway = server()
    first = Packet.parse(gateway.start())
    identity = Packet(Code.RESPONSE, first.identifier, Type.IDENTITY, b"bob")
    challenge = Packet.parse(gateway.receive(identity.serialise()).packet)
    outcome = gateway.receive(Packet(Code.RESPONSE, challenge.identifier, Type.MSCHAPV2, data).serialise())
    assert isinstance(outcome, Rejected)


def test_a_server_that_is_not_believed_rejects() -> None:
    gateway, bob = server(), peer()
    outcome = bob.receive(gateway.start())
    for _ in range(1):
        assert isinstance(outcome, Reply)
        outcome = bob.receive(gateway.receive(outcome.packet).packet)
    assert isinstance(outcome, Reply)
    success = Packet.parse(gateway.receive(outcome.packet).packet)
    refusal = Packet(Code.RESPONSE, success.identifier, Type.MSCHAPV2, bytes([FAILURE]))
    assert isinstance(gateway.receive(refusal.serialise()), Rejected)


def test_passwords_stay_out_of_reprs() -> None:
    assert "horse" not in repr(EapConfig(username="bob", password="correct horse"))
    bob = peer()
    bob.receive(request(1, CHALLENGE))
    assert "horse" not in repr(bob._account)
    assert "msk" not in repr(Succeeded(bytes(64)))
    assert bob._method._sent is not None  # type: ignore[union-attr]
    assert "hashed" not in repr(bob._method._sent)  # type: ignore[union-attr]
    assert "horse" not in repr(Avp(USER_PASSWORD, b"horse"))
    assert "horse" not in repr(Opened(48, b"horse"))
