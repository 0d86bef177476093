"""MOBIKE (RFC 4555): which path a session uses, which others there are, and how one follows another.

The initiator decides (section 3.5). Told of a change of its network it sends IKE and ESP along the best way
at once, resends what is outstanding there, and tells the gateway by UPDATE_SA_ADDRESSES. A request that stays
unanswered is repeated along every way there is (section 3.10); the way by which an answer comes is the new
path.

The responder's IKE follows UPDATE_SA_ADDRESSES alone. Its ESP also follows the peer's ESP (section 3.8), but
goes to an address that is new only when the peer has shown that it receives there (section 3.7); what a NAT
maps anew under the same address is followed at once.
"""

from __future__ import annotations

import math
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from .codes import NotifyType
from .errors import SessionError
from .events import Endpoint, Path, PathChanged, PathConfirmed, PeerAddressesChanged, State
from .exchanges.base import Exchange
from .exchanges.liveness import Liveness
from .exchanges.mobike import AnnounceAddresses, ReturnRoutability, UpdateAddresses
from .natt import detection_notifies
from .payloads.notify import NotifyPayload

if TYPE_CHECKING:
    from .message import Message
    from .session import Session
    from .window import Outstanding

MAX_ADDRESSES: Final = 8  # of the peer's further addresses, and of the ways to them
SPREAD_AFTER: Final = 2  # repetitions on the path in use before all ways are tried
MAX_NAT_RETRIES: Final = 3  # after UNEXPECTED_NAT_DETECTED (section 3.9)

_FAMILIES = {4: NotifyType.ADDITIONAL_IP4_ADDRESS, 16: NotifyType.ADDITIONAL_IP6_ADDRESS}


