"""The UDP socket of macOS and FreeBSD (ip(4), ip6(4)), several datagrams a call where the system has that.

FreeBSD: sendmmsg(2) and recvmmsg(2), which its libc makes of single calls. macOS: sendmsg_x and recvmsg_x of libSystem
(bsd/sys/socket_private.h of xnu), or sendmsg(2) and recvmsg(2). Neither cuts a train into datagrams, so `send` does.
"""

import errno as errnos
import socket
import struct

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from ginnel_core.message cimport *
from ginnel_core.packet cimport BATCH, CAPACITY, Address, Batch, Cursor, Packet, packet_reset
from ginnel_core.posix cimport *
from ginnel_core.udp cimport UdpChannel
from ginnel_core.values import Endpoint

cdef extern from "os_compat.h" nogil:
    struct ginnel_message:
        msghdr header
        size_t octets
    ctypedef ssize_t (*ginnel_batch)(int, ginnel_message *, unsigned int, int) noexcept
    ginnel_batch ginnel_batch_send()
    ginnel_batch ginnel_batch_receive()
    int GINNEL_LOCAL4, GINNEL_LOCAL4_OCTETS, GINNEL_LOCAL4_RECEIVED, GINNEL_LOCAL4_SENT
    int GINNEL_TOS_RECEIVED, GINNEL_TOS_SENT_OCTETS, GINNEL_MARK
    int GINNEL_DONTFRAG4, GINNEL_DONTFRAG6, GINNEL_DONTFRAG_ON
    int IP_TOS, IP_RECVTOS, IPV6_PKTINFO, IPV6_RECVPKTINFO, IPV6_TCLASS, IPV6_RECVTCLASS
    int ENOSYS

cdef enum:
    LOCAL4_OCTETS = 12  # of a struct in_pktinfo, the larger of the two kinds

#: Tried in this order: the largest that the system's kern.ipc.maxsockbuf lets through.
BUFFERS_OCTETS = (8 << 20, 4 << 20, 2 << 20, 1 << 20, 1 << 19, 1 << 18)
#: A larger IKE message may go in IP fragments: a peer without RFC 7383 has no other way.
WHOLE_OCTETS = 1200

cdef struct Ring:
    ginnel_message messages[<int>BATCH]
    iovec vectors[<int>BATCH]
    Name names[<int>BATCH]
    Control controls[<int>BATCH]


cdef inline void read_control(msghdr *message, uint16_t port, Packet *packet) noexcept nogil:
    """The address that the datagram was sent to, and its TOS or traffic class octet."""
    cdef cmsghdr *header = CMSG_FIRSTHDR(message)
    cdef const uint8_t *data
    cdef in6_pktinfo v6
    cdef int traffic_class
    memset(&packet.local, 0, sizeof(Address))
    packet.local.port = port
    while header != NULL and header.cmsg_len >= CMSG_LEN(0):  # recvmsg_x of macOS 10.15 leaves msg_controllen as it was
        data = CMSG_DATA(header)
        if header.cmsg_level == IPPROTO_IP and header.cmsg_type == GINNEL_LOCAL4:
            packet.local.family = AF_INET
            memcpy(packet.local.octets, data + GINNEL_LOCAL4_RECEIVED, 4)
        elif header.cmsg_level == IPPROTO_IP and header.cmsg_type == GINNEL_TOS_RECEIVED:
            packet.tos = data[0]
        elif header.cmsg_level == IPPROTO_IPV6 and header.cmsg_type == IPV6_PKTINFO:
            memcpy(&v6, data, sizeof(v6))
            packet.local.family = AF_INET6
            memcpy(packet.local.octets, &v6.ipi6_addr, 16)
            if packet.local.octets[0] == 0xfe and packet.local.octets[1] & 0xc0 == 0x80:  # link-local
                packet.local.scope = v6.ipi6_ifindex
        elif header.cmsg_level == IPPROTO_IPV6 and header.cmsg_type == IPV6_TCLASS:
            memcpy(&traffic_class, data, sizeof(int))
            packet.tos = <uint8_t>traffic_class
        header = CMSG_NXTHDR(message, header)


