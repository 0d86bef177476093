"""A gateway on a machine that refuses."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection

import pytest

from ginnel_service.clock import utc_s
from ginnel_service.gateway.config import parse
from ginnel_service.gateway.policy import Policy
from ginnel_service.gateway.pools import Pools
from ginnel_service.gateway.server import Gateway
from ginnel_service.gateway.streams import Streams
from ginnel_service.ike.events import Endpoint, Path
from ginnel_service.ike.responder import Responder
from ginnel_service.net.base import FakeNetwork, NetworkError, Wanted
from ginnel_service.tunnel.errors import TunnelError
from simulation.world import World
from tunnel.fakes import InlineExecutor, play

CONFIG = parse(
    b"""
identity = "vpn.example.org"
pool_ipv4 = "10.77.0.0/29"
users = [{ id = "alice@example.org", psk = "correct horse" }]
"""
)


class Refusing(FakeNetwork):
    """Neither changes nor restores anything."""

    def apply(self, owner: str, wanted: Wanted) -> None:
        raise NetworkError("os_refused", "add an address", 1)

    def withdraw(self, owner: str) -> None:
        raise NetworkError("os_refused", "remove an address", 1)


class Hollow(Gateway):
    """Opens nothing but what tells of its end."""

    closed = False

    def _open(self) -> None:
        self._stack.callback(setattr, self, "closed", True)

    def _wanted(self) -> Wanted:
        return Wanted(device="ginnel9", mtu=1400)


class Reviewed(Streams):
    """Notes what it is told to leave open."""

    def __init__(self) -> None:
        self.used: set[Path] = set()

    def review(self, used: Collection[Path], now: float) -> None:
        self.used = set(used)

    async def close(self) -> None:
        pass


def test_a_stream_is_left_to_who_is_still_proving_who_it_is() -> None:
    """A person may need longer than a stranger has to make use of a connection."""

    async def act() -> None:
        gateway = Hollow(CONFIG, FakeNetwork(), InlineExecutor())
        gateway._loop = loop = asyncio.get_running_loop()
        gateway._streams = streams = Reviewed()
        policy = Policy(CONFIG, Pools((CONFIG.pool_ipv4, None)))
        gateway._responder = Responder(policy, random=os.urandom, now=loop.time(), utc=utc_s)
        client = World(1).client
        client.connect(0.0)
        ((hello, _),) = client.datagrams()
        path = Path(Endpoint("203.0.113.1", 4500), Endpoint("192.0.2.10", 40000), True, stream=True)
        gateway._responder.receive(hello, path, loop.time())
        assert len(gateway._responder.datagrams()) == 1
        gateway._look()
        assert streams.used == {path}
        await gateway.close()

    play(act)


def test_everything_is_closed_and_the_first_cause_told_when_nothing_can_be_restored() -> None:
    async def act() -> None:
        gateway = Hollow(CONFIG, Refusing(), InlineExecutor())
        with pytest.raises(TunnelError) as caught:
            await gateway.start()
        assert caught.value.params["step"] == "add an address"
        assert gateway.closed

    play(act)
