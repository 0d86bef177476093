"""Two sessions on a path that swallows large packets: both find its size, and nothing else suffers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ginnel_service.ike import proposals
from ginnel_service.ike.codes import ProtocolId
from ginnel_service.ike.config import Timing
from ginnel_service.ike.events import Endpoint, Path, PathMtuChanged, Probe, State
from ginnel_service.ike.pathmtu import CONFIRM_S, PATIENCE_S, RAISE_S
from ginnel_service.ike.session import Session
from simulation.world import CALM, PATIENT, Weather, World

WANTED = 1464
SIDES = ("client", "gateway")
#: Loss of everything in both directions, and datagrams that overtake one another.
ROUGH = Weather(loss=0.1, delay_s=(0.01, 0.15))
UNQUIET = replace(PATIENT, ike_lifetime_s=40.0, child_lifetime_s=25.0, lifetime_jitter=0.3)


def path_mtus(world: World, side: str) -> list[int]:
    """What a side said about its path, in order."""
    return [e.path_mtu for name, e in world.events if name == side and isinstance(e, PathMtuChanged)]


def narrow(world: World, octets: float, *sides: str) -> None:
    for side in sides or SIDES:
        world.carries[side] = octets


def started(seed: int = 1, carries: int = 1500, **more: object) -> World:
    world = World(seed, discover=WANTED, **more)  # type: ignore[arg-type]
    narrow(world, carries)
    world.connect()
    return world


def sending(world: World, side: str, *, heard: bool) -> None:
    """Tell a side's session four times a second that it sends ESP, and perhaps hears some."""

    def act() -> None:
        def note(session: Session) -> None:
            if heard:
                session.note_inbound(world.now)
            session.note_outbound(world.now, world.now)

        world.act(side, note)
        world.at(world.now + 0.25, act)

    act()


def test_a_wide_path_is_confirmed_with_one_probe_a_side() -> None:
    seen: list[tuple[str, int]] = []
    world = World(1, discover=WANTED)

    def tap(sender: str, datagram: bytes) -> bool:
        if isinstance(datagram, Probe):
            seen.append((sender, len(datagram) + 32))
        return True

    world.tap = tap
    world.connect()
    world.run(world.now + 100)
    assert sorted(seen) == [(side, WANTED) for side in SIDES]
    assert [path_mtus(world, side) for side in SIDES] == [[WANTED], [WANTED]]


@pytest.mark.parametrize("carries", [1463, 1400, 1300, 1280, 1000, 600])
def test_a_narrow_path_is_known_within_seconds(carries: int) -> None:
    world = started(carries=carries)
    world.run(world.now + 2.5)
    for side in SIDES:
        (found,) = path_mtus(world, side)
        assert found <= carries
    world.stop_esp()
    world.run(world.now + 60)
    world.assert_settled()


def test_each_side_knows_its_own_direction() -> None:
    world = World(1, discover=WANTED)
    narrow(world, 1320, "gateway")
    world.connect()
    world.run(world.now + 3)
    assert (path_mtus(world, "client"), path_mtus(world, "gateway")) == ([WANTED], [1320])


@pytest.mark.parametrize("delay_s", [0.001, 0.1, 0.45, 1.0])
def test_a_slow_path_is_not_taken_for_a_narrow_one(delay_s: float) -> None:
    world = started(weather=Weather(delay_s=(delay_s, delay_s)), nat=True)
    world.run(world.now + 30)
    assert [path_mtus(world, side) for side in SIDES] == [[WANTED], [WANTED]]


def test_a_path_that_becomes_slow_is_not_taken_for_a_narrow_one() -> None:
    """A full queue on the way: answers take a second where they took 40 ms."""
    world = started()
    world.run(world.now + 10)
    world.weather = Weather(delay_s=(0.5, 0.5))
    sending(world, "client", heard=True)
    world.run(world.now + 4 * CONFIRM_S)
    assert path_mtus(world, "client") == [WANTED]


