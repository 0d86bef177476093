"""The outbound loop; see outbound.pxd. Nothing here allocates, logs or raises once it runs."""

from libc.string cimport memset

from ginnel_core.ecn cimport ecn_encapsulate, packet_tos
from ginnel_core.esp cimport esp_seal, esp_size
from ginnel_core.fragment cimport fragment_begin, fragment_next
from ginnel_core.icmp cimport PROHIBITED, TOO_BIG, bucket_take, icmp_error
from ginnel_core.ip cimport Flow, parse_flow
from ginnel_core.loop cimport COMPLAINTS_SENT, DEVICE_ERRORS, WRITES, device_gone
from ginnel_core.offload cimport complete_checksum, segmenter_begin, segmenter_next
from ginnel_core.packet cimport Arena, Cursor, Packet, packet_reset
from ginnel_core.posix cimport *
from ginnel_core.reasons cimport Reason
from ginnel_core.sa cimport Route, Rule, inner_mtu, route_of
from ginnel_core.tables cimport OutboundTable, choose_rule
from ginnel_core.tun cimport TunDevice
from ginnel_core.udp cimport TRAIN_DATAGRAMS, TRAIN_OCTETS, UdpChannel

cdef enum:
    READS = 256  # packets of the device before what is sealed must leave
    SEND_OCTETS = 128 << 10  # and octets: what a bulk transfer may let others wait for
    NEWEST = 4  # trains that a packet may join
    ROOM_MS = 50  # to wait for room in a socket, each of
    ROOM_TRIES = 4
    IPV6_LEAST = 1280  # what every IPv6 link carries, RFC 8200 section 5


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
        self.used(&rule.sa.usage, rule.sa.spi, rule.sa.handle, length, rule.sa.sequence)

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
            ginnel_add(&self.totals[<int>COMPLAINTS_SENT], 1)

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
        cdef int waited
        waits[0].fd = self.wake[0]
        waits[1].fd = self.udp4.fd if which == 0 else self.udp6.fd
        waits[0].events = <short>POLLIN
        waits[1].events = <short>POLLOUT
        for waited in range(ROOM_MS):
            waits[0].revents = waits[1].revents = 0
            poll(waits, 2, ROOM_MS - waited)
            if ginnel_load(&self.stopping):
                return False
            if waits[1].revents != <short>POLLERR:
                break
            poll(waits, 1, 1)  # an error that came back is the inbound loop's to fetch, which needs a processor
        return waits[1].revents & <short>POLLOUT != 0

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
                self.too_big(&packets[at.packet - (at.offset == 0)].remote, 0)  # the one that was passed over
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
        if device_gone(error) or self.tun_errors > DEVICE_ERRORS:
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