cdef inline void write_control(
    const Packet *packet, bint choose_source, msghdr *message, Control *control
) noexcept nogil:
    """Source address and TOS octet of a datagram, as far as it asks for them."""
    cdef uint8_t v4[<int>LOCAL4_OCTETS]
    cdef in6_pktinfo v6
    cdef int tos = packet.tos
    message.msg_controllen = 0
    if choose_source and packet.local.family == AF_INET:
        memset(v4, 0, sizeof(v4))
        memcpy(v4 + GINNEL_LOCAL4_SENT, packet.local.octets, 4)
        put_control(message, control, IPPROTO_IP, GINNEL_LOCAL4, v4, GINNEL_LOCAL4_OCTETS)
    elif choose_source and packet.local.family == AF_INET6:
        memset(&v6, 0, sizeof(v6))
        memcpy(&v6.ipi6_addr, packet.local.octets, 16)
        v6.ipi6_ifindex = packet.local.scope
        put_control(message, control, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof(v6))
    if tos != 0 and packet.remote.family == AF_INET6:
        put_control(message, control, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(int))
    elif tos != 0 and GINNEL_TOS_SENT_OCTETS == 1:
        put_control(message, control, IPPROTO_IP, IP_TOS, &packet.tos, 1)
    elif tos != 0:
        put_control(message, control, IPPROTO_IP, IP_TOS, &tos, sizeof(int))
    message.msg_control = control if message.msg_controllen != 0 else NULL


cdef inline bint refused(int error) noexcept nogil:
    """Whether a call for several datagrams says that it cannot do this at all."""
    return error == EINVAL or error == EOPNOTSUPP or error == ENOSYS


