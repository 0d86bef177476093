"""A world whose client moves, whose NAT forgets, and whose gateway has several addresses.

    client (any of `hosts`) ---[ NAT, optional ]--- gateway (203.0.113.1 and more)

ESP is a packet with an address here: it leaves from where its side was told to send, and arrives only where
the destination is at that moment. What does not is `strayed`; what no SA takes is lost, as in any world. The
gateway's packet path reports a peer that moved, as the real one does, for the newest packet only. Both sides
hear of their ESP as often as a driver tells them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ginnel_service.ike.events import (
    Endpoint,
    Event,
    IkeEstablished,
    Path,
    PathChanged,
    PeerAddressesChanged,
)
from ginnel_service.ike.session import Session
from simulation.world import CLIENT, ESP_EVERY_S, GATEWAY, NAT, World

WATCH_S = 2.0
PORT = 40500


@dataclass
class _Flow:
    """One side's ESP, as sent and as received."""

    path: Path | None = None
    sent: int = 0
    newest: int = -1  # that arrived here
    peer: Endpoint | None = None  # where the newest came from
    sent_at: float = 0.0
    heard_at: float = 0.0
    strayed: list[float] = field(default_factory=list)  # when each left


class Roaming(World):
    """`move` changes the client's addresses, `rebind` clears the NAT; the gateway is `also` elsewhere."""

    def __init__(
        self, seed: int, *, hosts: tuple[str, ...] = (CLIENT,), also: tuple[str, ...] = (), **more: Any
    ) -> None:
        super().__init__(seed, gateway={"additional_addresses": (GATEWAY, *also)}, **more)
        self.hosts = hosts
        self.gateway_hosts = (GATEWAY, *also)
        self.broken: set[tuple[str, str]] = set()  # pairs of addresses between which nothing passes
        self.slept_s = 0.0
        self.asleep = False
        self.flows = {"client": _Flow(), "gateway": _Flow()}
        self.nat_host = NAT
        self._mappings: dict[Endpoint, Endpoint] = {}
        self._ports = count(20000)
        self.at(WATCH_S, self._watch)

    # What happens to the client

    def ways(self) -> tuple[Path, ...]:
        """As a machine would list them: for each remote address its best local one."""
        found = []
        for remote in self.client.mobility.remotes:
            local = next((host for host in self.hosts if (":" in host) == (":" in remote.host)), None)
            if local is not None:
                found.append(Path(Endpoint(local, PORT), Endpoint(remote.host, 4500), True))
        return tuple(found)

    def move(self, *hosts: str) -> None:
        self.hosts = hosts
        self.client.mobility.network_changed(self.ways(), self.now)
        self.flush()

    def rebind(self, host: str = NAT) -> None:
        self._mappings.clear()
        self.nat_host = host

    def sleep(self, seconds: float) -> None:
        """Suspend: what arrives is lost, no timer fires, and the clock has jumped on waking."""
        self.asleep = True
        self.run(self.now + seconds)
        self.asleep = False
        self._woken.pop("client", None)
        self.client.mobility.network_changed(self.ways(), self.now)
        self.flush()

    def _arm(self, name: str, due: float | None, wake: Callable[[], None]) -> None:
        if not (name == "client" and self.asleep):
            super()._arm(name, due, wake)

    def _wake_client(self) -> None:
        if not self.asleep:
            super()._wake_client()

    # The network

    def carried(self, sender: str, path: Path) -> Path | None:
        """How a datagram that leaves along `path` now arrives, or None when it does not."""
        if sender == "client":
            here, there = path.local, path.remote
            if self.asleep or here.host not in self.hosts or there.host not in self.gateway_hosts:
                return None
            if (here.host, there.host) in self.broken:
                return None
            outside = here
            if self.nat:
                if here not in self._mappings:
                    self._mappings[here] = Endpoint(self.nat_host, next(self._ports))
                outside = self._mappings[here]
            return Path(there, outside, path.encapsulated)
        here, inside = path.local, path.remote
        if self.nat:
            found = next((key for key, value in self._mappings.items() if value == inside), None)
            if found is None:
                return None
            inside = found
        if self.asleep or inside.host not in self.hosts or (inside.host, here.host) in self.broken:
            return None
        return Path(inside, here, path.encapsulated)

    def deliver_after(self, delay: float, sender: str, datagram: bytes, path: Path) -> None:
        sent = self.carried(sender, path)
        if sent is None:
            return

        def arrive() -> None:
            if sender == "client":
                self.gateway.receive(datagram, sent, self.now)
            elif self.carried(sender, path) == sent:
                self.client.receive(datagram, sent, self.now)

        self.at(self.now + delay, arrive)

    def _take(self, name: str, session: Session, event: Event) -> None:
        super()._take(name, session, event)
        if isinstance(event, IkeEstablished | PathChanged):
            self.flows[name].path = event.path
        elif isinstance(event, PeerAddressesChanged) and name == "client":
            session.mobility.know_ways(self.ways())

    def _send_esp(self, sender: str) -> None:
        if not self._esp_on:
            return
        self.at(self.now + ESP_EVERY_S, lambda: self._send_esp(sender))
        flow, outbound = self.flows[sender], self.paths[sender].outbound
        if not outbound or flow.path is None or (sender == "client" and self.asleep):
            return
        spi, number, left = outbound[-1].spi_out, flow.sent, self.now
        flow.sent += 1
        flow.sent_at = left
        path = flow.path
        sent = self.carried(sender, path)

        def arrive() -> None:
            if sent is None or (sender == "gateway" and self.carried(sender, path) != sent):
                flow.strayed.append(left)
            else:
                self._arrived("gateway" if sender == "client" else "client", spi, number, sent.remote)

        self.at(self.now + self.rng.uniform(*self.weather.delay_s), arrive)

    def _arrived(self, receiver: str, spi: bytes, number: int, remote: Endpoint) -> None:
        self._take_esp(receiver, spi)
        flow = self.flows[receiver]
        flow.heard_at = self.now
        if number > flow.newest:
            flow.newest = number
            if flow.peer not in (None, remote) and receiver == "gateway":
                path = Path(Endpoint(GATEWAY, 4500), remote, True)
                self.act("gateway", lambda session: session.mobility.peer_moved(path, self.now))
            flow.peer = remote

    def _watch(self) -> None:
        """A driver's look at the counters."""
        self.at(self.now + WATCH_S, self._watch)
        for name, flow in self.flows.items():
            if (name == "client" and self.asleep) or not self.gateway.sessions:
                continue

            def tell(session: Session, flow: _Flow = flow) -> None:
                if flow.heard_at:
                    session.note_inbound(flow.heard_at)
                if flow.sent_at:
                    session.note_outbound(flow.sent_at, self.now)

            self.act(name, tell)

    # What must hold

    @property
    def strayed(self) -> list[float]:
        return self.flows["client"].strayed + self.flows["gateway"].strayed

    def when(self, seconds: float, act: Callable[[], None]) -> None:
        self.at(self.now + seconds, act)

    def assert_together(self) -> None:
        """Settled, and both sides use one path that works."""
        self.assert_settled()
        here, there = self.client.path, self.peer.path
        assert self.carried("client", here) == there
        assert self.carried("gateway", there) == here
        assert self.flows["client"].path == here
        assert self.flows["gateway"].path == there
        assert self.peer.mobility.unproven is None
        assert not self.client.mobility.update_due
