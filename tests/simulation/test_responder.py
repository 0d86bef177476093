"""The gateway's side of many sessions: who may begin, who is forgotten, what is said to whom."""

from __future__ import annotations

import pytest

from ginnel_service.ike.codes import NotifyType
from ginnel_service.ike.eap.outcome import Terms
from ginnel_service.ike.events import Closed, Configuration, Interface, Path, State
from ginnel_service.ike.message import parse_message
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.ike.responder import HALF_OPEN_S, PERSON_S, Responder
from simulation.world import PATIENT, PacketPath, Policy, World


def test_whoever_authenticated_is_no_longer_half_open() -> None:
    world = World(1)
    world.client.connect(0.0)
    world.run(0.03)
    assert world.gateway.half_open == 1
    world.run(0.07)
    assert world.peer.state is State.ESTABLISHED
    assert world.gateway.half_open == 0


def test_a_late_copy_of_the_first_request_begins_no_second_session() -> None:
    world = World(1)
    seen: list[bytes] = []
    world.tap = lambda sender, datagram: not seen.append(datagram)  # type: ignore[func-returns-value]
    path = world.client.path
    world.connect()
    world.gateway.receive(seen[0], Path(path.remote, path.local, False), world.now)
    assert len(world.gateway.sessions) == 1
    assert world.gateway.half_open == 0


def test_who_never_authenticates_is_forgotten() -> None:
    world = World(1)
    world.client.connect(0.0)
    world.run(0.03)
    world.tap = lambda sender, datagram: False
    world.run(HALF_OPEN_S + 1)
    assert not world.gateway.sessions
    assert world.gateway.half_open == 0


def test_who_has_begun_to_authenticate_has_time_to_ask_a_person() -> None:
    world = World(1)
    world.client.connect(0.0)
    world.run(0.03)
    world.tap = lambda sender, datagram: False
    world.peer.talk.current.responses.expected_id = 2  # as if a first round of EAP were over
    world.run(HALF_OPEN_S + 1)
    assert world.gateway.half_open == 1
    world.run(PERSON_S + 1)
    assert not world.gateway.sessions
    assert world.gateway.half_open == 0
    assert world.gateway.deadline() is None


def test_a_lease_without_addresses_is_given_back() -> None:
    class Barren(Policy):
        def lease(
            self, id_i: Identity, *, ipv4: bool, ipv6: bool, wished: tuple[Interface, ...], terms: Terms
        ) -> Configuration | None:
            self.leased += 1
            return Configuration()

    world = World(1)
    policy = Barren(world.policy.config)
    world.gateway = Responder(policy, random=world.rng.randbytes, now=0.0, utc=lambda: 0.0, timing=PATIENT)
    world.client.connect(0.0)
    world.run(60)
    assert world.errors() == ["internal_address_failure"]
    assert policy.leased == 0


@pytest.mark.parametrize("ending", ["wrong key", "deleted"])
def test_a_lost_last_answer_is_given_again(ending: str) -> None:
    """The gateway has closed by then; the client still hears why, and need not wait for all its tries."""
    world = World(1, client_psk=b"mistyped" if ending == "wrong key" else b"simulated")
    if ending == "deleted":
        world.connect()
        world.stop_esp()
        world.client.close(world.now)
    else:
        world.client.connect(0.0)
        world.run(0.05)
    world.tap = lambda sender, datagram: sender == "client"
    world.run(world.now + 0.1)
    assert not world.gateway.sessions
    world.tap = lambda sender, datagram: True
    world.run(world.now + 5)
    assert world.client.state is State.CLOSED
    (error,) = (e.error for name, e in world.events if name == "client" and isinstance(e, Closed))
    assert (error.code if error else "") == ("authentication_failed" if ending == "wrong key" else "")


@pytest.mark.parametrize(
    ("at", "octet", "notify"),
    [(17, 0x30, NotifyType.INVALID_MAJOR_VERSION), (16, 200, NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD)],
)
def test_a_first_request_that_is_not_understood_is_told_so(at: int, octet: int, notify: int) -> None:
    world = World(1)
    world.client.connect(0.0)
    ((request, path),) = world.client.datagrams()
    strange = bytearray(request)
    strange[at] = octet
    strange[29] = 0x80  # the first payload is critical
    world.gateway.receive(bytes(strange), path, 0.0)
    ((answer, _),) = world.gateway.datagrams()
    assert parse_message(answer).notify(notify) is not None
    assert not world.gateway.sessions
    strange[19] = 0x20
    world.gateway.receive(bytes(strange), path, 0.0)
    assert not world.gateway.datagrams()


@pytest.mark.parametrize("said", [True, False])
def test_initial_contact_ends_the_older_sessions_of_that_peer(said: bool) -> None:
    world = World(1, client={"initial_contact": said})
    world.connect()
    world.stop_esp()
    world.paths["client"] = PacketPath()  # the client died without a word
    world.client = world.new_client(world.client.config)
    world.client.connect(world.now)
    world.run(world.now + 5)
    assert world.client.state is State.ESTABLISHED
    assert len(world.gateway.sessions) == (1 if said else 2)
    assert world.policy.leased == len(world.gateway.sessions)


def test_a_session_that_fails_when_something_is_due_stops_nobody_elses_clock() -> None:
    world = World(1, client={"initial_contact": False})
    world.connect()
    world.stop_esp()
    world.paths["client"] = PacketPath()
    world.client = world.new_client(world.client.config)
    world.client.connect(world.now)
    world.run(world.now + 5)
    broken, other = sorted(world.gateway.sessions, key=lambda session: session.deadline() or 0.0)

    def fail(now: float) -> None:
        raise RuntimeError("nobody foresaw this")

    broken.advance = fail  # type: ignore[method-assign]
    later = other.deadline()
    assert later is not None
    with pytest.raises(RuntimeError, match="foresaw"):
        world.gateway.advance(later)
    assert broken.state is State.CLOSED
    assert world.gateway.sessions == (other,)
    assert world.gateway.deadline() == other.deadline()
    assert world.gateway.datagrams()  # its rekey
