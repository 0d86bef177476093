"""Linux's UDP socket: recvmmsg(2) and sendmmsg(2), whole trains of datagrams at once by UDP_SEGMENT and UDP_GRO (udp(7)).

The socket sets DF and does not heed the kernel's path MTU (IP_PMTUDISC_PROBE, ip(7)): the service finds it. What routers
answer comes through the error queue.
"""

import socket
import struct

from libc.stdlib cimport calloc, free
from libc.string cimport memset

from ginnel_core.message_linux cimport *
from ginnel_core.packet cimport BATCH, CAPACITY, Address, Batch, Cursor, Packet, packet_reset
from ginnel_core.posix cimport *
from ginnel_core.udp cimport UdpChannel
from ginnel_core.values import Endpoint

cdef extern from "os_compat.h" nogil:
    int recvmmsg(int, mmsghdr *, unsigned int, int, void *)
    int sendmmsg(int, mmsghdr *, unsigned int, int)
    int IPV6_RECVPKTINFO, IP_RECVTOS, IPV6_RECVTCLASS, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER
    int IP_PMTUDISC_PROBE, IPV6_PMTUDISC_PROBE, IP_PMTUDISC_DONT, IPV6_PMTUDISC_DONT
    int SO_MARK, SO_RCVBUFFORCE, SO_SNDBUFFORCE, MSG_ERRQUEUE
    struct sock_extended_err:
        uint32_t ee_errno
        uint32_t ee_info

BUFFER_OCTETS = 8 << 20
cdef enum:
    STRIKES = 3  # failures of UDP_SEGMENT in a row until it is given up

#: A larger IKE message may go in IP fragments: a peer without RFC 7383 has no other way.
WHOLE_OCTETS = 1200


cdef inline bint came_back(int error) noexcept nogil:
    """Whether this errno is an answer to an earlier datagram, which says nothing of the one at hand."""
    return (
        error == ECONNREFUSED or error == EHOSTUNREACH or error == ENETUNREACH or error == EMSGSIZE
        or error == EPROTO or error == ENOPROTOOPT or error == EACCES or error == EHOSTDOWN or error == EOPNOTSUPP
    )


def open_socket(address: tuple, family: int, mark: int) -> socket.socket:
    """A bound, non-blocking socket that sets DF, and tells local addresses, TOS and errors."""
    if family == socket.AF_INET6:
        options = (
            (IPPROTO_IPV6, socket.IPV6_V6ONLY, 1),
            (IPPROTO_IPV6, IPV6_RECVPKTINFO, 1),
            (IPPROTO_IPV6, IPV6_RECVTCLASS, 1),
            (IPPROTO_IPV6, IPV6_RECVERR, 1),
            (IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE),
        )
    else:
        options = (
            (IPPROTO_IP, IP_PKTINFO, 1),
            (IPPROTO_IP, IP_RECVTOS, 1),
            (IPPROTO_IP, IP_RECVERR, 1),
            (IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE),
        )
    opened = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        if mark:
            opened.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
        for forced, plain in ((SO_RCVBUFFORCE, socket.SO_RCVBUF), (SO_SNDBUFFORCE, socket.SO_SNDBUF)):
            try:
                opened.setsockopt(socket.SOL_SOCKET, forced, BUFFER_OCTETS)
            except PermissionError:
                opened.setsockopt(socket.SOL_SOCKET, plain, BUFFER_OCTETS)
        for level, option, value in options:
            opened.setsockopt(level, option, value)
        opened.bind(address)
    except BaseException:
        opened.close()
        raise
    return opened


def set_option(opened: socket.socket, option: int, value: int) -> bool:
    """Whether the kernel has this UDP option."""
    try:
        opened.setsockopt(IPPROTO_UDP, option, value)
    except OSError:
        return False
    return True


