"""CHILD SAs beyond the first, and gateways that refuse them (RFC 7296 sections 1.2, 1.3.1, 2.9 and 2.25)."""

from __future__ import annotations

from typing import Any

import pytest

from ginnel_service.ike.codes import NotifyType, ProtocolId
from ginnel_service.ike.events import ChildRekeyed, Noted, State
from ginnel_service.ike.exchanges import child, create_child
from ginnel_service.ike.exchanges.create_child import CreateChild
from ginnel_service.ike.message import Message
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.selector import TrafficSelector
from ginnel_service.ike.sa import IkeSa
from ginnel_service.ike.selectors import everything
from ginnel_service.ike.session import Session
from simulation.world import PATIENT, STORM, World

SUBNETS = ("10.1.0.0/16", "10.2.0.0/16", "fd00:1::/32")
LEASED = {"10.1.0.0/16": "10.9.0.2/32", "10.2.0.0/16": "10.9.0.2/32", "fd00:1::/32": "fd00:9::2/128"}


def _subnets(*names: str) -> tuple[TrafficSelector, ...]:
    return tuple(TrafficSelector.from_network(name) for name in names)


def _world(seed: int = 1, *, client: dict[str, Any] | None = None, **gateway: Any) -> World:
    return World(seed, client={"remote_ts": _subnets(*SUBNETS), **(client or {})}, gateway=gateway)


def _pairs(session: Session) -> set[tuple[str, str]]:
    """(ours, the peer's) of every CHILD SA that has one selector a side."""
    found = set()
    for record in session.children:
        ((ours,), (theirs,)) = record.sa.local_ts, record.sa.remote_ts
        found.add((str(ours.networks()[0]), str(theirs.networks()[0])))
    return found


@pytest.mark.parametrize("pairing", ["single", "narrow"])
@pytest.mark.parametrize("childless", [False, True])
def test_each_subnet_gets_a_child_sa_of_its_own(pairing: str, childless: bool) -> None:
    world = _world(pairing=pairing, client={"childless": childless})
    world.connect()
    world.run(world.now + 5)
    expected = set(LEASED.items())
    if pairing == "narrow" and childless:  # the one that the gateway took; nothing tells us of others
        expected = {("10.1.0.0/16", "10.9.0.2/32")}
    assert _pairs(world.peer) == expected
    assert _pairs(world.client) == {(ours, theirs) for theirs, ours in expected}
    assert set(world.paths["client"].inbound) == world.client.children.spis_in
    assert len(world.paths["client"].outbound) == len(expected)


def test_a_storm_does_not_keep_them_away() -> None:
    for seed in range(10):
        world = _world(seed, pairing="single")
        world.weather = STORM
        world.connect()
        world.run(world.now + 120)
        assert _pairs(world.client) == {(ours, theirs) for theirs, ours in LEASED.items()}


def test_all_are_rekeyed_and_survive_a_rekey_of_the_ike_sa() -> None:
    world = _world(pairing="single")
    world.connect()
    world.run(world.now + 5)
    for name in ("client", "gateway"):
        before = world.client.children.spis_in
        world.rekey_child(name)
        world.rekey_ike(name)
        world.run(world.now + 60)
        assert before.isdisjoint(world.client.children.spis_in)
    assert _pairs(world.client) == {(ours, theirs) for theirs, ours in LEASED.items()}
    assert sum(isinstance(e, ChildRekeyed) for name, e in world.events if name == "client") == 6


def test_a_gateway_that_narrows_to_several_selectors_gives_one_child_sa() -> None:
    world = World(1, client={"remote_ts": everything()}, gateway={"local_ts": _subnets(*SUBNETS)})
    world.connect()
    (record,) = world.client.children
    assert record.sa.remote_ts == _subnets(*SUBNETS)


def test_a_subnet_that_the_gateway_refuses_leaves_the_others() -> None:
    world = _world(
        pairing="single", local_ts=_subnets(*SUBNETS[:2]), client={"remote_ts": _subnets(*SUBNETS)}
    )
    world.connect()
    world.run(world.now + 5)
    assert {theirs for _, theirs in _pairs(world.client)} == set(SUBNETS[:2])
    assert world.client.state is State.ESTABLISHED


def test_a_further_child_sa_may_be_refused() -> None:
    world = World(1, gateway={"local_ts": _subnets("10.1.0.0/16")})
    world.connect()
    world.act("client", lambda s: s.create_child(s.config.local_ts, _subnets("10.2.0.0/16"), world.now))
    world.run(world.now + 5)
    (noted,) = (e.text for name, e in world.events if name == "client" and isinstance(e, Noted))
    assert noted.endswith("TS_UNACCEPTABLE")
    world.stop_esp()
    world.run(world.now + 30)
    world.assert_settled()


