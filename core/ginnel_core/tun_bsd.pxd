"""What the TUN devices of macOS and FreeBSD have in common."""

from ginnel_core.tun cimport TunDevice

cdef class FramedTun(TunDevice):
    pass
