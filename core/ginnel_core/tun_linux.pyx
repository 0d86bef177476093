"""Linux's TUN device: /dev/net/tun with IFF_TUN | IFF_NO_PI (Documentation/networking/tuntap.rst)."""

import fcntl
import os
import struct

from ginnel_core.packet cimport CAPACITY, HEAD_ROOM, Packet
from ginnel_core.posix cimport EIO, errno, read, write
from ginnel_core.tun cimport TunDevice

cdef extern from "os_compat.h":
    unsigned long TUNSETIFF
    int IFF_TUN, IFF_NO_PI, IFNAMSIZ


cdef class Tun(TunDevice):
    """A TUN device. Exists until closed; `name` may hold %d. Raises OSError (EPERM, EBUSY, ENOENT)."""

    def __init__(self, name: str = "ginnel%d") -> None:
        wanted = name.encode("ascii")
        if not 0 < len(wanted) < IFNAMSIZ or b"\0" in wanted:
            raise ValueError("not an interface name")
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            request = struct.pack(f"{IFNAMSIZ}sH22x", wanted, IFF_TUN | IFF_NO_PI)
            answer = fcntl.ioctl(fd, TUNSETIFF, request)
        except BaseException:
            os.close(fd)
            raise
        self.name = answer[:IFNAMSIZ].partition(b"\0")[0].decode("ascii")
        self.fd = fd

    cdef int read_packet(self, Packet *packet) noexcept nogil:
        cdef ssize_t got
        packet.data = packet.slot + HEAD_ROOM
        got = read(self.fd, packet.data, CAPACITY)
        if got <= 0:
            return errno if got < 0 else EIO
        packet.length = <unsigned int>got
        packet.segment = 0
        return 0

    cdef int write_packet(self, const Packet *packet) noexcept nogil:
        return errno if write(self.fd, packet.data, packet.length) < 0 else 0
