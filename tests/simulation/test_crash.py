"""Quick crash detection (RFC 6290): a gateway that lost everything but its secret, and who may say so."""

from __future__ import annotations

import hmac
from dataclasses import replace

import pytest

from ginnel_service.ike.codes import ExchangeType, NotifyType, PayloadType
from ginnel_service.ike.events import Closed, State
from ginnel_service.ike.message import Message, parse_header, parse_message, serialise_message
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.responder import NOTICES
from simulation.world import PATIENT, STORM, PacketPath, World

SECRET = bytes(range(32))
QCD = NotifyType.QUICK_CRASH_DETECTION


def connected(seed: int = 1, *, secret: bytes | None = SECRET, **more: object) -> World:
    world = World(seed, token_secret=secret, **more)  # type: ignore[arg-type]
    world.connect()
    world.run(world.now + 2)
    world.stop_esp()
    world.run(world.now + 2)
    return world


def crash(world: World) -> None:
    """The gateway is killed, and starts again at once."""
    world.gateway = world.new_gateway()
    world.paths["gateway"] = PacketPath()
    world.policy.leased = 0


def ask(world: World) -> None:
    world.client.check_liveness(world.now)
    world.flush()


def endings(world: World) -> list[str]:
    return [
        e.error.code for side, e in world.events if side == "client" and isinstance(e, Closed) and e.error
    ]


@pytest.mark.parametrize("seed", range(10))
def test_a_restarted_gateway_is_found_out_by_the_next_question(seed: int) -> None:
    world = connected(seed, weather=STORM if seed else replace(STORM, loss=0), nat=bool(seed % 2))
    crash(world)
    ask(world)
    world.run(world.now + 60)
    assert endings(world) == ["peer_restarted"]
    assert world.ticket is not None


def state(world: World) -> State:
    return world.client.state


def test_it_takes_one_round_trip_and_the_answer_is_as_the_rfc_draws_it() -> None:
    world = connected()
    crash(world)
    sent: list[bytes] = []
    world.tap = lambda sender, datagram: not sent.append(datagram)  # type: ignore[func-returns-value]
    before = world.now
    ask(world)
    world.run(before + 0.041)
    assert world.client.state is State.CLOSED
    request, answer = sent
    # "the IKE SPI and message ID fields in the packet headers are taken from the protected IKE request"
    assert answer[:16] == request[:16]
    assert answer[16:20] == bytes([PayloadType.NOTIFY, 0x20, ExchangeType.INFORMATIONAL, 0x20])
    assert answer[20:24] == request[20:24]
    token = hmac.digest(SECRET, request[:16], "sha256")
    assert answer[28:] == (
        bytes([PayloadType.NOTIFY, 0, 0, 8, 0, 0, 0, 4])
        + bytes([PayloadType.NONE, 0, 0, 8 + len(token), 1, 0])
        + (16419).to_bytes(2, "big")
        + token
    )


def test_without_tokens_the_client_asks_in_vain() -> None:
    timing = replace(PATIENT, liveness_s=10.0, retransmit_tries=3)
    world = connected(secret=None, timing=timing)
    crash(world)
    answered: list[NotifyPayload] = []

    def tap(sender: str, datagram: bytes) -> bool:
        if sender == "gateway":
            answered.extend(parse_message(datagram).all(NotifyPayload))
        return True

    world.tap = tap
    world.run(world.now + 30)
    assert endings(world) == ["peer_vanished"]
    assert set(answered) == {NotifyPayload(NotifyType.INVALID_IKE_SPI)}


@pytest.mark.parametrize("side", ["client", "gateway"])
def test_a_rekeyed_ike_sa_has_a_token_of_its_own(side: str) -> None:
    """In the response to the client's rekey, in an exchange of its own after the gateway's (section 4.3)."""
    world = connected()
    first = world.client.talk.current.token
    world.rekey_ike(side)
    world.run(world.now + 5)
    current = world.client.talk.current
    assert current.token == hmac.digest(SECRET, current.spi_i + current.spi_r, "sha256") != first
    crash(world)
    ask(world)
    world.run(world.now + 1)
    assert endings(world) == ["peer_restarted"]


