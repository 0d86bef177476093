"""The two loops of a data plane; see loops.pxd. Nothing here allocates, logs or raises once a loop runs."""

from libc.string cimport memcmp, memcpy, memset

from ginnel_core.esp cimport Opened, esp_open, esp_overhead, esp_seal
from ginnel_core.ip cimport Flow, parse_flow
from ginnel_core.live cimport LIVE_LOOP, live
from ginnel_core.posix cimport *
from ginnel_core.sa cimport (
    LIMIT_SEQUENCE,
    LIMITS,
    InboundSa,
    InboundTable,
    OutboundTable,
    Rule,
    find_inbound,
    find_outbound,
)

cdef uint64_t IDLE = <uint64_t>-1

cdef enum:
    ERRORS_IN_A_ROW = 64  # then a device is taken for lost
    IKE_LEAST = 4 + 28  # non-ESP marker and IKE header
    ESP_LEAST = 8


cdef bint fatal(int error) noexcept nogil:
    """Whether a descriptor that gives this errno is gone for good."""
    return error == EBADF or error == ENOTSOCK or error == ENODEV or error == EIO or error == GINNEL_EBADFD


cdef Reason send_reason(int error) noexcept nogil:
    if error == EAGAIN or error == EWOULDBLOCK or error == ENOBUFS or error == ENOMEM:
        return Reason.SEND_FULL
    if error == EPERM or error == EACCES:
        return Reason.SEND_DENIED
    if error == ECONNREFUSED:
        return Reason.SEND_REFUSED
    if error == EHOSTUNREACH or error == ENETUNREACH or error == ENETDOWN or error == EHOSTDOWN:
        return Reason.SEND_UNREACHABLE
    return Reason.SEND_TOO_BIG if error == EMSGSIZE else Reason.SEND_ERROR


cdef class Loop:
    """What both loops have. Borrowed: the epoch, the event descriptor, the devices, and the published table."""

    def __cinit__(self, *args):
        live(LIVE_LOOP, 1)
        self.seen = IDLE
        self.wake[0] = self.wake[1] = -1
        if ginnel_wake_open(self.wake) < 0:
            raise OSError(errno, "no descriptor to wake a packet loop")

    def __init__(self, TunDevice tun not None, UdpChannel udp4, UdpChannel udp6, int event_fd):
        self.tun = tun
        self.udp4 = udp4
        self.udp6 = udp6
        self.has_udp4 = udp4 is not None
        self.has_udp6 = udp6 is not None
        self.event_fd = event_fd
        self.arena = Arena()

    def __dealloc__(self):
        ginnel_wake_close(self.wake)
        live(LIVE_LOOP, -1)

    def main(self) -> None:
        """A thread's body: run until `halt`."""
        with nogil:
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
        ginnel_store(&self.seen, ginnel_load(self.epoch))
        self.now_ns = ginnel_monotonic_ns()
        ginnel_add(&self.totals[<int>BATCHES], 1)

    cdef bint push(self, const EventRecord *record) noexcept nogil:
        cdef uint64_t written = self.ring.written
        if written - ginnel_load(&self.ring.read) >= EVENTS:
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

    cdef void drop(self, Reason reason) noexcept nogil:
        ginnel_add(&self.drops[<int>reason], 1)

    cdef void used(self, Usage *usage, uint32_t spi, uint32_t octets, uint64_t sequence) noexcept nogil:
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
                record.detail = limit
                if self.push(&record):
                    usage.raised |= <uint8_t>(1 << limit)


