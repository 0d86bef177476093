"""Congestion notification across the tunnel: RFC 6040, normal mode, and DSCP (RFC 4301 section 5.1.2: copied or not, as the SA says).

Every packet handed in has a whole IP header of version 4 or 6.
"""

from libc.stdint cimport uint8_t, uint16_t, uint64_t
from libc.string cimport memcpy

from ginnel_core.checksum cimport ginnel_put_checksum
from ginnel_core.reasons cimport Reason

cdef enum:
    NOT_ECT = 0
    ECT_1 = 1
    ECT_0 = 2
    CE = 3
    ECN_MASK = 3
    ECN_DROP = 4  # no ECN field

cdef inline uint8_t packet_tos(const uint8_t *packet) noexcept nogil:
    """The TOS octet, or the traffic class, which lies across two octets."""
    if packet[0] >> 4 == 4:
        return packet[1]
    return <uint8_t>((packet[0] << 4) | (packet[1] >> 4))

cdef inline uint8_t ecn_encapsulate(uint8_t inner_tos, bint copy_dscp) noexcept nogil:
    """The TOS octet of the outer packet (RFC 6040 section 4.1)."""
    return inner_tos if copy_dscp else inner_tos & <uint8_t>ECN_MASK

cdef inline uint8_t ecn_decapsulate(uint8_t inner, uint8_t outer) noexcept nogil:
    """The ECN field that the inner packet goes on with, or ECN_DROP (RFC 6040 section 4.2, figure 4)."""
    if outer == CE:
        return ECN_DROP if inner == NOT_ECT else CE
    if outer == ECT_1 and inner == ECT_0:
        return ECT_1
    return inner

cdef inline void set_ecn(uint8_t *packet, uint8_t ecn) noexcept nogil:
    """Change the ECN field, and an IPv4 header's checksum by as much (RFC 1624 section 3, equation 3)."""
    cdef uint16_t before, after, checksum
    if packet[0] >> 4 == 6:
        packet[1] = <uint8_t>((packet[1] & 0xcf) | (ecn << 4))
        return
    memcpy(&before, packet, 2)
    packet[1] = <uint8_t>((packet[1] & 0xfc) | ecn)
    memcpy(&after, packet, 2)
    memcpy(&checksum, packet + 10, 2)
    ginnel_put_checksum(packet + 10, <uint64_t>(<uint16_t>~checksum) + <uint16_t>~before + after)

cdef inline Reason ecn_inherit(uint8_t *packet, uint8_t outer_tos) noexcept nogil:
    """Pass on to a decapsulated packet what the outer header says: OK, or Reason.ECN, to be dropped."""
    cdef uint8_t inner = packet_tos(packet) & <uint8_t>ECN_MASK
    cdef uint8_t ecn = ecn_decapsulate(inner, outer_tos & <uint8_t>ECN_MASK)
    if ecn == ECN_DROP:
        return Reason.ECN
    if ecn != inner:
        set_ecn(packet, ecn)
    return Reason.OK
