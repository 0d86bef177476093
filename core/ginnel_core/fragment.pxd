"""Fragmentation of inner IPv4 packets that are too big for the tunnel and whose DF bit is clear (RFC 791 section 3.2,
RFC 4301 section 8).

The transport checksum must be complete before: no device behind the tunnel could finish it.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

cdef struct Fragmenter:
    const uint8_t *packet  # borrowed until the last fragment was taken
    uint32_t mtu
    bint begun  # the first fragment was taken
    uint32_t header  # octets of the header that comes next
    uint32_t start  # where in `packet` the next fragment's payload begins
    uint32_t end
    uint16_t place  # flags and fragment offset of the next fragment, without its MF bit
    bint more  # the packet is itself a fragment, and not the last
    uint32_t later_header
    uint8_t later[60]  # the header of all fragments but the first

cdef bint fragment_begin(Fragmenter *cutter, const uint8_t *packet, uint32_t length, uint32_t mtu) noexcept nogil
cdef uint32_t fragment_next(Fragmenter *cutter, uint8_t *out) noexcept nogil