class Grumpy:
    """A gateway that answers CREATE_CHILD_SA for CHILD SAs with an error, for so many times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, notify: NotifyType, times: int) -> None:
        self.asked: list[float] = []
        answer = create_child.handle

        def handle(session: Session, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...]:
            if session.is_initiator or len(self.asked) >= times:
                return answer(session, sa, message, now)
            self.asked.append(now)
            return (NotifyPayload(notify, protocol=ProtocolId.NONE),)

        monkeypatch.setattr(create_child, "handle", handle)


def test_a_busy_peer_is_asked_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(1)
    world.connect()
    grumpy = Grumpy(monkeypatch, NotifyType.TEMPORARY_FAILURE, 6)
    world.rekey_child("client")
    world.run(world.now + 600)
    assert len(grumpy.asked) == 6
    waits = [later - earlier for earlier, later in zip(grumpy.asked, grumpy.asked[1:], strict=False)]
    assert PATIENT.busy_retry_s <= waits[0] <= 2 * PATIENT.busy_retry_s + 0.1
    assert waits[-1] > 5 * PATIENT.busy_retry_s
    world.stop_esp()
    world.run(world.now + 60)
    world.assert_settled()
    assert any(isinstance(e, ChildRekeyed) for _, e in world.events)


def test_a_peer_that_lost_the_pair_gets_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """CHILD_SA_NOT_FOUND: the pair is deleted in silence, and made again from scratch (section 2.25)."""
    world = World(1)
    world.connect()
    world.stop_esp()
    (lost,) = world.peer.children
    world.peer.children.retire(lost, world.now)
    world.rekey_child("client")
    world.run(world.now + 60)
    world.lost_esp = 0
    world.assert_settled()


@pytest.mark.parametrize(
    ("notify", "code"),
    [
        (NotifyType.NO_ADDITIONAL_SAS, "peer_error"),
        (NotifyType.TS_UNACCEPTABLE, "ts_unacceptable"),
        (NotifyType.TEMPORARY_FAILURE, "peer_error"),
    ],
)
def test_no_child_sa_at_all_ends_the_session_with_the_reason(
    notify: NotifyType, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(1, client={"childless": True})
    Grumpy(monkeypatch, notify, 1000)
    world.client.connect(0.0)
    world.run(1200)
    assert world.errors() == [code]
    assert not world.gateway.sessions


@pytest.mark.parametrize(
    ("notify", "code"),
    [
        (NotifyType.NO_PROPOSAL_CHOSEN, "no_proposal_chosen"),
        (NotifyType.TS_UNACCEPTABLE, "ts_unacceptable"),
        (NotifyType.INTERNAL_ADDRESS_FAILURE, "internal_address_failure"),
        (NotifyType.FAILED_CP_REQUIRED, "internal_address_failure"),
        (NotifyType.NO_ADDITIONAL_SAS, "peer_error"),
    ],
)
def test_a_first_child_sa_that_is_refused_is_named(
    notify: NotifyType, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The IKE SA stands by then, and is deleted (section 1.2)."""

    def refuse(*about: object) -> child.Agreed:
        raise child.Refused(notify)

    monkeypatch.setattr(child, "answer", refuse)
    world = World(1)
    world.client.connect(0.0)
    world.run(10)
    assert world.errors() == [code]
    assert not world.gateway.sessions
    assert world.policy.leased == 0


def test_more_subnets_than_a_session_holds_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(f"10.{n}.0.0/16" for n in range(20))
    world = _world(pairing="single", client={"remote_ts": _subnets(*many)})
    world.connect()
    world.run(world.now + 10)
    assert len(world.client.children) == create_child.MAX_PAIRS
    assert any(isinstance(e, Noted) and "4 of 20" in e.text for _, e in world.events)


def test_a_new_child_sa_is_made_once() -> None:
    """What the peer made is there once, whether its answer came at once or the request had to be repeated."""
    world = World(1)
    world.connect()
    dropped: list[bytes] = []

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "gateway" and not dropped:
            dropped.append(datagram)
            return False
        return True

    world.tap = tap
    world.act("client", lambda s: s.talk.enqueue(s.talk.current, CreateChild(s, None), world.now))
    world.run(world.now + 5)
    assert dropped
    assert len(world.client.children) == len(world.peer.children) == 2
