"""Linux's UDP socket: recvmmsg(2), sendmmsg(2), and the local address by IP_PKTINFO (ip(7)) and IPV6_PKTINFO (ipv6(7))."""

import contextlib
import errno as errnos
import socket
import struct

from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from ginnel_core.packet cimport BATCH, CAPACITY, HEAD_ROOM, Address, Batch, Packet
from ginnel_core.posix cimport *
from ginnel_core.udp cimport UdpChannel
from ginnel_core.values import Endpoint

cdef extern from "os_compat.h" nogil:
    struct mmsghdr:
        msghdr msg_hdr
        unsigned int msg_len
    int recvmmsg(int, mmsghdr *, unsigned int, int, void *)
    int sendmmsg(int, mmsghdr *, unsigned int, int)
    int IP_PKTINFO, IPV6_PKTINFO, IPV6_RECVPKTINFO, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER
    int IP_PMTUDISC_DONT, IPV6_PMTUDISC_DONT
    int SO_MARK, SO_RCVBUFFORCE, SO_SNDBUFFORCE

cdef enum:
    CONTROL = 64  # octets: one cmsghdr with a pktinfo

BUFFER_OCTETS = 8 << 20

cdef union Name:
    sockaddr any
    sockaddr_in v4
    sockaddr_in6 v6

cdef struct Control:
    uint64_t octets[8]  # aligned for a cmsghdr

cdef struct Ring:
    mmsghdr messages[<int>BATCH]
    iovec vectors[<int>BATCH]
    Name names[<int>BATCH]
    Control controls[<int>BATCH]


cdef inline void read_name(const Name *name, Address *out) noexcept nogil:
    memset(out, 0, sizeof(Address))
    out.family = name.any.sa_family
    if out.family == AF_INET:
        out.port = name.v4.sin_port
        memcpy(out.octets, &name.v4.sin_addr, 4)
    elif out.family == AF_INET6:
        out.port = name.v6.sin6_port
        out.scope = name.v6.sin6_scope_id
        memcpy(out.octets, &name.v6.sin6_addr, 16)


cdef inline socklen_t write_name(const Address *address, Name *out) noexcept nogil:
    memset(out, 0, sizeof(Name))
    if address.family == AF_INET:
        out.v4.sin_family = AF_INET
        out.v4.sin_port = address.port
        memcpy(&out.v4.sin_addr, address.octets, 4)
        return sizeof(sockaddr_in)
    out.v6.sin6_family = AF_INET6
    out.v6.sin6_port = address.port
    out.v6.sin6_scope_id = address.scope
    memcpy(&out.v6.sin6_addr, address.octets, 16)
    return sizeof(sockaddr_in6)


cdef inline void read_local(msghdr *message, uint16_t port, Address *out) noexcept nogil:
    """The address that the datagram was sent to."""
    cdef cmsghdr *header = CMSG_FIRSTHDR(message)
    cdef in_pktinfo v4
    cdef in6_pktinfo v6
    memset(out, 0, sizeof(Address))
    out.port = port
    while header != NULL:
        if header.cmsg_level == IPPROTO_IP and header.cmsg_type == IP_PKTINFO:
            memcpy(&v4, CMSG_DATA(header), sizeof(v4))
            out.family = AF_INET
            memcpy(out.octets, &v4.ipi_addr, 4)
        elif header.cmsg_level == IPPROTO_IPV6 and header.cmsg_type == IPV6_PKTINFO:
            memcpy(&v6, CMSG_DATA(header), sizeof(v6))
            out.family = AF_INET6
            memcpy(out.octets, &v6.ipi6_addr, 16)
            if out.octets[0] == 0xfe and out.octets[1] & 0xc0 == 0x80:  # link-local
                out.scope = v6.ipi6_ifindex
        header = CMSG_NXTHDR(message, header)


cdef inline size_t write_source(const Address *source, msghdr *message, void *control) noexcept nogil:
    """Put a pktinfo that chooses the source address into `control`. Returns the octets used, 0 without a source."""
    cdef cmsghdr *header
    cdef in_pktinfo v4
    cdef in6_pktinfo v6
    message.msg_control = NULL
    message.msg_controllen = 0
    if source.family == 0:
        return 0
    memset(control, 0, CONTROL)
    message.msg_control = control
    message.msg_controllen = CMSG_SPACE(sizeof(v4)) if source.family == AF_INET else CMSG_SPACE(sizeof(v6))
    header = CMSG_FIRSTHDR(message)
    if source.family == AF_INET:
        memset(&v4, 0, sizeof(v4))
        memcpy(&v4.ipi_spec_dst, source.octets, 4)
        header.cmsg_level = IPPROTO_IP
        header.cmsg_type = IP_PKTINFO
        header.cmsg_len = CMSG_LEN(sizeof(v4))
        memcpy(CMSG_DATA(header), &v4, sizeof(v4))
    else:
        memset(&v6, 0, sizeof(v6))
        memcpy(&v6.ipi6_addr, source.octets, 16)
        v6.ipi6_ifindex = source.scope
        header.cmsg_level = IPPROTO_IPV6
        header.cmsg_type = IPV6_PKTINFO
        header.cmsg_len = CMSG_LEN(sizeof(v6))
        memcpy(CMSG_DATA(header), &v6, sizeof(v6))
    return message.msg_controllen


