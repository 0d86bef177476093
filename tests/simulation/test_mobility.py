"""A client that moves keeps its tunnel: RFC 4555 in simulated networks, good and bad."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from ginnel_service.ike.config import Timing
from ginnel_service.ike.events import Closed, Endpoint, Path, PathChanged, PathConfirmed
from ginnel_service.ike.session import KEEPALIVE
from simulation.roaming import Roaming
from simulation.world import CALM, CLIENT, GATEWAY, NAT, PATIENT, Weather

ELSEWHERE, SIX, SECOND = "192.0.2.77", "2001:db8::77", "203.0.113.9"
GATEWAY_SIX = "2001:db8:ff::1"
WATCHFUL = replace(PATIENT, liveness_s=10.0, keepalive_s=20.0)


def rest(world: Roaming, seconds: float = 60.0) -> None:
    """Let everything settle, ESP flowing until shortly before the end."""
    world.run(world.now + seconds)
    world.stop_esp()
    world.run(world.now + 20)


@pytest.mark.parametrize("nat", [False, True], ids=["open", "nat"])
def test_a_client_moves_and_loses_only_what_was_under_way(nat: bool) -> None:
    world = Roaming(1, nat=nat)
    world.connect()
    assert world.client.mobike
    assert world.peer.mobike
    world.run(world.now + 5)
    moved = world.now
    world.move(ELSEWHERE)
    rest(world)
    world.assert_together()
    assert world.client.path.local.host == ELSEWHERE
    # to us: what left before the gateway had our cookie back, three ways of 20 ms each
    assert all(moved - 0.02 <= left <= moved + 0.06 for left in world.strayed)
    assert len(world.strayed) <= 2
    assert [e.path for n, e in world.events if n == "client" and isinstance(e, PathConfirmed)] == [
        world.client.path
    ]


def test_without_mobike_the_gateway_follows_as_if_a_nat_had_moved_us() -> None:
    world = Roaming(1, client={"mobike": False})
    world.connect()
    assert not world.client.mobike
    assert not world.peer.mobike
    world.move(ELSEWHERE)
    rest(world)
    world.assert_together()


def test_another_address_family_is_used_when_it_is_the_only_one() -> None:
    world = Roaming(1, also=(GATEWAY_SIX,))
    world.connect()
    assert world.client.mobility.peer_addresses == (GATEWAY_SIX,)
    world.move(SIX)
    rest(world)
    world.assert_together()
    assert world.client.path.remote.host == GATEWAY_SIX


def test_a_dead_address_of_the_gateway_is_left_for_another() -> None:
    world = Roaming(1, also=(SECOND,), timing=replace(WATCHFUL, retransmit_s=2.0, retransmit_tries=6))
    world.connect()
    broke = world.now
    world.broken.add((CLIENT, GATEWAY))
    rest(world, 90.0)
    world.assert_together()
    assert world.client.path.remote.host == SECOND
    assert max(world.strayed) - broke < 10 + 2 + 2.0 * 3 + 2


def test_a_way_that_does_not_work_after_a_move_is_left_at_once() -> None:
    world = Roaming(1, also=(SECOND,))
    world.connect()
    world.broken.add((ELSEWHERE, GATEWAY))
    moved = world.now
    world.move(ELSEWHERE)
    rest(world)
    world.assert_together()
    assert max(world.strayed) - moved < 1.0


def test_a_nat_that_maps_anew_is_followed_for_esp_and_told_by_the_next_check() -> None:
    world = Roaming(1, nat=True, timing=WATCHFUL)
    world.connect()
    world.run(world.now + 30)
    world.rebind()
    lost = len(world.strayed)
    world.run(world.now + 1)
    assert len(world.strayed) - lost <= 2  # ESP is followed
    world.stop_esp()
    world.run(world.now + 30)
    world.assert_together()  # and IKE by UPDATE_SA_ADDRESSES


def test_a_nat_with_another_address_is_checked_before_it_is_followed() -> None:
    world = Roaming(1, nat=True, timing=WATCHFUL)
    world.connect()
    world.run(world.now + 30)
    world.rebind("198.51.100.7")
    rest(world, 30)
    world.assert_together()
    assert world.peer.path.remote.host == "198.51.100.7"


def test_the_gateway_sends_nothing_to_an_address_that_does_not_answer() -> None:
    """Section 3.7: whoever gets hold of one of our packets cannot have our traffic sent to a third party."""
    world = Roaming(1, nat=True)
    world.connect()
    world.run(world.now + 5)
    before = world.flows["gateway"].path
    world.act(
        "gateway",
        lambda session: session.mobility.peer_moved(
            Path(Endpoint(GATEWAY, 4500), Endpoint("198.51.100.99", 4500), True), world.now
        ),
    )
    world.run(world.now + 60)
    assert world.flows["gateway"].path == before
    world.stop_esp()
    world.run(world.now + 20)
    world.assert_together()
    assert world.strayed == []


def test_nothing_is_asked_where_there_is_no_way_and_the_tunnel_waits() -> None:
    world = Roaming(1, timing=replace(WATCHFUL, retransmit_tries=3))
    world.connect()
    world.stop_esp()
    seen: list[bytes] = []
    world.move()
    world.tap = lambda sender, datagram: not (sender == "client" and seen.append(datagram))  # type: ignore[func-returns-value]
    world.run(world.now + 200)
    assert seen == []
    world.move(ELSEWHERE)
    world.run(world.now + 20)
    world.assert_together()


def test_nobody_waits_for_a_way_for_ever() -> None:
    world = Roaming(1, timing=WATCHFUL)
    world.connect()
    world.move()
    world.run(world.now + 301)
    assert [e.error.code for n, e in world.events if n == "client" and isinstance(e, Closed) and e.error] == [
        "unreachable"
    ]


@pytest.mark.parametrize("nat", [False, True], ids=["open", "nat"])
def test_a_sleeper_asks_as_soon_as_it_wakes(nat: bool) -> None:
    world = Roaming(1, nat=nat, timing=replace(WATCHFUL, retransmit_tries=4))
    world.connect()
    world.run(world.now + 5)
    world.stop_esp()
    if nat:
        world.rebind()
    world.sleep(120.0)
    woke = world.now
    world.run(world.now + 1)
    world.assert_together()
    assert world.client.upkeep._last_heard - woke < 0.1


def test_gateway_addresses_change_and_the_client_leaves_the_one_that_goes() -> None:
    world = Roaming(1, also=(SECOND,))
    world.connect()
    world.peer.config = replace(world.peer.config, additional_addresses=(GATEWAY,))
    world.act("gateway", lambda session: session.mobility.announce(world.now))
    world.run(world.now + 5)
    assert world.client.mobility.peer_addresses == ()
    rest(world)
    world.assert_together()


def test_a_refused_address_is_not_insisted_on() -> None:
    world = Roaming(1)
    world.connect()
    world.client.mobility.refused(world.client.path, world.now)
    world.run(world.now + 5)
    assert "peer_error" in world.errors()


WEATHERS = {
    "calm": CALM,
    "slow": Weather(delay_s=(0.05, 0.4)),
    "lossy": Weather(loss=0.25, delay_s=(0.02, 0.1)),
    "storm": Weather(loss=0.2, duplication=0.3, delay_s=(0.01, 0.4)),
}


@pytest.mark.parametrize("weather", WEATHERS)
@pytest.mark.parametrize("seed", range(60))
def test_a_restless_client_is_found_in_the_end(weather: str, seed: int) -> None:
    """Moves, NATs that forget, broken pairs, sleep, and rekeys by either side, in any order."""
    chance = random.Random(f"{weather} {seed}")
    nat = chance.random() < 0.5
    also = (SECOND, GATEWAY_SIX) if chance.random() < 0.5 else ()
    world = Roaming(seed, nat=nat, also=also, weather=WEATHERS[weather], timing=WATCHFUL)
    world.connect()
    homes = [(CLIENT,), (ELSEWHERE,), (CLIENT, ELSEWHERE), (ELSEWHERE, CLIENT)]
    if also:
        homes += [(SIX,), (CLIENT, SIX)]
    for _ in range(chance.randrange(3, 9)):
        match chance.randrange(8):
            case 0 | 1 | 2:
                world.move(*chance.choice(homes))
            case 3:
                world.move()
                world.run(world.now + chance.uniform(0.1, 20))
                world.move(*chance.choice(homes))
            case 4:
                world.rebind(chance.choice((NAT, "198.51.100.7")))
            case 5:
                world.sleep(chance.uniform(20, 100))
            case 6:
                world.rekey_ike(chance.choice(("client", "gateway")))
            case 7:
                world.rekey_child(chance.choice(("client", "gateway")))
        world.run(world.now + chance.choice((0.0, 0.05, 0.3, 3.0, 20.0)))
    world.run(world.now + 120)
    world.stop_esp()
    world.run(world.now + 200)
    assert world.errors() == []
    world.assert_together()


@pytest.mark.parametrize(("nat", "least", "most"), [(False, 10, 20), (True, 110, 250)], ids=["open", "nat"])
def test_an_idle_peer_is_asked_ever_more_rarely_without_a_nat_alone(nat: bool, least: int, most: int) -> None:
    world = Roaming(1, nat=nat, timing=Timing(ike_lifetime_s=1e6, child_lifetime_s=1e6))
    world.connect()
    world.stop_esp()
    world.run(world.now + 60)
    asked: list[float] = []
    kept: list[float] = []

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "client":
            (kept if datagram == KEEPALIVE else asked).append(world.now)
        return True

    world.tap = tap
    world.run(world.now + 3600)
    assert least <= len(asked) <= most
    longest = max(after - before for before, after in itertools.pairwise(asked))
    assert longest <= 601
    assert (longest > 500) is not nat
    assert len(kept) == (180 if nat else 0)


def test_no_keepalive_while_esp_flows_out() -> None:
    world = Roaming(1, nat=True, timing=WATCHFUL)
    world.connect()
    kept: list[bytes] = []
    world.tap = lambda sender, datagram: not (datagram == KEEPALIVE and kept.append(datagram))  # type: ignore[func-returns-value]
    world.run(world.now + 120)
    assert kept == []
    world.stop_esp()
    world.run(world.now + 65)
    assert len(kept) == 3


def test_silence_is_questioned_soon_after_we_send_into_it() -> None:
    world = Roaming(1, timing=Timing(ike_lifetime_s=1e6, child_lifetime_s=1e6))
    world.connect()
    world.stop_esp()
    world.run(world.now + 2000)
    world.broken.add((CLIENT, GATEWAY))
    asked: list[float] = []
    world.tap = lambda sender, datagram: sender != "client" or not asked.append(world.now)  # type: ignore[func-returns-value]
    began = world.now
    world._esp_on = True
    world._send_esp("client")
    world.run(world.now + 10)
    assert asked
    assert asked[0] - began < 5 + 2.1


def test_a_responder_gives_a_mobile_peer_five_minutes() -> None:
    world = Roaming(1, timing=replace(WATCHFUL, retransmit_s=2.0, retransmit_factor=1.6, retransmit_tries=3))
    world.connect()
    world.stop_esp()
    world.asleep = True
    world.run(world.now + 290)
    assert world.gateway.sessions
    world.run(world.now + 200)
    assert not world.gateway.sessions


def test_paths_changed_only_when_they_did() -> None:
    world = Roaming(1)
    world.connect()
    for _ in range(5):
        world.move(CLIENT)
        world.run(world.now + 1)
    assert [e for _, e in world.events if isinstance(e, PathChanged)] == []
