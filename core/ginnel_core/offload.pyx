"""Segmenting and coalescing; see offload.pxd. The fields of super-packets: RFC 791, 8200, 9293, 768; RFC 1071 for sums."""

from libc.string cimport memcmp, memcpy

from ginnel_core.checksum cimport ginnel_fold, ginnel_sum, pseudo_sum
from ginnel_core.ip cimport Flow
from ginnel_core.packet cimport Packet
from ginnel_core.posix cimport ginnel_get16, ginnel_get32, ginnel_get64, ginnel_put16, ginnel_put32
from ginnel_core.tun cimport GATHER_PARTS, OFFLOAD_TCP4, OFFLOAD_TCP6, OFFLOAD_UDP

cdef enum:
    TCP = 6
    UDP = 17
    FIN = 0x01
    PSH = 0x08
    ACK = 0x10
    CWR = 0x80


cdef inline void put_sum(uint8_t *to, uint64_t total, bint udp) noexcept nogil:
    """Store the complement of a sum; UDP says 0xffff where that is 0 (RFC 768)."""
    cdef uint16_t value = <uint16_t>~ginnel_fold(total)
    if value == 0 and udp:
        value = 0xffff
    memcpy(to, &value, 2)


cdef inline void set_lengths(uint8_t *packet, uint8_t version, uint32_t length) noexcept nogil:
    """The IP header's length, and its checksum where it has one."""
    if version == 4:
        ginnel_put16(packet + 2, <uint16_t>length)
        ginnel_put16(packet + 10, 0)
        put_sum(packet + 10, ginnel_sum(packet, <size_t>(packet[0] & 0x0f) * 4, 0), False)
    else:
        ginnel_put16(packet + 4, <uint16_t>(length - 40))


# Cutting

cdef bint segmenter_begin(Segmenter *cutter, const Packet *packet, const Flow *flow) noexcept nogil:
    """Begin to cut the super-packet `packet`, which `flow` was parsed from. False when it is none."""
    cdef uint8_t *data = packet.data
    cdef uint32_t transport = flow.transport
    if not flow.ports_known or packet.segment == 0 or flow.length > packet.length:
        return False
    if flow.protocol == TCP and transport + 20 <= flow.length:
        cutter.header = transport + <uint32_t>(data[transport + 12] >> 4) * 4
        if cutter.header < transport + 20:
            return False
        cutter.sequence = ginnel_get32(data + transport + 4)
        cutter.tcp_flags = data[transport + 13]
    elif flow.protocol == UDP and transport + 8 <= flow.length:
        cutter.header = transport + 8
    else:
        return False
    if cutter.header > HEADER_MAX or cutter.header >= flow.length:
        return False
    cutter.packet = data
    cutter.length = flow.length
    cutter.transport = transport
    cutter.segment = packet.segment
    cutter.offset = cutter.header
    cutter.index = 0
    cutter.version = flow.version
    cutter.protocol = flow.protocol
    cutter.identification = ginnel_get16(data + 4)
    cutter.kept_at = NULL
    memcpy(cutter.template, data, cutter.header)
    return True


cdef uint32_t segmenter_next(Segmenter *cutter, uint8_t **packet) noexcept nogil:
    """The next packet's length, 0 at the end. It stands in place; KEPT octets behind it may be written to until the next
    call, and those before it for good."""
    cdef uint32_t payload = cutter.length - cutter.offset
    cdef uint32_t length
    cdef uint8_t *start
    cdef uint8_t *transport
    cdef bint last
    if cutter.kept_at != NULL:
        memcpy(cutter.kept_at, cutter.kept, KEPT)
        cutter.kept_at = NULL
    if payload == 0:
        return 0
    last = payload <= cutter.segment
    if not last:
        payload = cutter.segment
        cutter.kept_at = cutter.packet + cutter.offset + payload
        memcpy(cutter.kept, cutter.kept_at, KEPT)
    start = cutter.packet + cutter.offset - cutter.header
    length = cutter.header + payload
    memcpy(start, cutter.template, cutter.header)
    if cutter.version == 4:
        ginnel_put16(start + 4, <uint16_t>(cutter.identification + cutter.index))
    set_lengths(start, cutter.version, length)
    transport = start + cutter.transport
    length -= cutter.transport
    if cutter.protocol == TCP:
        ginnel_put32(transport + 4, cutter.sequence + cutter.offset - cutter.header)
        if not last:
            transport[13] &= <uint8_t>~(FIN | PSH)
        if cutter.index != 0:
            transport[13] &= <uint8_t>~CWR
        ginnel_put16(transport + 16, 0)
        put_sum(
            transport + 16,
            ginnel_sum(transport, length, pseudo_sum(start, cutter.version, TCP, length)),
            False,
        )
    else:
        ginnel_put16(transport + 4, <uint16_t>length)
        ginnel_put16(transport + 6, 0)
        put_sum(
            transport + 6,
            ginnel_sum(transport, length, pseudo_sum(start, cutter.version, UDP, length)),
            True,
        )
    cutter.offset += payload
    cutter.index += 1
    packet[0] = start
    return cutter.header + payload


