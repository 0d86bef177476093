"""What the packet path knows of single IP packets, for tests and benchmarks. No program uses this module."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from ginnel_core import reasons
from ginnel_core.checksum cimport ginnel_put_checksum, ginnel_sum, pseudo_sum
from ginnel_core.ecn cimport ecn_decapsulate, ecn_encapsulate, ecn_inherit, packet_tos
from ginnel_core.fragment cimport Fragmenter, fragment_begin, fragment_next
from ginnel_core.icmp cimport ICMP_MAX, Bucket, Complaint, bucket_take, icmp_error
from ginnel_core.ip cimport Flow, parse_flow
from ginnel_core.reasons cimport Reason


cdef uint8_t *copied(bytes data) except NULL:
    """`data` in a block of its own size, so that a checked build sees a read beyond it. The caller frees it."""
    cdef size_t length = len(data)
    cdef uint8_t *copy = <uint8_t *>calloc(length or 1, 1)
    if copy == NULL:
        raise MemoryError
    memcpy(copy, <const char *>data, length)
    return copy


def flow(bytes packet) -> tuple | None:
    """(version, protocol, source port, target port, length) of an IP packet, None for what is unknown."""
    cdef Flow found
    cdef uint8_t *copy = copied(packet)
    good = parse_flow(copy, len(packet), &found)
    free(copy)
    if not good:
        return None
    return (
        found.version,
        found.protocol if found.protocol_known else None,
        found.source_port if found.ports_known else None,
        found.target_port if found.ports_known else None,
        found.length,
    )


def checksum(*parts) -> bytes:
    """The checksum field over `parts`, each of which but the last is even in length."""
    cdef uint64_t total = 0
    cdef uint8_t *copy
    cdef uint8_t field[2]
    for part in parts:
        copy = copied(part)
        total = ginnel_sum(copy, len(part), total)
        free(copy)
    ginnel_put_checksum(field, total)
    return field[:2]


def transport_checksum(bytes packet, uint8_t protocol, size_t header) -> bytes:
    """The checksum field over the pseudo-header and what follows the IP header of `header` octets."""
    cdef uint8_t *copy
    cdef uint64_t total
    cdef uint8_t field[2]
    cdef size_t length = len(packet)
    if length < header or header < (20 if packet[0] >> 4 == 4 else 40):
        raise ValueError("short")
    copy = copied(packet)
    total = pseudo_sum(copy, copy[0] >> 4, protocol, <uint32_t>(length - header))
    ginnel_put_checksum(field, ginnel_sum(copy + header, length - header, total))
    free(copy)
    return field[:2]


def repeat_sum(bytes data, uint32_t times) -> int:
    """Sum the same octets many times, for a benchmark."""
    cdef uint64_t total = 0
    cdef const uint8_t *octets = <const uint8_t *><const char *>data
    cdef size_t length = len(data)
    cdef uint32_t index
    with nogil:
        for index in range(times):
            total = ginnel_sum(octets, length, total & 0xffff)
    return total


def complain(bytes packet, mtu=None) -> bytes:
    """The ICMP error that answers `packet`: it is larger than `mtu`, or prohibited. Empty when none may be sent."""
    cdef Complaint kind = Complaint.PROHIBITED if mtu is None else Complaint.TOO_BIG
    cdef uint32_t octets = mtu or 0
    cdef uint32_t length
    cdef uint8_t *copy = copied(packet)
    cdef uint8_t *out = <uint8_t *>malloc(ICMP_MAX)
    if out == NULL:
        free(copy)
        raise MemoryError
    memset(out, 0xa5, ICMP_MAX)
    length = icmp_error(kind, octets, copy, <uint32_t>len(packet), out)
    answer = out[:length]
    free(out)
    free(copy)
    return answer


cdef class TokenBucket:
    """The limit on ICMP errors."""

    cdef Bucket bucket

    def take(self, uint64_t now_ns) -> bool:
        return bucket_take(&self.bucket, now_ns)


def fragments(bytes packet, uint32_t mtu) -> list | None:
    """The fragments of an IPv4 packet; None where it cannot or must not be cut."""
    cdef Fragmenter cutter
    cdef uint32_t length
    cdef uint8_t *copy = copied(packet)
    cdef uint8_t *out = <uint8_t *>malloc(mtu or 1)
    if out == NULL:
        free(copy)
        raise MemoryError
    found = None
    if fragment_begin(&cutter, copy, <uint32_t>len(packet), mtu):
        found = []
        while True:
            memset(out, 0xa5, mtu)
            length = fragment_next(&cutter, out)
            if length == 0:
                break
            found.append(out[:length])
    free(out)
    free(copy)
    return found


def outer_tos(bytes packet, bint copy_dscp) -> int:
    """The TOS octet of the outer packet around an IP packet."""
    if len(packet) < 20:
        raise ValueError("short")
    return ecn_encapsulate(packet_tos(<const uint8_t *><const char *>packet), copy_dscp)


def merged_ecn(uint8_t inner, uint8_t outer) -> int | None:
    """The ECN field that leaves the tunnel; None: the packet is dropped."""
    cdef uint8_t merged = ecn_decapsulate(inner, outer)
    return merged if merged <= 3 else None


def inherit(bytes packet, uint8_t tos) -> tuple[str, bytes]:
    """("ok", or the reason of the drop; the packet as it leaves the tunnel) for the outer TOS octet `tos`."""
    cdef uint8_t *copy
    cdef Reason reason
    if len(packet) < 20:
        raise ValueError("short")
    copy = copied(packet)
    reason = ecn_inherit(copy, tos)
    result = copy[:len(packet)]
    free(copy)
    return reasons.Reason(<int>reason).name.lower(), result
