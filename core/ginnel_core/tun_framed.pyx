"""What the TUN devices of macOS and FreeBSD have in common: four octets before each packet, its address family in network
order (utun, net/if_utun.h; tun(4), TUNSIFHEAD). Neither takes super-packets, and checksums are always whole.

On every system it makes a device of one end of a datagram socket pair, too: a program is the network behind it then.

macOS sends into a utun what the machine has for the utun's own IPv4 address, and gets it back here.
"""

from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memcmp

from ginnel_core.packet cimport CAPACITY, Packet, packet_reset
from ginnel_core.posix cimport AF_INET, AF_INET6, EAGAIN, EHOSTDOWN, EIO, errno, htonl, read, write, writev
from ginnel_core.tun cimport Gather, TunDevice

cdef enum:
    FRAME = 4


cdef bint is_to_itself(const uint8_t *ip, uint32_t length) noexcept nogil:
    """Whether the source of an IPv4 packet is its destination."""
    return length >= 20 and ip[0] >> 4 == 4 and memcmp(ip + 12, ip + 16, 4) == 0


cdef class FramedTun(TunDevice):
    """A device whose packets stand behind their address family. Takes over `fd`, which must not block."""

    def __init__(self, name: str, fd: int) -> None:
        self.name = name
        self.fd = fd

    cdef int read_packet(self, Packet *packet) noexcept nogil:
        cdef ssize_t got
        packet_reset(packet)
        got = read(self.fd, packet.data - FRAME, CAPACITY + FRAME)
        if got < 0:
            return EAGAIN if errno == EHOSTDOWN else errno  # FreeBSD, while the device has no address yet
        if got <= FRAME:
            return EIO
        packet.length = <uint32_t>(got - FRAME)
        if is_to_itself(packet.data, packet.length):
            write(self.fd, packet.data - FRAME, <size_t>got)  # lost where there is no room, as any packet
            return EAGAIN
        return 0

    cdef int write_packet(self, Gather *gather) noexcept nogil:
        cdef uint32_t family = htonl(<uint32_t>AF_INET if gather.version == 4 else <uint32_t>AF_INET6)
        gather.parts[0].iov_base = &family
        gather.parts[0].iov_len = FRAME
        return errno if writev(self.fd, gather.parts, gather.count) < 0 else 0