@pytest.mark.parametrize("seed", range(60))
def test_the_size_is_found_through_loss_reordering_and_rekeys(seed: int) -> None:
    world = started(seed, carries=1380, weather=ROUGH, timing=UNQUIET, nat=bool(seed % 2))
    for side in SIDES:
        sending(world, side, heard=bool(seed % 3))
    world.run(world.now + 120)
    assert world.client.state is State.ESTABLISHED
    for side in SIDES:
        assert path_mtus(world, side)[-1] in range(1024, 1381), path_mtus(world, side)
    world.weather = CALM
    world.run(world.now + 2 * CONFIRM_S)
    assert all(size <= 1380 for side in SIDES for size in path_mtus(world, side))
    assert world.lost_esp == 0


@pytest.mark.parametrize("seed", range(20))
def test_duplicates_do_no_harm_beyond_a_wrong_guess(seed: int) -> None:
    storm = Weather(loss=0.2, duplication=0.3, delay_s=(0.01, 0.5))
    world = started(seed, carries=1300, weather=storm, timing=UNQUIET)
    world.run(world.now + 60)
    world.weather = CALM
    for side in SIDES:
        sending(world, side, heard=True)
    world.run(world.now + 3 * CONFIRM_S)
    assert [path_mtus(world, side)[-1] <= 1300 for side in SIDES] == [True, True]
    assert world.client.state is State.ESTABLISHED


@pytest.mark.parametrize("side", SIDES)
def test_a_path_that_shrinks_is_noticed_when_nothing_comes_back(side: str) -> None:
    world = started()
    world.run(world.now + 20)
    sending(world, side, heard=False)
    narrow(world, 1300)
    world.run(world.now + PATIENCE_S)
    assert path_mtus(world, side) == [WANTED, 1300]


def test_a_path_that_shrinks_is_noticed_under_other_traffic() -> None:
    world = started()
    narrow(world, 1300)
    sending(world, "client", heard=True)
    world.run(world.now + CONFIRM_S + 4)
    assert path_mtus(world, "client") == [WANTED, 1300]


def test_a_peer_that_searches_brings_the_other_side_to_it() -> None:
    """The client hears other traffic all the time and would ask only after CONFIRM_S."""
    world = started()
    world.run(world.now + 5)
    narrow(world, 1300)
    sending(world, "client", heard=True)
    sending(world, "gateway", heard=False)
    world.run(world.now + PATIENCE_S + 4)
    assert [path_mtus(world, side) for side in SIDES] == [[WANTED, 1300], [WANTED, 1300]]


def test_a_peer_whose_direction_alone_is_narrow_costs_a_probe_now_and_then() -> None:
    world = World(1, discover=WANTED)
    narrow(world, 1320, "gateway")
    world.connect()
    for side in SIDES:
        sending(world, side, heard=True)
    probes = dict.fromkeys(SIDES, 0)

    def tap(sender: str, datagram: bytes) -> bool:
        probes[sender] += isinstance(datagram, Probe)
        return True

    world.run(world.now + 5)
    world.tap = tap
    world.run(world.now + 4 * CONFIRM_S)
    assert path_mtus(world, "client") == [WANTED]
    assert max(probes.values()) <= 12


def test_a_path_that_widens_is_used_again() -> None:
    world = started(carries=1300)
    world.run(world.now + 10)
    narrow(world, 1500)
    world.run(world.now + RAISE_S)
    assert [path_mtus(world, side) for side in SIDES] == [[1300, WANTED], [1300, WANTED]]


def test_a_router_that_speaks_is_believed_at_once() -> None:
    world = started()
    world.run(world.now + 5)
    narrow(world, 1392)
    for side in SIDES:
        world.act(side, lambda session: session.path_too_big(1392, world.now))
    assert [path_mtus(world, side) for side in SIDES] == [[WANTED, 1392], [WANTED, 1392]]
    world.run(world.now + 30)
    assert path_mtus(world, "client") == [WANTED, 1392]


def test_another_path_is_probed_anew() -> None:
    world = started(carries=1300)
    world.run(world.now + 10)
    narrow(world, 1500)
    moved = Path(Endpoint("192.0.2.77", 40500), world.client.path.remote, True)
    world.act("client", lambda session: session.mobility.network_changed((moved,), world.now))
    world.run(world.now + 5)
    assert [path_mtus(world, side) for side in SIDES] == [[1300, WANTED], [1300, WANTED]]


