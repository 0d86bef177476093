"""Two sessions under a virtual clock: a heap of events, a clock that only it moves, and a bad network.

    client (192.0.2.10) ---[ NAT 198.51.100.1, optional ]--- gateway (203.0.113.1)

Loss, duplication and delay come from one seed, so that every run replays. ESP is modelled by its SPIs: each
side sends a packet every `ESP_EVERY_S` on the SA it was last told to use, ESP itself is never lost by the
network, and a packet that arrives at a side without that inbound SA counts as lost by us.

Each direction has a path MTU (`carries`); an IKE datagram that makes a larger IPv4 packet is dropped without
a word. With `discover` both sides look for it as soon as they send ESP.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from itertools import count
from typing import Any

from ginnel_service.ike.config import Greeting, Ppk, PskAuth, SessionConfig, Timing
from ginnel_service.ike.eap.outcome import Supplied, Terms
from ginnel_service.ike.events import (
    ChildSa,
    Closed,
    Configuration,
    Endpoint,
    Event,
    InboundReady,
    InboundRetired,
    Interface,
    OutboundReady,
    OutboundRetired,
    Path,
    State,
    Ticket,
    TicketChanged,
    Wanted,
)
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.ike.payloads.sa import Proposal
from ginnel_service.ike.proposals import DEFAULT_ESP, DEFAULT_IKE
from ginnel_service.ike.responder import Responder
from ginnel_service.ike.selectors import everything
from ginnel_service.ike.session import Session
from helpers.authority import NOW

ESP_EVERY_S = 0.1
CLIENT, GATEWAY, NAT = "192.0.2.10", "203.0.113.1", "198.51.100.1"
EPOCH_S = NOW  # what the calendar says when the virtual clock starts
CLIENT_ID, GATEWAY_ID = Identity.parse_text("alice@example.org"), Identity.parse_text("gw.example.org")

#: Patient enough for three datagrams in ten lost in each direction, and never rekeying of its own accord.
PATIENT = Timing(
    retransmit_s=1.0,
    retransmit_factor=1.1,
    retransmit_tries=30,
    liveness_s=0,
    ike_lifetime_s=1e6,
    child_lifetime_s=1e6,
)


@dataclass(frozen=True, slots=True)
class Weather:
    """What the network does to IKE datagrams; probabilities and seconds."""

    loss: float = 0.0
    duplication: float = 0.0
    delay_s: tuple[float, float] = (0.02, 0.02)


CALM = Weather()
STORM = Weather(loss=0.3, duplication=0.2, delay_s=(0.01, 0.5))


@dataclass
class PacketPath:
    """What a side's data plane has been told."""

    inbound: dict[bytes, ChildSa] = field(default_factory=dict)
    outbound: list[ChildSa] = field(default_factory=list)

    def take(self, event: Event) -> None:
        match event:
            case InboundReady(child):
                assert child.spi_in not in self.inbound
                self.inbound[child.spi_in] = child
            case InboundRetired(child):
                del self.inbound[child.spi_in]
            case OutboundReady(child):
                self.outbound.append(child)
            case OutboundRetired(child):
                self.outbound.remove(child)
            case _:
                pass


class Policy:
    """A gateway policy that knows one client."""

    def __init__(self, config: SessionConfig) -> None:
        self.config = config
        self.leased = 0
        self.changed: dict[Identity, float] = {}  # when whose login did
        self.redirect_to = ""
        self.dns: tuple[IPv4Address, ...] = (IPv4Address("10.9.0.1"),)

    def greeting(self) -> Greeting:
        return Greeting(
            ike_proposals=self.config.ike_proposals,
            ppk=self.config.ppk is not None,
            redirect_to=self.redirect_to,
        )

    def find(self, id_i: Identity, id_r: Identity | None, *, eap: bool) -> SessionConfig | None:
        return self.config if id_i == CLIENT_ID else None

    def ppk_of(self, who: Identity) -> Ppk | None:
        return self.config.ppk

    def readmit(
        self, id_i: Identity, id_r: Identity, who: Identity, *, eap: bool, since: float
    ) -> SessionConfig | None:
        return self.find(id_i, id_r, eap=eap)

    def outdated(self, names: Iterable[Identity], since: float) -> bool:
        return any(since <= self.changed.get(name, -math.inf) for name in names)

    def lease(
        self, id_i: Identity, *, ipv4: bool, ipv6: bool, wished: tuple[Interface, ...], terms: Terms
    ) -> Configuration | None:
        self.leased += 1
        return Configuration((IPv4Interface("10.9.0.2/32"), IPv6Interface("fd00:9::2/128")), self.dns)

    def release(self, configuration: Configuration) -> None:
        self.leased -= 1


