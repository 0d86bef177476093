"""A service led through its states, its host's programs trying all the while, every way out of it watched.

                  192.0.2.0/24, 192.168.7.0/24           198.51.100.0/24
            .10 ----------------------- router (sniffer) ---------- gateway ----- server (sniffer)
    client
            .10 ----------------------- antenna (sniffer)
                  203.0.113.0/24

Programs in the client try the server, the gateway's own address, the router's and a private one beside it, in
both families, and ask every name server in resolv.conf for names.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, POOLS, Gateway, GatewayOptions, Service
from helpers import nameserver
from helpers.lan import add_lan
from helpers.leaks import MARKER, Allowed, Kind, Packet, Sniffer, classify
from helpers.roaming import Roaming
from helpers.temptation import Tempter

NAME = "office"
LAN = ("192.168.7.1", "fd12::1")
ROUTER = ("192.0.2.1", "2001:db8:1::1")
TARGETS = (*Internet.SERVER, *Internet.GATEWAY, *ROUTER, *LAN)
QUICK = {"retransmit_s": 0.2, "retransmit_tries": 3, "liveness_s": 1.0}
#: Nothing but the tunnel, and the question where its gateway is.
TUNNEL_ALONE = Allowed(gateways=frozenset(Internet.GATEWAY), names=frozenset({GATEWAY_ID}))


@dataclass(frozen=True, slots=True)
class State:
    name: str
    begin: float
    end: float
    allowed: Allowed | None  # None: something has to get out in the clear
    carries: tuple[int, ...]  # the IP versions of which packets have to arrive inside


class Walk:
    """`state` is a state that everything was tried in; leaving the block judges all of them."""

    def __init__(
        self,
        lab: Lab,
        gateway: Mapping[str, Any] | None = None,
        *,
        sly: bool = True,
        targets: tuple[str, ...] = TARGETS,
    ) -> None:
        """`gateway`: more of its file; `sly` and `targets` are the programs', see `Tempter`."""
        self.net = Internet(lab)
        self.client = self.net.client
        add_lan(self.net)
        self.roaming = Roaming(lab, self.net)
        nameserver.start(self.net.router, ROUTER[0], Internet.GATEWAY[0])
        nameserver.start(self.net.server, Internet.SERVER[0], Internet.GATEWAY[0])
        self.client.run(["tee", "/etc/resolv.conf"], stdin=f"nameserver {ROUTER[0]}\n")
        self.psk = secrets.token_urlsafe(24)
        self._options = dict(gateway or {})
        self.gateway = self.start_gateway()
        self.service = Service(self.client)
        self.wires = (Sniffer(self.net.router, "client"), Sniffer(self.roaming.antenna, "client"))
        self.inside = Sniffer(self.net.server, "gateway")
        self.states: list[State] = []
        self.took_s: dict[str, float] = {}
        self._tempter = Tempter(self.client, *targets, sly=sly)
        self._since = 0.0
        self._stack = ExitStack()

    def to_router(self) -> None:
        """Back to the first uplink, which lost its IPv6 addresses when it was down."""
        self.roaming.to_router()
        self.client.ip("addr replace fd12::10/64 dev router nodad")
        self.client.wait_for("fd12::10")

    def start_gateway(self) -> Gateway:
        options = GatewayOptions(dns=(Internet.SERVER[0],), more=self._options)
        self.gateway = Gateway(self.net.gateway, self.psk, options)
        return self.gateway

    def create(self, name: str = NAME, *, psk: str = "", **tables: Any) -> None:
        who: dict[str, Any] = {"local": {"id": CLIENT_ID}, "remote": {"id": GATEWAY_ID}}
        profile = {"name": name, "server": GATEWAY_ID, **who, "timing": QUICK, **tables}
        self.service.create(profile, psk or self.psk)

    def __enter__(self) -> Self:
        for sniffer in (*self.wires, self.inside):
            self._stack.enter_context(sniffer)
        self._stack.enter_context(self._tempter)
        self._since = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        if kind is None:
            wrong = [words for state in self.states for words in self._judge(state)]
            assert not wrong, "\n".join(wrong)

    def state(
        self,
        name: str,
        allowed: Allowed | None = TUNNEL_ALONE,
        *,
        carries: tuple[int, ...] = (),
        rounds: int = 2,
    ) -> None:
        """The service is in it: everything is tried. The way here since the last state belongs to it."""
        now = time.monotonic()
        end = self._tempter.tried(rounds)
        begin = self._since if allowed is not None and not carries else now
        if begin < now:
            self.states.append(State(f"on the way to {name}", begin, now, allowed, ()))
        self.states.append(State(name, now, end, allowed, carries))
        self._since = end

    def comes_up(self, name: str, begin: Callable[[], object]) -> None:
        """What `begin` starts ends with a tunnel that carries; `took_s` has how long that was."""
        begun = time.monotonic()
        begin()
        self.wait("up")
        self.took_s[name] = round(time.monotonic() - begun, 2)
        self.state(name, carries=(4, 6))

    def begin_anew(self) -> None:
        """What left before this is nobody's business: a change that was asked for lets things out."""
        self._since = time.monotonic()

    @contextmanager
    def meanwhile(self, name: str, allowed: Allowed = TUNNEL_ALONE) -> Iterator[None]:
        """What happens in the block counts from its first moment, and is tried to its end."""
        begin = time.monotonic()
        yield
        end = self._tempter.tried()
        self.states.append(State(name, begin, end, allowed, ()))
        self._since = end

    def wait(self, *states: str, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def ready(status: dict[str, Any]) -> bool:
            found.update(status)
            return status["state"] in states

        self.service.wait_for(NAME, ready, " or ".join(states), **more)
        return found

    def wait_for_path(self, local: str) -> None:
        self.service.wait_for(NAME, lambda now: local in now["path"]["local"], f"a path from {local}")

    def left(self, state: State, allowed: Allowed) -> list[Packet]:
        frames = [frame for wire in self.wires for frame in wire.between(state.begin, state.end)]
        return [classify(frame, allowed) for frame in frames]

    def of(self, name: str) -> State:
        return next(state for state in self.states if state.name == name)

    def packets(self, name: str, kind: Kind) -> list[str]:
        """What of that kind left in a state, once the block is over."""
        state = self.of(name)
        return [each.words for each in self.left(state, state.allowed or TUNNEL_ALONE) if each.kind is kind]

    def arrived(self, state: State) -> dict[int, int]:
        """How many of the programs' packets came out behind the tunnel, by IP version."""
        counts = {4: 0, 6: 0}
        for frame in self.inside.between(state.begin, state.end):
            kind, source = int.from_bytes(frame[12:14]), ""
            if kind == 0x0800:
                source = str(ip_address(frame[26:30]))
            elif kind == 0x86DD:
                source = str(ip_address(frame[22:38]))
            if MARKER in frame and source.startswith(("10.99.0.", "fd99::")):
                counts[ip_address(source).version] += 1
        return counts

    def _judge(self, state: State) -> Iterator[str]:
        left = self.left(state, state.allowed or TUNNEL_ALONE)
        leaks = [each.words for each in left if each.kind is Kind.LEAK]
        if state.allowed is None and not leaks:
            yield f"{state.name}: nothing leaves, so nothing is shown by that elsewhere"
        elif state.allowed is not None and leaks:
            yield f"{state.name}: {len(leaks)} packets in the clear, such as {leaks[:5]}"
        arrived = self.arrived(state)
        for version in state.carries:
            if not arrived[version]:
                yield f"{state.name}: no IPv{version} packet came through the tunnel"

    def figures(self) -> dict[str, int]:
        frames = [frame for wire in self.wires for frame in wire.frames]
        kinds = [classify(frame, TUNNEL_ALONE).kind for frame in frames]
        return {
            "states": len(self.states),
            "captured": len(frames),
            "of_the_tunnel": kinds.count(Kind.TUNNEL),
            "names": kinds.count(Kind.NAME),
            "arrived_inside": sum(MARKER in frame for frame in self.inside.frames),
        }


assert POOLS == ("10.99.0.0/24", "fd99::/112")  # what `arrived` looks for
