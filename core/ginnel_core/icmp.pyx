"""ICMP errors that answer inner packets; see icmp.pxd."""

from libc.stdint cimport uint16_t
from libc.string cimport memcpy, memset

from ginnel_core.checksum cimport ginnel_put_checksum, ginnel_sum, pseudo_sum
from ginnel_core.ip cimport Flow, parse_flow
from ginnel_core.posix cimport ginnel_get16, ginnel_put16, ginnel_put32

cdef enum:
    IPV4_MAX = 576  # RFC 1812 section 4.3.2.3
    IPV6_MAX = 1280  # RFC 4443 section 2.4 (c), RFC 8200 section 5
    ICMP_HEADER = 8
    TTL = 64
    INTERNETWORK_CONTROL = 0xc0  # RFC 1812 section 4.3.2.5
    DONT_FRAGMENT = 0x4000
    ICMP = 1
    ICMP6 = 58


cdef inline bint one_host4(uint64_t address) noexcept nogil:
    """Whether an error may go there or come from there: RFC 1122 section 3.2.2 wants an address of a single host."""
    cdef uint64_t first = address >> 24
    return 0 < first < 224 and first != 127


cdef inline bint one_host6(const uint64_t *address) noexcept nogil:
    """Not multicast, loopback or unspecified (RFC 4443 section 2.4 (e))."""
    return address[0] >> 56 != 0xff and (address[0] != 0 or address[1] > 1)


cdef inline bint is_error4(uint8_t kind) noexcept nogil:
    """Unreachable, source quench, redirect, time exceeded, parameter problem (RFC 1122 section 3.2.2)."""
    return kind == 3 or kind == 4 or kind == 5 or kind == 11 or kind == 12


cdef inline bint is_error6(uint8_t kind) noexcept nogil:
    """RFC 4443 section 2.4 (e): an error, or a redirect."""
    return kind < 128 or kind == 137


cdef bint answerable(const Flow *flow) noexcept nogil:
    """Whether any error may answer the packet."""
    cdef uint8_t icmp_type = <uint8_t>(flow.source_port >> 8)
    if flow.transport == 0:  # not a first fragment: nobody can tell what it carries
        return False
    if flow.version == 4:
        if not one_host4(flow.source[1]) or not one_host4(flow.target[1]):
            return False
        return flow.protocol != ICMP or (flow.ports_known and not is_error4(icmp_type))
    if not one_host6(flow.source) or not one_host6(flow.target):
        return False
    return flow.protocol != ICMP6 or (flow.ports_known and not is_error6(icmp_type))


cdef uint32_t error4(Complaint kind, uint32_t mtu, const uint8_t *packet, uint32_t length, uint8_t *out) noexcept nogil:
    cdef uint32_t quoted = min(length, <uint32_t>(IPV4_MAX - 20 - ICMP_HEADER))
    cdef uint32_t total = 20 + ICMP_HEADER + quoted
    memset(out, 0, 20 + ICMP_HEADER)
    out[0] = 0x45
    out[1] = INTERNETWORK_CONTROL
    ginnel_put16(out + 2, <uint16_t>total)
    memcpy(out + 4, packet + 4, 2)  # the sender's own identification is as unlike its neighbours as any
    out[8] = TTL
    out[9] = ICMP
    memcpy(out + 12, packet + 16, 4)
    memcpy(out + 16, packet + 12, 4)
    ginnel_put_checksum(out + 10, ginnel_sum(out, 20, 0))
    out[20] = 3
    if kind == Complaint.TOO_BIG:
        out[21] = 4
        ginnel_put16(out + 26, <uint16_t>min(mtu, <uint32_t>0xffff))
    else:
        out[21] = 13
    memcpy(out + 28, packet, quoted)
    ginnel_put_checksum(out + 22, ginnel_sum(out + 20, ICMP_HEADER + quoted, 0))
    return total


cdef uint32_t error6(Complaint kind, uint32_t mtu, const uint8_t *packet, uint32_t length, uint8_t *out) noexcept nogil:
    cdef uint32_t quoted = min(length, <uint32_t>(IPV6_MAX - 40 - ICMP_HEADER))
    memset(out, 0, 40 + ICMP_HEADER)
    out[0] = 0x60
    ginnel_put16(out + 4, <uint16_t>(ICMP_HEADER + quoted))
    out[6] = ICMP6
    out[7] = TTL
    memcpy(out + 8, packet + 24, 16)
    memcpy(out + 24, packet + 8, 16)
    if kind == Complaint.TOO_BIG:
        out[40] = 2
        ginnel_put32(out + 44, max(mtu, <uint32_t>IPV6_MAX))  # less would not be heeded (RFC 8201 section 4)
    else:
        out[40] = 1
        out[41] = 1
    memcpy(out + 48, packet, quoted)
    ginnel_put_checksum(
        out + 42, ginnel_sum(out + 40, ICMP_HEADER + quoted, pseudo_sum(out, 6, ICMP6, ICMP_HEADER + quoted))
    )
    return 40 + ICMP_HEADER + quoted


cdef uint32_t icmp_error(
    Complaint kind, uint32_t mtu, const uint8_t *packet, uint32_t length, uint8_t *out
) noexcept nogil:
    """Write the error that answers `packet` into `out`, ICMP_MAX octets elsewhere, and return its length.

    0 when none may be sent: RFC 1122 section 3.2.2, RFC 4443 section 2.4 (e); nor is an IPv4 packet without DF ever
    too big, it is to be fragmented. `mtu` counts octets of an inner packet. A super-packet is answered like another.
    """
    cdef Flow flow
    if not parse_flow(packet, length, &flow) or not answerable(&flow):
        return 0
    if flow.version == 6:
        return error6(kind, mtu, packet, flow.length, out)
    if kind == Complaint.TOO_BIG and ginnel_get16(packet + 6) & DONT_FRAGMENT == 0:
        return 0
    return error4(kind, mtu, packet, flow.length, out)
