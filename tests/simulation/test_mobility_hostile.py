"""MOBIKE messages that an honest peer would not send, or that somebody on the way spoiled."""

from __future__ import annotations

import random

import pytest

from ginnel_service.ike.codes import ExchangeType, NotifyType
from ginnel_service.ike.events import Endpoint, Path, PathChanged
from ginnel_service.ike.message import parse_header
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.notify import NotifyPayload
from simulation.hostile import Impostor
from simulation.roaming import PORT, Roaming
from simulation.world import CLIENT, GATEWAY, PATIENT

ELSEWHERE = "192.0.2.77"
UPDATE = NotifyPayload(NotifyType.UPDATE_SA_ADDRESSES)
NEW = Path(Endpoint(GATEWAY, 4500), Endpoint(ELSEWHERE, PORT), True)


def connected() -> tuple[Roaming, Impostor]:
    """A tunnel, and somebody who speaks to the gateway with the client's keys."""
    world = Roaming(1)
    world.connect()
    world.run(world.now + 1)
    return world, Impostor(world.peer, random.Random(1))


def ask(world: Roaming, impostor: Impostor, *payloads: Payload, path: Path = NEW) -> list[tuple[int, bytes]]:
    """What the gateway answers, as notifies."""
    said: list[bytes] = []

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "gateway":
            said.append(datagram)
        return sender != "gateway"

    world.tap = tap
    request = impostor.request(ExchangeType.INFORMATIONAL, payloads)
    world.gateway.receive(request, path, world.now)
    world.flush()
    world.tap = lambda sender, datagram: True
    if not world.gateway.sessions:
        return []
    (answer,) = (datagram for datagram in said if parse_header(datagram).is_response)
    return [(n.notify, n.data) for n in impostor.opened(answer) if isinstance(n, NotifyPayload)]


@pytest.mark.parametrize("length", [8, 16, 64])
def test_cookie2_comes_back_exactly(length: int) -> None:
    world, impostor = connected()
    cookie = bytes(range(length))
    assert ask(world, impostor, NotifyPayload(NotifyType.COOKIE2, cookie)) == [(NotifyType.COOKIE2, cookie)]


@pytest.mark.parametrize("length", [0, 7, 65, 1000])
def test_cookie2_of_a_forbidden_length_is_a_syntax_error(length: int) -> None:
    world, impostor = connected()
    ask(world, impostor, NotifyPayload(NotifyType.COOKIE2, bytes(length)))
    assert world.errors() == ["invalid_peer_message"]


def test_a_check_without_an_update_moves_nothing() -> None:
    """Section 3.8: an INFORMATIONAL exchange without UPDATE_SA_ADDRESSES "does not cause any changes"."""
    world, impostor = connected()
    before = world.peer.path
    assert ask(world, impostor) == []
    assert world.peer.path == before
    assert not [e for _, e in world.events if isinstance(e, PathChanged)]


def test_an_update_on_the_port_without_a_marker_is_refused() -> None:
    world, impostor = connected()
    before = world.peer.path
    plain = Path(Endpoint(GATEWAY, 500), Endpoint(ELSEWHERE, 500), False)
    answer = ask(world, impostor, UPDATE, path=plain)
    assert answer == [(NotifyType.UNACCEPTABLE_ADDRESSES, b"")]
    assert world.peer.path == before


def test_no_nats_allowed_is_held_against_the_addresses() -> None:
    world, impostor = connected()
    before = world.peer.path

    def claim(source: str, port: int) -> NotifyPayload:
        ends = (Endpoint(source, port), NEW.local)
        data = b"".join(bytes(map(int, end.host.split("."))) for end in ends)
        return NotifyPayload(
            NotifyType.NO_NATS_ALLOWED, data + b"".join(e.port.to_bytes(2, "big") for e in ends)
        )

    for source, port in ((CLIENT, PORT), (ELSEWHERE, 1)):
        answer = ask(world, impostor, UPDATE, claim(source, port))
        assert answer == [(NotifyType.UNEXPECTED_NAT_DETECTED, b"")]
        assert world.peer.path == before
    ask(world, impostor, UPDATE, NotifyPayload(NotifyType.NO_NATS_ALLOWED, b"x"))
    assert world.peer.path == before
    assert ask(world, impostor, UPDATE, claim(ELSEWHERE, PORT)) == []
    assert world.peer.path == NEW


def test_a_repeated_update_from_elsewhere_moves_nothing() -> None:
    world = Roaming(1)
    world.connect()
    seen: list[bytes] = []
    world.tap = lambda sender, datagram: sender != "client" or not seen.append(datagram)  # type: ignore[func-returns-value]
    world.move(ELSEWHERE)
    world.run(world.now + 1)
    before = world.peer.path
    for datagram in seen:
        world.gateway.receive(datagram, Path(NEW.local, Endpoint("198.51.100.66", 4500), True), world.now)
        world.flush()
    assert world.peer.path == before
    world.stop_esp()
    world.run(world.now + 20)
    world.assert_together()


