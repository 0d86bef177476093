"""A gateway that answers IKE_SA_INIT as a test wants: instead of the true answer, or ahead of it.

client ---[ IKE_SA_INIT ]---> gateway
       <--[ what the script makes of the answer, 5 ms ]---
       <--[ the true answer, 20 ms, unless it was taken out ]---
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from ginnel_service.ike.codes import ExchangeType
from ginnel_service.ike.config import Timing
from ginnel_service.ike.events import Path, State
from ginnel_service.ike.message import Message, parse_message, serialise_message
from ginnel_service.ike.payloads import Payload
from ginnel_service.ike.payloads.notify import NotifyPayload
from simulation.world import PATIENT, World

P = TypeVar("P")
#: From the client's request, the true answer and how often there was one, what to say.
Script = Callable[[bytes, bytes, int], Iterable[bytes]]

AHEAD_S = 0.005
#: Beyond every retransmission of a patient client.
LONG_S = 1000.0


def meet(script: Script, *, true_too: bool, delay_s: float = AHEAD_S, timing: Timing = PATIENT) -> str:
    """Let a client connect to such a gateway: `established`, or the code of the error that ended it."""
    world = World(1, timing=timing)
    request, turn = b"", 0

    def tap(sender: str, datagram: bytes) -> bool:
        nonlocal request, turn
        if datagram[18] != ExchangeType.IKE_SA_INIT or len(datagram) < 28:
            return True
        if sender == "client":
            request = datagram
            return True
        path = Path(world.client.path.remote, world.client.path.local, False)
        for answer in script(request, datagram, turn):
            world.deliver_after(delay_s, "gateway", answer, path)
        turn += 1
        return true_too

    world.tap = tap
    world.client.connect(0.0)
    world.run(LONG_S)
    if world.client.state is State.ESTABLISHED:
        return "established"
    assert world.client.state is State.CLOSED, world.client.state
    (code, *_) = world.errors()
    return code


def only_notify(kind: int, data: bytes = b"") -> Script:
    """Answers with one notify, as a responder does that keeps no state."""

    def script(request: bytes, true: bytes, turn: int) -> list[bytes]:
        return [stateless(request, NotifyPayload(kind, data))]

    return script


def stateless(request: bytes, *payloads: Payload) -> bytes:
    return serialise_message(
        Message(request[:8], bytes(8), ExchangeType.IKE_SA_INIT, 0, False, True, payloads)
    )


def changed(change: Callable[[Message], Message]) -> Script:
    """Answers with the true answer, changed before it is written."""
    return lambda request, true, turn: [serialise_message(change(parse_message(true)))]


def octets(change: Callable[[bytes], bytes]) -> Script:
    """Answers with the true answer, its octets changed."""
    return lambda request, true, turn: [change(true)]


def swapped(kind: type[P], *instead: Payload) -> Script:
    """Answers with the true answer whose payloads of a class are others."""
    return changed(
        lambda message: replace(
            message, payloads=(*(p for p in message.payloads if not isinstance(p, kind)), *instead)
        )
    )


def with_more(*more: Payload) -> Script:
    return changed(lambda message: replace(message, payloads=(*message.payloads, *more)))
