"""How many handshakes a second one responder answers, alone and with many sessions held, and what one weighs.

Sessions without IO on a network without delay, in one process; only the responder's share of the time counts:
IKE_SA_INIT and IKE_AUTH with a pre-shared key, a CHILD SA and two addresses. The samples go round among the
responders, so that all meet the same machine.
"""

from __future__ import annotations

import gc
import os
import random
import time
import tracemalloc
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

from ginnel_service.ike.config import Greeting, Ppk, PskAuth, SessionConfig, Timing
from ginnel_service.ike.eap.outcome import Terms
from ginnel_service.ike.events import Configuration, Endpoint, Interface, State
from ginnel_service.ike.events import Path as Way
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.ike.proposals import DEFAULT_IKE
from ginnel_service.ike.responder import Responder
from ginnel_service.ike.selectors import everything
from ginnel_service.ike.session import Session

from .results import Quantity, Results

HELD = 1000
ROUNDS = 5
HANDSHAKES = 50  # of one sample
TRACED = 100  # sessions, as tracing takes memory of its own
#: Between two handshakes on the virtual clock: no faster than strangers are let in without a cookie.
APART_S = 0.1
GATEWAY = Endpoint("203.0.113.1", 500)
#: Nothing happens of its own accord while the clock runs ahead.
QUIET = Timing(liveness_s=0, keepalive_s=0, ike_lifetime_s=1e9, child_lifetime_s=1e9)
PSK = (PskAuth(b"benchmark"),)


class Users:
    """A policy that knows everybody, each with an address of their own."""

    def __init__(self) -> None:
        self._next = int(IPv4Address("10.0.0.2"))

    def greeting(self) -> Greeting:
        return Greeting(ike_proposals=DEFAULT_IKE)

    def find(self, id_i: Identity, id_r: Identity | None, *, eap: bool) -> SessionConfig | None:
        return config(GATEWAY_ID, id_i)

    def lease(
        self, id_i: Identity, *, ipv4: bool, ipv6: bool, wished: tuple[Interface, ...], terms: Terms
    ) -> Configuration | None:
        self._next += 1
        return Configuration((IPv4Interface(self._next),), (IPv4Address("10.0.0.1"),))

    def ppk_of(self, who: Identity) -> Ppk | None:
        return None

    def readmit(
        self, id_i: Identity, id_r: Identity, who: Identity, *, eap: bool, since: float
    ) -> SessionConfig | None:
        return None

    def outdated(self, names: Iterable[Identity], since: float) -> bool:
        return False

    def release(self, configuration: Configuration) -> None:
        pass


GATEWAY_ID = Identity.parse_text("gateway.example.org")


def config(local: Identity, remote: Identity | None) -> SessionConfig:
    return SessionConfig(
        local_id=local,
        remote_id=remote,
        local_auth=PSK,
        remote_auth=PSK,
        local_ts=everything(),
        remote_ts=everything(),
        timing=QUIET,
    )


class House:
    """One responder, and whoever came to stay."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).randbytes
        self.now = 0.0
        self.responder = Responder(Users(), random=self.random, now=0.0, utc=lambda: 0.0, timing=QUIET)
        self.busy_s = 0.0
        self.came = 0

    def visit(self, *, stay: bool) -> None:
        """A new client connects, and leaves again unless it is to stay."""
        self.now += APART_S
        self.came += 1
        number = self.came
        here = Endpoint(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 500)
        client = Session(
            config(Identity.parse_text(f"user{number}@example.org"), GATEWAY_ID),
            Way(here, GATEWAY, False),
            random=self.random,
            now=self.now,
            utc=lambda: 0.0,
        )
        client.connect(self.now)
        self._talk(client)
        assert client.state is State.ESTABLISHED, client.state
        if not stay:
            client.close(self.now)
            self._talk(client)

    def fill(self, count: int) -> None:
        """So many come and stay."""
        for _ in range(count):
            self.visit(stay=True)
        gc.collect()
        assert len(self.responder.sessions) == count

    def _talk(self, client: Session) -> None:
        """Carry datagrams until both are silent."""
        while said := client.datagrams():
            for datagram, way in said:
                for answer, back in self._answer(datagram, Way(way.remote, way.local, way.encapsulated)):
                    client.receive(answer, Way(back.remote, back.local, back.encapsulated), self.now)

    def _answer(self, datagram: bytes, way: Way) -> list[tuple[bytes, Way]]:
        began = time.process_time_ns()
        self.responder.receive(datagram, way, self.now)
        self.responder.events()
        answers = self.responder.datagrams()
        due = self.responder.deadline()
        if due is not None and due <= self.now:
            self.responder.advance(self.now)
        self.busy_s += (time.process_time_ns() - began) / 1e9
        return answers

    def rate(self, handshakes: int) -> float:
        """Handshakes a second, of the responder alone; those who come leave again, unmeasured."""
        self.busy_s = 0.0
        for _ in range(handshakes):
            self.visit(stay=True)
            newest = self.responder.sessions[-1]
            newest.finish(None)
            self.responder.touch(newest)
            self.responder.events()
        return handshakes / self.busy_s


@dataclass(frozen=True, slots=True)
class Weight:
    """Of one session that a responder holds."""

    python_octets: int  # what Python allocated
    resident_octets: int  # what the process grew by


def weigh(held: int, seed: int = 1) -> tuple[House, Weight]:
    """A responder that holds so many sessions, and what each of them weighs."""
    house, sample = House(seed), House(seed)
    for _ in range(20):  # what is made once
        house.visit(stay=False)
        sample.visit(stay=False)
    gc.collect()
    resident = _resident_octets()
    house.fill(held)
    resident = _resident_octets() - resident
    tracemalloc.start()
    traced = tracemalloc.get_traced_memory()[0]
    sample.fill(TRACED)
    traced = tracemalloc.get_traced_memory()[0] - traced
    tracemalloc.stop()
    return house, Weight(traced // TRACED, resident // held)


def subject(held: int) -> str:
    """What the results call a responder that holds so many."""
    return f"{held} sessions"


def measure(
    results: Results, *, held: int = HELD, rounds: int = ROUNDS, handshakes: int = HANDSHAKES
) -> None:
    """Handshakes a second of an empty responder and of one that holds `held`, and what each weighs."""
    full, weight = weigh(held)
    houses = {0: House(2), held: full}
    for house in houses.values():
        house.rate(handshakes)  # warms up
    for number in range(rounds):
        for count in sorted(houses, reverse=bool(number % 2)):
            results.add(subject(count), Quantity.HANDSHAKES, houses[count].rate(handshakes))
    results.add(subject(held), Quantity.HELD_PYTHON, weight.python_octets / 1e3)
    if weight.resident_octets:
        results.add(subject(held), Quantity.HELD_RESIDENT, weight.resident_octets / 1e3)


def _resident_octets() -> int:
    """Of this process; 0 where /proc does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
