"""The SAs of one data plane, as Python changes them.

A loop finds an SA in the tables for as long as a batch lasts. So what is taken out of them waits in limbo, with the
epoch in which it went, until each loop has said that it is idle or has seen that epoch (loop.pxd).
"""

from libc.stdint cimport uint64_t

from ginnel_core.loop cimport Loop
from ginnel_core.sa cimport Path
from ginnel_core.tables cimport RuleTable, SpiTable

cdef class Associations:
    cdef SpiTable spis
    cdef RuleTable rules
    cdef Loop inward_loop, outward_loop
    cdef object families  # of the sockets
    cdef dict inbounds, outbounds  # by SPI, by handle
    cdef uint64_t next_handle
    cdef uint64_t epoch
    cdef object limbo  # (epoch, what went)
    cdef bint cleared

    cdef serve(self, Loop inward, Loop outward, families)
    cdef clear(self)
    cdef check_usable(self)
    cdef retire(self, what)
    cdef reclaim(self)
    cdef Path path(self, peer, source)
