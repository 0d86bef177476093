"""A gateway on a machine that refuses."""

from __future__ import annotations

import pytest

from ginnel_service.gateway.config import parse
from ginnel_service.gateway.server import Gateway
from ginnel_service.net.base import FakeNetwork, NetworkError, Wanted
from ginnel_service.tunnel.errors import TunnelError
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


def test_everything_is_closed_and_the_first_cause_told_when_nothing_can_be_restored() -> None:
    async def act() -> None:
        gateway = Hollow(CONFIG, Refusing(), InlineExecutor())
        with pytest.raises(TunnelError) as caught:
            await gateway.start()
        assert caught.value.params["step"] == "add an address"
        assert gateway.closed

    play(act)