def forged(world: World, *shown: bytes, message_id: int | None = None, exchange: int = 37) -> bytes:
    """An answer to the client's outstanding question, as if from a gateway that lost its state."""
    sa = world.client.talk.current
    outstanding = sa.requests.outstanding
    assert outstanding is not None
    number = outstanding.message_id if message_id is None else message_id
    said = (NotifyPayload(NotifyType.INVALID_IKE_SPI), *(NotifyPayload(QCD, each, 1) for each in shown))
    return serialise_message(Message(sa.spi_i, sa.spi_r, exchange, number, False, True, said))


def asking() -> World:
    world = connected()
    world.tap = lambda sender, datagram: False
    ask(world)
    return world


def test_wrong_tokens_are_ignored() -> None:
    world = asking()
    token = world.client.talk.current.token
    number = world.client.talk.current.requests.next_id - 1
    wrong = bytes([token[0] ^ 1]) + token[1:]
    for said in (
        forged(world),
        forged(world, b""),
        forged(world, wrong),
        forged(world, token[:-1], token + b"\0"),
        forged(world, wrong, wrong, wrong, wrong, token),  # the fifth is not looked at
        forged(world, token, message_id=number + 1),
        forged(world, token, exchange=ExchangeType.CREATE_CHILD_SA),
    ):
        world.client.receive(said, world.client.path, world.now)
        world.now += 1.0
    assert state(world) is State.ESTABLISHED
    assert world.client.datagrams() == []  # "a response MUST NOT be sent" (section 4.5)
    world.client.receive(forged(world, wrong, wrong, wrong, token), world.client.path, world.now)
    assert world.client.state is State.CLOSED


def test_only_so_many_tokens_are_looked_at() -> None:
    """ "a token taker SHOULD limit the rate of QCD_TOKENs verified" (section 8.1)."""
    world = asking()
    token = world.client.talk.current.token
    for _ in range(50):
        world.client.receive(forged(world, bytes(32)), world.client.path, world.now)
    world.client.receive(forged(world, token), world.client.path, world.now)
    assert state(world) is State.ESTABLISHED
    world.client.receive(forged(world, token), world.client.path, world.now + 1)
    assert world.client.state is State.CLOSED


def test_no_token_is_taken_that_was_not_given() -> None:
    world = connected(secret=None)
    assert world.client.talk.current.token == b""
    world.tap = lambda sender, datagram: False
    ask(world)
    world.client.receive(forged(world, b"", bytes(32)), world.client.path, world.now)
    assert world.client.state is State.ESTABLISHED


def test_a_token_never_leaves_while_its_ike_sa_lives() -> None:
    """ "MUST NOT send a valid QCD token in an unprotected message for an existing IKE SA" (section 9.2)."""
    world = connected()
    sa = world.client.talk.current
    body = bytes([0, 0, 0, 64]) + bytes(60)
    for spi_i, spi_r in (
        (sa.spi_i, sa.spi_r),
        (sa.spi_r, sa.spi_i),
        (sa.spi_i, sa.spi_i),
        (sa.spi_r, sa.spi_r),
    ):
        for flags in (0, 8):
            head = spi_i + spi_r + bytes([PayloadType.SK, 0x20, 37, flags]) + bytes(7) + bytes([92])
            world.gateway.receive(head + body, world.client.path, world.now)
            tokens = [parse_message(answer).notify(QCD) for answer, _ in world.gateway.datagrams()]
            valid = hmac.digest(SECRET, sa.spi_i + sa.spi_r, "sha256")
            assert all(token is None or token.data != valid for token in tokens)


def test_the_token_does_not_tell_of_the_swapped_spis() -> None:
    """The client's SPI alone is none of ours: what stands where ours would must not be in use either."""
    world = connected()
    sa = world.client.talk.current
    head = sa.spi_i + sa.spi_r + bytes([PayloadType.SK, 0x20, 37, 0]) + bytes(7) + bytes([92])
    world.gateway.receive(head + bytes([0, 0, 0, 64]) + bytes(60), world.client.path, world.now)
    assert world.gateway.datagrams() == []


