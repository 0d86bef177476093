"""Linux's TUN device: /dev/net/tun with IFF_TUN | IFF_NO_PI | IFF_VNET_HDR (Documentation/networking/tuntap.rst).

Each packet stands behind a `struct virtio_net_hdr` (virtio 1.2, section 5.1.6), which tells of super-packets and of
transport checksums that are still to be completed.
"""

import contextlib
import errno as errnos
import fcntl
import os
import socket
import struct

from libc.stdint cimport uint8_t, uint16_t
from libc.string cimport memset

from ginnel_core.packet cimport CAPACITY, HEAD_ROOM, Packet, packet_reset
from ginnel_core.posix cimport EIO, errno, iovec, read, writev
from ginnel_core.tun cimport OFFLOAD_CHECKSUM, OFFLOAD_TCP4, OFFLOAD_TCP6, OFFLOAD_UDP, Gather, TunDevice

cdef extern from "os_compat.h":
    unsigned long TUNSETIFF, TUNSETOFFLOAD, SIOCSIFTXQLEN
    int IFF_TUN, IFF_NO_PI, IFF_VNET_HDR, IFNAMSIZ
    int TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6, TUN_F_TSO_ECN, TUN_F_USO4, TUN_F_USO6

cdef enum:
    HDR_F_NEEDS_CSUM = 1
    GSO_TCPV4 = 1
    GSO_TCPV6 = 4
    GSO_UDP_L4 = 5
    GSO_ECN = 0x80

cdef struct VirtioNetHdr:
    uint8_t flags
    uint8_t gso_type
    uint16_t hdr_len  # from here on in the machine's octet order
    uint16_t gso_size
    uint16_t csum_start
    uint16_t csum_offset

#: What to ask of the kernel, the most first: USO came with Linux 6.2.
OFFLOADS = (
    (
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6,
        OFFLOAD_CHECKSUM | OFFLOAD_TCP4 | OFFLOAD_TCP6 | OFFLOAD_UDP,
    ),
    (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN, OFFLOAD_CHECKSUM | OFFLOAD_TCP4 | OFFLOAD_TCP6),
    (TUN_F_CSUM, OFFLOAD_CHECKSUM),
)
#: Packets that wait for us between two of our time slices; the default of 500 loses UDP bursts.
QUEUE_PACKETS = 5000


def set_queue_length(name: str) -> None:
    """Best effort: without the right to it, or a descriptor, the device works with the kernel's default."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFTXQLEN, struct.pack(f"{IFNAMSIZ}si20x", name.encode(), QUEUE_PACKETS))


cdef class Tun(TunDevice):
    """A TUN device; see the stub."""

    cdef int header  # octets before each packet: of the virtio-net header, or none

    def __init__(self, name: str = "ginnel%d", *, offload: bool = True) -> None:
        wanted = name.encode("ascii")
        if not 0 < len(wanted) < IFNAMSIZ or b"\0" in wanted:
            raise ValueError("not an interface name")
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            flags = IFF_TUN | IFF_NO_PI | (IFF_VNET_HDR if offload else 0)
            answer = fcntl.ioctl(fd, TUNSETIFF, struct.pack(f"{IFNAMSIZ}sH22x", wanted, flags))
            if offload:
                self.header = sizeof(VirtioNetHdr)
                self.offloads = set_offloads(fd)
        except BaseException:
            os.close(fd)
            raise
        self.name = answer[:IFNAMSIZ].partition(b"\0")[0].decode("ascii")
        set_queue_length(self.name)
        self.fd = fd

    cdef int read_packet(self, Packet *packet) noexcept nogil:
        cdef const VirtioNetHdr *header
        cdef ssize_t got
        packet_reset(packet)
        got = read(self.fd, packet.data - self.header, CAPACITY + self.header)
        if got <= self.header:
            return errno if got < 0 else EIO
        packet.length = <unsigned int>(got - self.header)
        if self.header != 0:
            header = <const VirtioNetHdr *>(packet.data - self.header)
            if header.gso_type != 0:
                packet.segment = header.gso_size
            if header.flags & HDR_F_NEEDS_CSUM:
                packet.sum_start = header.csum_start
                packet.sum_offset = header.csum_offset
        return 0

    cdef int write_packet(self, Gather *gather) noexcept nogil:
        cdef VirtioNetHdr header
        cdef int first = 1
        if self.header != 0:
            memset(&header, 0, sizeof(header))
            if gather.segment != 0:
                header.flags = HDR_F_NEEDS_CSUM
                if gather.protocol == 17:
                    header.gso_type = GSO_UDP_L4
                    header.csum_offset = 6
                else:
                    header.gso_type = GSO_TCPV4 if gather.version == 4 else GSO_TCPV6
                    header.csum_offset = 16
                header.gso_size = gather.segment
                header.hdr_len = gather.header
                header.csum_start = gather.transport
            gather.parts[0].iov_base = &header
            gather.parts[0].iov_len = sizeof(header)
            first = 0
        return errno if writev(self.fd, &gather.parts[first], gather.count - first) < 0 else 0


cdef int set_offloads(int fd) except -1:
    """Ask for as much as this kernel has; returns OFFLOAD_ flags."""
    for asked, gained in OFFLOADS:
        try:
            fcntl.ioctl(fd, TUNSETOFFLOAD, asked)
        except OSError as error:
            if error.errno != errnos.EINVAL:
                raise
        else:
            return gained
    return 0
