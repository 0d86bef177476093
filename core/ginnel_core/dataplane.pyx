"""The data plane as Python sees it; see the stub for the contract and loops.pxd for how changes reach the loops."""

import signal
import socket
import threading

from libc.stdint cimport uint8_t, uint64_t
from libc.string cimport memcpy, memset

from ginnel_core.loops cimport (
    BATCHES,
    DEVICE_LOST,
    EVENTS,
    IKE,
    KEEPALIVES,
    OCTETS,
    COMPLAINTS,
    ERRORS,
    PACKETS,
    PATH_TOO_BIG,
    PEER_MOVED,
    WRITES,
    EventRecord,
    InboundLoop,
    Loop,
    OutboundLoop,
)
from ginnel_core.packet cimport CAPACITY, Address
from ginnel_core.posix cimport *
from ginnel_core import reasons
from ginnel_core.sa cimport Inbound, InboundTableOwner, Outbound, OutboundTableOwner, Route, Usage
from ginnel_core.tun cimport OFFLOAD_CHECKSUM, OFFLOAD_TCP4, OFFLOAD_TCP6, OFFLOAD_UDP, TunDevice
from ginnel_core.udp cimport UdpChannel
from ginnel_core.values import DeviceLost, Endpoint, IkeDatagram, PathTooBig, PeerMoved, SaCounters, SaExpiring

NON_ESP_MARKER = bytes(4)
LIMIT_NAMES = ("octets", "packets", "sequence")
#: By reason; the first counts no drop.
DROP_NAMES = tuple("drop_" + name.lower() for name in reasons.Reason.__members__ if name != "REASONS")
QUEUE_OCTETS = 1 << 20


cdef object endpoint(const Address *address):
    octets = address.octets[:16]
    if address.family == AF_INET:
        return Endpoint(socket.inet_ntop(socket.AF_INET, octets[:4]), ntohs(address.port))
    if address.family == AF_INET6:
        host = socket.inet_ntop(socket.AF_INET6, octets)
        return Endpoint(f"{host}%{address.scope}" if address.scope else host, ntohs(address.port))
    return Endpoint("", ntohs(address.port))


def resolve(where) -> tuple[int, tuple]:
    """(family, socket address) of a numeric host and port. Raises ValueError."""
    host, port = where
    try:
        family, _, _, _, name = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise ValueError(f"not a numeric address and port: {host!r}, {port!r}") from error
    return family, name


cdef int fill_address(Address *out, where) except -1:
    cdef bytes octets
    family, name = resolve(where)
    octets = socket.inet_pton(family, name[0].partition("%")[0])
    memset(out, 0, sizeof(Address))
    out.family = family
    out.port = htons(name[1])
    out.scope = name[3] if family == socket.AF_INET6 else 0
    memcpy(out.octets, <const char *>octets, len(octets))
    return 0


cdef object sa_counters(unsigned int spi, const Usage *usage):
    return SaCounters(
        spi, ginnel_peek(&usage.packets), ginnel_peek(&usage.octets), ginnel_peek(&usage.last_used_ns) / 1e9
    )


