"""ESP in tunnel mode (RFC 4303): padding, next header and sequence numbers around a transform."""

from libc.stdint cimport uint8_t, uint32_t

from ginnel_core.ip cimport Flow
from ginnel_core.reasons cimport Reason
from ginnel_core.sa cimport InboundSa, OutboundSa

cdef struct Opened:
    uint8_t *inner
    uint32_t length  # of the inner packet by its own header
    bint newest  # its sequence number was above all before
    Flow flow

cdef uint32_t esp_overhead(const OutboundSa *sa) noexcept nogil
cdef Reason esp_seal(
    OutboundSa *sa, uint8_t *inner, uint32_t length, uint8_t version, uint8_t *out, uint32_t *out_length
) noexcept nogil
cdef Reason esp_open(InboundSa *sa, uint8_t *packet, uint32_t length, Opened *opened) noexcept nogil
