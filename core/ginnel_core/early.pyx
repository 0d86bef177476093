"""Datagrams that came before their SA; see early.pxd."""

from libc.stdlib cimport calloc, free
from libc.string cimport memcpy


cdef class EarlyDatagrams:
    def __cinit__(self):
        self.slots = <Early *>calloc(EARLY, sizeof(Early))
        if self.slots == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.slots)

    cdef void keep(self, const Packet *packet, const uint8_t *data, uint32_t length, uint64_t now_ns) noexcept nogil:
        """In the place of the oldest one."""
        cdef Early *early = &self.slots[self.written % EARLY]
        if length > EARLY_OCTETS:
            return
        self.written += 1
        early.packet = packet[0]
        early.packet.slot = early.packet.data = early.octets
        early.packet.length = length
        early.at_ns = now_ns
        memcpy(early.octets, data, length)

    cdef Early *waiting(self, int index, uint64_t now_ns) noexcept nogil:
        """The one of that age, the oldest at 0; NULL where none is, or one of no use any more."""
        cdef Early *early = &self.slots[(self.written + index) % EARLY]
        if early.packet.length == 0 or now_ns - early.at_ns > EARLY_NS:
            return NULL
        return early
