"""The two loops of a data plane; see loops.pxd. Nothing here allocates, logs or raises once a loop runs."""

from libc.string cimport memcmp, memcpy, memset

from ginnel_core.ecn cimport ECN_MASK, ecn_encapsulate, ecn_inherit, packet_tos
from ginnel_core.esp cimport Opened, esp_open, esp_seal, esp_size
from ginnel_core.fragment cimport fragment_begin, fragment_next
from ginnel_core.icmp cimport PROHIBITED, TOO_BIG, bucket_take, icmp_error
from ginnel_core.ip cimport Flow, parse_flow
from ginnel_core.live cimport LIVE_LOOP, live
from ginnel_core.offload cimport (
    STREAMS,
    Candidate,
    Stream,
    candidate_parse,
    complete_checksum,
    same_hosts,
    segmenter_begin,
    segmenter_next,
    stream_begin,
    stream_find,
    stream_finish,
    stream_full,
    stream_join,
)
from ginnel_core.packet cimport BATCH, Cursor, packet_reset
from ginnel_core.posix cimport *
from ginnel_core.sa cimport LIMIT_SEQUENCE, LIMITS, InboundSa, Route, Rule, inner_mtu, route_of
from ginnel_core.tables cimport InboundTable, OutboundTable, choose_rule, find_inbound
from ginnel_core.udp cimport TRAIN_DATAGRAMS, TRAIN_OCTETS

cdef uint64_t IDLE = <uint64_t>-1

