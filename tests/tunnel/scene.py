"""One connection on a stage: a tunnel, a gateway in memory, a machine that remembers; time is virtual."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ginnel_service.gateway.config import parse
from ginnel_service.profiles.model import Local, Network, Profile, Remote, Timing
from ginnel_service.profiles.secrets import Secrets
from ginnel_service.tunnel.convert import session_config
from ginnel_service.tunnel.course import Course
from ginnel_service.tunnel.driver import Observer, Tunnel
from ginnel_service.tunnel.states import MOVES, ConnectionState, Step
from tunnel.fakes import FakeGateway, FakeHost, play

S = ConnectionState
GATEWAY = """
identity = "vpn.example.org"
pool_ipv4 = "10.77.0.0/29"
pool_ipv6 = "fd77::/112"
dns = ["10.77.0.1"]
users = [{ id = "alice@example.org", psk = "correct horse" }]
"""
PROFILE = Profile(
    name="office",
    server="vpn.example.org",
    local=Local(id="alice@example.org"),
    remote=Remote(id="vpn.example.org"),
    network=Network(bypass=("192.0.2.0/24",)),
    timing=Timing(retransmit_s=0.5, retransmit_tries=2),
)


@dataclass
class Scene:
    gateway: FakeGateway
    host: FakeHost
    tunnel: Tunnel
    seen: list[tuple[ConnectionState, Step | None]] = field(default_factory=list)

    async def until(self, *states: ConnectionState) -> None:
        while self.tunnel.state not in states:  # noqa: ASYNC110  (virtual time)
            await asyncio.sleep(0.01)

    @property
    def course(self) -> Course:
        """The current attempt's."""
        assert self.tunnel._attempt is not None
        assert self.tunnel._attempt._course is not None
        return self.tunnel._attempt._course

    @property
    def states(self) -> list[ConnectionState]:
        return list(dict.fromkeys(state for state, _ in self.seen))


def scene(
    act: Callable[[Scene], Awaitable[None]],
    *,
    psk: bytes = b"correct horse",
    profile: Profile = PROFILE,
    gateway: str = GATEWAY,
) -> None:
    """Play `act`, then check that `down` leaves nothing, whatever state the act ended in."""

    async def run() -> None:
        peer = FakeGateway(parse(gateway.encode()))
        host = FakeHost(peer)
        config = session_config(profile, Secrets(psk=psk))
        seen: list[tuple[ConnectionState, Step | None]] = []

        def changed(tunnel: Tunnel) -> None:
            status = tunnel.status()
            seen.append((status.state, status.step))

        tunnel = Tunnel(profile, config, host, observer=Observer(changed=changed))
        await act(Scene(peer, host, tunnel, seen))
        await tunnel.down()
        assert tunnel.state is S.DISCONNECTED
        assert host.clean
        for (before, _), (after, _) in itertools.pairwise(seen):
            assert after is before or after in MOVES[before]

    play(run)
