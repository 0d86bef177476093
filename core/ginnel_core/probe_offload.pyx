"""Cutting and coalescing without a device, for tests and benchmarks. No program uses this module."""

from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from ginnel_core.ip cimport Flow, parse_flow
from ginnel_core.inbound cimport InboundLoop
from ginnel_core.offload cimport KEPT, Segmenter, complete_checksum, segmenter_begin, segmenter_next
from ginnel_core.packet cimport CAPACITY, Arena, Packet, packet_reset
from ginnel_core.tun cimport Gather, TunDevice


cdef class Recorder(TunDevice):
    """A device that keeps what is written to it."""

    cdef readonly list written  # (packet, segment) each

    def __init__(self, offloads):
        self.offloads = offloads
        self.written = []

    cdef int write_packet(self, Gather *gather) noexcept nogil:
        cdef int index
        with gil:
            packet = b"".join(
                (<uint8_t *>gather.parts[index].iov_base)[: gather.parts[index].iov_len]
                for index in range(1, gather.count)
            )
            self.written.append((packet, gather.segment))
        return 0


cdef class Held:
    """A packet in memory of its exact size, so that a checked build sees a read beyond it."""

    cdef uint8_t *data
    cdef size_t length

    def __cinit__(self, bytes packet):
        self.length = len(packet)
        self.data = <uint8_t *>calloc(self.length or 1, 1)
        if self.data == NULL:
            raise MemoryError
        memcpy(self.data, <const char *>packet, self.length)

    def __dealloc__(self):
        free(self.data)


def coalesce(packets, offloads) -> list:
    """What one batch of decrypted `packets` becomes on a device with `offloads`: (packet, segment) each."""
    cdef Flow flow
    cdef Held held
    cdef Recorder device = Recorder(offloads)
    cdef InboundLoop loop = InboundLoop(device, None, None, -1, -1)
    batch = [Held(packet) for packet in packets]
    for held in batch:
        if not parse_flow(held.data, held.length, &flow):
            raise ValueError("malformed")
        loop.deliver(held.data, &flow)
    loop.finish_all()
    return device.written


def cut(bytes packet, segment, sum_start=0, sum_offset=0) -> list:
    """The packets of a super-packet, or the one with its checksum completed. Raises ValueError when it is malformed."""
    cdef Arena arena = Arena(1)
    cdef Packet *source = &arena.batch.packets[0]
    cdef Segmenter cutter
    cdef Flow flow
    cdef uint8_t *start
    cdef uint32_t length
    if len(packet) > CAPACITY:
        raise ValueError("longer than a slot")
    packet_reset(source)
    memcpy(source.data, <const char *>packet, len(packet))
    source.length = len(packet)
    source.segment = segment
    source.sum_start = sum_start
    source.sum_offset = sum_offset
    if not parse_flow(source.data, source.length, &flow):
        raise ValueError("malformed")
    if segment == 0:
        if not complete_checksum(source):
            raise ValueError("malformed")
        return [source.data[: source.length]]
    if not segmenter_begin(&cutter, source, &flow):
        raise ValueError("malformed")
    found = []
    while True:
        length = segmenter_next(&cutter, &start)
        if length == 0:
            return found
        found.append(start[:length])
        memset(start + length, 0xA5, KEPT)  # as sealing does
        memset(start - 16, 0xA5, 16)
