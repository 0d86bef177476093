"""What both loops do; see loop.pxd. Nothing here allocates, logs or raises once a loop runs."""

from libc.stdint cimport int64_t
from libc.string cimport memset

from ginnel_core.icmp cimport bucket_take
from ginnel_core.live cimport LIVE_LOOP, live
from ginnel_core.posix cimport *
from ginnel_core.sa cimport LIMIT_SEQUENCE, LIMITS

cdef uint64_t IDLE = <uint64_t>-1

cdef enum:
    QUICK_NS = 150000  # between two batches
    QUICK_RUN = 8
    NAP_NS = 100000
    NAP_OCTETS = 32 << 10  # a batch of more is worth its wake-up
    SLEPT_NS = 10000  # what a loop waited at least when it slept
    CALM_NS = 5000000  # between two batches
    AWAKE_NS = 2000000  # without sleep: then others have their turn


cdef class Loop:
    """What both loops have. Borrowed: the epoch, the event descriptor, the devices, and the table."""

    def __cinit__(self, *args):
        live(LIVE_LOOP, 1)
        self.seen = IDLE
        self.wake[0] = self.wake[1] = -1
        if ginnel_wake_open(self.wake) < 0:
            raise OSError(errno, "no descriptor to wake a packet loop")

    def __init__(self, TunDevice tun not None, UdpChannel udp4, UdpChannel udp6, int event_fd, int slots):
        self.tun = tun
        self.udp4 = udp4
        self.udp6 = udp6
        self.has_udp4 = udp4 is not None
        self.has_udp6 = udp6 is not None
        self.event_fd = event_fd
        self.arena = Arena(slots)

    def __dealloc__(self):
        ginnel_wake_close(self.wake)
        live(LIVE_LOOP, -1)

    def main(self) -> None:
        """A thread's body: run until `halt`."""
        with nogil:
            self.urgent = ginnel_thread_urgent() != 0
            self.run()
            ginnel_store(&self.seen, IDLE)

    def halt(self) -> None:
        ginnel_store(&self.stopping, 1)
        ginnel_wake_signal(self.wake[1])

    cdef void run(self) noexcept nogil:
        pass

    cdef void pause(self) noexcept nogil:
        """About to poll: this loop uses no table. Python waits to hear of it when it has changed something."""
        cdef uint64_t epoch
        ginnel_store(&self.seen, IDLE)
        epoch = ginnel_load(self.epoch)
        if epoch != self.told:
            self.told = epoch
            ginnel_wake_signal(self.event_fd)

    cdef void resume(self) noexcept nogil:
        """A batch begins."""
        cdef uint64_t before = self.now_ns
        ginnel_store(&self.seen, ginnel_load(self.epoch))
        self.now_ns = ginnel_monotonic_ns()
        if self.now_ns - self.ended_ns > SLEPT_NS:
            self.awake_ns = self.now_ns
        self.quick = self.quick + 1 if self.now_ns - before < QUICK_NS + NAP_NS else 0
        # signed: the other loop may have stirred since
        self.settle(<int64_t>(self.now_ns - ginnel_load(&self.calm.stirred_ns)) > CALM_NS)
        self.packets_before = self.totals[<int>PACKETS]
        self.octets_before = self.totals[<int>OCTETS]
        ginnel_add(&self.totals[<int>BATCHES], 1)

    cdef void moderate(self) noexcept nogil:
        """A batch ended. When small batches follow one another fast, let the next one grow; and leave the processor to
        others now and then, whatever comes.

        A packet alone never waits; a stream of them pays up to NAP_NS for a fraction of the wake-ups.
        """
        cdef bint large = self.totals[<int>OCTETS] - self.octets_before > NAP_OCTETS
        cdef bint nap = self.quick >= QUICK_RUN and not large
        if nap and self.quick > QUICK_RUN and self.totals[<int>PACKETS] - self.packets_before < 2:
            self.quick = 0  # the last nap gathered nothing
            nap = False
        self.ended_ns = ginnel_monotonic_ns()
        if large or self.quick >= QUICK_RUN:
            ginnel_store(&self.calm.stirred_ns, self.ended_ns)
            self.settle(False)
        if nap or self.ended_ns - self.awake_ns > AWAKE_NS:
            self.pause()
            ginnel_nap(NAP_NS)

    cdef void settle(self, bint stay) noexcept nogil:
        """While little happens keep to the processor of the other loop, which a packet and its answer pass one after the
        other: to wake one that sleeps takes longer than to wait for the other loop's batch."""
        cdef int home
        if stay == self.staying or self.unfixed:
            return
        self.staying = stay
        if not stay:
            ginnel_thread_roam(&self.processors)
            ginnel_store(&self.calm.home, 0)
            return
        home = ginnel_thread_stay(<int>ginnel_load(&self.calm.home) - 1, &self.processors)
        if home < 0:
            self.unfixed = True
        else:
            ginnel_store(&self.calm.home, <uint64_t>home + 1)

    cdef bint push(self, const EventRecord *record) noexcept nogil:
        cdef uint64_t written = self.ring.written
        cdef uint64_t most = EVENTS if record.kind == DEVICE_LOST else EVENTS - LOSSES
        if written - ginnel_load(&self.ring.read) >= most:
            return False
        self.ring.records[written % EVENTS] = record[0]
        ginnel_store(&self.ring.written, written + 1)
        ginnel_wake_signal(self.event_fd)
        return True

    cdef void lost(self, int device, int error) noexcept nogil:
        cdef EventRecord record
        memset(&record, 0, sizeof(record))
        record.kind = DEVICE_LOST
        record.device = device
        record.detail = error
        self.push(&record)

    cdef void too_big(self, const Address *remote, uint32_t mtu) noexcept nogil:
        """A datagram to `remote` was too big for its path; told at a bounded rate."""
        cdef EventRecord record
        if not bucket_take(&self.tells, self.now_ns):
            return
        memset(&record, 0, sizeof(record))
        record.kind = PATH_TOO_BIG
        record.detail = <int>mtu
        record.remote = remote[0]
        self.push(&record)

    cdef void stray(self, const Address *remote, const Address *local, uint32_t spi) noexcept nogil:
        """ESP came for which there is no SA; told at a bounded rate, and never in the place of other news."""
        cdef EventRecord record
        if self.ring.written - ginnel_load(&self.ring.read) >= STRAYS or not bucket_take(&self.strays, self.now_ns):
            return
        memset(&record, 0, sizeof(record))
        record.kind = STRAY_ESP
        record.spi = spi
        record.remote = remote[0]
        record.local = local[0]
        self.push(&record)

    cdef void drop(self, Reason reason) noexcept nogil:
        ginnel_add(&self.drops[<int>reason], 1)

    cdef void used(
        self, Usage *usage, uint32_t spi, uint64_t handle, uint32_t octets, uint64_t sequence
    ) noexcept nogil:
        """Count a packet of an SA and tell of a soft edge that it crosses."""
        cdef EventRecord record
        cdef uint64_t values[3]
        cdef int limit
        ginnel_add(&self.totals[<int>PACKETS], 1)
        ginnel_add(&self.totals[<int>OCTETS], octets)
        ginnel_add(&usage.packets, 1)
        ginnel_add(&usage.octets, octets)
        ginnel_poke(&usage.last_used_ns, self.now_ns)
        values[0] = usage.octets
        values[1] = usage.packets
        values[<int>LIMIT_SEQUENCE] = sequence
        for limit in range(LIMITS):
            if values[limit] >= usage.soft[limit] and not usage.raised >> limit & 1:
                memset(&record, 0, sizeof(record))
                record.kind = SA_EXPIRING
                record.spi = spi
                record.handle = handle
                record.detail = limit
                if self.push(&record):
                    usage.raised |= <uint8_t>(1 << limit)
