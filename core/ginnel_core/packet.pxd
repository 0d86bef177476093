"""Packet and batch memory.

An `Arena` maps the slots of one loop at its start; afterwards nothing is allocated. A slot takes 64 KiB, so that TUN
super-packets and trains of datagrams fit; pages that small packets never touch cost nothing. Around each packet there is
room for what stands before it (a device's header, a CBC IV) and for padding and ICV behind it.
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
    uint32_t segment  # of a TUN super-packet the payload octets of each packet, of a socket's train the octets of each datagram; 0: one
    uint16_t sum_start  # of a packet from the TUN: where the sum begins that `sum_offset` behind it still lacks; 0: nothing lacks
    uint16_t sum_offset
    uint8_t tos  # outer TOS or traffic class octet
    bint may_fragment  # in the outer network: for once without DF
    bint truncated  # the datagram was longer than the slot
    Address remote
    Address local

cdef struct Batch:
    Packet *packets
    int size
    int count

cdef struct Cursor:
    int packet  # the next one to send
    uint32_t offset  # octets of it that have been sent
    uint32_t lost  # datagrams that the last error cost

cdef class Arena:
    cdef Batch batch
    cdef void *memory
    cdef size_t octets

cdef inline void packet_reset(Packet *packet) noexcept nogil:
    packet.data = packet.slot + HEAD_ROOM
    packet.length = packet.segment = 0
    packet.sum_start = packet.sum_offset = 0
    packet.tos = 0
    packet.truncated = packet.may_fragment = False