class World:
    """The heap, the clock, the network and both sides."""

    def __init__(
        self,
        seed: int,
        *,
        nat: bool = False,
        weather: Weather = CALM,
        timing: Timing = PATIENT,
        client_psk: bytes = b"simulated",
        ike: tuple[tuple[Proposal, ...], tuple[Proposal, ...]] = (DEFAULT_IKE, DEFAULT_IKE),
        esp: tuple[tuple[Proposal, ...], tuple[Proposal, ...]] = (DEFAULT_ESP, DEFAULT_ESP),
        discover: int = 0,
        client: Mapping[str, Any] | None = None,
        gateway: Mapping[str, Any] | None = None,
        token_secret: bytes | None = None,
    ) -> None:
        """`client` and `gateway` replace fields of that side's SessionConfig."""
        self.rng = random.Random(seed)
        self.now = 0.0
        self.token_secret = token_secret
        self.weather = weather
        self.nat = nat
        self.discover = discover
        self.carries = {"client": math.inf, "gateway": math.inf}  # from that side
        self.dropped = 0  # too big
        self.lost_esp = self.delivered_esp = 0
        self.events: list[tuple[str, Event]] = []
        self.outside: Callable[[Any], Supplied] = lambda what: None  # who answers Wanted
        self.outside_s = 0.0  # and how long it takes
        self.tap: Callable[[str, bytes], bool] = lambda sender, datagram: True
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._woken: dict[str, float] = {}
        self._older: list[Session] = []
        self._esp_on = False
        sides = (CLIENT_ID, None, client_psk), (GATEWAY_ID, CLIENT_ID, b"simulated")
        client_config, gateway_config = (
            SessionConfig(
                local_id=local,
                remote_id=remote,
                local_auth=(PskAuth(psk),),
                remote_auth=(PskAuth(psk),),
                ike_proposals=ike[index],
                esp_proposals=esp[index],
                local_ts=everything(),
                remote_ts=everything(),
                timing=timing,
            )
            for index, (local, remote, psk) in enumerate(sides)
        )
        self.policy = Policy(replace(gateway_config, **(gateway or {})))
        self.client = self.new_client(replace(client_config, **(client or {})))
        self.gateway = self.new_gateway()
        self.paths = {"client": PacketPath(), "gateway": PacketPath()}

    # The sides

    def new_client(
        self, config: SessionConfig, path: Path | None = None, resume: Ticket | None = None
    ) -> Session:
        """A session that has not begun; put into `client` it takes the place of the one there."""
        return Session(
            config,
            path or Path(Endpoint(CLIENT, 500), Endpoint(GATEWAY, 500), False),
            random=self.rng.randbytes,
            now=self.now,
            utc=self.utc,
            float_local=Endpoint(CLIENT, 40500),
            resume=resume,
        )

    def new_gateway(self) -> Responder:
        """One that knows nothing but its secret, as after a crash."""
        return Responder(
            self.policy,
            random=self.rng.randbytes,
            now=self.now,
            utc=self.utc,
            timing=self.policy.config.timing,
            token_secret=self.token_secret,
        )

    @property
    def ticket(self) -> Ticket | None:
        """What the client's driver keeps."""
        kept = [event.ticket for _, event in self.events if isinstance(event, TicketChanged)]
        return kept[-1] if kept else None

    def renew(self, **changes: Any) -> Session:
        """Begin another session beside `client`, which it takes the place of; returns the old one.

        `changes` are of the configuration of before.
        """
        old = self.client
        self._older.append(old)
        self.client = self.new_client(replace(old.config, **changes), old.path)
        self.client.connect(self.now)
        return old

    @property
    def clients(self) -> tuple[Session, ...]:
        return (self.client, *self._older)

    @property
    def peer(self) -> Session:
        """The gateway's session with the client."""
        (session,) = self.gateway.sessions
        return session

    def side(self, name: str) -> Session:
        return self.client if name == "client" else self.peer

    def act(self, name: str, act: Callable[[Session], None]) -> None:
        """Call a command of one side's session, if it still has one, and let what it says out."""
        session = self.side(name) if self.gateway.sessions else self.client
        if name == "gateway" and session is self.client:
            return
        act(session)
        if name == "gateway":
            self.gateway.touch(session)
        self.flush()

    def rekey_child(self, name: str) -> None:
        def act(session: Session) -> None:
            for record in session.children:
                session.rekey_child(record.sa.spi_in, self.now)

        self.act(name, act)

    def rekey_ike(self, name: str) -> None:
        self.act(name, lambda s: s.rekey_ike(self.now))

    def errors(self) -> list[str]:
        return [e.error.code for _, e in self.events if isinstance(e, Closed) and e.error is not None]

    # Time

    def utc(self) -> float:
        """Unix seconds of the virtual clock."""
        return EPOCH_S + self.now

    def at(self, when: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (when, next(self._order), action))

    def run(self, until: float) -> None:
        """Let time pass up to `until`."""
        self.flush()
        while self._heap and self._heap[0][0] <= until:
            self.now, _, action = heapq.heappop(self._heap)
            action()
            self.flush()
        self.now = until

    def connect(self, within: float = 400.0) -> None:
        """Bring the tunnel up; ESP flows both ways from then on."""
        self.client.connect(self.now)
        deadline = self.now + within
        while self.client.state is not State.ESTABLISHED and self.now < deadline:
            self.run(self.now + 0.25)
            assert self.client.state is not State.CLOSED, self.errors()
        assert self.client.state is State.ESTABLISHED
        self.run(self.now + 1.0)
        self._esp_on = True
        for name in ("client", "gateway"):
            self._send_esp(name)

    def stop_esp(self) -> None:
        self._esp_on = False

    # The network

    def flush(self) -> None:
        """Carry out what both sides have to say, until they are silent."""
        for client in self.clients:
            for event in client.events():
                self._take("client", client, event)
        for session, gateway_event in self.gateway.events():
            self._take("gateway", session, gateway_event)
        for client in self.clients:
            for datagram, path in client.datagrams():
                self._send("client", datagram, path)
        for datagram, path in self.gateway.datagrams():
            self._send("gateway", datagram, path)
        due = (client.deadline() for client in self.clients)
        self._arm("client", min((at for at in due if at is not None), default=None), self._wake_client)
        self._arm("gateway", self.gateway.deadline(), self._wake_gateway)

    def _take(self, name: str, session: Session, event: Event) -> None:
        self.events.append((name, event))
        self.paths[name].take(event)
        if isinstance(event, Wanted):
            self.at(self.now + self.outside_s, lambda: self._supply(name, session, event))
        if self.discover and isinstance(event, OutboundReady):
            session.discover_path_mtu(self.discover, self.now)
            if name == "gateway":
                self.gateway.touch(session)

    def _supply(self, name: str, session: Session, event: Wanted) -> None:
        session.supply(event.ticket, self.outside(event.what), self.now)
        if name == "gateway":
            self.gateway.touch(session)

    def _wake_client(self) -> None:
        for client in self.clients:
            client.advance(self.now)

    def _wake_gateway(self) -> None:
        self.gateway.advance(self.now)

    def _arm(self, name: str, due: float | None, wake: Callable[[], None]) -> None:
        if due is None or self._woken.get(name) == due:
            return
        self._woken[name] = due

        def fire() -> None:
            if self._woken.get(name) == due:
                del self._woken[name]
            wake()

        self.at(max(due, self.now), fire)

    def _send(self, sender: str, datagram: bytes, path: Path) -> None:
        if not self.tap(sender, datagram):
            return
        if 20 + 8 + 4 * path.encapsulated + len(datagram) > self.carries[sender]:
            self.dropped += 1
            return
        for _ in range(2 if self.rng.random() < self.weather.duplication else 1):
            if self.rng.random() >= self.weather.loss:
                self.deliver_after(self.rng.uniform(*self.weather.delay_s), sender, datagram, path)

    def deliver_after(self, delay: float, sender: str, datagram: bytes, path: Path) -> None:
        arrival = self._translate(sender, path)
        receivers: tuple[Responder | Session, ...] = (self.gateway,) if sender == "client" else self.clients

        def arrive() -> None:
            for receiver in receivers:
                receiver.receive(datagram, arrival, self.now)

        self.at(self.now + delay, arrive)

    def _translate(self, sender: str, path: Path) -> Path:
        """The path as the receiver sees it, through the NAT if there is one."""
        local, remote = path.remote, path.local
        if self.nat and sender == "client":
            remote = Endpoint(NAT, 20000 + path.local.port % 10000)
        elif self.nat:
            local = Endpoint(CLIENT, 500 if path.remote.port == 20500 and not path.encapsulated else 40500)
        return Path(local, remote, path.encapsulated)

    def _send_esp(self, sender: str) -> None:
        if not self._esp_on:
            return
        outbound = self.paths[sender].outbound
        if outbound:
            spi = outbound[-1].spi_out
            receiver = "gateway" if sender == "client" else "client"
            self.at(self.now + self.rng.uniform(*self.weather.delay_s), lambda: self._take_esp(receiver, spi))
        else:
            self.lost_esp += 1
        self.at(self.now + ESP_EVERY_S, lambda: self._send_esp(sender))

    def _take_esp(self, receiver: str, spi: bytes) -> None:
        if spi in self.paths[receiver].inbound:
            self.delivered_esp += 1
        else:
            self.lost_esp += 1

    # What must hold in the end

    def assert_keys_agree(self) -> None:
        """Both sides derived the same keys for IKE and for ESP."""
        assert self.client.talk.current.keys == self.peer.talk.current.keys
        (near,), (far,) = self.client.children, self.peer.children
        assert (near.sa.keys_in, near.sa.keys_out) == (far.sa.keys_out, far.sa.keys_in)

    def assert_settled(self) -> None:
        """Exactly one IKE SA and one pair of ESP SAs, the same on both sides, and no ESP packet lost."""
        client, gateway = self.client, self.peer
        assert len(client.talk.sas) == len(gateway.talk.sas) == 1
        ours, theirs = client.talk.current, gateway.talk.current
        assert (ours.spi_i, ours.spi_r) == (theirs.spi_i, theirs.spi_r)
        (near,), (far,) = client.children, gateway.children
        assert (near.sa.spi_in, near.sa.spi_out) == (far.sa.spi_out, far.sa.spi_in)
        assert near.sa.keys_in == far.sa.keys_out
        assert near.sa.keys_out == far.sa.keys_in
        assert [c.spi_out for c in self.paths["client"].outbound] == [near.sa.spi_out]
        assert [c.spi_out for c in self.paths["gateway"].outbound] == [far.sa.spi_out]
        assert set(self.paths["client"].inbound) == {near.sa.spi_in}
        assert set(self.paths["gateway"].inbound) == {far.sa.spi_in}
        assert self.lost_esp == 0
        assert self.delivered_esp > 0