cdef class UdpSocket(UdpChannel):
    """A bound UDP socket for IKE and ESP; see the stub."""

    cdef object socket
    cdef readonly object local
    cdef uint16_t port  # network order
    cdef Ring *incoming
    cdef Ring *outgoing
    cdef uint8_t *prepared  # the first of the slots that `incoming` is laid out for
    cdef bint segmenting  # UDP_SEGMENT works
    cdef bint doubted  # it failed a moment ago, perhaps for another reason
    cdef int strikes  # it alone failed
    cdef bint merging  # UDP_GRO is on
    cdef bint fragmenting  # DF is clear for now

    def __cinit__(self, *args, **kwargs):
        self.incoming = <Ring *>calloc(1, sizeof(Ring))
        self.outgoing = <Ring *>calloc(1, sizeof(Ring))
        if self.incoming == NULL or self.outgoing == NULL:
            raise MemoryError

    def __init__(self, host: str, port: int, *, mark: int = 0, offload: bool = True) -> None:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )[0]
        self.socket = open_socket(address, family, mark)
        self.segmenting = offload and set_option(self.socket, UDP_SEGMENT, 0)
        self.merging = offload and set_option(self.socket, UDP_GRO, 1)
        self.family = family
        self.fd = self.socket.fileno()
        name = self.socket.getsockname()
        self.local = Endpoint(name[0], name[1])
        self.port = htons(name[1])

    def __dealloc__(self):
        free(self.incoming)
        free(self.outgoing)

    def __del__(self):
        self.close()

    def fileno(self) -> int:
        return self.fd

    def close(self) -> None:
        """Idempotent."""
        self.fd = -1
        if self.socket is not None:
            self.socket.close()

    @property
    def features(self) -> dict:
        return {
            "udp_segment": self.segmenting,
            "udp_gro": self.merging,
            "batched_send": True,
            "batched_receive": True,
        }

    def send_parts(self, parts, remote, local, probe) -> None:
        """Send one datagram from Python's thread; `remote` is a socket address, `local` a packed address or None.

        With `probe` DF is set whatever the size.
        """
        ancillary = []
        if local is not None and self.family == socket.AF_INET:
            ancillary = [(IPPROTO_IP, IP_PKTINFO, struct.pack("=i4s4x", 0, local[0]))]
        elif local is not None:
            ancillary = [(IPPROTO_IPV6, IPV6_PKTINFO, struct.pack("=16sI", local[0], local[1]))]
        whole = probe or sum(map(len, parts)) <= WHOLE_OCTETS
        # What the loop sends at this moment shares the choice; it takes no harm, a probe would prove nothing.
        if probe or not whole:
            self.set_df(whole)
        try:
            for last in (False, True):
                try:
                    self.socket.sendmsg(parts, ancillary, MSG_DONTWAIT, remote)
                    return
                except OSError as error:
                    # EMSGSIZE, too: an answer to a larger one, unless it comes again
                    if last or not (error.errno == EINTR or came_back(error.errno)):
                        raise
        finally:
            if not whole:
                self.set_df(True)

    cdef void set_df(self, bint wanted) noexcept nogil:
        """Whether what comes next goes whole or not at all. In IPv6 the kernel fragments to what routers told it."""
        cdef int discover
        if self.family == AF_INET6:
            discover = IPV6_PMTUDISC_PROBE if wanted else IPV6_PMTUDISC_DONT
            setsockopt(self.fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &discover, sizeof(discover))
        else:
            discover = IP_PMTUDISC_PROBE if wanted else IP_PMTUDISC_DONT
            setsockopt(self.fd, IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof(discover))

    cdef void heed(self, bint may_fragment) noexcept nogil:
        """`set_df` by the loop, which remembers what it said last."""
        if self.fragmenting != may_fragment:
            self.fragmenting = may_fragment
            self.set_df(not may_fragment)

    cdef void prepare(self, Batch *batch) noexcept nogil:
        """Lay `incoming` out for the slots of `batch`, once."""
        cdef Ring *ring = self.incoming
        cdef msghdr *message
        cdef int index
        self.prepared = batch.packets[0].slot
        for index in range(batch.size if batch.size < BATCH else BATCH):
            packet_reset(&batch.packets[index])
            ring.vectors[index].iov_base = batch.packets[index].data
            ring.vectors[index].iov_len = CAPACITY
            message = &ring.messages[index].msg_hdr
            message.msg_name = &ring.names[index]
            message.msg_namelen = sizeof(Name)
            message.msg_iov = &ring.vectors[index]
            message.msg_iovlen = 1
            message.msg_control = &ring.controls[index]
            message.msg_controllen = CONTROL

    cdef int receive(self, Batch *batch) noexcept nogil:
        cdef Ring *ring = self.incoming
        cdef Packet *packet
        cdef msghdr *message
        cdef int index, got
        batch.count = 0
        if self.prepared != batch.packets[0].slot:
            self.prepare(batch)
        got = recvmmsg(self.fd, ring.messages, batch.size if batch.size < BATCH else BATCH, MSG_DONTWAIT, NULL)
        if got < 0:
            return EAGAIN if came_back(errno) else errno
        for index in range(got):
            packet = &batch.packets[index]
            message = &ring.messages[index].msg_hdr
            packet.data = <uint8_t *>ring.vectors[index].iov_base
            packet.length = ring.messages[index].msg_len
            packet.truncated = message.msg_flags & MSG_TRUNC != 0
            read_name(&ring.names[index], &packet.remote)
            read_control(message, self.port, packet)
            message.msg_namelen = sizeof(Name)
            message.msg_controllen = CONTROL
        batch.count = got
        return 0

    cdef int fill(self, Packet *packets, int count, const Cursor *at) noexcept nogil:
        """Lay `outgoing` out for what stands at the cursor; returns how many messages."""
        cdef Ring *ring = self.outgoing
        cdef const Packet *packet
        cdef msghdr *message
        cdef int index = at.packet
        cdef int filled = 0
        cdef uint32_t offset = at.offset
        cdef uint32_t length
        while filled < BATCH and index < count:
            packet = &packets[index]
            if packet.may_fragment != packets[at.packet].may_fragment:
                break
            length = packet.length - offset
            if not self.segmenting and packet.segment != 0 and length > packet.segment:
                length = packet.segment
            ring.vectors[filled].iov_base = packet.data + offset
            ring.vectors[filled].iov_len = length
            message = &ring.messages[filled].msg_hdr
            message.msg_name = &ring.names[filled]
            message.msg_namelen = write_name(&packet.remote, &ring.names[filled])
            message.msg_iov = &ring.vectors[filled]
            message.msg_iovlen = 1
            write_control(packet, length, message, &ring.controls[filled])
            filled += 1
            offset += length
            if offset >= packet.length:
                index += 1
                offset = 0
        return filled

    cdef void advance(self, Packet *packets, Cursor *at, int messages) noexcept nogil:
        cdef int index
        for index in range(messages):
            at.offset += <uint32_t>self.outgoing.vectors[index].iov_len
            if at.offset >= packets[at.packet].length:
                at.packet += 1
                at.offset = 0

    cdef int send(self, Packet *packets, int count, Cursor *at) noexcept nogil:
        cdef int error = self.send_all(packets, count, at)
        self.heed(False)
        return error

    cdef int send_all(self, Packet *packets, int count, Cursor *at) noexcept nogil:
        cdef const Packet *packet
        cdef bint again = False
        cdef bint train
        cdef uint32_t length
        cdef int error, sent
        while at.packet < count:
            packet = &packets[at.packet]
            train = self.segmenting and packet.length - at.offset > packet.segment
            self.heed(packet.may_fragment)
            sent = sendmmsg(
                self.fd, self.outgoing.messages, self.fill(packets, count, at), MSG_DONTWAIT | MSG_NOSIGNAL
            )
            if sent >= 0:
                self.advance(packets, at, sent)
                again = False
                if self.doubted:  # one by one they go: it was UDP_SEGMENT
                    self.doubted = False
                    self.strikes += 1
                    self.segmenting = self.strikes < STRIKES
                elif train:
                    self.strikes = 0
                continue
            error = errno
            if error == EINTR:
                continue
            if error == EAGAIN or error == EWOULDBLOCK:
                return EAGAIN
            if train and (error == EIO or error == EINVAL or error == EOPNOTSUPP or error == EMSGSIZE):
                self.segmenting = False
                self.doubted = True
                continue
            if came_back(error) and not again:
                again = True
                continue
            length = <uint32_t>self.outgoing.vectors[0].iov_len
            if self.doubted:  # it was something else, and all of the train shares it
                length = packet.length - at.offset
                self.segmenting = True
                self.doubted = False
            at.lost = 1 if packet.segment == 0 else (length + packet.segment - 1) // packet.segment
            at.offset += length
            if at.offset >= packet.length:
                at.packet += 1
                at.offset = 0
            return error
        return 0

    cdef int next_error(self, Address *remote, uint32_t *mtu) noexcept nogil:
        cdef msghdr message
        cdef Name name
        cdef Control control
        cdef sock_extended_err *found
        cdef cmsghdr *header
        cdef int error = 0
        memset(&message, 0, sizeof(message))
        memset(&name, 0, sizeof(name))
        message.msg_name = &name
        message.msg_namelen = sizeof(name)
        message.msg_control = &control
        message.msg_controllen = sizeof(control)
        if recvmsg(self.fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0:
            return 0
        read_name(&name, remote)
        mtu[0] = 0
        header = CMSG_FIRSTHDR(&message)
        while header != NULL:
            if (header.cmsg_level == IPPROTO_IP and header.cmsg_type == IP_RECVERR) or (
                header.cmsg_level == IPPROTO_IPV6 and header.cmsg_type == IPV6_RECVERR
            ):
                found = <sock_extended_err *>CMSG_DATA(header)
                error = <int>found.ee_errno
                if error == EMSGSIZE:
                    mtu[0] = found.ee_info
            header = CMSG_NXTHDR(&message, header)
        return error if error != 0 else EPROTO
