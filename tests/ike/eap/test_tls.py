"""EAP-TLS, our peer against our server: both versions, fragments, refusals."""

from __future__ import annotations

import dataclasses

import pytest
from cryptography import x509

from ginnel_service.ike.auth.credentials import Credential
from ginnel_service.ike.auth.policy import Revocation, TrustPolicy
from ginnel_service.ike.auth.signature import PublicKey, Scheme
from ginnel_service.ike.eap.config import EapConfig, EapMethod, EapServerConfig
from ginnel_service.ike.eap.outcome import Accepted, Failed, Rejected, Reply, Succeeded
from ginnel_service.ike.eap.packet import Code, Packet, Type
from ginnel_service.ike.eap.peer import Peer
from ginnel_service.ike.eap.server import Server
from ginnel_service.ike.eap.tls_config import TlsConfig, TlsVersion
from ginnel_service.ike.eap.tls_tunnel import TlsFailed, Tunnel
from ginnel_service.ike.errors import LocalError
from helpers.authority import CLIENT, dns, in_latin_1, mail
from ike.eap.certificates import authority, server_certificate, tls, user_certificate
from ike.eap.ends import drive, seeded, utc


def peer(config: TlsConfig, name: str = "bob@lab") -> Peer:
    return Peer(EapConfig(username=name, methods=(EapMethod.TLS,), tls=config), seeded(), utc)


def server(config: TlsConfig, *others: EapMethod) -> Server:
    return Server(EapServerConfig(methods=(*others, EapMethod.TLS), tls=config), seeded(2), utc)


def pair(version: TlsVersion, octets: int = 1024) -> tuple[Peer, Server]:
    return (
        peer(tls(user_certificate(), low=version, high=version, octets=octets)),
        server(tls(server_certificate(), octets=octets)),
    )


@pytest.mark.parametrize("octets", [1024, 200, 64, 16384])
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_both_ends_have_the_same_key(version: TlsVersion, octets: int) -> None:
    ours, theirs, _ = drive(*pair(version, octets))
    assert isinstance(ours, Succeeded), ours
    assert isinstance(theirs, Accepted)
    assert ours.msk == theirs.msk
    assert ours.msk is not None
    assert len(ours.msk) == 64
    assert ours.safe
    assert theirs.identity == b"bob@lab"


def test_the_newest_version_in_common_is_used() -> None:
    bob = peer(tls(user_certificate()))
    drive(bob, server(tls(server_certificate())))
    assert bob._method is not None
    assert bob._method._tunnel.version == "1.3"  # type: ignore[attr-defined]


def test_fragments_are_as_small_as_they_are_told() -> None:
    bob, gateway = pair("1.2", 200)
    packet, most = gateway.start(), 0
    for _ in range(60):
        outcome = bob.receive(packet)
        if not isinstance(outcome, Reply):
            break
        verdict = gateway.receive(outcome.packet)
        packet = verdict.packet
        most = max(most, len(outcome.packet), len(packet))
    assert isinstance(outcome, Succeeded)
    assert 200 < most <= 210


def test_a_user_is_whom_the_certificate_names_not_whom_they_claim() -> None:
    config = tls(user_certificate())
    _, theirs, _ = drive(peer(config, "alice@lab"), server(tls(server_certificate())))
    assert isinstance(theirs, Accepted)
    assert theirs.identity == b"bob@lab"
    subject = user_certificate().certificate.subject.rfc4514_string()
    _, theirs, _ = drive(peer(config, subject), server(tls(server_certificate())))
    assert isinstance(theirs, Accepted)
    assert theirs.identity == b"bob@lab", "one person has one name"


@pytest.mark.parametrize(("sans", "identity"), [([mail("eve@lab")], b"eve@lab"), ([], b"bob@lab")])
def test_a_common_name_is_a_users_name_only_beside_no_other(
    sans: list[x509.GeneralName], identity: bytes
) -> None:
    """RFC 5216 section 5.2: nobody becomes another user by what they like to be called."""
    held = authority("root").issue("bob@lab", sans=sans, ekus=[CLIENT])
    _, theirs, _ = drive(peer(tls(held), "bob@lab"), server(tls(server_certificate())))
    assert isinstance(theirs, Accepted)
    assert theirs.identity == identity


