"""What the packet path must know of an IP packet: addresses, protocol, ports, and its true length.

Every read stands behind a check of the length (RFC 791, RFC 8200). Of a fragment that is not the first the ports are
unknown; of an IPv6 one the protocol may be, too (RFC 4301 section 4.4.1.1 calls such fields OPAQUE).
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from ginnel_core.posix cimport ginnel_get16, ginnel_get32, ginnel_get64

cdef struct Flow:
    uint8_t version  # 4 or 6
    uint8_t protocol
    bint protocol_known
    bint ports_known
    uint16_t source_port  # of ICMP: type * 256 + code, in both
    uint16_t target_port
    uint64_t source[2]  # high and low half; an IPv4 address stands in the low one
    uint64_t target[2]
    uint32_t length  # of the packet by its own header
    uint32_t transport  # where its TCP, UDP or other header begins; 0 in a fragment that is not the first

cdef inline void parse_ports(const uint8_t *head, size_t length, Flow *flow) noexcept nogil:
    cdef uint8_t protocol = flow.protocol
    if protocol == 6 or protocol == 17 or protocol == 132 or protocol == 136 or protocol == 33:  # TCP, UDP, SCTP, UDP-Lite, DCCP
        if length >= 4:
            flow.source_port = ginnel_get16(head)
            flow.target_port = ginnel_get16(head + 2)
            flow.ports_known = True
    elif (protocol == 1 and flow.version == 4) or (protocol == 58 and flow.version == 6):
        if length >= 2:
            flow.source_port = flow.target_port = ginnel_get16(head)
            flow.ports_known = True
    elif protocol == 135 and length >= 3:  # Mobility Header: its type in the high octet
        flow.source_port = flow.target_port = <uint16_t>(head[2] << 8)
        flow.ports_known = True

cdef inline bint parse_ipv4(const uint8_t *packet, size_t length, Flow *flow) noexcept nogil:
    cdef size_t header
    if length < 20:
        return False
    header = <size_t>(packet[0] & 0x0f) * 4
    flow.length = ginnel_get16(packet + 2)
    if header < 20 or flow.length < header or flow.length > length:
        return False
    flow.protocol = packet[9]
    flow.protocol_known = True
    flow.source[0] = flow.target[0] = 0
    flow.source[1] = ginnel_get32(packet + 12)
    flow.target[1] = ginnel_get32(packet + 16)
    if ginnel_get16(packet + 6) & 0x1fff == 0:
        flow.transport = <uint32_t>header
        parse_ports(packet + header, flow.length - header, flow)
    return True

cdef inline bint parse_ipv6(const uint8_t *packet, size_t length, Flow *flow) noexcept nogil:
    cdef size_t offset = 40
    cdef uint8_t following
    cdef bint first = True
    if length < 40:
        return False
    flow.length = 40 + <uint32_t>ginnel_get16(packet + 4)
    if flow.length > length:
        return False
    flow.source[0] = ginnel_get64(packet + 8)
    flow.source[1] = ginnel_get64(packet + 16)
    flow.target[0] = ginnel_get64(packet + 24)
    flow.target[1] = ginnel_get64(packet + 32)
    following = packet[6]
    while following == 0 or following == 43 or following == 44 or following == 51 or following == 60:
        if not first or offset + 8 > flow.length:
            return not first  # behind another fragment's header nothing can be known; cut short: malformed
        if following == 44:
            first = ginnel_get16(packet + offset + 2) & 0xfff8 == 0
            following = packet[offset]
            offset += 8
        elif following == 51:
            following = packet[offset]
            offset += (<size_t>packet[offset + 1] + 2) * 4
        else:
            following = packet[offset]
            offset += (<size_t>packet[offset + 1] + 1) * 8
    flow.protocol = following
    flow.protocol_known = True
    if first:
        flow.transport = <uint32_t>offset
        if offset <= flow.length:
            parse_ports(packet + offset, flow.length - offset, flow)
    return True

cdef inline bint parse_flow(const uint8_t *packet, size_t length, Flow *flow) noexcept nogil:
    """Fill `flow`; False when the packet's headers are not whole."""
    flow.protocol_known = flow.ports_known = False
    flow.protocol = 0
    flow.source_port = flow.target_port = 0
    flow.transport = 0
    if length < 1:
        return False
    flow.version = packet[0] >> 4
    if flow.version == 4:
        return parse_ipv4(packet, length, flow)
    if flow.version == 6:
        return parse_ipv6(packet, length, flow)
    return False
