"""IKE_AUTH with every kind of proof, in both roles, over a bad network too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ginnel_service.ike.codes import KeMethod, ProtocolId
from ginnel_service.ike.config import EapAuth, Ppk, PskAuth
from ginnel_service.ike.eap.config import EapConfig, EapServerConfig
from ginnel_service.ike.events import Fetch, IkeEstablished, Prompt, State
from ginnel_service.ike.exchanges.auth import AuthExchange
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.identity import Identity, IdiPayload
from ginnel_service.ike.proposals import offer, parse
from simulation.world import CALM, CLIENT_ID, STORM, World

PSK = PskAuth(b"simulated")
USER, PASSWORD = "bob", "clientPass"


def account(name: bytes) -> bytes | None:
    return PASSWORD.encode() if name == USER.encode() else None


EAP_SERVER = EapServerConfig(lookup=account)


def eap(password: str | None = PASSWORD, username: str = USER) -> EapAuth:
    return EapAuth(EapConfig(username=username, password=password))


def eap_world(
    seed: int = 1,
    *,
    client: Mapping[str, Any] | None = None,
    gateway: Mapping[str, Any] | None = None,
    **more: Any,
) -> World:
    """EAP-MSCHAPv2 for the client, a pre-shared key for the gateway."""
    return World(
        seed,
        client={"local_auth": (eap(),)} | dict(client or {}),
        gateway={"remote_auth": (EAP_SERVER,), "remote_id": None} | dict(gateway or {}),
        **more,
    )


def attempt(world: World) -> list[str]:
    """Let the attempt run to its end; the errors of both sides."""
    world.client.connect(0.0)
    world.run(60.0)
    return world.errors()


@pytest.mark.parametrize("seed", range(20))
def test_eap_mschapv2_connects_through_a_storm(seed: int) -> None:
    world = eap_world(seed, weather=STORM, nat=bool(seed % 2))
    world.connect()
    world.run(world.now + 60)
    world.assert_settled()


def test_the_gateway_learns_the_name_that_eap_proved() -> None:
    world = eap_world()
    world.connect()
    (peer,) = (e.peer for side, e in world.events if side == "gateway" and isinstance(e, IkeEstablished))
    assert str(peer) == USER


@pytest.mark.parametrize("name", [USER, "carol"])
def test_a_login_that_changes_while_it_is_proven_lets_nobody_in(name: str) -> None:
    world = eap_world(client={"local_auth": (eap(password=None),)})
    world.outside, world.outside_s = lambda what: PASSWORD, 5.0
    world.at(3.0, lambda: world.policy.changed.update({Identity.parse_text(name): 3.0}))
    assert attempt(world) == (["authentication_failed"] * 2 if name == USER else [])
    assert (world.client.state is State.ESTABLISHED) is (name != USER)


def test_a_password_is_asked_for_when_none_is_known() -> None:
    world = eap_world(client={"local_auth": (eap(password=None),)})
    asked = []

    def person(what: Fetch | Prompt) -> str:
        asked.append(what)
        return PASSWORD

    world.outside = person
    world.connect()
    (prompt,) = asked
    assert isinstance(prompt, Prompt)
    assert (prompt.kind, prompt.username) == ("password", USER)


def test_a_password_that_nobody_gives_ends_the_attempt() -> None:
    world = eap_world(client={"local_auth": (eap(password=None),)})
    assert "prompt_unanswered" in attempt(world)
    assert world.client.state is State.CLOSED


def test_a_wrong_password_is_named_so() -> None:
    world = eap_world(client={"local_auth": (eap(password="mistyped"),)})
    assert "wrong_password" in attempt(world)


def test_a_client_that_gives_up_frees_its_place_at_the_gateway() -> None:
    """It says so in an INFORMATIONAL exchange (RFC 7296 section 2.21.2) instead of the next IKE_AUTH."""
    world = eap_world(client={"local_auth": (eap("wrong"),)})
    world.client.connect(0.0)
    world.run(5.0)
    assert not world.gateway.sessions
    assert world.errors() == ["wrong_password", "authentication_failed"]


def test_an_unknown_user_is_refused() -> None:
    world = eap_world(client={"local_auth": (eap(username="mallory"),)})
    assert "wrong_password" in attempt(world)


def test_eap_alone_does_not_prove_a_gateway_by_mschapv2() -> None:
    """RFC 5998 section 3: the method has to be safe by itself."""
    world = eap_world(client={"remote_auth": (), "eap_only": True}, gateway={"eap_only": True})
    assert "authentication_failed" in attempt(world)


def test_a_gateway_without_eap_only_proves_itself_as_ever() -> None:
    world = eap_world(client={"eap_only": True}, gateway={"eap_only": False})
    world.connect()
    world.run(world.now + 5)
    world.assert_settled()


def test_a_key_and_then_eap_in_two_rounds() -> None:
    world = World(1, client={"local_auth": (PSK, eap())}, gateway={"remote_auth": (PSK, EAP_SERVER)})
    world.connect()
    world.run(world.now + 5)
    world.assert_settled()


@pytest.mark.parametrize("first", [PSK, eap()])
def test_one_round_is_not_enough_where_two_are_wanted(first: PskAuth | EapAuth) -> None:
    server = PSK if isinstance(first, PskAuth) else EAP_SERVER
    world = World(1, client={"local_auth": (first,)}, gateway={"remote_auth": (server, EAP_SERVER)})
    assert "authentication_failed" in attempt(world)


def test_a_ticket_is_for_the_name_of_the_first_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a round of EAP the client may call itself anything: not by that shall it be readmitted."""
    identify = AuthExchange._identify

    def renamed(exchange: AuthExchange) -> tuple[Payload, ...]:
        if exchange._round:
            exchange._idi = IdiPayload(Identity.parse_text("admin@example.org"))
        return identify(exchange)

    monkeypatch.setattr(AuthExchange, "_identify", renamed)
    world = World(1, client={"local_auth": (PSK, eap())}, gateway={"remote_auth": (PSK, EAP_SERVER)})
    world.connect()
    assert world.peer.grant is not None
    assert world.peer.grant.id_i == CLIENT_ID


