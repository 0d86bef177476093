"""ICMP errors that answer inner packets which the tunnel refuses (RFC 792, 1191, 4443), and how often they may go out.

An error seems to come from where the packet went: that address routes to the tunnel, so the host's reverse-path filter
lets it in, and no address of our own is needed.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

cdef enum:
    ICMP_MAX = 1280  # octets of the longest error

cdef enum Complaint:
    PROHIBITED  # no SA covers the packet (RFC 4301 section 5.1.1)
    TOO_BIG  # it is larger than `mtu`
    COMPLAINTS

cdef enum:
    BUCKET_BURST = 50
    BUCKET_INTERVAL_NS = 10_000_000  # 100 errors a second

cdef struct Bucket:
    # Zeroed: full. RFC 4443 section 2.4 (f) asks for a token bucket; it is kept as the time when it will be full again.
    uint64_t full_ns

cdef inline bint bucket_take(Bucket *bucket, uint64_t now_ns) noexcept nogil:
    """Take a token. False: there is none."""
    if bucket.full_ns < now_ns:
        bucket.full_ns = now_ns
    if bucket.full_ns - now_ns > <uint64_t>(BUCKET_BURST - 1) * BUCKET_INTERVAL_NS:
        return False
    bucket.full_ns += BUCKET_INTERVAL_NS
    return True

cdef uint32_t icmp_error(
    Complaint kind, uint32_t mtu, const uint8_t *packet, uint32_t length, uint8_t *out
) noexcept nogil