cdef class InboundLoop(Loop):
    """UDP -> TUN; IKE goes to Python's thread through a socket pair."""

    def __init__(self, TunDevice tun not None, UdpChannel udp4, UdpChannel udp6, int event_fd, int ike_fd):
        Loop.__init__(self, tun, udp4, udp6, event_fd)
        self.ike_fd = ike_fd

    cdef void hand_over(self, const Packet *packet) noexcept nogil:
        """Both addresses, then the IKE message without its marker."""
        cdef iovec parts[3]
        cdef msghdr message
        parts[0].iov_base = <void *>&packet.local
        parts[0].iov_len = sizeof(Address)
        parts[1].iov_base = <void *>&packet.remote
        parts[1].iov_len = sizeof(Address)
        parts[2].iov_base = packet.data + 4
        parts[2].iov_len = packet.length - 4
        memset(&message, 0, sizeof(message))
        message.msg_iov = parts
        message.msg_iovlen = 3
        if sendmsg(self.ike_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0:
            self.drop(Reason.IKE_QUEUE_FULL)
        else:
            ginnel_add(&self.totals[<int>IKE], 1)

    cdef void datagram(self, Packet *packet) noexcept nogil:
        """Sort one datagram as RFC 3948 section 2 tells them apart, and carry it on."""
        cdef const InboundTable *table
        cdef InboundSa *sa
        cdef Opened opened
        cdef EventRecord record
        cdef Reason reason
        cdef uint32_t spi
        cdef int error
        if packet.truncated:
            self.drop(Reason.TRUNCATED)
            return
        if packet.length == 1 and packet.data[0] == 0xff:
            ginnel_add(&self.totals[<int>KEEPALIVES], 1)
            return
        if packet.length < ESP_LEAST:
            self.drop(Reason.RUNT)
            return
        spi = ginnel_get32(packet.data)
        if spi == 0:
            if packet.length < IKE_LEAST:
                self.drop(Reason.RUNT)
            else:
                self.hand_over(packet)
            return
        table = <const InboundTable *>ginnel_load_pointer(&self.table)
        sa = find_inbound(table, spi)
        if sa == NULL:
            self.drop(Reason.UNKNOWN_SPI)
            return
        reason = esp_open(sa, packet.data, packet.length, &opened)
        if opened.newest and memcmp(&sa.peer, &packet.remote, sizeof(Address)) != 0:
            # authentic and newer than all before: the peer is where this packet came from
            memset(&record, 0, sizeof(record))
            record.kind = PEER_MOVED
            record.spi = spi
            record.remote = packet.remote
            if sa.peer.family == 0 or self.push(&record):
                sa.peer = packet.remote
        if reason != Reason.OK:
            self.drop(reason)
            return
        self.used(&sa.usage, spi, opened.length, sa.window.top)
        packet.data = opened.inner
        packet.length = opened.length
        error = self.tun.write_packet(packet)
        if error != 0:
            self.drop(
                Reason.TUN_FULL if error == EAGAIN or error == ENOBUFS or error == ENOMEM else Reason.TUN_WRITE
            )

    cdef bint receive(self, int which) noexcept nogil:
        """Carry one batch; False when the socket is lost."""
        cdef int error, index
        if which == 0:
            error = self.udp4.receive(&self.arena.batch)
        else:
            error = self.udp6.receive(&self.arena.batch)
        if error == 0:
            self.error_run[which] = 0
            for index in range(self.arena.batch.count):
                self.datagram(&self.arena.batch.packets[index])
            return True
        if error == EINTR or error == EAGAIN or error == EWOULDBLOCK:
            return True
        self.error_run[which] += 1
        self.drop(Reason.RECEIVE_ERROR)
        if fatal(error) or self.error_run[which] > ERRORS_IN_A_ROW:
            self.lost(AF_INET if which == 0 else AF_INET6, error)
            return False
        return True

    cdef void run(self) noexcept nogil:
        cdef pollfd waits[3]
        cdef int which
        waits[0].fd = self.wake[0]
        waits[1].fd = self.udp4.fd if self.has_udp4 else -1
        waits[2].fd = self.udp6.fd if self.has_udp6 else -1
        for which in range(3):
            waits[which].events = <short>POLLIN
        while True:
            self.pause()
            for which in range(3):
                waits[which].revents = 0
            if poll(waits, 3, -1) < 0 and errno != EINTR:
                self.lost(AF_INET if self.has_udp4 else AF_INET6, errno)
                return
            if ginnel_load(&self.stopping):
                return
            if waits[1].revents == 0 and waits[2].revents == 0:
                continue
            self.resume()
            for which in range(SOCKETS):
                if waits[which + 1].revents != 0 and not self.receive(which):
                    waits[which + 1].fd = -1  # poll(2) passes over it


cdef class OutboundLoop(Loop):
    """TUN -> UDP."""

    cdef Reason prepare(self, Packet *packet) noexcept nogil:
        """Seal one packet in place and queue it on its socket."""
        cdef Flow flow
        cdef const Rule *rule
        cdef uint32_t overhead, inner
        cdef Reason reason
        if not parse_flow(packet.data, packet.length, &flow):
            return Reason.MALFORMED
        rule = find_outbound(<const OutboundTable *>ginnel_load_pointer(&self.table), &flow)
        if rule == NULL:
            return Reason.NO_SA
        inner = flow.length
        overhead = esp_overhead(rule.sa)
        reason = esp_seal(
            rule.sa, packet.data, inner, flow.version, packet.data - overhead, &packet.length
        )
        if reason != Reason.OK:
            return reason
        packet.data -= overhead
        packet.remote = rule.route.peer
        packet.local = rule.route.source
        self.used(&rule.sa.usage, rule.sa.spi, inner, rule.sa.sequence)
        self.queues[rule.route.socket][self.queued[rule.route.socket]] = packet
        self.queued[rule.route.socket] += 1
        return Reason.OK

    cdef void flush(self, int which) noexcept nogil:
        cdef int error, sent
        cdef int done = 0
        cdef int count = self.queued[which]
        self.queued[which] = 0
        while done < count:
            sent = 0
            if which == 0:
                error = self.udp4.send(&self.queues[which][done], count - done, &sent)
            else:
                error = self.udp6.send(&self.queues[which][done], count - done, &sent)
            done += sent
            if error != 0 and error != EINTR:
                self.drop(send_reason(error))
                done += 1

    cdef bint read_batch(self) noexcept nogil:
        """Read until the device is empty or the batch full, and send; False when the device is lost."""
        cdef Packet *packet
        cdef Reason reason
        cdef int index
        cdef int error = 0
        for index in range(self.arena.batch.size):
            packet = &self.arena.batch.packets[index]
            error = self.tun.read_packet(packet)
            if error != 0:
                break
            self.tun_errors = 0
            reason = self.prepare(packet)
            if reason != Reason.OK:
                self.drop(reason)
        self.flush(0)
        self.flush(1)
        if error == 0 or error == EINTR or error == EAGAIN or error == EWOULDBLOCK:
            return True
        self.tun_errors += 1
        if fatal(error) or self.tun_errors > ERRORS_IN_A_ROW:
            self.lost(0, error)
            return False
        return True

    cdef void run(self) noexcept nogil:
        cdef pollfd waits[2]
        waits[0].fd = self.wake[0]
        waits[1].fd = self.tun.fd
        waits[0].events = waits[1].events = <short>POLLIN
        while True:
            self.pause()
            waits[0].revents = waits[1].revents = 0
            if poll(waits, 2, -1) < 0 and errno != EINTR:
                self.lost(0, errno)
                return
            if ginnel_load(&self.stopping):
                return
            if waits[1].revents == 0:
                continue
            self.resume()
            if not self.read_batch():
                waits[1].fd = -1  # poll(2) passes over it
