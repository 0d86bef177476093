"""Control messages of Linux's UDP sockets: ip(7), ipv6(7), udp(7)."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy, memset

from ginnel_core.message cimport *
from ginnel_core.packet cimport Address, Packet
from ginnel_core.posix cimport *

cdef extern from "os_compat.h" nogil:
    struct mmsghdr:
        msghdr msg_hdr
        unsigned int msg_len
    int IP_PKTINFO, IPV6_PKTINFO, IP_TOS, IPV6_TCLASS, IP_RECVERR, IPV6_RECVERR
    int UDP_SEGMENT, UDP_GRO

cdef struct Ring:
    mmsghdr messages[64]  # BATCH
    iovec vectors[64]
    Name names[64]
    Control controls[64]


cdef inline void read_control(msghdr *message, uint16_t port, Packet *packet) noexcept nogil:
    """The address that the datagram was sent to, its TOS, and the size of a train's datagrams."""
    cdef cmsghdr *header = CMSG_FIRSTHDR(message)
    cdef in_pktinfo v4
    cdef in6_pktinfo v6
    cdef int value = 0
    memset(&packet.local, 0, sizeof(Address))
    packet.local.port = port
    packet.tos = 0
    packet.segment = 0
    while header != NULL:
        if header.cmsg_level == IPPROTO_IP and header.cmsg_type == IP_PKTINFO:
            memcpy(&v4, CMSG_DATA(header), sizeof(v4))
            packet.local.family = AF_INET
            memcpy(packet.local.octets, &v4.ipi_addr, 4)
        elif header.cmsg_level == IPPROTO_IPV6 and header.cmsg_type == IPV6_PKTINFO:
            memcpy(&v6, CMSG_DATA(header), sizeof(v6))
            packet.local.family = AF_INET6
            memcpy(packet.local.octets, &v6.ipi6_addr, 16)
            if packet.local.octets[0] == 0xfe and packet.local.octets[1] & 0xc0 == 0x80:  # link-local
                packet.local.scope = v6.ipi6_ifindex
        elif header.cmsg_level == IPPROTO_UDP and header.cmsg_type == UDP_GRO:
            memcpy(&value, CMSG_DATA(header), sizeof(value))
            packet.segment = <uint32_t>value
        elif header.cmsg_level == IPPROTO_IP and header.cmsg_type == IP_TOS:
            packet.tos = CMSG_DATA(header)[0]
        elif header.cmsg_level == IPPROTO_IPV6 and header.cmsg_type == IPV6_TCLASS:
            memcpy(&value, CMSG_DATA(header), sizeof(value))
            packet.tos = <uint8_t>value
        header = CMSG_NXTHDR(message, header)


cdef inline void write_control(
    const Packet *packet, uint32_t length, msghdr *message, Control *control
) noexcept nogil:
    """What goes with `length` octets of a packet: source address, TOS, and the size of a train's datagrams."""
    cdef in_pktinfo v4
    cdef in6_pktinfo v6
    cdef int tos = packet.tos
    cdef uint16_t segment = <uint16_t>packet.segment
    message.msg_controllen = 0
    if packet.local.family == AF_INET:
        memset(&v4, 0, sizeof(v4))
        memcpy(&v4.ipi_spec_dst, packet.local.octets, 4)
        put_control(message, control, IPPROTO_IP, IP_PKTINFO, &v4, sizeof(v4))
    elif packet.local.family == AF_INET6:
        memset(&v6, 0, sizeof(v6))
        memcpy(&v6.ipi6_addr, packet.local.octets, 16)
        v6.ipi6_ifindex = packet.local.scope
        put_control(message, control, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof(v6))
    if tos != 0 and packet.remote.family == AF_INET:
        put_control(message, control, IPPROTO_IP, IP_TOS, &tos, sizeof(tos))
    elif tos != 0:
        put_control(message, control, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos))
    if segment != 0 and length > segment:
        put_control(message, control, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment))
    message.msg_control = control if message.msg_controllen != 0 else NULL