def open_socket(address: tuple, family: int, mark: int) -> socket.socket:
    """A bound, non-blocking socket that tells local addresses and never sets the outer DF bit."""
    opened = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        if mark:
            opened.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
        for forced, plain in ((SO_RCVBUFFORCE, socket.SO_RCVBUF), (SO_SNDBUFFORCE, socket.SO_SNDBUF)):
            try:
                opened.setsockopt(socket.SOL_SOCKET, forced, BUFFER_OCTETS)
            except PermissionError:
                opened.setsockopt(socket.SOL_SOCKET, plain, BUFFER_OCTETS)
        if family == socket.AF_INET6:
            opened.setsockopt(IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            opened.setsockopt(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
            opened.setsockopt(IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT)
        else:
            opened.setsockopt(IPPROTO_IP, IP_PKTINFO, 1)
            opened.setsockopt(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
        opened.bind(address)
    except BaseException:
        opened.close()
        raise
    return opened


cdef class UdpSocket(UdpChannel):
    """A bound UDP socket for IKE and ESP; see the stub."""

    cdef object socket
    cdef readonly object local
    cdef uint16_t port  # network order
    cdef Ring *incoming
    cdef Ring *outgoing

    def __cinit__(self, *args, **kwargs):
        self.incoming = <Ring *>calloc(1, sizeof(Ring))
        self.outgoing = <Ring *>calloc(1, sizeof(Ring))
        if self.incoming == NULL or self.outgoing == NULL:
            raise MemoryError

    def __init__(self, host: str, port: int, *, mark: int = 0) -> None:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )[0]
        self.socket = open_socket(address, family, mark)
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

    def send_parts(self, parts, remote, local) -> None:
        """Send one datagram from Python's thread; `remote` is a socket address, `local` a packed address or None."""
        ancillary = []
        if local is not None and self.family == socket.AF_INET:
            ancillary = [(IPPROTO_IP, IP_PKTINFO, struct.pack("=i4s4x", 0, local[0]))]
        elif local is not None:
            ancillary = [(IPPROTO_IPV6, IPV6_PKTINFO, struct.pack("=16sI", local[0], local[1]))]
        with contextlib.suppress(InterruptedError):
            self.socket.sendmsg(parts, ancillary, MSG_DONTWAIT, remote)

    cdef int receive(self, Batch *batch) noexcept nogil:
        cdef Ring *ring = self.incoming
        cdef Packet *packet
        cdef int index, got
        cdef int wanted = BATCH if batch.size > BATCH else batch.size
        batch.count = 0
        for index in range(wanted):
            packet = &batch.packets[index]
            packet.data = packet.slot + HEAD_ROOM
            ring.vectors[index].iov_base = packet.data
            ring.vectors[index].iov_len = CAPACITY
            ring.messages[index].msg_hdr.msg_name = &ring.names[index]
            ring.messages[index].msg_hdr.msg_namelen = sizeof(Name)
            ring.messages[index].msg_hdr.msg_iov = &ring.vectors[index]
            ring.messages[index].msg_hdr.msg_iovlen = 1
            ring.messages[index].msg_hdr.msg_control = &ring.controls[index]
            ring.messages[index].msg_hdr.msg_controllen = CONTROL
        got = recvmmsg(self.fd, ring.messages, wanted, MSG_DONTWAIT, NULL)
        if got < 0:
            return errno
        for index in range(got):
            packet = &batch.packets[index]
            packet.length = ring.messages[index].msg_len
            packet.segment = 0
            packet.truncated = ring.messages[index].msg_hdr.msg_flags & MSG_TRUNC != 0
            read_name(&ring.names[index], &packet.remote)
            read_local(&ring.messages[index].msg_hdr, self.port, &packet.local)
        batch.count = got
        return 0

    cdef int send(self, Packet **packets, int count, int *sent) noexcept nogil:
        cdef Ring *ring = self.outgoing
        cdef msghdr *message
        cdef int index, done
        sent[0] = 0
        if count > BATCH:
            count = BATCH
        for index in range(count):
            message = &ring.messages[index].msg_hdr
            ring.vectors[index].iov_base = packets[index].data
            ring.vectors[index].iov_len = packets[index].length
            message.msg_name = &ring.names[index]
            message.msg_namelen = write_name(&packets[index].remote, &ring.names[index])
            message.msg_iov = &ring.vectors[index]
            message.msg_iovlen = 1
            write_source(&packets[index].local, message, &ring.controls[index])
        done = sendmmsg(self.fd, ring.messages, count, MSG_DONTWAIT | MSG_NOSIGNAL)
        if done < 0:
            return errno
        sent[0] = done
        return 0
