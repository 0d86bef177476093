"""Both ends of an EAP conversation in one process, with seeded randomness."""

from __future__ import annotations

import random as random_module
from collections.abc import Callable
from typing import Protocol

from ginnel_service.ike.eap.outcome import Ask, Failed, Reply, Succeeded
from ginnel_service.ike.eap.peer import Outcome, Peer
from ginnel_service.ike.eap.server import ServerOutcome
from helpers.authority import NOW

USERS = {b"bob": b"correct horse", b"LAB\\bob": b"correct horse"}


def seeded(seed: int = 1) -> Callable[[int], bytes]:
    return random_module.Random(seed).randbytes


class End(Protocol):
    """A server, ours or a test's."""

    def start(self) -> bytes: ...

    def receive(self, octets: bytes) -> ServerOutcome: ...


def utc() -> float:
    return NOW


def drive(
    peer: Peer, server: End, answers: tuple[str | None, ...] = (), limit: int = 200
) -> tuple[Outcome, ServerOutcome | None, list[Ask]]:
    """Run both to an end: what the peer and the server concluded, and what was asked on the way."""
    said, asked = list(answers), []
    packet = server.start()
    verdict: ServerOutcome | None = None
    for _ in range(limit):
        outcome = peer.receive(packet)
        while isinstance(outcome, Ask):
            asked.append(outcome)
            outcome = peer.answer(said.pop(0) if said else None)
        if isinstance(outcome, Succeeded | Failed):
            return outcome, verdict, asked
        assert isinstance(outcome, Reply)
        verdict = server.receive(outcome.packet)
        packet = verdict.packet
    raise AssertionError("EAP does not end")
