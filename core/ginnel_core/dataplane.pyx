"""The data plane as Python sees it; see the stub for the contract and loop.pxd for how changes reach the loops."""

import _thread
import signal
import socket

from libc.stdint cimport uint8_t, uint64_t
from libc.string cimport memcpy

from ginnel_core.address cimport endpoint, resolve
from ginnel_core.associations cimport Associations
from ginnel_core.inbound cimport InboundLoop
from ginnel_core.loop cimport (
    BATCHES,
    COMPLAINTS_SENT,
    DEVICE_LOST,
    ERRORS,
    EVENTS,
    IKE,
    KEEPALIVES,
    OCTETS,
    PACKETS,
    PATH_TOO_BIG,
    STRAY_ESP,
    PEER_MOVED,
    WRITES,
    Calm,
    EventRecord,
    Loop,
)
from ginnel_core.outbound cimport OutboundLoop
from ginnel_core.packet cimport CAPACITY, Address
from ginnel_core.posix cimport *
from ginnel_core import reasons
from ginnel_core.tun cimport OFFLOAD_CHECKSUM, OFFLOAD_TCP4, OFFLOAD_TCP6, OFFLOAD_UDP, TunDevice
from ginnel_core.udp cimport UdpChannel
from ginnel_core.values import DeviceLost, IkeDatagram, PathTooBig, PeerMoved, SaExpiring, StrayEsp

NON_ESP_MARKER = bytes(4)
LIMIT_NAMES = ("octets", "packets", "sequence")
#: By reason; the first counts no drop.
DROP_NAMES = tuple("drop_" + name.lower() for name in reasons.Reason.__members__ if name != "REASONS")
QUEUE_OCTETS = 1 << 20


cdef class DataPlane(Associations):
    """Two native threads between one TUN device and its UDP sockets; see the stub. Its SAs are the base's."""

    cdef TunDevice tun
    cdef object sockets  # family -> UdpChannel
    cdef InboundLoop inward
    cdef OutboundLoop outward
    cdef object threads  # a lock each, held while it runs
    cdef int event_wake[2]
    cdef Calm calm  # the loops'
    cdef object ike_reader, ike_writer
    cdef bint stopped
    cdef object buffer_owner

    def __cinit__(self, *args, **kwargs):
        self.event_wake[0] = self.event_wake[1] = -1

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
        self.inward.calm = self.outward.calm = &self.calm
        self.serve(self.inward, self.outward, frozenset(self.sockets))
        self.threads = []
        self.buffer_owner = bytearray(CAPACITY + 2 * sizeof(Address))

    def __dealloc__(self):
        ginnel_wake_close(self.event_wake)

    def start(self) -> None:
        """Start both threads. Raises RuntimeError the second time."""
        if self.threads or self.stopped:
            raise RuntimeError("a data plane starts once")
        for loop in (self.inward, self.outward):
            running = _thread.allocate_lock()
            running.acquire()
            # threading.Thread would wait until it runs, which may take a time slice
            _thread.start_new_thread(_run, (loop, self, running))
            self.threads.append(running)

    def stop(self) -> None:
        """Stop and join both threads, wipe all keys. Idempotent."""
        if self.stopped:
            return
        self.stopped = True
        self.inward.halt()
        self.outward.halt()
        for running in self.threads:
            with running:
                pass
        self.clear()
        self.ike_reader.close()
        self.ike_writer.close()

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
            "complaints": ginnel_peek(&self.outward.totals[<int>COMPLAINTS_SENT]),
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
        elif record.kind == STRAY_ESP:
            found.append(StrayEsp(record.spi, endpoint(&record.local), endpoint(&record.remote)))
        elif record.kind == DEVICE_LOST:
            what = "tun" if record.device == 0 else "udp4" if record.device == AF_INET else "udp6"
            found.append(DeviceLost(what, record.detail))
        else:
            found.append(SaExpiring(direction, record.spi, LIMIT_NAMES[record.detail], record.handle))


def _run(loop, plane, running) -> None:
    """A thread's body; it holds `plane`, to which the loop points, and the lock `running` until it ends."""
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are the main thread's
        loop.main()
    finally:
        running.release()
