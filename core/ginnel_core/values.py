"""The plain values of the packet path's interface. Hosts are numeric; octets stand in network order."""

from __future__ import annotations

from typing import NamedTuple


class Selector(NamedTuple):
    """One traffic selector (RFC 7296 section 3.13.1): inclusive ranges; protocol 0 is any."""

    protocol: int
    start_port: int
    end_port: int
    start: bytes  # 4 or 16 octets
    end: bytes


class Endpoint(NamedTuple):
    """An address and a port."""

    host: str
    port: int


class IkeDatagram(NamedTuple):
    """An IKE message that arrived on a data-plane socket; the non-ESP marker is stripped already."""

    data: bytes
    local: Endpoint
    remote: Endpoint


class PeerMoved(NamedTuple):
    """An authenticated packet of the inbound SA `spi` came from another address than the last one.

    Or the first one did than was expected.
    """

    spi: int
    remote: Endpoint


class SaExpiring(NamedTuple):
    """An SA passed a soft edge. direction: "in" or "out"; limit: "octets", "packets" or "sequence".

    An outbound SPI is its peer's choice, and another peer may choose the same: the handle tells them apart.
    """

    direction: str
    spi: int
    limit: str
    handle: int = 0  # outbound: what `install_outbound` returned


class PathTooBig(NamedTuple):
    """A datagram to `remote` was larger than its path's MTU: `mtu` octets of outer packet.

    0: unknown; so may be the port, where the kernel told of its own refusal.
    """

    remote: Endpoint
    mtu: int


class StrayEsp(NamedTuple):
    """ESP with `spi` came from `remote` to `local`, and there is no such SA; told at a bounded rate."""

    spi: int
    local: Endpoint
    remote: Endpoint


class DeviceLost(NamedTuple):
    """The TUN device or a socket ("tun", "udp4", "udp6") failed for good; the loops stopped reading it."""

    what: str
    errno: int


Event = PeerMoved | SaExpiring | PathTooBig | StrayEsp | DeviceLost


class EspSizes(NamedTuple):
    """Octets of an ESP packet around its payload."""

    iv: int
    icv: int
    align: int  # payload, padding, pad length and next header are a multiple of it


class SaCounters(NamedTuple):
    """What an SA has carried."""

    spi: int
    packets: int
    octets: int  # of inner packets
    last_used_s: float  # time.monotonic() of the last packet, 0.0 when never