@pytest.mark.parametrize(
    ("flags", "first", "length"),
    [
        (0x28, PayloadType.SK, 92),  # a response
        (0x08, PayloadType.NOTIFY, 92),  # not protected: it may be such an answer itself
        (0x08, PayloadType.SK, 91),  # not as long as it says
    ],
)
def test_only_protected_requests_are_answered(flags: int, first: int, length: int) -> None:
    """So that no two parties ever answer one another's answers (RFC 7296 section 2.21.4)."""
    world = World(1, token_secret=SECRET)
    head = bytes(range(1, 17)) + bytes([first, 0x20, 37, flags]) + bytes(7) + bytes([length])
    world.gateway.receive(head + bytes([0, 0, 0, 64]) + bytes(60), world.client.path, 0.0)
    assert world.gateway.datagrams() == []


def test_answers_to_what_is_unknown_are_counted_out() -> None:
    world = World(1, token_secret=SECRET)
    head = bytes([PayloadType.SK, 0x20, 37, 8]) + bytes(7) + bytes([92])
    for serial in range(1, 2 * NOTICES):
        spis = serial.to_bytes(16, "big")
        world.gateway.receive(
            b"\1" + spis[1:8] + spis[8:] + head + bytes([0, 0, 0, 64]) + bytes(60), world.client.path, 0.0
        )
    answers = world.gateway.datagrams()
    assert len(answers) == NOTICES
    assert all(len(answer) < 92 for answer, _ in answers)  # no use to whom wants to amplify


# ESP without an SA (RFC 7296 section 1.5)


def test_unknown_esp_makes_the_client_ask_and_so_learn_the_truth() -> None:
    world = connected()
    crash(world)
    (child,) = world.client.children
    spi = int.from_bytes(child.sa.spi_out, "big")
    path = replace(world.client.path, local=world.client.path.remote, remote=world.client.path.local)
    world.gateway.unknown_esp(spi, path, world.now)
    before = world.now
    world.run(before + 0.2)
    assert endings(world) == ["peer_restarted"]


def test_the_hint_is_as_the_rfc_draws_it() -> None:
    world = World(1)
    world.gateway.unknown_esp(0x01020304, world.client.path, 0.0)
    ((hint, path),) = world.gateway.datagrams()
    assert path == world.client.path
    assert hint == bytes(16) + bytes([41, 0x20, 37, 0x08]) + bytes(7) + bytes([40]) + bytes(
        [0, 0, 0, 12, 0, 0, 0, 11, 1, 2, 3, 4]
    )


def test_a_hint_is_no_more_than_one() -> None:
    """Anyone can send it: the client asks now and then, and stays when the gateway answers."""
    world = connected()
    (child,) = world.client.children
    stray = World(2).gateway
    asked = 0

    def tap(sender: str, datagram: bytes) -> bool:
        nonlocal asked
        header = parse_header(datagram)
        asked += sender == "client" and header.exchange == ExchangeType.INFORMATIONAL
        return True

    world.tap = tap
    for spi in (bytes(4), child.sa.spi_in, child.sa.spi_out):
        for _ in range(20):
            stray.unknown_esp(int.from_bytes(spi, "big"), world.client.path, world.now)
            for hint, path in stray.datagrams():
                world.client.receive(hint, path, world.now)
            world.run(world.now + 0.05)
    assert asked == 1
    assert world.client.state is State.ESTABLISHED


def test_a_hint_about_another_spi_is_nobodys_business() -> None:
    world = connected()
    message = Message(
        bytes(8), bytes(8), 37, 0, True, False, (NotifyPayload(NotifyType.INVALID_SPI, b"\1\2\3\4"),)
    )
    world.client.receive(serialise_message(message), world.client.path, world.now)
    assert world.client.datagrams() == []