def open_socket(address: tuple, family: int, mark: int) -> socket.socket:
    """A bound, non-blocking socket that tells local addresses and TOS octets and sets the outer DF bit."""
    if mark and GINNEL_MARK == 0:
        raise ValueError("this system's sockets have no mark")
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        if mark:
            opened.setsockopt(socket.SOL_SOCKET, GINNEL_MARK, mark)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            set_buffer(opened, option)
        if family == socket.AF_INET6:
            opened.setsockopt(IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            level, options = IPPROTO_IPV6, (IPV6_RECVPKTINFO, IPV6_RECVTCLASS)
        else:
            level, options = IPPROTO_IP, (GINNEL_LOCAL4, IP_RECVTOS)
        for option in options:
            opened.setsockopt(level, option, 1)
        set_dont_fragment(opened, True)
        opened.bind(address)
    except BaseException:
        opened.close()
        raise
    return opened


def set_buffer(opened: socket.socket, option: int) -> None:
    for octets in BUFFERS_OCTETS:
        try:
            opened.setsockopt(socket.SOL_SOCKET, option, octets)
        except OSError as error:
            if error.errno != errnos.ENOBUFS:
                raise
        else:
            return


def set_dont_fragment(opened: socket.socket, wanted: bool) -> None:
    if opened.family == socket.AF_INET6:
        level, option = IPPROTO_IPV6, GINNEL_DONTFRAG6
    else:
        level, option = IPPROTO_IP, GINNEL_DONTFRAG4
    opened.setsockopt(level, option, GINNEL_DONTFRAG_ON if wanted else 0)


cdef class UdpSocket(UdpChannel):
    """A bound UDP socket for IKE and ESP; see the stub."""

    cdef object socket
    cdef readonly object local
    cdef uint16_t port  # network order
    cdef bint choose_source  # FreeBSD refuses a source address on a socket that is bound to one (ip(4))
    cdef ginnel_batch batch_send  # NULL: one by one
    cdef ginnel_batch batch_receive
    cdef Ring *incoming
    cdef Ring *outgoing

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
        self.family = family
        self.fd = self.socket.fileno()
        name = self.socket.getsockname()
        self.local = Endpoint(name[0], name[1])
        self.port = htons(name[1])
        self.choose_source = name[0] in ("0.0.0.0", "::")
        if offload:
            self.batch_send = ginnel_batch_send()
            self.batch_receive = ginnel_batch_receive()

    def __dealloc__(self):
        free(self.incoming)
        free(self.outgoing)

    def __del__(self):
        self.close()

    @property
    def features(self) -> dict:
        return {
            "udp_segment": False,
            "udp_gro": False,
            "batched_send": self.batch_send != NULL,
            "batched_receive": self.batch_receive != NULL,
        }

    def fileno(self) -> int:
        return self.fd

    def close(self) -> None:
        """Idempotent."""
        self.fd = -1
        if self.socket is not None:
            self.socket.close()

    def send_parts(self, parts, remote, local, probe) -> None:
        """Send one datagram from Python's thread; `remote` is a socket address, `local` a packed address or None.

        With `probe` DF is set whatever the size.
        """
        ancillary = []
        if local is not None and self.choose_source and self.family == socket.AF_INET:
            source = bytearray(GINNEL_LOCAL4_OCTETS)
            source[GINNEL_LOCAL4_SENT : GINNEL_LOCAL4_SENT + 4] = local[0]
            ancillary = [(IPPROTO_IP, GINNEL_LOCAL4, source)]
        elif local is not None and self.choose_source:
            ancillary = [(IPPROTO_IPV6, IPV6_PKTINFO, struct.pack("=16sI", local[0], local[1]))]
        whole = probe or sum(map(len, parts)) <= WHOLE_OCTETS
        if not whole:
            set_dont_fragment(self.socket, False)  # packets that the loop sends meanwhile take no harm
        try:
            self.socket.sendmsg(parts, ancillary, MSG_DONTWAIT, remote)
        finally:
            if not whole:
                set_dont_fragment(self.socket, True)

    cdef int receive(self, Batch *batch) noexcept nogil:
        cdef Ring *ring = self.incoming
        cdef Packet *packet
        cdef ssize_t index, got
        cdef int wanted = BATCH if batch.size > BATCH else batch.size
        batch.count = 0
        for index in range(wanted):
            packet = &batch.packets[index]
            packet_reset(packet)
            ring.vectors[index].iov_base = packet.data
            ring.vectors[index].iov_len = CAPACITY
            ring.names[index].any.sa_family = 0
            ring.messages[index].header.msg_name = &ring.names[index]
            ring.messages[index].header.msg_namelen = sizeof(Name)
            ring.messages[index].header.msg_iov = &ring.vectors[index]
            ring.messages[index].header.msg_iovlen = 1
            memset(&ring.controls[index], 0, CONTROL)
            ring.messages[index].header.msg_control = &ring.controls[index]
            ring.messages[index].header.msg_controllen = CONTROL
            ring.messages[index].header.msg_flags = 0
            ring.messages[index].octets = 0
        if self.batch_receive != NULL:
            got = self.batch_receive(self.fd, ring.messages, wanted, MSG_DONTWAIT)
            if got < 0 and refused(errno):
                self.batch_receive = NULL
        if self.batch_receive == NULL:
            got = self.receive_singly(wanted)
        if got < 0:
            return errno
        for index in range(got):
            packet = &batch.packets[index]
            packet.length = <uint32_t>ring.messages[index].octets
            packet.truncated = ring.messages[index].header.msg_flags & MSG_TRUNC != 0
            read_name(&ring.names[index], &packet.remote)
            read_control(&ring.messages[index].header, self.port, packet)
        batch.count = <int>got
        return 0

    cdef ssize_t receive_singly(self, int wanted) noexcept nogil:
        """As recvmmsg(2): an error behind the first datagram is the next call's."""
        cdef ginnel_message *message
        cdef ssize_t got
        cdef int index
        for index in range(wanted):
            message = &self.incoming.messages[index]
            got = recvmsg(self.fd, &message.header, MSG_DONTWAIT)
            if got < 0:
                return index if index > 0 else -1
            message.octets = <size_t>got
        return wanted

    cdef int gather(self, Packet *packets, int count, Cursor at) noexcept nogil:
        """Make messages of the datagrams from `at` on, as many as the ring holds; returns how many."""
        cdef Ring *ring = self.outgoing
        cdef const Packet *packet
        cdef msghdr *header
        cdef int filled = 0
        while filled < BATCH and at.packet < count:
            packet = &packets[at.packet]
            header = &ring.messages[filled].header
            ring.vectors[filled].iov_base = packet.data + at.offset
            ring.vectors[filled].iov_len = datagram_octets(packet, at.offset)
            header.msg_name = &ring.names[filled]
            header.msg_namelen = write_name(&packet.remote, &ring.names[filled])
            header.msg_iov = &ring.vectors[filled]
            header.msg_iovlen = 1
            write_control(packet, self.choose_source, header, &ring.controls[filled])
            header.msg_flags = 0
            ring.messages[filled].octets = 0
            filled += 1
            advance(packets, &at)
        return filled

    cdef int send(self, Packet *packets, int count, Cursor *at) noexcept nogil:
        cdef ssize_t sent
        cdef int error, filled, index
        at.lost = 0
        while at.packet < count:
            filled = self.gather(packets, count, at[0])
            sent = self.send_batch(filled)
            if sent < 0:
                if errno == EINTR:
                    continue
                if errno == EWOULDBLOCK:
                    return EAGAIN
                error = errno
                at.lost = 1
                advance(packets, at)
                while error == EMSGSIZE and at.offset != 0:  # as would the rest of the train be
                    at.lost += 1
                    advance(packets, at)
                return error
            for index in range(<int>sent):
                advance(packets, at)
        return 0

    cdef ssize_t send_batch(self, int filled) noexcept nogil:
        """Send the ring's first messages: how many went, or -1 and the errno of the first."""
        cdef ssize_t sent
        cdef int error
        if self.batch_send != NULL and filled > 1:
            sent = self.batch_send(self.fd, self.outgoing.messages, filled, MSG_DONTWAIT)
            if sent > 0:
                return sent
            if sent == 0:  # not to be expected; never to be repeated without end
                error = 0
            else:
                error = errno
            if error == EAGAIN or error == EWOULDBLOCK or error == EINTR or error == ENOBUFS:
                return -1
            # sendmsg_x does not say which datagram the error is of, nor what went before it. Those that went go twice,
            # and the peer's replay window drops them.
            sent = self.send_singly(filled)
            if sent > 0 and refused(error):
                self.batch_send = NULL
            return sent
        return self.send_singly(filled)

    cdef ssize_t send_singly(self, int filled) noexcept nogil:
        """As sendmmsg(2): an error behind the first datagram is the next call's."""
        cdef int index
        for index in range(filled):
            if sendmsg(self.fd, &self.outgoing.messages[index].header, MSG_DONTWAIT) < 0:
                return index if index > 0 else -1
        return filled


cdef inline uint32_t datagram_octets(const Packet *packet, uint32_t offset) noexcept nogil:
    """Of the datagram that begins at `offset` of the packet."""
    cdef uint32_t rest = packet.length - offset
    return packet.segment if packet.segment != 0 and packet.segment < rest else rest


cdef inline void advance(const Packet *packets, Cursor *at) noexcept nogil:
    """Past one datagram."""
    at.offset += datagram_octets(&packets[at.packet], at.offset)
    if at.offset >= packets[at.packet].length:
        at.packet += 1
        at.offset = 0