@pytest.mark.parametrize("sans", [[mail("bob@lab")], []])
def test_a_user_whose_name_cannot_be_read_is_rejected(sans: list[x509.GeneralName]) -> None:
    root = authority("root")
    held = in_latin_1(root, root.issue("Bob", sans=sans, ekus=[CLIENT]), name=b"Bob")
    _, theirs, _ = drive(peer(tls(held)), server(tls(server_certificate())))
    if sans:  # which is the name, whatever the subject is
        assert isinstance(theirs, Accepted)
        assert theirs.identity == b"bob@lab"
    else:
        assert isinstance(theirs, Rejected)
        assert "names" in theirs.detail


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_gateway_of_another_root_is_refused_before_anything_is_shown(version: TlsVersion) -> None:
    bob = peer(tls(user_certificate(), root="other", low=version, high=version))
    ours, theirs, _ = drive(bob, server(tls(server_certificate())))
    assert isinstance(ours, Failed)
    assert ours.code == "server_certificate"
    assert "is not vouched for" in ours.detail
    assert isinstance(theirs, Reply)  # it never saw the user's certificate


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_user_of_another_root_is_rejected(version: TlsVersion) -> None:
    mallory = peer(tls(user_certificate("other"), low=version, high=version))
    ours, theirs, _ = drive(mallory, server(tls(server_certificate())))
    assert isinstance(ours, Failed)
    assert ours.code == "eap_refused"
    assert isinstance(theirs, Rejected)
    assert theirs.detail.startswith("the user's certificate: ")
    assert "is not vouched for" in theirs.detail


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_user_without_a_certificate_is_refused(version: TlsVersion) -> None:
    user = Tunnel(tls(None, low=version, high=version), utc, server=False)
    gateway = Tunnel(tls(server_certificate()), utc, server=True)

    def shake_hands() -> None:
        for _ in range(4):
            user.receive(gateway.output())
            gateway.receive(user.output())

    with pytest.raises(TlsFailed, match="certificate") as refused:
        shake_hands()
    assert not gateway.established
    with pytest.raises(TlsFailed, match="alert"):
        user.receive(refused.value.alert)


def test_no_version_in_common_is_named() -> None:
    bob = peer(tls(user_certificate(), low="1.3"))
    ours, _, _ = drive(bob, server(tls(server_certificate(), high="1.2")))
    assert isinstance(ours, Failed)
    assert ours.code == "eap_tls_failed"
    assert "protocol version" in ours.detail


def test_tls_1_3_succeeds_only_after_the_servers_commitment() -> None:
    """RFC 9190 section 2.5: EAP-Success alone could come from anybody."""
    bob, gateway = pair("1.3")
    packet = gateway.start()
    while True:
        outcome = bob.receive(packet)
        assert isinstance(outcome, Reply)
        assert bob._method is None or not bob._method.done
        packet = gateway.receive(outcome.packet).packet
        if getattr(gateway._method, "_verdict", None) is not None:
            break
    end = bob.receive(Packet(Code.SUCCESS, 1).serialise())
    assert isinstance(end, Failed)
    assert end.code == "invalid_peer_message"


def test_success_in_the_middle_of_a_handshake_is_refused() -> None:
    bob, gateway = pair("1.2")
    outcome = bob.receive(gateway.start())
    assert isinstance(outcome, Reply)
    bob.receive(gateway.receive(outcome.packet).packet)
    assert isinstance(bob.receive(Packet(Code.SUCCESS, 9).serialise()), Failed)


def test_the_peer_moves_a_server_to_tls_by_nak() -> None:
    bob = peer(tls(user_certificate()))
    ours, theirs, _ = drive(bob, server(tls(server_certificate()), EapMethod.MSCHAPV2))
    assert isinstance(ours, Succeeded)
    assert isinstance(theirs, Accepted)


def begun(config: TlsConfig | None = None) -> Peer:
    bob = peer(config or tls(user_certificate()))
    assert isinstance(bob.receive(Packet(Code.REQUEST, 1, Type.TLS, b"\x20").serialise()), Reply)
    return bob


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"\x80\0\0\0",
        b"\x80\0\1\0\1x",  # more than 64 KiB
        b"\x80\0\0\0\5x",  # not as long as it says
        b"\x40",  # more to come of nothing
        b"\0",
        b"\0garbage that is no record",
        b"\x01\x16\x03\x03\0\0",  # a version that EAP-TLS does not have
        b"\0\x16\x03\x03\xff\xff",
        b"\0\x15\x03\x03\0\x02\x02\x28",  # a fatal alert
    ],
)
def test_malformed_requests_end_the_conversation(data: bytes) -> None:
    bob = begun(tls(user_certificate(), octets=16384))
    outcome = bob.receive(Packet(Code.REQUEST, 2, Type.TLS, data).serialise())
    if isinstance(outcome, Reply):  # OpenSSL waits for the rest of a record, which never comes
        outcome = bob.receive(Packet(Code.REQUEST, 3, Type.TLS, b"\0").serialise())
    assert isinstance(outcome, Failed)
    assert outcome.code in ("invalid_peer_message", "eap_tls_failed")


