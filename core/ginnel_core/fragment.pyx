"""Fragmentation of inner IPv4 packets; see fragment.pxd."""

from libc.string cimport memcpy

from ginnel_core.checksum cimport ginnel_fold, ginnel_put_checksum, ginnel_sum
from ginnel_core.posix cimport ginnel_get16, ginnel_put16

cdef enum:
    DONT_FRAGMENT = 0x4000
    MORE_FRAGMENTS = 0x2000
    OFFSET = 0x1fff
    END_OF_OPTIONS = 0
    NO_OPERATION = 1
    COPIED = 0x80


cdef bint later_options(Fragmenter *cutter) noexcept nogil:
    """Keep the options whose copied flag is set (RFC 791 section 3.1). False when they are malformed."""
    cdef const uint8_t *packet = cutter.packet
    cdef uint32_t at = 20
    cdef uint32_t octets
    cutter.later_header = 20
    while at < cutter.header and packet[at] != END_OF_OPTIONS:
        if packet[at] == NO_OPERATION:
            at += 1
            continue
        if at + 2 > cutter.header or packet[at + 1] < 2 or at + packet[at + 1] > cutter.header:
            return False
        octets = packet[at + 1]
        if packet[at] & COPIED:
            memcpy(cutter.later + cutter.later_header, packet + at, octets)
            cutter.later_header += octets
        at += octets
    while cutter.later_header % 4 != 0:
        cutter.later[cutter.later_header] = END_OF_OPTIONS
        cutter.later_header += 1
    return True


cdef bint fragment_begin(Fragmenter *cutter, const uint8_t *packet, uint32_t length, uint32_t mtu) noexcept nogil:
    """Begin to cut `packet` into fragments of at most `mtu` octets.

    False when it must not be cut (DF), cannot be (`mtu` has no room for eight octets of payload), or is malformed: its
    header's checksum included, which each fragment would otherwise make right.
    """
    cdef uint32_t header, total
    cdef uint16_t place
    if length < 20 or packet[0] >> 4 != 4:
        return False
    header = <uint32_t>(packet[0] & 0x0f) * 4
    total = ginnel_get16(packet + 2)
    place = ginnel_get16(packet + 6)
    if header < 20 or total <= header or total > length or place & DONT_FRAGMENT or mtu < header + 8:
        return False
    if ginnel_fold(ginnel_sum(packet, header, 0)) != 0xffff:
        return False
    if <uint32_t>(place & OFFSET) * 8 + total - header > 0xffff:  # no datagram is that long
        return False
    cutter.packet = packet
    cutter.mtu = mtu
    cutter.begun = False
    cutter.header = cutter.start = header
    cutter.end = total
    cutter.place = place & <uint16_t>~<uint16_t>MORE_FRAGMENTS
    cutter.more = place & MORE_FRAGMENTS != 0
    memcpy(cutter.later, packet, 20)
    if not later_options(cutter):
        return False
    cutter.later[0] = <uint8_t>(0x40 | cutter.later_header // 4)
    return True


cdef uint32_t fragment_next(Fragmenter *cutter, uint8_t *out) noexcept nogil:
    """Write the next fragment into `out`, `mtu` octets outside of the packet, and return its length; 0 at the end."""
    cdef uint32_t header = cutter.header
    cdef uint32_t payload = cutter.end - cutter.start
    cdef bint more = cutter.more
    if payload == 0:
        return 0
    if header + payload > cutter.mtu:
        payload = (cutter.mtu - header) & ~<uint32_t>7
        more = True
    memcpy(out, <const uint8_t *>cutter.later if cutter.begun else cutter.packet, header)
    memcpy(out + header, cutter.packet + cutter.start, payload)
    ginnel_put16(out + 2, <uint16_t>(header + payload))
    ginnel_put16(out + 6, cutter.place | (<uint16_t>MORE_FRAGMENTS if more else <uint16_t>0))
    ginnel_put16(out + 10, 0)
    ginnel_put_checksum(out + 10, ginnel_sum(out, header, 0))
    cutter.start += payload
    cutter.place += <uint16_t>(payload // 8)
    cutter.begun = True
    cutter.header = cutter.later_header
    return header + payload
