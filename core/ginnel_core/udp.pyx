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

    @property
    def features(self) -> dict:
        """Which of its system's offloads the socket uses now."""
        return {}

    cdef int receive(self, Batch *batch) noexcept nogil:
        """Fill the batch from its start and set its count; never blocks. 0, or the errno.

        A datagram longer than its slot is marked as truncated. A packet with `segment` is a train: datagrams of that many
        octets from one peer, the last perhaps shorter.
        """
        batch.count = 0
        return ENODEV

    cdef int send(self, Packet *packets, int count, Cursor *at) noexcept nogil:
        """Send packets from `at` on to their remote addresses, and move it; never blocks. 0 when all went.

        EAGAIN: nothing more goes now. Any other errno: `at.lost` datagrams were passed over; call again for the rest.
        """
        return ENODEV

    cdef int next_error(self, Address *remote, uint32_t *mtu) noexcept nogil:
        """The next error that came back for a datagram to `remote`: its errno, and with EMSGSIZE the path's MTU. 0: none."""
        return 0