cdef bint complete_checksum(const Packet *packet) noexcept nogil:
    """Finish the sum that the kernel left to its device: the field holds that of the pseudo header. False: out of range."""
    cdef uint32_t start = packet.sum_start
    cdef uint32_t field = start + packet.sum_offset
    if start >= packet.length or field + 2 > packet.length:
        return False
    put_sum(packet.data + field, ginnel_sum(packet.data + start, packet.length - start, 0), packet.sum_offset == 6)
    return True


# Coalescing

cdef bint candidate_parse(
    Candidate *found, uint8_t *packet, const Flow *flow, int offloads
) noexcept nogil:
    """Whether the packet that `flow` was parsed from may be coalesced: with others of its kind, and on this device.

    Its checksums are verified: what is written as a super-packet the kernel takes for right.
    """
    cdef uint8_t *transport = packet + flow.transport
    cdef uint32_t length = flow.length - flow.transport
    cdef uint32_t header
    if flow.version == 4:
        if flow.transport != 20 or ginnel_get16(packet + 6) & 0xbfff != 0:  # all but DF: a fragment, or reserved
            return False
        found.may_vary = packet[6] & 0x40 != 0
        found.identification = ginnel_get16(packet + 4)
    elif flow.transport != 40:
        return False
    if not flow.ports_known:
        return False
    if flow.protocol == TCP:
        if not offloads & (OFFLOAD_TCP4 if flow.version == 4 else OFFLOAD_TCP6) or length < 20:
            return False
        header = <uint32_t>(transport[12] >> 4) * 4
        if header < 20 or header >= length or transport[13] & <uint8_t>~PSH != ACK or transport[12] & 0x0f != 0:
            return False
        found.sequence = ginnel_get32(transport + 4)
        found.pushed = transport[13] & PSH != 0
    elif flow.protocol == UDP:
        header = 8
        if not offloads & OFFLOAD_UDP or length <= 8 or ginnel_get16(transport + 4) != length:
            return False
        if ginnel_get16(transport + 6) == 0:
            return False
        found.pushed = False
    else:
        return False
    if flow.version == 4 and ginnel_fold(ginnel_sum(packet, 20, 0)) != 0xffff:
        return False
    if ginnel_fold(
        ginnel_sum(transport, length, pseudo_sum(packet, flow.version, flow.protocol, length))
    ) != 0xffff:
        return False
    found.packet = packet
    found.length = flow.length
    found.transport = <uint16_t>flow.transport
    found.header = <uint16_t>(flow.transport + header)
    found.payload = length - header
    found.version = flow.version
    found.protocol = flow.protocol
    return True


cdef Stream *stream_find(Coalescer *coalescer, const Candidate *packet) noexcept nogil:
    """The stream of the same protocol, addresses and ports, or NULL."""
    cdef Stream *stream
    cdef int index
    cdef size_t addresses = 12 if packet.version == 4 else 8
    cdef size_t octets = 8 if packet.version == 4 else 32
    for index in range(coalescer.count):
        stream = &coalescer.streams[index]
        if (
            stream.gather.version == packet.version
            and stream.gather.protocol == packet.protocol
            and memcmp(stream.packet + addresses, packet.packet + addresses, octets) == 0
            and memcmp(stream.packet + packet.transport, packet.packet + packet.transport, 4) == 0
        ):
            return stream
    return NULL