def test_a_method_begins_with_start() -> None:
    outcome = peer(tls(user_certificate())).receive(Packet(Code.REQUEST, 1, Type.TLS, b"\0").serialise())
    assert isinstance(outcome, Failed)


@pytest.mark.parametrize(("size", "rounds"), [(1, 101), (1400, 47)])
def test_endless_fragments_end(size: int, rounds: int) -> None:
    bob = begun()
    for count in range(rounds):
        outcome = bob.receive(Packet(Code.REQUEST, count % 256, Type.TLS, b"\x40" + bytes(size)).serialise())
        if isinstance(outcome, Failed):
            break
    assert isinstance(outcome, Failed)
    assert outcome.code == "invalid_peer_message"
    assert count * size <= 65536


def test_a_fragment_while_ours_are_under_way_is_refused() -> None:
    bob = begun(tls(user_certificate(), octets=64))
    outcome = bob.receive(Packet(Code.REQUEST, 2, Type.TLS, b"\0data").serialise())
    assert outcome == Failed("invalid_peer_message", "TLS data where an acknowledgement is due")


def test_two_lengths_that_differ_are_refused() -> None:
    bob = begun()
    bob.receive(Packet(Code.REQUEST, 2, Type.TLS, b"\xc0\0\0\0\x09abc").serialise())
    outcome = bob.receive(Packet(Code.REQUEST, 3, Type.TLS, b"\xc0\0\0\0\x0aabc").serialise())
    assert isinstance(outcome, Failed)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_gateway_of_another_name_is_refused(version: TlsVersion) -> None:
    bob = peer(tls(user_certificate(), name="vpn.example", low=version))
    ours, _, _ = drive(bob, server(tls(server_certificate(), high=version)))
    assert isinstance(ours, Failed)
    assert ours.code == "server_certificate"
    assert "it names eap.example" in ours.detail


def test_a_users_certificate_does_not_make_a_gateway() -> None:
    held = authority("root").issue(sans=[dns("eap.example")], ekus=[CLIENT])
    ours, _, _ = drive(peer(tls(user_certificate())), server(tls(held)))
    assert isinstance(ours, Failed)
    assert "is not meant for a gateway" in ours.detail


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_intermediates_come_along(version: TlsVersion) -> None:
    inner = authority("root").intermediate()
    gateway = tls(inner.issue(sans=[dns("eap.example")]), octets=200)
    user = tls(inner.issue("Bob", sans=[mail("bob@lab")]), low=version, high=version, octets=200)
    ours, theirs, _ = drive(peer(user), server(gateway))
    assert isinstance(ours, Succeeded), ours
    assert isinstance(theirs, Accepted)


def test_a_strict_profile_wants_a_stapled_response() -> None:
    config = tls(user_certificate())
    strict = TrustPolicy(roots=config.trust.roots, revocation=Revocation(ocsp=True, strict=True))
    ours, _, _ = drive(peer(dataclasses.replace(config, trust=strict)), server(tls(server_certificate())))
    assert isinstance(ours, Failed)
    assert "is not known" in ours.detail


def test_configurations_that_cannot_work_are_refused() -> None:
    with pytest.raises(LocalError, match="lowest"):
        tls(None, low="1.3", high="1.2")
    with pytest.raises(LocalError, match="64 to 16384"):
        tls(None, octets=63)
    with pytest.raises(LocalError, match="of one's own"):
        peer(tls(None))
    with pytest.raises(LocalError, match="any server"):
        peer(dataclasses.replace(tls(user_certificate()), server_names=()))
    token = dataclasses.replace(tls(None), credential=Credential(user_certificate().chain, Token()))
    with pytest.raises(LocalError, match="token"):
        peer(token)
    EapConfig(username="bob", methods=(EapMethod.PEAP,), tls=token)  # which shows no certificate


class Token:
    """A key that signs elsewhere."""

    @property
    def public_key(self) -> PublicKey:
        raise NotImplementedError

    def sign(self, data: bytes, scheme: Scheme) -> bytes:
        raise NotImplementedError
