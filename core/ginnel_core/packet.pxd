"""Packet and batch memory.

An `Arena` maps the slots of one loop at its start; afterwards nothing is allocated. A slot takes 64 KiB, so that TUN
super-packets and coalesced datagrams fit; pages that small packets never touch cost nothing. Around each packet there is
room for a virtio-net header, the ESP header and IV before it, and for padding and ICV behind it.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

cdef enum:
    HEAD_ROOM = 128
    CAPACITY = 65536
    TAIL_ROOM = 128
    SKEW = 64  # keeps the heads of the slots in different cache sets
    SLOT = HEAD_ROOM + CAPACITY + TAIL_ROOM + SKEW
    BATCH = 64

cdef struct Address:
    uint16_t family  # AF_INET, AF_INET6, or 0 for none
    uint16_t port  # network order
    uint32_t scope
    uint8_t octets[16]

cdef struct Packet:
    uint8_t *slot  # SLOT octets
    uint8_t *data  # the first octet of what the slot holds now
    uint32_t length
    uint32_t segment  # octets of each segment of a super-packet; 0: one packet
    bint truncated  # the datagram was longer than the slot
    Address remote
    Address local

cdef struct Batch:
    Packet *packets
    int size
    int count

cdef class Arena:
    cdef Batch batch
    cdef void *memory
    cdef size_t octets
