"""The inbound loop; see inbound.pxd. Nothing here allocates, logs or raises once it runs."""

from libc.stdint cimport uint64_t
from libc.string cimport memcmp, memset

from ginnel_core.early cimport EARLY, Early, EarlyDatagrams
from ginnel_core.ecn cimport ECN_MASK, ecn_inherit
from ginnel_core.esp cimport Opened, esp_open
from ginnel_core.loop cimport (
    DEVICE_ERRORS,
    ERRORS,
    IKE,
    KEEPALIVES,
    PEER_MOVED,
    SOCKETS,
    WRITES,
    EventRecord,
    device_gone,
)
from ginnel_core.offload cimport (
    STREAMS,
    Candidate,
    Stream,
    candidate_parse,
    same_hosts,
    stream_begin,
    stream_find,
    stream_finish,
    stream_full,
    stream_join,
)
from ginnel_core.packet cimport BATCH, Address
from ginnel_core.posix cimport *
from ginnel_core.reasons cimport Reason
from ginnel_core.sa cimport InboundSa
from ginnel_core.tables cimport InboundTable, find_inbound
from ginnel_core.tun cimport Gather, TunDevice
from ginnel_core.udp cimport UdpChannel

cdef enum:
    IKE_LEAST = 4 + 28  # non-ESP marker and IKE header
    ESP_LEAST = 8


cdef class InboundLoop(Loop):
    """UDP -> TUN; IKE goes to Python's thread through a socket pair."""

    def __init__(self, TunDevice tun not None, UdpChannel udp4, UdpChannel udp6, int event_fd, int ike_fd):
        Loop.__init__(self, tun, udp4, udp6, event_fd, BATCH)
        self.ike_fd = ike_fd
        self.early = EarlyDatagrams()
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
            self.early.keep(packet, data, length, self.now_ns)
            self.stray(&packet.remote, &packet.local, spi)
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
        self.used(&sa.usage, spi, 0, opened.length, sa.window.top)
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

    cdef void catch_up(self) noexcept nogil:
        """Carry on what came before its SA did, if it has one by now."""
        cdef uint64_t installs = ginnel_load(&self.installs)
        cdef Early *early
        cdef int index
        if installs == self.caught_up:
            return
        self.caught_up = installs
        for index in range(EARLY):
            early = self.early.waiting(index, self.now_ns)
            if early == NULL:
                continue
            if find_inbound(<const InboundTable *>self.table, ginnel_get32(early.octets)) != NULL:
                ginnel_add(&self.drops[<int>Reason.UNKNOWN_SPI], <uint64_t>-1)  # after all
                self.datagram(&early.packet, early.octets, early.packet.length)
                early.packet.length = 0
        self.finish_all()

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
        if device_gone(error) or self.error_run[which] > DEVICE_ERRORS:
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
            if waits[0].revents != 0:
                ginnel_wake_drain(self.wake[0])  # first: a later word of `halt` stays
            if ginnel_load(&self.stopping):
                return
            if waits[0].revents == 0 and waits[1].revents == 0 and waits[2].revents == 0:
                continue
            self.resume()
            self.catch_up()
            for which in range(SOCKETS):
                if waits[which + 1].revents & <short>POLLERR:
                    self.errors(which)
                if waits[which + 1].revents != 0 and not self.receive(which):
                    waits[which + 1].fd = -1  # poll(2) passes over it
            self.moderate()
