"""From a session's CHILD SAs to the packet path's, and their counters back. Shared with the gateway.

One `Associations` belongs to one session; several may share a plane. Knows no socket and no loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from ginnel_core import Endpoint, SaCounters, Selector

from ..ike.codes import Encr
from ..ike.events import ChildSa, Path
from ..ike.pathmtu import FLOOR_IPV4, FLOOR_IPV6
from ..ike.payloads.selector import TrafficSelector

log = logging.getLogger("ginnel.tunnel")

#: Ethernet's: what a path is taken for until it is known.
UNKNOWN_PATH_MTU: Final = 1500
#: How often the counters are looked at for a path that has begun to drop what we send.
WATCH_S: Final = 2.0


class Plane(Protocol):
    """The part of `ginnel_core.DataPlane` that installs and counts; see there for the meaning."""

    def install_inbound(
        self,
        *,
        spi: int,
        encr: int,
        encr_key: bytes,
        integ: int = 0,
        integ_key: bytes = b"",
        local: Sequence[Selector],
        remote: Sequence[Selector],
        replay_window: int = 4096,
        esn: bool = False,
        soft_octets: int = 0,
        soft_packets: int = 0,
        peer: Endpoint | tuple[str, int] | None = None,
    ) -> None: ...
    def install_outbound(
        self,
        *,
        spi: int,
        encr: int,
        encr_key: bytes,
        integ: int = 0,
        integ_key: bytes = b"",
        local: Sequence[Selector],
        remote: Sequence[Selector],
        peer: Endpoint | tuple[str, int],
        source: Endpoint | tuple[str, int] | None = None,
        esn: bool = False,
        soft_octets: int = 0,
        soft_packets: int = 0,
        copy_dscp: bool = False,
        path_mtu: int = 1500,
    ) -> int: ...
    def set_path_mtu(self, handle: int, path_mtu: int) -> None: ...
    def move_outbound(
        self, handle: int, peer: Endpoint | tuple[str, int], source: Endpoint | tuple[str, int] | None = None
    ) -> None: ...
    def retire_inbound(self, spi: int) -> None: ...
    def retire_outbound(self, handle: int) -> None: ...
    def inbound(self, spi: int) -> SaCounters: ...
    def outbound(self, handle: int) -> SaCounters: ...
    def features(self) -> dict[str, bool]: ...
    def counters(self) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EspSettings:
    """What a person may choose of every SA; 0 leaves a limit to the cipher."""

    replay_window: int = 4096
    copy_dscp: bool = False
    max_octets: int = 0
    max_packets: int = 0


class Traffic(NamedTuple):
    """Inner packets and octets of one session, its former SAs included."""

    packets_in: int = 0
    octets_in: int = 0
    packets_out: int = 0
    octets_out: int = 0

    def plus(self, other: Traffic) -> Traffic:
        return Traffic(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def selectors(found: Iterable[TrafficSelector]) -> tuple[Selector, ...]:
    """The packet path's form of RFC 7296 traffic selectors."""
    return tuple(
        Selector(ts.protocol, ts.start_port, ts.end_port, ts.start.packed, ts.end.packed) for ts in found
    )


def spi_number(spi: bytes) -> int:
    return int.from_bytes(spi, "big")


@dataclass(slots=True)
class _Installed:
    child: ChildSa
    inbound: bool = False
    outbound: int | None = None  # the plane's handle