class Mobility:
    """The paths of one session. Without MOBIKE only what RFC 7296 section 2.23 allows happens here."""

    def __init__(self, session: Session) -> None:
        self.peer_addresses: tuple[str, ...] = ()  # beside the one in use
        self.update_due = False  # the initiator has to tell its addresses
        self.unproven: Path | None = None  # responder: under a return routability check, or about to be
        self._session = session
        self._ways: tuple[Path, ...] = ()
        self._refused: set[Path] = set()
        self._stranded_until = math.inf
        self._nat_retries = 0
        self._seen_as = b""  # the hash of our address as the peer sees it
        self._esp_path = session.path

    # Negotiation

    def offer(self) -> tuple[NotifyPayload, ...]:
        """What says in IKE_AUTH that we can, "left empty" (section 4.2.1), and where else we are."""
        if not self._session.config.mobike:
            return ()
        return (NotifyPayload(NotifyType.MOBIKE_SUPPORTED), *self.address_notifies())

    def negotiated(self, message: Message) -> None:
        """Take the peer's side of IKE_AUTH. The path is by now the one that both use."""
        self._esp_path = self._session.path
        if self._session.config.mobike and message.notify(NotifyType.MOBIKE_SUPPORTED) is not None:
            self._session.mobike = True
            self.take_addresses(message)

    def address_notifies(self) -> tuple[NotifyPayload, ...]:
        """Our addresses beside the one that the message leaves from (section 3.6)."""
        here = self._session.path.local.host
        hosts = [*self._session.config.additional_addresses, *(way.local.host for way in self._ways)]
        others = [host for host in dict.fromkeys(hosts) if host != here][:MAX_ADDRESSES]
        if not others:
            return (NotifyPayload(NotifyType.NO_ADDITIONAL_ADDRESSES),)
        packed = [ip_address(host.split("%", 1)[0]).packed for host in others]
        return tuple(NotifyPayload(_FAMILIES[len(data)], data) for data in packed)

    def take_addresses(self, message: Message) -> None:
        """The peer's further addresses: a list "replaces the old" one (section 3.6)."""
        notifies = [n for n in message.all(NotifyPayload) if n.notify in _FAMILIES.values()]
        if not notifies and message.notify(NotifyType.NO_ADDITIONAL_ADDRESSES) is None:
            return
        hosts = []
        for notify in notifies:
            if _FAMILIES.get(len(notify.data)) == notify.notify:
                address = (IPv4Address if len(notify.data) == 4 else IPv6Address)(notify.data)
                if not (address.is_unspecified or address.is_multicast or address.is_loopback):
                    hosts.append(str(address))
        found = tuple(dict.fromkeys(hosts))[:MAX_ADDRESSES]
        arrival, path = self._session.talk.arrival, self._session.path
        if path.remote.host not in {arrival.remote.host, *found}:
            found = (arrival.remote.host, *found)[:MAX_ADDRESSES]  # it is about to leave the address in use
        if found != self.peer_addresses:
            self.peer_addresses = found
            self._session.emit(PeerAddressesChanged(found))

    @property
    def remotes(self) -> tuple[Endpoint, ...]:
        """Where the peer may be reached, the address in use first."""
        used = self._session.path.remote
        return tuple(dict.fromkeys([used, *(Endpoint(host, used.port) for host in self.peer_addresses)]))

    @property
    def agreed(self) -> bool:
        return self._session.mobike

    # Initiator: the network changed

    @property
    def stranded(self) -> bool:
        """Whether there is no way to the peer at all; nothing is asked, and no patience lost, meanwhile."""
        return self._stranded_until != math.inf

    @property
    def local_hosts(self) -> frozenset[str]:
        """Our addresses, of the ways that there are."""
        return frozenset(way.local.host for way in self._ways)

    def know_ways(self, ways: tuple[Path, ...]) -> None:
        """All paths to `remotes` that the machine has, best first; for the day that one is needed."""
        self._ways = ways[:MAX_ADDRESSES]

    def network_changed(self, ways: tuple[Path, ...], now: float) -> None:
        """The machine's addresses or routes changed, or it slept: find the peer and tell it, at once."""
        session = self._session
        self.know_ways(ways)
        if not ways:
            patience = session.config.timing.stranded_s
            self._stranded_until = min(self._stranded_until, now + patience)
            return
        self._stranded_until = math.inf
        self._refused.clear()
        self._nat_retries = 0
        if session.state in (State.INIT, State.AUTH) and session.path.encapsulated:
            session.path = self._best()
            session.talk.hasten(now)
        elif session.state in (State.ESTABLISHED, State.CLOSING):
            self.use(self._best(), now)

    def _best(self) -> Path:
        path = self._session.path
        ways = [way for way in self._ways if way not in self._refused] or [path]
        if path in ways or path.stream:  # whoever made the stream makes another
            return path
        return next((way for way in ways if way.remote == path.remote), ways[0])

    def use(self, path: Path, now: float) -> None:
        """Send along `path` from now on: ESP at once, as section 3.5 lets an initiator do."""
        session = self._session
        session.path = path
        self.send_esp_to(path)
        self.update_due = self.agreed
        session.talk.hasten(now)
        self.ask(now)

    def ask(self, now: float) -> None:
        """Have the peer told, or asked where it cannot be told, before anything else is."""
        session = self._session
        current = session.talk.current
        if session.state is State.ESTABLISHED and not self.stranded:
            if self.update_due:
                session.talk.enqueue(current, UpdateAddresses(), now, first=True)
            elif current.requests.outstanding is None and not current.queue:
                session.talk.enqueue(current, Liveness(brisk=True), now)

    def doubt(self, now: float) -> None:
        """The peer is busy, maybe with a question to us that a NAT, mapping us anew, keeps from us."""
        session = self._session
        if self.agreed and session.nat_local and not session.is_responder:
            session.check_liveness(now)

    # Initiator: what the peer said

    def answered(self, outstanding: Outstanding, now: float) -> None:
        """A response came. Of a request that went along several ways it tells which one works."""
        session = self._session
        if not outstanding.transmission.spread or session.state is not State.ESTABLISHED or not self.agreed:
            return
        way = session.talk.arrival
        if way not in self._ways:
            return
        # The peer acted on the copy that came first, and that may have come another way
        self.update_due = way != session.path or isinstance(outstanding.exchange, UpdateAddresses)
        if way != session.path:
            session.path = way
            self.send_esp_to(way)
        if self.update_due:
            session.talk.current.queue.appendleft(UpdateAddresses())

    def updated(self, *, nat_local: bool, nat_remote: bool) -> None:
        """The peer knows the path in use."""
        session = self._session
        self._nat_retries = 0
        session.nat_local, session.nat_remote = nat_local, nat_remote
        session.emit(PathConfirmed(session.path, nat_local, nat_remote))

    def seen_as(self, hashed: bytes, unmapped: bytes, now: float, *, expected: bool) -> None:
        """How the peer saw our address, which is `unmapped` where no NAT changes it.

        Unless `expected`, another than before is a NAT that maps us anew, or a new pair of SPIs, which
        section 3.8 calls harmless to mistake for one.
        """
        usual = {self._seen_as} if self._session.nat_local else {self._seen_as, unmapped}
        self._seen_as = hashed
        if hashed not in usual and not expected:
            self.update_due = self.agreed
            self.ask(now)

    def refused(self, path: Path, now: float) -> None:
        """UNACCEPTABLE_ADDRESSES: another way, or the end (section 3.5)."""
        self._refused.add(path)
        others = [way for way in self._ways if way not in self._refused]
        if others:
            self.use(self._best(), now)
        else:
            error = SessionError("peer_error", f"the gateway refuses the address {path.local.host}")
            self._session.fail_with_delete(self._session.talk.current, error, now)

    def nat_in_the_way(self, path: Path, now: float) -> None:
        """UNEXPECTED_NAT_DETECTED: "SHOULD retry the operation several times" (section 3.9)."""
        self._nat_retries += 1
        if self._nat_retries > MAX_NAT_RETRIES:
            self.refused(path, now)
        else:
            self.update_due = True
            self.ask(now)

    # Responder

    def peer_updated(self, arrival: Path, now: float) -> None:
        """UPDATE_SA_ADDRESSES: IKE takes "the values from the IP header" (section 3.5)."""
        self._session.path = arrival
        self._follow(arrival, now)
        self._session.talk.hasten(now)

    def peer_moved(self, path: Path, now: float) -> None:
        """The newest authentic ESP packet came along `path` (RFC 7296 section 2.23).

        With MOBIKE "MUST NOT use these dynamic updates for IKEv2 packets, but MAY use them for ESP packets"
        (section 3.8).
        A peer on a stream may come back on another (RFC 9329 section 6.1).
        """
        session = self._session
        if not session.is_responder or session.state is not State.ESTABLISHED:
            return
        if session.path.remote == path.remote and session.path.stream is path.stream:
            path = session.path  # the packet path does not say which of our addresses it came to
        if path == self._esp_path or not (session.nat_remote or path.stream):
            return
        if self.agreed and not path.stream:
            self._follow(path, now)
        else:
            session.path = path
            self.send_esp_to(path)
            session.check_liveness(now)

    def _follow(self, path: Path, now: float) -> None:
        """Send ESP to `path`, to an address that is new only when the peer is known to be there."""
        session = self._session
        known = path.stream or path.remote.host == self._esp_path.remote.host  # TCP asked already
        if known or not session.config.return_routability:
            self.unproven = None
            self.send_esp_to(path)
        elif self.unproven is None:
            self.unproven = path
            session.talk.enqueue(session.talk.current, ReturnRoutability(), now)
        else:
            self.unproven = path  # the check under way starts over

    def checked(self, path: Path, arrival: Path, now: float) -> None:
        """The peer answered a return routability check of `path`, along `arrival`."""
        session = self._session
        if self.unproven is None:
            return
        if self.unproven != path:
            session.talk.enqueue(session.talk.current, ReturnRoutability(), now)
            return
        self.unproven = None
        if arrival.remote == path.remote:
            self.send_esp_to(path)
        elif session.path == path:
            session.path = self._esp_path

    def announce(self, now: float) -> None:
        """Our addresses changed (`config.additional_addresses`): tell the peer (section 3.6)."""
        if self.agreed and self._session.state is State.ESTABLISHED:
            self._session.talk.enqueue(self._session.talk.current, AnnounceAddresses(), now)

    # What the conversation asks

    def send_esp_to(self, path: Path) -> None:
        if path != self._esp_path:
            self._esp_path = path
            if self._session.state in (State.ESTABLISHED, State.CLOSING):
                self._session.emit(PathChanged(path))

    def detection(self) -> tuple[NotifyPayload, ...]:
        """NAT detection for a message on the path in use (section 3.8)."""
        return self.detection_on(self._session.path)

    def detection_on(self, path: Path) -> tuple[NotifyPayload, ...]:
        session = self._session
        sa = session.talk.current
        force = session.config.force_encapsulation
        return detection_notifies(sa.spi_i, sa.spi_r, path, force=force, random=session.random)

    def paths(self, exchange: Exchange, repetitions: int) -> tuple[Path, ...]:
        """Where a repetition goes."""
        session = self._session
        lost = repetitions >= SPREAD_AFTER
        if exchange.path is not None:
            # Who does not answer from there may not be there: the request still has to be answered
            others = (session.path, self._esp_path) if lost else ()
            return tuple(dict.fromkeys((exchange.path, *others)))
        if session.is_responder:  # ESP is followed sooner than IKE: the peer may be reached there
            return tuple(dict.fromkeys((session.path, self._esp_path, self.unproven or session.path)))
        if lost and self.agreed and not session.path.stream:
            return tuple(dict.fromkeys((session.path, *self._ways)))
        return (session.path,)

    @property
    def patience_s(self) -> float:
        """A responder gives its peer "at least five minutes" to find another path (section 3.11)."""
        if self.agreed and self._session.is_responder and self._session.state is State.ESTABLISHED:
            return self._session.config.timing.mobile_patience_s
        return 0.0

    def deadline(self) -> float:
        return self._stranded_until

    def advance(self, now: float) -> None:
        """Nobody waits for a way for ever."""
        if self._stranded_until <= now:
            self._session.finish(SessionError("unreachable", "no way to the gateway any more"))
