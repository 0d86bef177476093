"""Packet and batch memory; see packet.pxd."""

from libc.stdlib cimport calloc, free

from ginnel_core.live cimport LIVE_ARENA, live
from ginnel_core.posix cimport MAP_ANONYMOUS, MAP_FAILED, MAP_PRIVATE, PROT_READ, PROT_WRITE, mmap, munmap


cdef class Arena:
    """The slots of one loop."""

    def __cinit__(self, int slots=BATCH):
        cdef int index
        live(LIVE_ARENA, 1)
        self.octets = <size_t>slots * SLOT
        self.memory = mmap(NULL, self.octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        if self.memory == MAP_FAILED:
            self.memory = NULL
            raise MemoryError
        self.batch.packets = <Packet *>calloc(slots, sizeof(Packet))
        if self.batch.packets == NULL:
            raise MemoryError
        self.batch.size = slots
        for index in range(slots):
            self.batch.packets[index].slot = <uint8_t *>self.memory + <size_t>index * SLOT
            self.batch.packets[index].data = self.batch.packets[index].slot + HEAD_ROOM

    def __dealloc__(self):
        if self.memory != NULL:
            munmap(self.memory, self.octets)
        free(self.batch.packets)
        live(LIVE_ARENA, -1)
