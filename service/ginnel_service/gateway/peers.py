"""The peers of a running gateway: what their sessions say becomes SAs on the packet path, and reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..ike.errors import IkeError
from ..ike.events import (
    ChildRekeyed,
    ChildSa,
    Closed,
    ConfigurationReceived,
    Event,
    IkeEstablished,
    IkeRekeyed,
    InboundReady,
    InboundRetired,
    OutboundReady,
    OutboundRetired,
    Path,
    PathChanged,
    PathMtuChanged,
)
from ..ike.proposals import esp_suite_name
from ..ike.session import Session
from ..tunnel.convert import OUTER_MTU, outer_octets
from ..tunnel.dataplane import Associations, Traffic
from .control import PeerStatus
from .reports import Report, where


@dataclass(slots=True)
class Peer:
    """One session's SAs, and what there is to tell of it. `since` is on the caller's clock."""

    sas: Associations
    path: Path
    since: float = 0.0
    who: str = ""
    addresses: tuple[str, ...] = ()
    suite: str = ""
    esp_suite: str = ""
    resumed: bool = False
    heard_s: float = 0.0
    sent_s: float = 0.0


class Peers:
    """Sessions that have got as far as an SA or a name."""

    def __init__(
        self,
        mtu: int,
        new_sas: Callable[[], Associations],
        report: Callable[[Report], None],
        established: Callable[[Session, Peer], None],
        closed: Callable[[Session, Traffic, IkeError | None], None],
    ) -> None:
        """`mtu` is the device's; `new_sas` gives a newcomer its place on the packet path.

        `established` and `closed` hear of sessions, too, the latter of all that end.
        """
        self._established = established
        self._ended = closed
        self._mtu = mtu
        self._new_sas = new_sas
        self._report = report
        self._peers: dict[Session, Peer] = {}
        self.gone = asyncio.Event()  # while there is no peer that was one
        self.gone.set()

    def __iter__(self) -> Iterator[tuple[Session, Peer]]:
        """Those of now; they may change meanwhile."""
        return iter(tuple(self._peers.items()))

    def __len__(self) -> int:
        return len(self._peers)

    def find(self, spi: int, handle: int = 0) -> tuple[Session, Peer, ChildSa] | None:
        """Whose SA it is: the inbound one of `spi`, or the outbound one of the packet path's `handle`."""
        for session, peer in self._peers.items():
            child = peer.sas.owner_of(spi, handle)
            if child is not None:
                return session, peer, child
        return None

    def handle(self, session: Session, event: Event, now: float) -> None:
        if isinstance(event, Closed):
            self._closed(session, event)
            return
        peer = self._peers.get(session)
        if peer is None:
            self.gone.clear()
            peer = self._peers[session] = Peer(self._new_sas(), session.path, now)
        match event:
            case IkeEstablished():
                peer.who, peer.suite, peer.path = str(event.peer), event.suite, event.path
                peer.resumed, peer.since = event.resumed, now
            case ConfigurationReceived():
                peer.addresses = tuple(str(address.ip) for address in event.configuration.addresses)
            case InboundReady():
                peer.sas.install_inbound(event.child, peer.path)
            case OutboundReady():
                peer.sas.install_outbound(event.child, peer.path)
                wanted = outer_octets(event.child.suite, peer.path, self._mtu)
                session.discover_path_mtu(min(wanted, OUTER_MTU), now)
                if not peer.esp_suite:
                    peer.esp_suite = esp_suite_name(event.child.suite)
                    suite = f"{peer.suite}/{peer.esp_suite}"
                    self._tell("established", peer, suite=suite, resumed=peer.resumed)
                    self._established(session, peer)
            case OutboundRetired():
                peer.sas.retire_outbound(event.child)
            case InboundRetired():
                peer.sas.retire_inbound(event.child)
            case PathChanged():
                peer.path = event.path
                peer.sas.move(event.path)
                self._tell("moved", peer)
            case PathMtuChanged():
                peer.sas.set_path_mtu(event.path_mtu)
                self._tell("path_mtu", peer, path_mtu=event.path_mtu)
            case ChildRekeyed() | IkeRekeyed():
                what = "ike" if isinstance(event, IkeRekeyed) else "child"
                self._tell("rekeyed", peer, what=what, by="gateway" if event.by_us else "peer")

    def _closed(self, session: Session, event: Closed) -> None:
        peer, error = self._peers.pop(session, None), event.error
        code, detail = ("", "") if error is None else (error.code, str(error))
        traffic = Traffic()
        if peer is not None:
            traffic = peer.sas.traffic()
            peer.sas.clear()
        self._ended(session, traffic, error)
        if peer is not None and peer.who:
            by = "peer" if event.by_peer else "gateway"
            octets = {"octets_in": traffic.octets_in, "octets_out": traffic.octets_out}
            self._tell("closed", peer, by=by, code=code, detail=detail, **octets)
        elif code:
            self._report(Report(kind="refused", remote=where(session.path), code=code, detail=detail))
        if not self._peers:
            self.gone.set()

    def stream_replaced(self, path: Path) -> None:
        """The same ports again: to the packet path, the way to them is new."""
        for peer in self._peers.values():
            if peer.path == path:
                peer.sas.move(path)

    def note_traffic(self, now: float) -> Iterator[Session]:
        """Tell each session what its packets have been doing; those that may have something to say to it."""
        for session, peer in self:
            heard, sent = peer.sas.last_inbound_s(), peer.sas.last_outbound_s()
            if heard > peer.heard_s:
                peer.heard_s = heard
                session.note_inbound(heard)
            if sent > peer.sent_s:
                peer.sent_s = sent
                session.note_outbound(sent, now)
                yield session

    def status(self, now: float, utc_s: float) -> tuple[PeerStatus, ...]:
        """Of those who have proven themselves, the first to come first."""
        found = [peer for _, peer in self if peer.who]
        return tuple(
            PeerStatus(
                user=peer.who,
                remote=where(peer.path),
                addresses=peer.addresses,
                since=utc_s - (now - peer.since),
                suite="/".join(filter(None, (peer.suite, peer.esp_suite))),
                octets_in=traffic.octets_in,
                octets_out=traffic.octets_out,
            )
            for peer in sorted(found, key=lambda each: each.since)
            for traffic in (peer.sas.traffic(),)
        )

    def _tell(self, kind: str, peer: Peer, **more: str | int) -> None:
        told = {"peer": peer.who, "remote": where(peer.path), "addresses": peer.addresses, **more}
        self._report(Report(kind=kind, **told))  # type: ignore[arg-type]
