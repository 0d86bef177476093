"""The seam between the loops and an operating system's UDP socket."""

from ginnel_core.live cimport LIVE_SOCKET, live
from ginnel_core.posix cimport ENODEV


cdef class UdpChannel:
    """A UDP socket's descriptor. A subclass for each system opens it and moves datagrams; this one moves none.

    `receive` is called by the inbound loop alone, `send` by the outbound one.
    """

    def __cinit__(self, *args, **kwargs):
        self.fd = -1
        live(LIVE_SOCKET, 1)

    def __dealloc__(self):
        live(LIVE_SOCKET, -1)

    cdef int receive(self, Batch *batch) noexcept nogil:
        """Fill the batch from its start and set its count; never blocks. 0, or the errno.

        A datagram longer than its slot is marked as truncated.
        """
        batch.count = 0
        return ENODEV

    cdef int send(self, Packet **packets, int count, int *sent) noexcept nogil:
        """Send the first packets of `count` to their remote addresses; never blocks.

        Sets `sent`; returns 0, or the errno of packets[sent[0]].
        """
        sent[0] = 0
        return ENODEV
