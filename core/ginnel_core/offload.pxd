"""Super-packets: cut into the packets that they stand for, and made again from packets that follow one another.

Each IP packet crosses the kernel at a price above that of its encryption. A TUN device therefore hands over and takes
TCP and UDP super-packets of up to 64 KiB (TSO, USO; Documentation/networking/segmentation-offloads.rst). Cutting one and
coalescing its packets gives it back. What does not fit is never coalesced: it passes as it is, and in order.

Nothing is copied: a packet is cut in the buffer that it was read into, its header written over octets that were sent
already; and a coalesced one is gathered from the buffers that its packets were decrypted in.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from ginnel_core.ip cimport Flow
from ginnel_core.packet cimport Packet
from ginnel_core.tun cimport Gather

cdef enum:
    HEADER_MAX = 256
    KEPT = 32  # more than any padding and trailer that sealing writes behind a packet
    STREAMS = 8
    WHOLE_MAX = 65535  # octets of an IP packet

cdef struct Segmenter:
    uint8_t *packet
    uint32_t length
    uint32_t transport  # offset of the TCP or UDP header
    uint32_t header  # octets before the payload
    uint32_t segment  # payload octets of each packet
    uint32_t offset  # of the payload that comes next
    uint32_t index
    uint32_t sequence  # of the first TCP segment
    uint16_t identification  # of the first IPv4 packet
    uint8_t version, protocol, tcp_flags
    uint8_t *kept_at
    uint8_t kept[32]  # KEPT
    uint8_t template[256]  # HEADER_MAX

cdef struct Candidate:
    # A packet that may be coalesced: plain TCP data or UDP, without options, fragments or a wrong checksum.
    uint8_t *packet
    uint32_t length
    uint32_t payload  # octets
    uint32_t sequence  # TCP
    uint16_t transport
    uint16_t header
    uint16_t identification  # IPv4
    uint8_t version, protocol
    bint may_vary  # the IPv4 identification says nothing: DF is set
    bint pushed  # TCP's PSH: its end should not wait

cdef struct Stream:
    # A super-packet that grows. `gather.count` is 0 where there is none.
    Gather gather
    uint8_t *packet  # the first one
    uint32_t next_sequence
    uint16_t last_identification
    bint constant  # the identification stays the same
    bint pushed

cdef struct Coalescer:
    Stream streams[8]  # STREAMS, the oldest first
    int count
    int offloads

cdef bint segmenter_begin(Segmenter *cutter, const Packet *packet, const Flow *flow) noexcept nogil
cdef uint32_t segmenter_next(Segmenter *cutter, uint8_t **packet) noexcept nogil
cdef bint complete_checksum(const Packet *packet) noexcept nogil

cdef bint candidate_parse(
    Candidate *found, uint8_t *packet, const Flow *flow, int offloads
) noexcept nogil
cdef Stream *stream_find(Coalescer *coalescer, const Candidate *packet) noexcept nogil
cdef bint stream_join(Stream *stream, const Candidate *packet) noexcept nogil
cdef void stream_begin(Stream *stream, const Candidate *packet) noexcept nogil
cdef bint stream_full(const Stream *stream) noexcept nogil
cdef void stream_finish(Stream *stream) noexcept nogil
cdef bint same_hosts(const Stream *stream, const Flow *flow) noexcept nogil