class Associations:
    """The SAs that one session has on a plane. `clear` takes all of them off it."""

    def __init__(
        self,
        plane: Plane,
        settings: EspSettings | None = None,
        *,
        via: Callable[[Path], Path] = lambda path: path,
    ) -> None:
        """`via` tells where the plane sends what goes along a session's path."""
        self._plane = plane
        self._via = via
        self._settings = settings or EspSettings()
        self._installed: dict[bytes, _Installed] = {}  # by spi_in, which is ours and so unique
        self._past = Traffic()
        self._path_mtu = UNKNOWN_PATH_MTU
        self._least_mtu = FLOOR_IPV4  # of the family of the plane's way
        self._last_inbound_s = self._last_outbound_s = 0.0

    def install_inbound(self, child: ChildSa, path: Path | None = None) -> None:
        """The plane tells of packets that do not come along `path`. Raises ValueError as the plane does."""
        self._plane.install_inbound(
            spi=spi_number(child.spi_in),
            encr=child.suite.encr,
            encr_key=child.keys_in.encr,
            integ=child.suite.integ,
            integ_key=child.keys_in.integ,
            local=selectors(child.local_ts),
            remote=selectors(child.remote_ts),
            replay_window=self._settings.replay_window,
            esn=child.suite.esn,
            soft_octets=self._settings.max_octets,
            soft_packets=self._settings.max_packets,
            peer=None if path is None else self._via(path).remote,
        )
        self._entry(child).inbound = True

    def install_outbound(self, child: ChildSa, path: Path) -> None:
        """Send `child`'s packets along `path`. Raises ValueError as the plane does."""
        if child.suite.encr == Encr.NULL:
            log.warning(
                "traffic with %s is NOT encrypted: a proposal with `null` was agreed on", path.remote.host
            )
        plain = self._follow(path)
        self._entry(child).outbound = self._plane.install_outbound(
            spi=spi_number(child.spi_out),
            encr=child.suite.encr,
            encr_key=child.keys_out.encr,
            integ=child.suite.integ,
            integ_key=child.keys_out.integ,
            local=selectors(child.local_ts),
            remote=selectors(child.remote_ts),
            peer=plain.remote,
            source=plain.local,
            esn=child.suite.esn,
            soft_octets=self._settings.max_octets,
            soft_packets=self._settings.max_packets,
            copy_dscp=self._settings.copy_dscp,
            path_mtu=max(self._path_mtu, self._least_mtu),
        )

    def retire_inbound(self, child: ChildSa) -> None:
        entry = self._installed.get(child.spi_in)
        if entry is None or not entry.inbound:
            return
        spi = spi_number(child.spi_in)
        counters = self._plane.inbound(spi)
        self._last_inbound_s = max(self._last_inbound_s, counters.last_used_s)
        self._past = self._past.plus(Traffic(counters.packets, counters.octets))
        self._plane.retire_inbound(spi)
        entry.inbound = False
        self._forget(entry)

    def retire_outbound(self, child: ChildSa) -> None:
        entry = self._installed.get(child.spi_in)
        if entry is None or entry.outbound is None:
            return
        counters = self._plane.outbound(entry.outbound)
        self._last_outbound_s = max(self._last_outbound_s, counters.last_used_s)
        self._past = self._past.plus(Traffic(0, 0, counters.packets, counters.octets))
        self._plane.retire_outbound(entry.outbound)
        entry.outbound = None
        self._forget(entry)

    def move(self, path: Path) -> None:
        """All outbound SAs go along `path` from now on."""
        plain = self._follow(path)
        for entry in self._installed.values():
            if entry.outbound is not None:
                self._plane.move_outbound(entry.outbound, plain.remote, plain.local)

    def set_path_mtu(self, octets: int) -> None:
        """No outer packet is larger than this from now on, nor of SAs that come later."""
        self._path_mtu = octets
        for entry in self._installed.values():
            if entry.outbound is not None:
                self._plane.set_path_mtu(entry.outbound, max(octets, self._least_mtu))

    def clear(self) -> None:
        for entry in tuple(self._installed.values()):
            self.retire_outbound(entry.child)
            self.retire_inbound(entry.child)

    def owner_of(self, spi: int, handle: int = 0) -> ChildSa | None:
        """The child that sends by the plane's `handle`; without one, the child whose inbound SPI is `spi`."""
        for entry in self._installed.values():
            found = entry.outbound == handle if handle else spi_number(entry.child.spi_in) == spi
            if found:
                return entry.child
        return None

    @property
    def children(self) -> tuple[ChildSa, ...]:
        """Those that send; during a rekey the old one may be among them."""
        return tuple(entry.child for entry in self._installed.values() if entry.outbound is not None)

    def last_inbound_s(self) -> float:
        """When the last authenticated packet came in (monotonic), 0.0 when none did."""
        for entry in self._installed.values():
            if entry.inbound:
                used = self._plane.inbound(spi_number(entry.child.spi_in)).last_used_s
                self._last_inbound_s = max(self._last_inbound_s, used)
        return self._last_inbound_s

    def last_outbound_s(self) -> float:
        """When the last packet went out (monotonic), 0.0 when none did."""
        for entry in self._installed.values():
            if entry.outbound is not None:
                used = self._plane.outbound(entry.outbound).last_used_s
                self._last_outbound_s = max(self._last_outbound_s, used)
        return self._last_outbound_s

    def traffic(self) -> Traffic:
        total = self._past
        for entry in self._installed.values():
            if entry.inbound:
                counters = self._plane.inbound(spi_number(entry.child.spi_in))
                total = total.plus(Traffic(counters.packets, counters.octets))
            if entry.outbound is not None:
                counters = self._plane.outbound(entry.outbound)
                total = total.plus(Traffic(0, 0, counters.packets, counters.octets))
        return total

    def _follow(self, path: Path) -> Path:
        """A path MTU may still be told of the IPv4 way before, and be less than the plane takes in IPv6."""
        plain = self._via(path)
        self._least_mtu = FLOOR_IPV6 if ":" in plain.remote.host else FLOOR_IPV4
        return plain

    def _entry(self, child: ChildSa) -> _Installed:
        return self._installed.setdefault(child.spi_in, _Installed(child))

    def _forget(self, entry: _Installed) -> None:
        if not entry.inbound and entry.outbound is None:
            del self._installed[entry.child.spi_in]
