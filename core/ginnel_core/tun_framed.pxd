"""What the TUN devices of macOS and FreeBSD have in common, and a socket pair in the place of one."""

from ginnel_core.tun cimport TunDevice

cdef class FramedTun(TunDevice):
    pass
