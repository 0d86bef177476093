"""Message IDs and retransmission: what moves them, and all that must not."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from ginnel_service.ike.codes import ExchangeType, NotifyType
from ginnel_service.ike.events import Endpoint, Path, Probe, State
from ginnel_service.ike.message import Message, parse_header, parse_message, serialise_message
from ginnel_service.ike.payloads.delete import DeletePayload
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.window import LAST_ID
from simulation.hostile import Impostor
from simulation.world import PATIENT, Weather, World

SIDES = ("client", "gateway")
NONCE = b"\x01\x02\x03\x04"


def connected(**more: object) -> World:
    world = World(1, **more)  # type: ignore[arg-type]
    world.connect()
    world.stop_esp()
    world.run(world.now + 2)
    return world


def give(world: World, side: str, datagram: bytes, path: Path | None = None) -> list[bytes]:
    """Let a side have a datagram; returns what it answers."""
    session = world.side(side)
    if side == "client":
        session.receive(datagram, path or session.path, world.now)
        return [answer for answer, _ in session.datagrams()]
    world.gateway.receive(datagram, path or session.path, world.now)
    return [answer for answer, _ in world.gateway.datagrams()]


# Message ID synchronisation (RFC 6311)


class Cluster:
    """The peer's other member, which takes over with the keys but not with the latest Message IDs."""

    def __init__(self, side: str = "client", *, supported: bool = True) -> None:
        self.world = connected()
        self.side = side
        self.victim = self.world.side(side)
        for _ in range(2):
            other = "gateway" if side == "client" else "client"
            self.world.act(other, lambda session: session.check_liveness(self.world.now))
            self.world.run(self.world.now + 1)
        self.victim.message_id_sync = supported
        self.impostor = Impostor(self.victim, self.world.rng)
        self.sa = self.victim.talk.current

    def ask(self, sends: int, expects: int, data: bytes | None = None) -> list[tuple[bytes, int, int]]:
        """What a synchronisation request is answered with."""
        notify = NotifyPayload(
            NotifyType.IKEV2_MESSAGE_ID_SYNC,
            struct.pack("!4sII", NONCE, sends, expects) if data is None else data,
        )
        request = self.impostor.numbered(ExchangeType.INFORMATIONAL, 0, (notify,))
        return self.said(give(self.world, self.side, request))

    def said(self, answers: list[bytes]) -> list[tuple[bytes, int, int]]:
        found = []
        for answer in answers:
            header = parse_header(answer)
            if header.is_response:
                assert header.message_id == 0
                (notify,) = self.impostor.opened(answer)
                assert isinstance(notify, NotifyPayload)
                assert notify.notify == NotifyType.IKEV2_MESSAGE_ID_SYNC
                found.append(struct.unpack("!4sII", notify.data))
        return found

    def windows(self) -> tuple[int, int]:
        return self.sa.responses.expected_id, self.sa.requests.next_id


@pytest.mark.parametrize("side", SIDES)
def test_a_new_member_of_a_cluster_is_told_where_we_are(side: str) -> None:
    cluster = Cluster(side)
    expected, following = cluster.windows()
    assert cluster.ask(expected + 1000, 0) == [(NONCE, following, expected + 1000)]
    assert cluster.windows() == (expected + 1000, following)
    # the next request that it sends is the one it said
    alive = cluster.impostor.numbered(ExchangeType.INFORMATIONAL, expected + 1000, ())
    assert len(give(cluster.world, side, alive)) == 1


def test_a_cluster_that_expects_more_than_we_used_gets_it() -> None:
    cluster = Cluster()
    expected, following = cluster.windows()
    assert cluster.ask(expected, following + 7) == [(NONCE, following + 7, expected)]
    assert cluster.windows() == (expected, following + 7)


def test_what_was_said_before_moves_nothing() -> None:
    cluster = Cluster()
    expected, _ = cluster.windows()
    assert cluster.ask(expected + 5, 0)
    before = cluster.windows()
    for sends in (0, expected - 1, expected, expected + 4, expected + 5):
        assert cluster.ask(sends, 99) == []
    assert cluster.windows() == before


def test_the_same_datagram_again_gets_the_same_answer_and_moves_nothing() -> None:
    cluster = Cluster()
    expected, _ = cluster.windows()
    notify = NotifyPayload(NotifyType.IKEV2_MESSAGE_ID_SYNC, struct.pack("!4sII", NONCE, expected + 5, 50))
    request = cluster.impostor.numbered(ExchangeType.INFORMATIONAL, 0, (notify,))
    first = give(cluster.world, "client", request)
    before = cluster.windows()
    assert give(cluster.world, "client", request) == first
    assert cluster.windows() == before == (expected + 5, 50)


@pytest.mark.parametrize("data", [b"", b"x" * 11, b"x" * 13])
def test_a_malformed_synchronisation_is_ignored(data: bytes) -> None:
    cluster = Cluster()
    before = cluster.windows()
    assert cluster.ask(0, 0, data) == []
    assert cluster.windows() == before
    assert cluster.victim.state is State.ESTABLISHED