cdef class DataPlane:
    """Two native threads between one TUN device and its UDP sockets; see the stub."""

    cdef TunDevice tun
    cdef object sockets  # family -> UdpChannel
    cdef InboundLoop inward
    cdef OutboundLoop outward
    cdef object threads
    cdef uint64_t epoch
    cdef int event_wake[2]
    cdef object ike_reader, ike_writer
    cdef bint stopped
    cdef dict inbounds, outbounds
    cdef InboundTableOwner inbound_table
    cdef OutboundTableOwner outbound_table
    cdef list limbo  # (epoch, what an older table used)
    cdef int next_handle
    cdef object buffer_owner

    def __cinit__(self, *args, **kwargs):
        self.event_wake[0] = self.event_wake[1] = -1
        self.epoch = 1

    def __init__(self, tun, sockets) -> None:
        cdef UdpChannel channel
        self.sockets = {}
        for channel in sockets:
            if channel.family in self.sockets:
                raise ValueError("two sockets of one address family")
            self.sockets[channel.family] = channel
        self.tun = tun
        if ginnel_wake_open(self.event_wake) < 0:
            raise OSError(errno, "no descriptor for events")
        self.ike_reader, self.ike_writer = socket.socketpair(socket.AF_UNIX, GINNEL_MESSAGE_SOCKET)
        for end in (self.ike_reader, self.ike_writer):
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, QUEUE_OCTETS)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE_OCTETS)  # what the BSDs bound a pair by
        udp4, udp6 = self.sockets.get(socket.AF_INET), self.sockets.get(socket.AF_INET6)
        self.inward = InboundLoop(tun, udp4, udp6, self.event_wake[1], self.ike_writer.fileno())
        self.outward = OutboundLoop(tun, udp4, udp6, self.event_wake[1])
        self.inward.epoch = self.outward.epoch = &self.epoch
        self.inward.told = self.outward.told = self.epoch
        self.threads = []
        self.inbounds = {}
        self.outbounds = {}
        self.limbo = []
        self.next_handle = 1
        self.buffer_owner = bytearray(CAPACITY + 2 * sizeof(Address))
        self.publish_inbound()
        self.publish_outbound()

    def __dealloc__(self):
        ginnel_wake_close(self.event_wake)

    def start(self) -> None:
        """Start both threads. Raises RuntimeError the second time."""
        if self.threads or self.stopped:
            raise RuntimeError("a data plane starts once")
        for loop, name in ((self.inward, "ginnel-in"), (self.outward, "ginnel-out")):
            thread = threading.Thread(target=_run, args=(loop, self), name=name, daemon=True)
            self.threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop and join both threads, wipe all keys. Idempotent."""
        if self.stopped:
            return
        self.stopped = True
        self.inward.halt()
        self.outward.halt()
        for thread in self.threads:
            thread.join()
        self.inward.table = self.outward.table = NULL
        self.inbound_table = None
        self.outbound_table = None
        self.inbounds.clear()
        self.outbounds.clear()
        self.limbo.clear()
        self.ike_reader.close()
        self.ike_writer.close()

    # changes

    cdef publish_inbound(self, retired=None):
        table = InboundTableOwner(list(self.inbounds.values()))
        ginnel_store_pointer(&self.inward.table, &(<InboundTableOwner>table).table)
        self.retire((self.inbound_table, retired))
        self.inbound_table = table

    cdef publish_outbound(self, retired=None):
        table = OutboundTableOwner(list(self.outbounds.items()))
        ginnel_store_pointer(&self.outward.table, &(<OutboundTableOwner>table).table)
        self.retire((self.outbound_table, retired))
        self.outbound_table = table

    cdef retire(self, what):
        """Free `what` once no loop can still use it."""
        ginnel_store(&self.epoch, self.epoch + 1)
        self.limbo.append((self.epoch, what))
        self.reclaim()

    cdef reclaim(self):
        cdef uint64_t oldest = ginnel_load(&self.inward.seen)
        cdef uint64_t other = ginnel_load(&self.outward.seen)
        if other < oldest:
            oldest = other
        while self.limbo and self.limbo[0][0] <= oldest:
            self.limbo.pop(0)

    cdef check_running(self):
        if self.stopped:
            raise RuntimeError("the data plane is stopped")

    cdef int fill_route(self, Route *route, peer, source) except -1:
        memset(route, 0, sizeof(Route))
        fill_address(&route.peer, peer)
        if route.peer.family not in self.sockets:
            raise ValueError("no socket of the peer's address family")
        route.socket = 0 if route.peer.family == AF_INET else 1
        if source is not None:
            fill_address(&route.source, source)
            if route.source.family != route.peer.family:
                raise ValueError("source and peer are of different address families")
        return 0

    def install_inbound(
        self, *, spi, encr, encr_key, integ=0, integ_key=b"", local, remote, replay_window=4096, esn=False,
        soft_octets=0, soft_packets=0,
    ) -> None:
        """Accept packets of `spi`. Raises ValueError for a bad parameter or an SPI in use."""
        self.check_running()
        if spi in self.inbounds:
            raise ValueError("the SPI is in use")
        self.inbounds[spi] = Inbound(
            spi, encr, encr_key, integ, integ_key, local, remote, replay_window, esn, soft_octets, soft_packets
        )
        self.publish_inbound()

    def install_outbound(
        self, *, spi, encr, encr_key, integ=0, integ_key=b"", local, remote, peer, source=None, esn=False,
        soft_octets=0, soft_packets=0,
    ) -> int:
        """Send with this SA; returns its handle."""
        cdef Outbound outbound
        self.check_running()
        outbound = Outbound(spi, encr, encr_key, integ, integ_key, local, remote, esn, soft_octets, soft_packets)
        self.fill_route(&outbound.route, peer, source)
        handle = self.next_handle
        self.next_handle += 1
        self.outbounds[handle] = outbound
        self.publish_outbound()
        return handle

    def move_outbound(self, handle, peer, source=None) -> None:
        """Send to another peer address. Raises KeyError, ValueError."""
        cdef Outbound outbound = self.outbounds[handle]
        cdef Route route
        self.fill_route(&route, peer, source)
        outbound.route = route
        self.publish_outbound()

    def retire_inbound(self, spi) -> None:
        """Accept no more packets of `spi`. Raises KeyError."""
        self.publish_inbound(self.inbounds.pop(spi))

    def retire_outbound(self, handle) -> None:
        """Send nothing more with this SA. Raises KeyError."""
        self.publish_outbound(self.outbounds.pop(handle))

    # IKE

    def ike_fileno(self) -> int:
        """Readable when `receive_ike` has something."""
        return self.ike_reader.fileno()

    def receive_ike(self):
        """The next IKE datagram, or None; never blocks."""
        cdef Address local, remote
        cdef uint8_t[::1] view = self.buffer_owner
        if self.stopped:
            return None
        try:
            got = self.ike_reader.recv_into(self.buffer_owner)
        except BlockingIOError:
            return None
        if got < 2 * sizeof(Address):
            return None
        memcpy(&local, &view[0], sizeof(Address))
        memcpy(&remote, &view[sizeof(Address)], sizeof(Address))
        return IkeDatagram(bytes(self.buffer_owner[2 * sizeof(Address):got]), endpoint(&local), endpoint(&remote))

    def send_ike(self, data, remote, local=None, probe=False) -> None:
        """Send `data` behind a non-ESP marker; one 0xFF octet, a keepalive, goes without. Raises OSError."""
        family, name = resolve(remote)
        channel = self.sockets.get(family)
        if channel is None:
            raise OSError(EAFNOSUPPORT, "no socket of the address family")
        source = None
        if local is not None:
            _, here = resolve(local)
            source = (
                socket.inet_pton(family, here[0].partition("%")[0]),
                here[3] if family == socket.AF_INET6 else 0,
            )
        parts = [data] if data == b"\xff" else [NON_ESP_MARKER, data]
        channel.send_parts(parts, name, source, probe)

    # what happened

    def event_fileno(self) -> int:
        """Readable when `events` has something; also when memory waits to be freed, which `events` does."""
        return self.event_wake[0]

    def events(self) -> list:
        """What happened since the last call."""
        found = []
        ginnel_wake_drain(self.event_wake[0])
        self.reclaim()
        for loop, direction in ((self.inward, "in"), (self.outward, "out")):
            drain(loop, direction, found)
        return found

    def inbound(self, spi):
        """The counters of an inbound SA. Raises KeyError."""
        cdef Inbound inbound = self.inbounds[spi]
        return sa_counters(inbound.sa.spi, &inbound.sa.usage)

    def outbound(self, handle):
        """The counters of an outbound SA. Raises KeyError."""
        cdef Outbound outbound = self.outbounds[handle]
        return sa_counters(outbound.sa.spi, &outbound.sa.usage)

    def features(self) -> dict:
        """Which offloads are in use, of the device and of all sockets."""
        cdef UdpChannel channel
        cdef int offloads = self.tun.offloads
        found = {
            "tun_checksum": bool(offloads & OFFLOAD_CHECKSUM),
            "tun_tcp4": bool(offloads & OFFLOAD_TCP4),
            "tun_tcp6": bool(offloads & OFFLOAD_TCP6),
            "tun_udp": bool(offloads & OFFLOAD_UDP),
            "urgent_threads": self.inward.urgent and self.outward.urgent,
        }
        for channel in self.sockets.values():
            for name, used in channel.features.items():
                found[name] = found.get(name, True) and used
        return found

    def counters(self) -> dict:
        """Totals of both directions and of every drop reason, zeros included."""
        cdef int index
        found = {
            "packets_in": ginnel_peek(&self.inward.totals[<int>PACKETS]),
            "octets_in": ginnel_peek(&self.inward.totals[<int>OCTETS]),
            "batches_in": ginnel_peek(&self.inward.totals[<int>BATCHES]),
            "writes_in": ginnel_peek(&self.inward.totals[<int>WRITES]),
            "ike_in": ginnel_peek(&self.inward.totals[<int>IKE]),
            "keepalives_in": ginnel_peek(&self.inward.totals[<int>KEEPALIVES]),
            "packets_out": ginnel_peek(&self.outward.totals[<int>PACKETS]),
            "octets_out": ginnel_peek(&self.outward.totals[<int>OCTETS]),
            "batches_out": ginnel_peek(&self.outward.totals[<int>BATCHES]),
            "sends_out": ginnel_peek(&self.outward.totals[<int>WRITES]),
            "errors_back": ginnel_peek(&self.inward.totals[<int>ERRORS]),
            "complaints": ginnel_peek(&self.outward.totals[<int>COMPLAINTS]),
        }
        for index in range(1, len(DROP_NAMES)):
            found[DROP_NAMES[index]] = ginnel_peek(&self.inward.drops[index]) + ginnel_peek(
                &self.outward.drops[index]
            )
        return found


cdef drain(Loop loop, direction, found):
    """Take what `loop` has told."""
    cdef EventRecord record
    cdef uint64_t read = loop.ring.read
    while read != ginnel_load(&loop.ring.written):
        record = loop.ring.records[read % EVENTS]
        read += 1
        ginnel_store(&loop.ring.read, read)
        if record.kind == PEER_MOVED:
            found.append(PeerMoved(record.spi, endpoint(&record.remote)))
        elif record.kind == PATH_TOO_BIG:
            found.append(PathTooBig(endpoint(&record.remote), record.detail))
        elif record.kind == DEVICE_LOST:
            what = "tun" if record.device == 0 else "udp4" if record.device == AF_INET else "udp6"
            found.append(DeviceLost(what, record.detail))
        else:
            found.append(SaExpiring(direction, record.spi, LIMIT_NAMES[record.detail]))


def _run(loop, plane) -> None:
    """A thread's body; it holds `plane`, to which the loop points."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are the main thread's
    loop.main()
