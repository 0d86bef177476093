"""Socket addresses and control messages, as every system has them: ip(4), ip(7), cmsg(3)."""

from libc.stdint cimport uint8_t, uint64_t
from libc.string cimport memcpy, memset

from ginnel_core.packet cimport Address
from ginnel_core.posix cimport *

cdef enum:
    CONTROL = 128  # octets: a pktinfo, a TOS and a segment size

cdef union Name:
    sockaddr any
    sockaddr_in v4
    sockaddr_in6 v6

cdef union Control:
    uint8_t octets[128]
    uint64_t aligned


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


cdef inline void put_control(
    msghdr *message, Control *control, int level, int kind, const void *value, size_t length
) noexcept nogil:
    """Append one control message."""
    cdef cmsghdr *header = <cmsghdr *>(control.octets + message.msg_controllen)
    header.cmsg_level = level
    header.cmsg_type = kind
    header.cmsg_len = CMSG_LEN(length)
    memcpy(CMSG_DATA(header), value, length)
    message.msg_controllen += CMSG_SPACE(length)