def test_nothing_is_synchronised_unless_both_support_it() -> None:
    cluster = Cluster(supported=False)
    before = cluster.windows()
    assert cluster.ask(before[0] + 10, 0) == []
    assert cluster.windows() == before


def test_an_unprotected_synchronisation_is_ignored() -> None:
    cluster = Cluster()
    before = cluster.windows()
    data = struct.pack("!4sII", NONCE, 1000, 1000)
    notify = NotifyPayload(NotifyType.IKEV2_MESSAGE_ID_SYNC, data)
    sa = cluster.sa
    message = Message(sa.spi_i, sa.spi_r, ExchangeType.INFORMATIONAL, 0, False, False, (notify,))
    assert give(cluster.world, "client", serialise_message(message)) == []
    assert cluster.windows() == before


def test_our_unanswered_request_goes_out_anew_under_the_agreed_id() -> None:
    cluster = Cluster()
    world = cluster.world
    world.tap = lambda sender, datagram: False
    world.act("client", lambda session: session.check_liveness(world.now))
    expected, following = cluster.windows()
    assert cluster.sa.requests.outstanding is not None
    notify = NotifyPayload(NotifyType.IKEV2_MESSAGE_ID_SYNC, struct.pack("!4sII", NONCE, expected + 9, 20))
    answers = give(world, "client", cluster.impostor.numbered(ExchangeType.INFORMATIONAL, 0, (notify,)))
    assert cluster.said(answers) == [(NONCE, 20, expected + 9)]
    assert [parse_header(a).message_id for a in answers] == [0, 20]
    assert following < 20
    answer = cluster.impostor.response(())
    assert answer is not None
    give(world, "client", answer)
    assert cluster.sa.requests.outstanding is None


def test_a_probe_that_a_synchronisation_interrupts_is_sent_anew_in_full() -> None:
    cluster = Cluster()
    world = cluster.world
    held: list[bytes] = []

    def tap(sender: str, datagram: bytes) -> bool:
        held.append(datagram)
        return False

    world.tap = tap
    world.act("client", lambda session: session.discover_path_mtu(1400, world.now))
    world.run(world.now + 1)
    assert isinstance(held[0], Probe)
    expected, _ = cluster.windows()
    held.clear()
    notify = NotifyPayload(NotifyType.IKEV2_MESSAGE_ID_SYNC, struct.pack("!4sII", NONCE, expected + 9, 20))
    request = cluster.impostor.numbered(ExchangeType.INFORMATIONAL, 0, (notify,))
    _, probe = give(world, "client", request)
    assert isinstance(probe, Probe)
    assert len(probe) + 32 == 1400
    assert parse_header(probe).message_id == 20


@pytest.mark.parametrize("side", SIDES)
def test_who_has_used_every_message_id_has_none_to_agree_on(side: str) -> None:
    cluster = Cluster(side)
    world = cluster.world
    world.tap = lambda sender, datagram: False
    expected, _ = cluster.windows()
    assert cluster.ask(expected + 1, LAST_ID) == [(NONCE, LAST_ID, expected + 1)]
    world.act(side, lambda session: session.check_liveness(world.now))
    assert cluster.ask(expected + 2, 0) == []
    assert cluster.windows() == (expected + 1, LAST_ID + 1)


# Message IDs


def test_message_ids_never_wrap() -> None:
    """RFC 7296 section 2.2: the IKE SA is closed before."""
    world = connected()
    for sa in (world.client.talk.current, world.peer.talk.current):
        sa.requests.next_id = sa.responses.expected_id = LAST_ID
    world.act("client", lambda session: session.check_liveness(world.now))
    world.run(world.now + 1)
    assert world.client.state is State.ESTABLISHED
    world.act("client", lambda session: session.check_liveness(world.now))
    assert world.errors() == ["expired"]


def test_a_window_size_that_the_peer_allows_is_not_used() -> None:
    world = connected()
    impostor = Impostor(world.client, world.rng)
    notify = NotifyPayload(NotifyType.SET_WINDOW_SIZE, (16).to_bytes(4, "big"))
    assert len(give(world, "client", impostor.request(ExchangeType.INFORMATIONAL, (notify,)))) == 1
    world.tap = lambda sender, datagram: False
    for _ in range(3):
        world.rekey_child("client")
    current = world.client.talk.current
    assert current.requests.outstanding is not None
    assert current.requests.next_id == current.requests.outstanding.message_id + 1