def test_a_wrong_second_round_fails() -> None:
    world = World(
        1,
        client={"local_auth": (PSK, eap(password="mistyped"))},
        gateway={"remote_auth": (PSK, EAP_SERVER)},
    )
    assert "wrong_password" in attempt(world)


@dataclass(frozen=True)
class PpkCase:
    ours: Ppk | None
    theirs: Ppk | None
    mixed: bool
    error: str = ""


KEY = Ppk(id=b"office", secret=b"0123456789abcdef0123456789abcdef")
OPTIONAL = Ppk(id=KEY.id, secret=KEY.secret, required=False)
OTHER = Ppk(id=b"elsewhere", secret=b"another")
OTHER_OPTIONAL = Ppk(id=b"elsewhere", secret=b"another", required=False)
WRONG = Ppk(id=KEY.id, secret=b"mistyped")

PPK_CASES = {
    "both": PpkCase(KEY, KEY, mixed=True),
    "optional here": PpkCase(OPTIONAL, KEY, mixed=True),
    "optional there": PpkCase(KEY, OPTIONAL, mixed=True),
    "only here": PpkCase(KEY, None, mixed=False, error="ppk_required"),
    "only here, optional": PpkCase(OPTIONAL, None, mixed=False),
    "only there": PpkCase(None, KEY, mixed=False, error="authentication_failed"),
    "only there, optional": PpkCase(None, OPTIONAL, mixed=False),
    "other names, optional": PpkCase(OPTIONAL, OTHER_OPTIONAL, mixed=False),
    "other names": PpkCase(KEY, OTHER_OPTIONAL, mixed=False, error="authentication_failed"),
    "other names, wanted there": PpkCase(OPTIONAL, OTHER, mixed=False, error="authentication_failed"),
    "other secrets": PpkCase(WRONG, KEY, mixed=False, error="authentication_failed"),
}


@pytest.mark.parametrize("by_eap", [False, True])
@pytest.mark.parametrize("name", PPK_CASES)
def test_postquantum_keys_follow_the_table(name: str, by_eap: bool) -> None:
    """RFC 8784 section 3, table 1."""
    case = PPK_CASES[name]
    make = eap_world if by_eap else World
    world = make(1, client={"ppk": case.ours}, gateway={"ppk": case.theirs})
    errors = attempt(world)
    if case.error:
        assert case.error in errors
        return
    assert errors == []
    world.assert_keys_agree()
    assert world.client.talk.current.ppk is world.peer.talk.current.ppk is case.mixed


def test_a_user_of_eap_does_not_lose_the_postquantum_key_by_another_identity() -> None:
    world = eap_world(1)
    world.policy.ppk_of = lambda who: KEY  # type: ignore[method-assign]
    assert "authentication_failed" in attempt(world)


def test_a_childless_beginning_makes_the_child_in_its_own_exchange() -> None:
    world = World(1, client={"childless": True})
    world.connect()
    world.run(world.now + 5)
    world.assert_settled()


def test_initial_contact_is_told_to_the_gateway() -> None:
    for said in (True, False):
        world = World(1, client={"initial_contact": said})
        world.connect()
        (event,) = (e for side, e in world.events if side == "gateway" and isinstance(e, IkeEstablished))
        assert event.initial_contact is said


HYBRID = offer([parse("aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke2_ecp384", ProtocolId.IKE)])


@pytest.mark.parametrize("seed", range(10))
def test_additional_key_exchanges_go_before_authentication(seed: int) -> None:
    """RFC 9370 through RFC 9242: AUTH covers both IKE_INTERMEDIATE exchanges, lost and repeated ones too."""
    world = World(seed, ike=(HYBRID, HYBRID), weather=STORM if seed else CALM)
    world.connect()
    world.run(world.now + 30)
    world.assert_settled()
    world.assert_keys_agree()
    suite = world.client.talk.current.suite
    assert suite is not None
    assert suite.more_ke == (KeMethod.ML_KEM_768, KeMethod.ECP384)


def test_an_intermediate_exchange_that_was_tampered_with_breaks_authentication() -> None:
    world = World(1, ike=(HYBRID, HYBRID))
    world.client.connect(0.0)
    world.run(0.07)  # IKE_SA_INIT and the first IKE_INTERMEDIATE request are through
    world.peer.talk.current.int_auth_i = bytes(48)  # what the gateway saw was something else
    world.run(30.0)
    assert "authentication_failed" in world.errors()


def test_a_peer_without_intermediate_exchanges_gets_a_plain_offer_at_most() -> None:
    """An offer that insists on an additional key exchange finds nothing in a gateway without it."""
    plain = offer([parse("aes256gcm16-prfsha384-x25519", ProtocolId.IKE)])
    assert "no_proposal_chosen" in attempt(World(1, ike=(HYBRID, plain)))
    either = offer([parse("aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke1_none", ProtocolId.IKE)])
    world = World(1, ike=(either, plain))
    world.connect()
    world.assert_keys_agree()
