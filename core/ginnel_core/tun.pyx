"""The seam between the loops and an operating system's TUN device."""

import os

from ginnel_core.live cimport LIVE_TUN, live
from ginnel_core.posix cimport ENODEV


cdef class TunDevice:
    """A TUN device's descriptor. A subclass for each system opens it and moves packets; this one moves none."""

    def __cinit__(self, *args, **kwargs):
        self.fd = -1
        live(LIVE_TUN, 1)

    def __dealloc__(self):
        live(LIVE_TUN, -1)

    def __del__(self):
        self.close()

    def fileno(self) -> int:
        return self.fd

    def close(self) -> None:
        """Close the descriptor, with which the device goes. Idempotent."""
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            os.close(fd)

    cdef int read_packet(self, Packet *packet) noexcept nogil:
        """Read one packet into the slot behind HEAD_ROOM; of the kinds in `offloads`, also a super-packet. 0, or the errno."""
        return ENODEV

    cdef int write_packet(self, Gather *gather) noexcept nogil:
        """Write one packet, or a super-packet of the kinds in `offloads`. 0, or the errno."""
        return ENODEV