# What nobody proved


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("response", [False, True])
@pytest.mark.parametrize(
    "payload",
    [
        NotifyPayload(NotifyType.INVALID_IKE_SPI),
        NotifyPayload(NotifyType.INVALID_MESSAGE_ID, bytes(4)),
        NotifyPayload(NotifyType.INVALID_SYNTAX),
        NotifyPayload(NotifyType.AUTHENTICATION_FAILED),
        DeletePayload(1),
    ],
    ids=lambda payload: str(getattr(payload, "notify", "delete")),
)
def test_what_is_not_protected_changes_nothing(
    side: str, response: bool, payload: NotifyPayload | DeletePayload
) -> None:
    world = connected()
    world.tap = lambda sender, datagram: False
    world.act(side, lambda session: session.check_liveness(world.now))
    victim = world.side(side)
    sa = victim.talk.current
    before = (victim.path, sa.responses.expected_id, sa.requests.next_id, victim.deadline())
    elsewhere = Path(victim.path.local, Endpoint("203.0.113.66", 4500), True)
    for exchange in (ExchangeType.INFORMATIONAL, ExchangeType.IKE_AUTH, ExchangeType.CREATE_CHILD_SA):
        for message_id in (0, sa.responses.expected_id, sa.requests.next_id - 1):
            forged = Message(sa.spi_i, sa.spi_r, exchange, message_id, not sa.initiated, response, (payload,))
            assert give(world, side, serialise_message(forged), elsewhere) == []
    assert (victim.path, sa.responses.expected_id, sa.requests.next_id, victim.deadline()) == before
    assert victim.state is State.ESTABLISHED


@pytest.mark.parametrize("established", [False, True])
def test_a_changed_datagram_changes_nothing(established: bool) -> None:
    """Each octet of a true request, changed: the true one is still taken afterwards."""
    # With MOBIKE a responder would not follow without being told (RFC 4555 section 3.8)
    still = {"mobike": False}
    world = connected(client=still) if established else World(1, client=still)
    held: list[bytes] = []

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "client" and parse_header(datagram).exchange != ExchangeType.IKE_SA_INIT:
            held.append(datagram)
            return False
        return True

    world.tap = tap
    if established:
        world.act("client", lambda session: session.check_liveness(world.now))
    else:
        world.client.connect(0.0)
        world.run(0.1)
    victim = world.peer
    sa, path = victim.talk.current, victim.path
    elsewhere = Path(path.local, Endpoint("198.51.100.66", 1), True)
    before = (victim.state, path, sa.responses.expected_id, victim.deadline())
    for at in range(len(held[0])):
        changed = bytearray(held[0])
        changed[at] ^= 0x10
        told = [parse_message(answer) for answer in give(world, "gateway", bytes(changed), elsewhere)]
        # of an IKE SA that is not there, the sender hears so much (section 1.5)
        unknown = [NotifyPayload(NotifyType.INVALID_IKE_SPI)] if 8 <= at < 16 else []
        assert [payload for message in told for payload in message.payloads] == unknown
    assert (victim.state, victim.path, sa.responses.expected_id, victim.deadline()) == before
    world.gateway.receive(held[0], elsewhere, world.now)
    ((_, answered_to),) = world.gateway.datagrams()
    # authentic now, so it may come from wherever a NAT put it (RFC 7296 section 2.23)
    assert answered_to == victim.path == elsewhere
    assert victim.state is State.ESTABLISHED


def test_ike_sa_init_is_repeated_bit_by_bit() -> None:
    world = World(1)
    sent: list[bytes] = []

    def tap(sender: str, datagram: bytes) -> bool:
        sent.append(datagram)
        return False

    world.tap = tap
    world.client.connect(0.0)
    world.run(20.0)
    assert len(sent) > 5
    assert len(set(sent)) == 1


# When a request is sent again


def repetitions(world: World, until: float) -> list[float]:
    """When the client sends a request that nobody answers."""
    times: list[float] = []

    def tap(sender: str, datagram: bytes) -> bool:
        times.append(world.now)
        return False

    world.tap = tap
    start = world.now
    world.act("client", lambda session: session.check_liveness(world.now))
    world.run(start + until)
    return [at - start for at in times]


def test_a_fast_path_gets_one_early_repetition_and_keeps_the_profiles_pace() -> None:
    timing = replace(PATIENT, retransmit_s=2.0, retransmit_factor=1.6, retransmit_tries=3)
    world = connected(timing=timing)
    first, early, *paced = repetitions(world, 60)
    assert first == 0
    assert early == pytest.approx(0.5)
    pauses = [2.0, 2.0 + 3.2, 2.0 + 3.2 + 5.12]
    assert len(paced) == 3
    assert all(pause <= at <= 1.1 * pause for pause, at in zip(pauses, paced, strict=True))
    assert world.errors() == ["peer_vanished"]


def test_a_slow_path_is_given_four_round_trips() -> None:
    timing = replace(PATIENT, retransmit_s=5.0, retransmit_factor=1.6, retransmit_tries=3)
    world = connected(timing=timing, weather=Weather(delay_s=(0.4, 0.4)))
    world.run(world.now + 10)
    assert repetitions(world, 10)[1] == pytest.approx(3.2)


def test_the_profiles_pause_is_never_exceeded_by_the_round_trip() -> None:
    timing = replace(PATIENT, retransmit_s=1.0, retransmit_tries=3)
    world = connected(timing=timing, weather=Weather(delay_s=(0.45, 0.45)))
    world.run(world.now + 10)
    assert 1.0 <= repetitions(world, 10)[1] <= 1.1


def test_two_sessions_do_not_repeat_in_step() -> None:
    timing = replace(PATIENT, retransmit_s=2.0)
    second = set()
    for seed in range(8):
        world = World(seed, timing=timing)
        world.connect()
        world.stop_esp()
        world.run(world.now + 2)
        second.add(repetitions(world, 3)[2])
    assert len(second) == 8