def test_a_peer_that_answers_one_form_alone_and_one_at_a_time_is_not_missed() -> None:
    """As strongSwan: it ignores what differs from what it answered, and what comes while it is at that."""
    world = World(1, discover=WANTED)
    taken: dict[bytes, bytes] = {}
    answers, busy_until = 0, 0.0

    def tap(sender: str, datagram: bytes) -> bool:
        nonlocal answers, busy_until
        is_answer = bool(datagram[19] & 0x20)
        if datagram[18] != 37 or is_answer is (sender == "client"):
            return True
        if is_answer:
            answers += 1
            return answers > 3
        if world.now < busy_until:
            return False
        busy_until = world.now + 0.005
        return taken.setdefault(datagram[20:24], datagram) == datagram

    world.tap = tap
    world.connect()
    world.run(world.now + 30)
    assert answers > 3
    assert world.errors() == []
    assert world.client.state is State.ESTABLISHED
    assert path_mtus(world, "client") == [WANTED]


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.1, 0.3, 0.5, 0.7])
@pytest.mark.parametrize("what", ["rekey_ike", "rekey_child", "close"])
def test_whatever_else_is_asked_does_not_wait_for_a_probe(what: str, after_s: float) -> None:
    """A round trip is 40 ms; what was asked is done two of them later, however far the probing is."""
    world = started(carries=1280)
    world.run(world.now + 20)
    world.act("client", lambda session: session.path_too_big(0, world.now))
    world.run(world.now + after_s)
    if what == "close":
        world.act("client", lambda session: session.close(world.now))
        world.run(world.now + 0.1)
        assert world.client.state is State.CLOSED
        return
    before = (world.client.talk.current, *world.client.children)
    getattr(world, what)("client")
    world.run(world.now + 0.1)
    assert (world.client.talk.current, *world.client.children) != before
    world.run(world.now + 20)
    world.stop_esp()
    world.run(world.now + 100)
    world.assert_settled()
    assert path_mtus(world, "client") == [1280]


def test_a_peer_that_vanishes_during_a_probe_is_missed() -> None:
    timing = Timing(retransmit_s=1.0, retransmit_factor=1.5, retransmit_tries=3)
    world = World(1, discover=WANTED, timing=timing)
    world.connect()
    world.tap = lambda sender, datagram: False
    world.act("client", lambda session: session.path_too_big(0, world.now))
    world.run(world.now + 20)
    assert world.errors() == ["peer_vanished"]


def test_both_forms_of_a_probe_bear_ivs_of_their_own() -> None:
    """One key and IV with two plaintexts would give both away (RFC 5282 section 3.1)."""
    sent: dict[bytes, bytes] = {}
    world = World(1, discover=WANTED)
    narrow(world, 1300)

    def tap(sender: str, datagram: bytes) -> bool:
        if len(datagram) > 40 and datagram[16] == 46:  # SK
            key = sender.encode() + datagram[:16] + datagram[32:40]
            assert sent.setdefault(key, datagram) == datagram
        return True

    world.tap = tap
    world.connect()
    world.run(world.now + 100)
    forms = {(d[20:24], len(d)) for d in sent.values() if d[18] == 37 and not d[19] & 0x20}
    assert len(forms) > len({message_id for message_id, _ in forms})


@pytest.mark.parametrize("words", ["aes256-sha256-ecp256", "aes128gcm16-prfsha256-x25519"])
def test_a_probe_fills_the_packet_that_it_speaks_of(words: str) -> None:
    suite = proposals.offer([proposals.parse(words, ProtocolId.IKE)])
    sizes = []
    world = World(1, discover=WANTED, ike=(suite, suite))

    def tap(sender: str, datagram: bytes) -> bool:
        if isinstance(datagram, Probe):
            sizes.append(20 + 8 + 4 + len(datagram))
        return True

    world.tap = tap
    world.connect()
    block = 16 if "sha256-ecp" in words else 1
    assert len(sizes) == 2
    assert all(0 <= size - WANTED < block for size in sizes)


def test_nothing_is_probed_where_that_is_switched_off() -> None:
    world = started(carries=1300, timing=replace(PATIENT, path_mtu_raise_s=0.0))
    world.run(world.now + 50)
    assert (world.dropped, path_mtus(world, "client")) == (0, [])
    world.act("client", lambda session: session.path_too_big(1300, world.now))
    assert path_mtus(world, "client") == [1300]
