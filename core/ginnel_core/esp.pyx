"""ESP in tunnel mode; see esp.pxd."""

from libc.stdint cimport uint64_t

from ginnel_core.ip cimport parse_flow
from ginnel_core.posix cimport ginnel_get32, ginnel_put32
from ginnel_core.replay cimport replay_check, replay_infer, replay_update
from ginnel_core.selector cimport any_matches
from ginnel_core.transform cimport ESP_HEADER, transform_open, transform_seal

cdef enum:
    NEXT_IPV4 = 4
    NEXT_IPV6 = 41
    NEXT_NONE = 59


cdef uint32_t esp_overhead(const OutboundSa *sa) noexcept nogil:
    """Octets that stand before the payload."""
    return ESP_HEADER + sa.transform.iv_length


cdef Reason esp_seal(
    OutboundSa *sa, uint8_t *inner, uint32_t length, uint8_t version, uint8_t *out, uint32_t *out_length
) noexcept nogil:
    """Seal the inner packet into `out`, which may be `inner - esp_overhead(sa)`.

    `inner` needs IV_MAX writable octets before and TAIL_ROOM behind. Takes the next sequence number.
    """
    cdef uint32_t padding = esp_padding(sa, length)
    cdef uint32_t index
    cdef uint64_t sequence
    cdef Reason reason
    if sa.sequence >= sa.last_sequence:
        return Reason.SEQUENCE_EXHAUSTED  # RFC 4303 section 3.3.3: "MUST NOT ... allow the Sequence Number to cycle"
    sequence = sa.sequence + 1
    sa.sequence = sequence
    for index in range(padding):
        inner[length + index] = <uint8_t>(index + 1)
    length += padding
    inner[length] = <uint8_t>padding
    inner[length + 1] = NEXT_IPV4 if version == 4 else NEXT_IPV6
    length += 2
    ginnel_put32(out, sa.spi)
    ginnel_put32(out + 4, <uint32_t>sequence)
    reason = transform_seal(&sa.transform, inner, length, sequence, out)
    out_length[0] = ESP_HEADER + sa.transform.iv_length + length + sa.transform.icv_length
    return reason


cdef Reason check_payload(uint8_t *payload, uint32_t length, Opened *opened) noexcept nogil:
    """Trailer and inner header of an authentic payload."""
    cdef uint32_t padding, index
    cdef uint8_t following
    if length < 2:
        return Reason.PADDING
    padding = payload[length - 2]
    following = payload[length - 1]
    length -= 2
    if padding > length:
        return Reason.PADDING
    length -= padding
    for index in range(padding):
        if payload[length + index] != <uint8_t>(index + 1):
            return Reason.PADDING
    if following == NEXT_NONE:
        return Reason.DUMMY
    if following != NEXT_IPV4 and following != NEXT_IPV6:
        return Reason.NEXT_HEADER
    if not parse_flow(payload, length, &opened.flow):
        return Reason.INNER_HEADER
    if opened.flow.version != (4 if following == NEXT_IPV4 else 6):
        return Reason.NEXT_HEADER
    opened.inner = payload
    opened.length = opened.flow.length  # what follows is traffic flow confidentiality padding, section 2.7
    return Reason.OK


cdef Reason esp_open(InboundSa *sa, uint8_t *packet, uint32_t length, Opened *opened) noexcept nogil:
    """Verify and decrypt in place, mark the window, and check the inner packet against the SA's selectors."""
    cdef uint32_t around = ESP_HEADER + sa.transform.iv_length + sa.transform.icv_length
    cdef uint64_t sequence
    cdef Reason reason
    opened.newest = False
    if length < around + 2:
        return Reason.RUNT
    sequence = ginnel_get32(packet + 4)
    if sa.transform.esn:
        sequence = replay_infer(&sa.window, <uint32_t>sequence)
    reason = replay_check(&sa.window, sequence)
    if reason != Reason.OK:
        return reason
    reason = transform_open(&sa.transform, packet, length - around, sequence)
    if reason != Reason.OK:
        return reason
    opened.newest = sequence > sa.window.top
    replay_update(&sa.window, sequence)
    reason = check_payload(packet + ESP_HEADER + sa.transform.iv_length, length - around, opened)
    if reason != Reason.OK:
        return reason
    if not any_matches(
        sa.remote, sa.remote_count, &opened.flow, opened.flow.source, opened.flow.source_port
    ) or not any_matches(sa.local, sa.local_count, &opened.flow, opened.flow.target, opened.flow.target_port):
        return Reason.INBOUND_SELECTOR
    return Reason.OK
