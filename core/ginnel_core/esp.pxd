"""ESP in tunnel mode (RFC 4303): padding, next header and sequence numbers around a transform."""

from libc.stdint cimport uint8_t, uint32_t

from ginnel_core.ip cimport Flow
from ginnel_core.reasons cimport Reason
from ginnel_core.sa cimport InboundSa, OutboundSa
from ginnel_core.transform cimport ESP_HEADER

cdef struct Opened:
    uint8_t *inner
    uint32_t length  # of the inner packet by its own header
    bint newest  # its sequence number was above all before
    Flow flow

cdef inline uint32_t esp_padding(const OutboundSa *sa, uint32_t length) noexcept nogil:
    """Octets of padding behind an inner packet of `length`; align is a power of two."""
    return (0 - (length + 2)) & (sa.transform.align - 1)

cdef inline uint32_t esp_size(const OutboundSa *sa, uint32_t length) noexcept nogil:
    """Octets of the ESP packet of an inner packet of `length`."""
    return (
        ESP_HEADER + sa.transform.iv_length + length + esp_padding(sa, length) + 2 + sa.transform.icv_length
    )

cdef uint32_t esp_overhead(const OutboundSa *sa) noexcept nogil
cdef Reason esp_seal(
    OutboundSa *sa, uint8_t *inner, uint32_t length, uint8_t version, uint8_t *out, uint32_t *out_length
) noexcept nogil
cdef Reason esp_open(InboundSa *sa, uint8_t *packet, uint32_t length, Opened *opened) noexcept nogil