cdef bint same_kind(const Stream *stream, const Candidate *packet) noexcept nogil:
    """Whether all that a cut of the super-packet would copy from its header is the same in this packet's."""
    cdef const uint8_t *left = stream.packet
    cdef const uint8_t *right = packet.packet
    cdef uint16_t step
    if stream.gather.header != packet.header:
        return False
    if packet.version == 4:
        if left[1] != right[1] or left[8] != right[8] or left[6] != right[6]:  # TOS, TTL, DF
            return False
        step = <uint16_t>(packet.identification - stream.last_identification)
        if step != 1 and not (step == 0 and packet.may_vary):
            return False
        if stream.gather.count > 2 and stream.constant != (step == 0):
            return False
    elif ginnel_get32(left) != ginnel_get32(right) or left[7] != right[7]:  # traffic class and flow label, hop limit
        return False
    if packet.protocol == UDP:
        return True
    left += packet.transport
    right += packet.transport
    return (
        memcmp(left + 8, right + 8, 5) == 0  # acknowledgment, data offset
        and memcmp(left + 14, right + 14, 2) == 0  # window
        and memcmp(left + 18, right + 18, <size_t>packet.header - packet.transport - 18) == 0  # urgent, options
    )


cdef bint stream_join(Stream *stream, const Candidate *packet) noexcept nogil:
    """Append a packet of the same flow; False when it does not follow."""
    cdef Gather *gather = &stream.gather
    if (
        packet.payload > gather.segment
        or stream_full(stream)
        or gather.length + packet.payload > WHOLE_MAX
        or (packet.protocol == TCP and packet.sequence != stream.next_sequence)
        or not same_kind(stream, packet)
    ):
        return False
    stream.constant = packet.version == 4 and packet.identification == stream.last_identification
    stream.last_identification = packet.identification
    stream.next_sequence += packet.payload
    stream.pushed = packet.pushed
    gather.parts[gather.count].iov_base = packet.packet + packet.header
    gather.parts[gather.count].iov_len = packet.payload
    gather.count += 1
    gather.length += packet.payload
    return True


cdef void stream_begin(Stream *stream, const Candidate *packet) noexcept nogil:
    cdef Gather *gather = &stream.gather
    gather.parts[1].iov_base = packet.packet
    gather.parts[1].iov_len = packet.length
    gather.count = 2
    gather.length = packet.length
    gather.segment = <uint16_t>packet.payload
    gather.transport = packet.transport
    gather.header = packet.header
    gather.version = packet.version
    gather.protocol = packet.protocol
    stream.packet = packet.packet
    stream.next_sequence = packet.sequence + packet.payload
    stream.last_identification = packet.identification
    stream.constant = False
    stream.pushed = packet.pushed


cdef bint stream_full(const Stream *stream) noexcept nogil:
    """Whether nothing more can follow: its last packet was short or pushed, or there is no room."""
    cdef const Gather *gather = &stream.gather
    return (
        stream.pushed
        or gather.count == GATHER_PARTS
        or gather.parts[gather.count - 1].iov_len < gather.segment
        or gather.length + gather.segment > WHOLE_MAX
    )


cdef void stream_finish(Stream *stream) noexcept nogil:
    """Make the headers say what the gathered packet is. A single packet stays as it came."""
    cdef Gather *gather = &stream.gather
    cdef uint8_t *packet = stream.packet
    cdef uint8_t *transport = packet + gather.transport
    cdef uint32_t length = gather.length - gather.transport
    cdef uint16_t pseudo
    if gather.count == 2:
        gather.segment = 0
        return
    set_lengths(packet, gather.version, gather.length)
    pseudo = ginnel_fold(pseudo_sum(packet, gather.version, gather.protocol, length))  # the kernel completes it
    if gather.protocol == UDP:
        ginnel_put16(transport + 4, <uint16_t>length)
        memcpy(transport + 6, &pseudo, 2)
    else:
        if stream.pushed:
            transport[13] |= PSH
        memcpy(transport + 16, &pseudo, 2)


cdef bint same_hosts(const Stream *stream, const Flow *flow) noexcept nogil:
    """Whether a packet of `flow` could belong to the stream, and must not overtake it."""
    cdef const uint8_t *packet = stream.packet
    if stream.gather.version != flow.version:
        return False
    if flow.version == 4:
        return ginnel_get32(packet + 12) == <uint32_t>flow.source[1] and ginnel_get32(packet + 16) == <uint32_t>flow.target[1]
    return (
        ginnel_get64(packet + 8) == flow.source[0]
        and ginnel_get64(packet + 16) == flow.source[1]
        and ginnel_get64(packet + 24) == flow.target[0]
        and ginnel_get64(packet + 32) == flow.target[1]
    )
