"""Addresses between Python, (host, port) with a numeric host, and C."""

from ginnel_core.packet cimport Address

cdef object endpoint(const Address *address)
cdef tuple resolve(where)
cdef int fill_address(Address *out, where) except -1
