"""The Internet checksum (RFC 1071); csrc/checksum.h has the words and the limits."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "checksum.h" nogil:
    uint64_t ginnel_sum(const uint8_t *data, size_t length, uint64_t start)
    uint16_t ginnel_fold(uint64_t sum)
    void ginnel_put_checksum(uint8_t *to, uint64_t sum)
    uint64_t pseudo_sum "ginnel_pseudo_sum"(const uint8_t *ip, uint8_t version, uint8_t protocol, uint32_t transport_length)
