"""The packet path's Python face. Addresses are (host, port) pairs with a numeric host; octet strings are `bytes`."""

from collections.abc import Sequence

from ginnel_core import FramedTun, Tun, UdpSocket
from ginnel_core.values import Endpoint, Event, IkeDatagram, SaCounters, Selector

class DataPlane:
    """Two native threads between one TUN device and its UDP sockets (at most one per address family).

    Only Python's side changes what the threads use; a change reaches them between batches, and what they
    no longer use is freed once both have passed it. Every method may be called from one Python thread.
    The data plane borrows the device and the sockets; close them after `stop`.
    """

    def __init__(self, tun: Tun | FramedTun, sockets: Sequence[UdpSocket]) -> None: ...
    def start(self) -> None:
        """Start both threads. Raises RuntimeError the second time."""

    def stop(self) -> None:
        """Stop and join both threads, wipe all keys. Idempotent."""

    # IKE shares the sockets
    def ike_fileno(self) -> int:
        """Readable when `receive_ike` has something."""

    def receive_ike(self) -> IkeDatagram | None:
        """The next IKE datagram, or None; never blocks."""

    def send_ike(
        self,
        data: bytes,
        remote: Endpoint | tuple[str, int],
        local: Endpoint | tuple[str, int] | None = None,
        probe: bool = False,
    ) -> None:
        """Send `data` behind a non-ESP marker; one 0xFF octet, a keepalive, goes without. Raises OSError as sendto does.

        A datagram above 1,200 octets goes without DF, so that it may be fragmented; with `probe` it does not.
        """

    # Security associations
    def install_inbound(
        self,
        *,
        spi: int,
        encr: int,  # IANA IKEv2 encryption transform id: 20 AES-GCM-16, 28 ChaCha20-Poly1305, 12 AES-CBC
        encr_key: bytes,  # AEAD: key followed by the 4-octet salt (RFC 4106 section 8.1)
        integ: int = 0,  # IANA integrity transform id: 12, 13, 14 HMAC-SHA2; 0 with AEAD
        integ_key: bytes = b"",
        local: Sequence[Selector],
        remote: Sequence[Selector],
        replay_window: int = 4096,
        esn: bool = False,
        soft_octets: int = 0,  # raise SaExpiring here; 0: the cipher's own edge
        soft_packets: int = 0,
        sequence: int = 0,  # of an SA that is taken over: the packets up to it count as received
        peer: Endpoint | tuple[str, int] | None = None,  # where the first is expected from; None: anywhere
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
        soft_octets: int = 0,
        soft_packets: int = 0,
        path_mtu: int = 1500,  # octets of the outer IP packet
        copy_dscp: bool = False,  # from the inner header to the outer one (RFC 4301 section 5.1.2)
        sequence: int = 0,  # of an SA that is taken over: that of the last packet sent under its key
    ) -> int:
        """Send with this SA; returns its handle. Of two SAs that match equally well the newer one sends."""

    def move_outbound(
        self, handle: int, peer: Endpoint | tuple[str, int], source: Endpoint | tuple[str, int] | None = None
    ) -> None:
        """Send to another peer address; the path MTU stays as it is. Raises KeyError, ValueError."""

    def set_path_mtu(self, handle: int, path_mtu: int) -> None:
        """Octets of the largest outer IP packet. Raises KeyError; ValueError outside 576 (IPv6: 1280) to 65535."""

    def retire_inbound(self, spi: int) -> None:
        """Accept no more packets of `spi`. Raises KeyError."""

    def retire_outbound(self, handle: int) -> None:
        """Send nothing more with this SA. Raises KeyError."""

    # What happened
    def event_fileno(self) -> int:
        """Readable when `events` has something; also when memory waits to be freed, which `events` does."""

    def events(self) -> list[Event]:
        """What happened since the last call."""

    def inbound(self, spi: int) -> SaCounters:
        """The counters of an inbound SA. Raises KeyError."""

    def outbound(self, handle: int) -> SaCounters:
        """The counters of an outbound SA. Raises KeyError."""

    def features(self) -> dict[str, bool]:
        """Which offloads are in use: tun_checksum, tun_tcp4, tun_tcp6, tun_udp; udp_segment, udp_gro, batched_send,
        batched_receive; urgent_threads: the loops run ahead of ordinary threads. One that fails while running turns to False."""

    def counters(self) -> dict[str, int]:
        """Totals, and drop_<reason> for every reason, zeros included.

        packets_*, octets_*: inner ones. batches_*: wake-ups with work. writes_in, sends_out: system calls' worth of packets.
        ike_in, keepalives_in; errors_back: ICMP answers to what was sent; complaints: ICMP errors to inner senders.
        """
