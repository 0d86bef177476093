"""The packet path's Python face. Addresses are (host, port) pairs with a numeric host; octet strings are `bytes`."""

from collections.abc import Sequence
from typing import NamedTuple

class Selector(NamedTuple):
    """One traffic selector (RFC 7296 section 3.13.1): inclusive ranges; protocol 0 is any."""

    protocol: int
    start_port: int
    end_port: int
    start: bytes  # 4 or 16 octets, network order
    end: bytes

class Endpoint(NamedTuple):
    host: str
    port: int

class IkeDatagram(NamedTuple):
    """An IKE message that arrived on a data-plane socket; the non-ESP marker is stripped already."""

    data: bytes
    local: Endpoint
    remote: Endpoint

class PeerMoved(NamedTuple):
    """An authenticated packet of the inbound SA `spi` came from another address than the last one."""

    spi: int
    remote: Endpoint

class SaExpiring(NamedTuple):
    """An SA passed a soft edge. direction: "in" or "out"; limit: "octets", "packets" or "sequence"."""

    direction: str
    spi: int
    limit: str

class DeviceLost(NamedTuple):
    """The TUN device or a socket failed for good; the loops stopped reading it."""

    what: str
    errno: int

Event = PeerMoved | SaExpiring | DeviceLost

class SaCounters(NamedTuple):
    spi: int
    packets: int
    octets: int  # of inner packets
    last_used_s: float  # CLOCK_MONOTONIC of the last packet, 0.0 when never

class Tun:
    """A TUN device. Exists until closed; `name` may hold %d. Raises OSError (EPERM, EBUSY, ENOENT)."""

    name: str
    def __init__(self, name: str = "ginnel%d") -> None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...

class UdpSocket:
    """A bound UDP socket for IKE and ESP. `mark` is Linux's SO_MARK, 0 for none. Raises OSError (EADDRINUSE, EACCES)."""

    local: Endpoint
    def __init__(self, host: str, port: int, *, mark: int = 0) -> None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...

class DataPlane:
    """Two native threads between one TUN device and its UDP sockets (at most one per address family).

    Only Python's side changes what the threads use; a change reaches them between batches, and what they
    no longer use is freed once both have passed it. Every method may be called from one Python thread.
    The data plane borrows the device and the sockets; close them after `stop`.
    """

    def __init__(self, tun: Tun, sockets: Sequence[UdpSocket]) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None:
        """Stop and join both threads, wipe all keys. Idempotent."""

    # IKE shares the sockets
    def ike_fileno(self) -> int:
        """Readable when `receive_ike` has something."""
    def receive_ike(self) -> IkeDatagram | None:
        """The next IKE datagram, or None; never blocks."""
    def send_ike(self, data: bytes, remote: Endpoint | tuple[str, int], local: Endpoint | tuple[str, int] | None = None) -> None:
        """Send `data` behind a non-ESP marker. Raises OSError as sendto does."""

    # Security associations
    def install_inbound(
        self,
        *,
        spi: int,
        encr: int,  # IANA IKEv2 encryption transform id: 20 AES-GCM-16, 12 AES-CBC
        encr_key: bytes,  # GCM: key followed by the 4-octet salt (RFC 4106 section 8.1)
        integ: int = 0,  # IANA integrity transform id: 12 HMAC-SHA2-256-128, 0 with AEAD
        integ_key: bytes = b"",
        local: Sequence[Selector],
        remote: Sequence[Selector],
        replay_window: int = 4096,
        esn: bool = False,
    ) -> None:
        """Accept packets of `spi` (host order). Raises ValueError for a bad parameter or an SPI in use."""
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
    ) -> int:
        """Send with this SA; returns its handle. Of two SAs that match equally well the newer one sends."""
    def move_outbound(self, handle: int, peer: Endpoint | tuple[str, int], source: Endpoint | tuple[str, int] | None = None) -> None: ...
    def retire_inbound(self, spi: int) -> None: ...
    def retire_outbound(self, handle: int) -> None: ...

    # What happened
    def event_fileno(self) -> int:
        """Readable when `events` has something."""
    def events(self) -> list[Event]: ...
    def inbound(self, spi: int) -> SaCounters: ...
    def outbound(self, handle: int) -> SaCounters: ...
    def counters(self) -> dict[str, int]:
        """Totals: packets_in, octets_in, packets_out, octets_out, ike_in, keepalives_in, batches_*, and drop_<reason> for every reason, zeros included."""

def live_objects() -> dict[str, int]:
    """Live native objects by kind, for leak tests."""