cdef enum:
    ERRORS_IN_A_ROW = 64  # then a device is taken for lost
    IKE_LEAST = 4 + 28  # non-ESP marker and IKE header
    ESP_LEAST = 8
    READS = 256  # packets of the device before what is sealed must leave
    SEND_OCTETS = 128 << 10  # and octets: what a bulk transfer may let others wait for
    NEWEST = 4  # trains that a packet may join
    ROOM_MS = 50  # to wait for room in a socket, each of
    ROOM_TRIES = 4
    TELL_BIG_NS = 100000000
    QUICK_NS = 60000  # between two batches
    QUICK_RUN = 16
    NAP_NS = 50000
    NAP_OCTETS = 32 << 10  # a batch of more is worth its wake-up
    IPV6_LEAST = 1280  # what every IPv6 link carries, RFC 8200 section 5


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
        self.quick = self.quick + 1 if self.now_ns - before < QUICK_NS + NAP_NS else 0
        self.packets_before = self.totals[<int>PACKETS]
        self.octets_before = self.totals[<int>OCTETS]
        ginnel_add(&self.totals[<int>BATCHES], 1)

    cdef void moderate(self) noexcept nogil:
        """A batch ended, and nothing more is there: when small batches follow one another fast, let the next one grow.

        A packet alone never waits; a stream of them pays up to NAP_NS for a fraction of the wake-ups.
        """
        cdef uint64_t octets = self.totals[<int>OCTETS] - self.octets_before
        if self.quick < QUICK_RUN or octets > NAP_OCTETS:
            return
        if self.quick > QUICK_RUN and self.totals[<int>PACKETS] - self.packets_before < 2:
            self.quick = 0  # the last nap gathered nothing
            return
        self.pause()
        ginnel_nap(NAP_NS)

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

    cdef void too_big(self, const Address *remote, uint32_t mtu) noexcept nogil:
        """A datagram to `remote` was too big for its path; told now and then."""
        cdef EventRecord record
        if self.now_ns - self.told_big_ns < TELL_BIG_NS and mtu == 0:
            return
        memset(&record, 0, sizeof(record))
        record.kind = PATH_TOO_BIG
        record.detail = <int>mtu
        record.remote = remote[0]
        if self.push(&record):
            self.told_big_ns = self.now_ns

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
        Loop.__init__(self, tun, udp4, udp6, event_fd, BATCH)
        self.ike_fd = ike_fd
        self.coalescer.offloads = tun.offloads

    cdef void hand_over(self, const Packet *packet, uint8_t *data, uint32_t length) noexcept nogil:
        """Both addresses, then the IKE message without its marker."""
        cdef iovec parts[3]
        cdef msghdr message
        parts[0].iov_base = <void *>&packet.local
        parts[0].iov_len = sizeof(Address)
        parts[1].iov_base = <void *>&packet.remote
        parts[1].iov_len = sizeof(Address)
        parts[2].iov_base = data + 4
        parts[2].iov_len = length - 4
        memset(&message, 0, sizeof(message))
        message.msg_iov = parts
        message.msg_iovlen = 3
        if sendmsg(self.ike_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0:
            self.drop(Reason.IKE_QUEUE_FULL)
        else:
            ginnel_add(&self.totals[<int>IKE], 1)

    # To the device

    cdef void write(self, Gather *gather, uint32_t packets) noexcept nogil:
        cdef int error = self.tun.write_packet(gather)
        cdef Reason reason = Reason.TUN_WRITE
        ginnel_add(&self.totals[<int>WRITES], 1)
        if error == 0:
            return
        if error == EAGAIN or error == ENOBUFS or error == ENOMEM:
            reason = Reason.TUN_FULL
        ginnel_add(&self.drops[<int>reason], packets)

    cdef void finish(self, int which) noexcept nogil:
        """Write a stream and take it out."""
        cdef int index
        cdef Stream *stream = &self.coalescer.streams[which]
        stream_finish(stream)
        self.write(&stream.gather, <uint32_t>stream.gather.count - 1)
        self.coalescer.count -= 1
        for index in range(which, self.coalescer.count):
            self.coalescer.streams[index] = self.coalescer.streams[index + 1]

    cdef void finish_all(self) noexcept nogil:
        cdef int index
        for index in range(self.coalescer.count):
            stream_finish(&self.coalescer.streams[index])
            self.write(
                &self.coalescer.streams[index].gather, <uint32_t>self.coalescer.streams[index].gather.count - 1
            )
        self.coalescer.count = 0

    cdef void pass_on(self, uint8_t *packet, const Flow *flow) noexcept nogil:
        """Write a packet as it is, behind all that it might follow."""
        cdef int index = 0
        while index < self.coalescer.count:
            if same_hosts(&self.coalescer.streams[index], flow):
                self.finish(index)
            else:
                index += 1
        self.single.parts[1].iov_base = packet
        self.single.parts[1].iov_len = flow.length
        self.single.count = 2
        self.single.length = flow.length
        self.single.version = flow.version
        self.write(&self.single, 1)

    cdef void deliver(self, uint8_t *packet, const Flow *flow) noexcept nogil:
        """Coalesce an inner packet or write it."""
        cdef Candidate candidate
        cdef Stream *stream
        cdef int which
        if not candidate_parse(&candidate, packet, flow, self.coalescer.offloads):
            self.pass_on(packet, flow)
            return
        stream = stream_find(&self.coalescer, &candidate)
        if stream != NULL:
            which = <int>(stream - self.coalescer.streams)
            if stream_join(stream, &candidate):
                if stream_full(stream):
                    self.finish(which)
                return
            self.finish(which)
        if candidate.pushed:
            self.pass_on(packet, flow)
            return
        if self.coalescer.count == STREAMS:
            self.finish(0)
        stream_begin(&self.coalescer.streams[self.coalescer.count], &candidate)
        self.coalescer.count += 1

    # From a socket

    cdef void datagram(self, const Packet *packet, uint8_t *data, uint32_t length) noexcept nogil:
        """Sort one datagram as RFC 3948 section 2 tells them apart, and carry it on."""
        cdef InboundSa *sa
        cdef Opened opened
        cdef EventRecord record
        cdef Reason reason
        cdef uint32_t spi
        if length == 1 and data[0] == 0xff:
            ginnel_add(&self.totals[<int>KEEPALIVES], 1)
            return
        if length < ESP_LEAST:
            self.drop(Reason.RUNT)
            return
        spi = ginnel_get32(data)
        if spi == 0:
            if length < IKE_LEAST:
                self.drop(Reason.RUNT)
            else:
                self.hand_over(packet, data, length)
            return
        sa = find_inbound(<const InboundTable *>self.table, spi)
        if sa == NULL:
            self.drop(Reason.UNKNOWN_SPI)
            return
        reason = esp_open(sa, data, length, &opened)
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
        if packet.tos & ECN_MASK and ecn_inherit(opened.inner, packet.tos) != Reason.OK:
            self.drop(Reason.ECN)
            return
        self.used(&sa.usage, spi, opened.length, sa.window.top)
        self.deliver(opened.inner, &opened.flow)

    cdef void train(self, const Packet *packet) noexcept nogil:
        """The datagrams of one receive."""
        cdef uint32_t offset = 0
        cdef uint32_t length = packet.segment
        if packet.truncated:
            self.drop(Reason.TRUNCATED)
            return
        if length == 0 or length >= packet.length:
            self.datagram(packet, packet.data, packet.length)
            return
        while offset < packet.length:
            if length > packet.length - offset:
                length = packet.length - offset
            self.datagram(packet, packet.data + offset, length)
            offset += length

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
                self.train(&self.arena.batch.packets[index])
            self.finish_all()
            return True
        if error == EINTR or error == EAGAIN or error == EWOULDBLOCK:
            return True
        self.error_run[which] += 1
        self.drop(Reason.RECEIVE_ERROR)
        if fatal(error) or self.error_run[which] > ERRORS_IN_A_ROW:
            self.lost(AF_INET if which == 0 else AF_INET6, error)
            return False
        return True

    cdef void errors(self, int which) noexcept nogil:
        """What came back for datagrams that were sent."""
        cdef Address remote
        cdef uint32_t mtu = 0
        cdef int index, error
        for index in range(BATCH):
            if which == 0:
                error = self.udp4.next_error(&remote, &mtu)
            else:
                error = self.udp6.next_error(&remote, &mtu)
            if error == 0:
                return
            ginnel_add(&self.totals[<int>ERRORS], 1)
            if error == EMSGSIZE:
                self.too_big(&remote, mtu)

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
                if waits[which + 1].revents & <short>POLLERR:
                    self.errors(which)
                if waits[which + 1].revents != 0 and not self.receive(which):
                    waits[which + 1].fd = -1  # poll(2) passes over it
            self.moderate()


cdef class OutboundLoop(Loop):
    """TUN -> UDP."""

    def __init__(self, TunDevice tun not None, UdpChannel udp4, UdpChannel udp6, int event_fd):
        Loop.__init__(self, tun, udp4, udp6, event_fd, TRAINS)
        self.source = Arena(2)

    cdef Packet *place(self, const Rule *rule, uint32_t size, uint8_t tos, bint whole) noexcept nogil:
        """The train that takes a datagram of `size` octets: the newest of its SA, if it fits there, else a new one."""
        cdef Packet *packet
        cdef Train *train
        cdef int index = self.train_count
        cdef int oldest = index - NEWEST if index > NEWEST else 0
        cdef const Route *route
        while index > oldest:
            index -= 1
            train = &self.trains[index]
            if train.sa != rule.sa:
                continue
            packet = &self.arena.batch.packets[index]
            if (
                not train.closed
                and whole
                and size <= packet.segment
                and packet.tos == tos
                and packet.length + size <= TRAIN_OCTETS
                and train.count < TRAIN_DATAGRAMS
            ):
                train.closed = size < packet.segment
                train.count += 1
                return packet
            break
        if self.train_count == TRAINS:
            self.dispatch()
        route = route_of(rule.sa)
        packet = &self.arena.batch.packets[self.train_count]
        packet_reset(packet)
        packet.segment = size
        packet.tos = tos
        packet.may_fragment = not whole
        packet.remote = route.peer
        packet.local = route.source
        train = &self.trains[self.train_count]
        train.sa = rule.sa
        train.count = 1
        train.closed = not whole
        train.socket = route.socket
        self.train_count += 1
        return packet

    cdef void seal(
        self, const Rule *rule, uint8_t *inner, uint32_t length, uint8_t version, uint8_t tos, bint whole
    ) noexcept nogil:
        """Seal one packet into a train. `inner` may be written to before and behind it."""
        cdef uint32_t size = esp_size(rule.sa, length)
        cdef Packet *packet = self.place(rule, size, tos, whole)
        cdef Reason reason = esp_seal(rule.sa, inner, length, version, packet.data + packet.length, &size)
        if reason != Reason.OK:
            self.drop(reason)
            if packet.length == 0:
                self.train_count -= 1  # it is the newest
            return
        packet.length += size
        self.waiting += size
        self.used(&rule.sa.usage, rule.sa.spi, length, rule.sa.sequence)

    cdef void fit(
        self, const Rule *rule, uint8_t *inner, uint32_t length, uint8_t version, uint8_t tos, uint32_t limit
    ) noexcept nogil:
        """Seal a packet, whose checksum is complete, so that it fits the path: RFC 4301 section 8."""
        cdef Packet *scratch = &self.source.batch.packets[1]
        if length <= limit:
            self.seal(rule, inner, length, version, tos, True)
        elif version == 6:  # all that is larger than IPV6_LEAST was refused
            self.seal(rule, inner, length, version, tos, False)
        elif fragment_begin(&self.fragmenter, inner, length, limit):
            while True:
                packet_reset(scratch)
                length = fragment_next(&self.fragmenter, scratch.data)
                if length == 0:
                    return
                self.seal(rule, scratch.data, length, version, tos, True)
        else:
            self.drop(Reason.MALFORMED)

    cdef void complain(self, Complaint kind, uint32_t mtu, const Packet *packet) noexcept nogil:
        """Tell the sender of an inner packet why it does not go on."""
        cdef Packet *scratch = &self.source.batch.packets[1]
        cdef uint32_t length
        packet_reset(scratch)
        length = icmp_error(kind, mtu, packet.data, packet.length, scratch.data)
        if length == 0 or not bucket_take(&self.buckets[<int>kind], self.now_ns):
            return
        self.answer.parts[1].iov_base = scratch.data
        self.answer.parts[1].iov_len = length
        self.answer.count = 2
        self.answer.length = length
        self.answer.version = scratch.data[0] >> 4
        if self.tun.write_packet(&self.answer) == 0:
            ginnel_add(&self.totals[<int>COMPLAINTS], 1)

    cdef Reason carry(self, Packet *packet) noexcept nogil:
        """Seal what was read."""
        cdef Flow flow
        cdef const Rule *rule
        cdef uint8_t *inner
        cdef uint8_t tos
        cdef uint32_t length, limit, most
        if not parse_flow(packet.data, packet.length, &flow):
            return Reason.MALFORMED
        rule = choose_rule(<const OutboundTable *>self.table, &self.flows, &flow)
        if rule == NULL:
            self.complain(PROHIBITED, 0, packet)
            return Reason.NO_SA
        length = flow.length
        if packet.segment != 0:
            if not segmenter_begin(&self.cutter, packet, &flow):
                return Reason.MALFORMED
            if length > self.cutter.header + packet.segment:
                length = self.cutter.header + packet.segment
        elif packet.sum_start != 0 and not complete_checksum(packet):
            return Reason.MALFORMED
        limit = inner_mtu(rule.sa, route_of(rule.sa).peer.family == AF_INET6)
        most = IPV6_LEAST if flow.version == 6 and limit < IPV6_LEAST else limit
        if length > most and (flow.version == 6 or packet.data[6] & 0x40):
            self.complain(TOO_BIG, most, packet)
            return Reason.TOO_BIG
        tos = ecn_encapsulate(packet_tos(packet.data), rule.sa.copy_dscp)
        if packet.segment == 0:
            self.fit(rule, packet.data, length, flow.version, tos, limit)
            return Reason.OK
        while True:
            length = segmenter_next(&self.cutter, &inner)
            if length == 0:
                return Reason.OK
            self.fit(rule, inner, length, flow.version, tos, limit)

    cdef bint room(self, int which) noexcept nogil:
        """Wait a little until the socket takes more; what comes meanwhile waits in the device's queue."""
        cdef pollfd waits[2]
        waits[0].fd = self.wake[0]
        waits[1].fd = self.udp4.fd if which == 0 else self.udp6.fd
        waits[0].events = <short>POLLIN
        waits[1].events = <short>POLLOUT
        waits[0].revents = waits[1].revents = 0
        poll(waits, 2, ROOM_MS)
        return waits[1].revents != 0 and not ginnel_load(&self.stopping)

    cdef void send(self, int which, int start, int count) noexcept nogil:
        """Send the trains of one socket."""
        cdef Packet *packets = &self.arena.batch.packets[start]
        cdef Cursor at
        cdef int error
        cdef int tries = 0
        cdef Reason reason
        memset(&at, 0, sizeof(at))
        while True:
            at.lost = 0
            if which == 0:
                error = self.udp4.send(packets, count, &at)
            else:
                error = self.udp6.send(packets, count, &at)
            if error == 0:
                break
            if error == EAGAIN:
                if self.room(which):
                    continue
                tries += 1
                if tries < ROOM_TRIES and not ginnel_load(&self.stopping):
                    continue
                while at.packet < count:
                    ginnel_add(&self.drops[<int>Reason.SEND_FULL], self.trains[start + at.packet].count)
                    at.packet += 1
                break
            reason = send_reason(error)
            ginnel_add(&self.drops[<int>reason], at.lost)
            if reason == Reason.SEND_TOO_BIG:
                self.too_big(&packets[0].remote, 0)
        ginnel_add(&self.totals[<int>WRITES], <uint64_t>count)

    cdef void dispatch(self) noexcept nogil:
        """Send all trains, in order."""
        cdef int start = 0
        cdef int end
        while start < self.train_count:
            end = start + 1
            while end < self.train_count and self.trains[end].socket == self.trains[start].socket:
                end += 1
            self.send(self.trains[start].socket, start, end - start)
            start = end
        self.train_count = 0
        self.waiting = 0

    cdef bint read_batch(self) noexcept nogil:
        """Read until the device is empty or enough waits, and send; False when the device is lost."""
        cdef Packet *packet = &self.source.batch.packets[0]
        cdef Reason reason
        cdef int index
        cdef int error = 0
        for index in range(READS):
            error = self.tun.read_packet(packet)
            if error != 0:
                break
            self.tun_errors = 0
            reason = self.carry(packet)
            if reason != Reason.OK:
                self.drop(reason)
            if self.waiting >= SEND_OCTETS:
                break
        self.dispatch()
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
            self.moderate()