def test_an_update_that_was_carried_elsewhere_first_does_not_divert_esp() -> None:
    """Whoever forwards our update from another address gets IKE for a moment, and never ESP."""
    world = Roaming(1)
    world.connect()
    before = world.flows["gateway"].path
    thief = Path(NEW.local, Endpoint("198.51.100.66", 4500), True)
    stolen: list[bytes] = []

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "gateway" or stolen:
            return True
        stolen.append(datagram)
        return False

    world.tap = tap
    world.move(CLIENT)
    world.gateway.receive(stolen[0], thief, world.now)
    world.run(world.now + 30)
    world.stop_esp()
    world.run(world.now + 20)
    assert world.flows["gateway"].path == before
    world.assert_together()
    assert world.strayed == []


def test_a_flood_of_updates_keeps_one_check_and_no_memory() -> None:
    world, impostor = connected()
    for number in range(1000):
        path = Path(NEW.local, Endpoint(f"198.51.100.{number % 250}", 1024 + number), True)
        ask(world, impostor, UPDATE, path=path)
        current = world.peer.talk.current
        assert len(current.queue) <= 1
        assert len(world.peer.talk.outbox) <= 4
    assert world.flows["gateway"].path == Path(NEW.local, Endpoint(CLIENT, PORT), True)


def test_a_long_or_senseless_list_of_addresses_is_cut() -> None:
    world, impostor = connected()
    four = [NotifyPayload(NotifyType.ADDITIONAL_IP4_ADDRESS, bytes([198, 51, 100, n])) for n in range(200)]
    odd = [
        NotifyPayload(NotifyType.ADDITIONAL_IP4_ADDRESS, data)
        for data in (b"", bytes(4), b"\xe0\0\0\1", b"\x7f\0\0\1", bytes(16))
    ]
    ask(world, impostor, *odd, *four)
    assert len(world.peer.mobility.peer_addresses) == 8
    assert world.peer.mobility.peer_addresses[0] in {CLIENT, "198.51.100.0", ELSEWHERE}
    ask(world, impostor, NotifyPayload(NotifyType.NO_ADDITIONAL_ADDRESSES))
    assert set(world.peer.mobility.peer_addresses) <= {ELSEWHERE}


@pytest.mark.parametrize("cookie", [None, b"", b"wrong but long enough", bytes(16)])
def test_an_answer_without_our_cookie_ends_the_ike_sa(cookie: bytes | None) -> None:
    """ "If the values do not match, the IKE_SA MUST be closed" (section 3.7)."""
    world = Roaming(1)
    world.connect()
    world.broken.add((ELSEWHERE, GATEWAY))
    world.move(ELSEWHERE)
    impostor = Impostor(world.client, random.Random(1))
    notifies = () if cookie is None else (NotifyPayload(NotifyType.COOKIE2, cookie),)
    answer = impostor.response(notifies)
    assert answer is not None
    world.client.receive(answer, Path(Endpoint(ELSEWHERE, PORT), Endpoint(GATEWAY, 4500), True), world.now)
    world.flush()
    assert world.errors() == ["invalid_peer_message"]


def _answer(world: Roaming, impostor: Impostor, notify: int) -> None:
    outstanding = world.client.talk.current.requests.outstanding
    assert outstanding is not None
    cookie = outstanding.exchange.cookie  # type: ignore[attr-defined]
    answer = impostor.response((NotifyPayload(notify), NotifyPayload(NotifyType.COOKIE2, cookie)))
    assert answer is not None
    arrival = Path(world.client.path.local, world.client.path.remote, True)
    world.client.receive(answer, arrival, world.now)
    world.flush()


def test_a_refused_address_gives_way_to_another_of_ours() -> None:
    world = Roaming(1, also=("203.0.113.9",))
    world.connect()
    world.broken |= {(ELSEWHERE, GATEWAY), (ELSEWHERE, "203.0.113.9")}
    world.move(ELSEWHERE)
    _answer(world, Impostor(world.client, random.Random(1)), NotifyType.UNACCEPTABLE_ADDRESSES)
    assert world.client.path.remote.host == "203.0.113.9"
    _answer(world, Impostor(world.client, random.Random(2)), NotifyType.UNACCEPTABLE_ADDRESSES)
    assert world.errors() == ["peer_error"]


def test_an_unexpected_nat_is_tried_again_a_few_times() -> None:
    world = Roaming(1)
    world.connect()
    world.broken.add((ELSEWHERE, GATEWAY))
    world.move(ELSEWHERE)
    for number in range(3):
        _answer(world, Impostor(world.client, random.Random(number)), NotifyType.UNEXPECTED_NAT_DETECTED)
        assert world.errors() == []
    _answer(world, Impostor(world.client, random.Random(9)), NotifyType.UNEXPECTED_NAT_DETECTED)
    assert world.errors() == ["peer_error"]


def test_a_gateway_cannot_move_its_client() -> None:
    world = Roaming(1, timing=PATIENT)
    world.connect()
    before = world.client.path
    impostor = Impostor(world.client, random.Random(1))
    request = impostor.request(ExchangeType.INFORMATIONAL, (UPDATE,))
    world.client.receive(request, Path(before.local, Endpoint("198.51.100.66", 4500), True), world.now)
    world.flush()
    assert world.client.path == before
    assert world.errors() == []
