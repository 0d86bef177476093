"""A responder that a crowd of strangers asks at once: what it keeps, what it costs, and who still gets in.

100,000 spoofed addresses and ports ---[ IKE_SA_INIT ]---+
client, established (192.0.2.10) ------------------------+--- gateway (203.0.113.1)
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator

from ginnel_service.ike.admission import COOKIES_FROM, HALF_OPEN_MAX, PER_SOURCE_MAX
from ginnel_service.ike.codes import NotifyType
from ginnel_service.ike.events import Endpoint, Path, State
from ginnel_service.ike.message import Message, parse_message, serialise_message
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.vendor import VendorPayload
from ginnel_service.ike.responder import HALF_OPEN_S, INIT_OCTETS_MAX
from simulation.world import GATEWAY, World

FLOOD = 100_000
BURST, EVERY_S = 500, 0.05
#: What the responder may grow by while a flood lasts: from made-up addresses, and from true ones.
SPOOFED_OCTETS, TRUE_OCTETS = 100_000, 20_000_000


def first_request() -> bytes:
    """A true initiator's, to be copied."""
    other = World(7)
    other.client.connect(0.0)
    ((request, _),) = other.client.datagrams()
    return request


def stranger(number: int) -> Path:
    """Another address and port for each number."""
    host = f"198.{18 + (number >> 16 & 1)}.{number >> 8 & 255}.{number & 255}"
    return Path(Endpoint(GATEWAY, 500), Endpoint(host, 1024 + number % 64000), False)


def named(request: bytes, number: int) -> bytes:
    """The request with an initiator's SPI of its own."""
    return (number + 1).to_bytes(8, "big") + request[8:]


def every(world: World, pause_s: float, times: int, action: Callable[[], None]) -> None:
    for turn in range(times):
        world.at(world.now + turn * pause_s, action)


def grown(before: int) -> int:
    gc.collect()  # sessions refer to what refers to them
    return tracemalloc.get_traced_memory()[0] - before


def test_a_flood_from_made_up_addresses_disturbs_no_tunnel() -> None:
    world, request = World(1), first_request()
    world.connect()
    numbers: Iterator[int] = iter(range(FLOOD))
    received = world.gateway.receive
    most = 0

    def burst() -> None:
        nonlocal most
        for _, number in zip(range(BURST), numbers, strict=False):
            received(named(request, number), stranger(number), world.now)
        answers = world.gateway.datagrams()  # they go to strangers, who do not answer
        assert len(answers) == BURST
        assert all(len(answer) <= len(request) for answer, _ in answers)
        most = max(most, world.gateway.half_open)

    every(world, EVERY_S, FLOOD // BURST, burst)
    commands = (1.01, world.rekey_child), (3.02, world.rekey_ike), (6.03, world.rekey_child)
    for when, command in commands:
        world.at(world.now + when, lambda command=command: command("client"))  # type: ignore[misc]
    end = world.now + FLOOD / BURST * EVERY_S
    world.run(end - FLOOD / 5 / BURST * EVERY_S)
    tracemalloc.start()  # the last fifth, as measuring takes its time: a flood that leaves a trace goes on so
    try:
        before = tracemalloc.get_traced_memory()[0]
        world.run(end)
        assert grown(before) < SPOOFED_OCTETS
    finally:
        tracemalloc.stop()
    assert next(numbers, None) is None
    assert most == COOKIES_FROM
    assert world.client.state is State.ESTABLISHED
    world.run(world.now + HALF_OPEN_S + 70)
    world.stop_esp()
    world.run(world.now + 1)
    world.assert_settled()


def test_a_cookie_costs_a_fraction_of_a_handshake() -> None:
    world, request = World(1), first_request()

    def cost_s(numbers: range) -> float:
        began = time.process_time()
        for number in numbers:
            world.gateway.receive(named(request, number), stranger(number), 0.0)
        return (time.process_time() - began) / len(numbers)

    handshake = cost_s(range(COOKIES_FROM))
    cookie = cost_s(range(1000, 6000))
    assert world.gateway.half_open == COOKIES_FROM
    assert cookie < handshake / 5


def with_cookie(request: bytes, answer: bytes) -> bytes:
    """What a stranger sends who receives at its address."""
    cookie = parse_message(answer).notify(NotifyType.COOKIE)
    assert cookie is not None
    asked = parse_message(request)
    payloads = (NotifyPayload(NotifyType.COOKIE, cookie.data), *asked.payloads)
    return serialise_message(Message(request[:8], bytes(8), asked.exchange, 0, True, False, payloads))


def knock(world: World, request: bytes, path: Path) -> None:
    """Ask, with a cookie when told to."""
    world.gateway.receive(request, path, world.now)
    for answer, _ in world.gateway.datagrams():
        if parse_message(answer).notify(NotifyType.COOKIE) is not None:
            world.gateway.receive(with_cookie(request, answer), path, world.now)
    world.gateway.datagrams()
    world.gateway.events()


def test_a_flood_from_many_true_addresses_does_not_shut_the_door() -> None:
    """They answer cookies, as large as they may be, and never authenticate."""
    world, request = World(1), first_request()
    message = parse_message(request)
    vendor = VendorPayload(bytes(INIT_OCTETS_MAX - len(request) - 64))
    large = serialise_message(
        Message(request[:8], bytes(8), message.exchange, 0, True, False, (*message.payloads, vendor))
    )
    assert len(large) > INIT_OCTETS_MAX - 100
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        for number in range(2 * HALF_OPEN_MAX):
            knock(world, named(large, number), stranger(number))
        assert world.gateway.half_open == HALF_OPEN_MAX == len(world.gateway.sessions)
        assert grown(before) < TRUE_OCTETS
    finally:
        tracemalloc.stop()
    world.client.connect(world.now)
    world.run(world.now + 1)
    assert world.client.state is State.ESTABLISHED
    assert world.gateway.half_open == HALF_OPEN_MAX - 1
    world.run(world.now + HALF_OPEN_S + 1)
    assert len(world.gateway.sessions) == 1


def test_one_true_address_fills_its_own_share_alone() -> None:
    world, request = World(1), first_request()
    for number in range(3 * PER_SOURCE_MAX):
        path = Path(Endpoint(GATEWAY, 500), Endpoint("198.51.100.7", 1024 + number), False)
        knock(world, named(request, number), path)
    assert world.gateway.half_open == PER_SOURCE_MAX
    world.client.connect(world.now)
    world.run(world.now + 1)
    assert world.client.state is State.ESTABLISHED


def test_a_first_request_that_nobody_needs_so_large_is_ignored() -> None:
    world, request = World(1), first_request()
    message = parse_message(request)
    vendor = VendorPayload(bytes(INIT_OCTETS_MAX))
    world.gateway.receive(
        serialise_message(
            Message(request[:8], bytes(8), message.exchange, 0, True, False, (*message.payloads, vendor))
        ),
        stranger(1),
        0.0,
    )
    assert not world.gateway.sessions
    assert not world.gateway.datagrams()
