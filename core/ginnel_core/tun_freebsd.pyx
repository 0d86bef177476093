"""FreeBSD's TUN device: /dev/tun, which clones a new one (tun(4))."""

import contextlib
import errno as errnos
import fcntl
import os
import socket
import struct

from libc.string cimport memcpy, memset

from ginnel_core.posix cimport errno
from ginnel_core.tun_framed cimport FramedTun

cdef extern from "os_compat.h":
    unsigned long TUNSIFHEAD, TUNSIFMODE, TUNGIFNAME, TUNSTRANSIENT, SIOCSIFNAME, SIOCIFDESTROY
    int IFF_POINTOPOINT, IFF_MULTICAST, IFNAMSIZ
    struct ifreq:
        char ifr_name[16]
        char *ifr_data
    int ioctl(int, unsigned long, ...)

UNIT_PREFIX = "tun"


cdef int rename(int control, bytes old, bytes new) except -1:
    """SIOCSIFNAME of netintro(4): the new name hangs on a pointer in the request."""
    cdef ifreq request
    cdef char name[16]
    memset(&request, 0, sizeof(request))
    memset(name, 0, sizeof(name))
    memcpy(request.ifr_name, <const char *>old, len(old))
    memcpy(name, <const char *>new, len(new))
    request.ifr_data = name
    if ioctl(control, SIOCSIFNAME, &request) < 0:
        raise OSError(errno, os.strerror(errno))
    return 0


def control_socket() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def destroy(name: str) -> None:
    """Best effort: somebody else may have removed the device."""
    with control_socket() as control, contextlib.suppress(OSError):
        fcntl.ioctl(control, SIOCIFDESTROY, struct.pack(f"{IFNAMSIZ}s16x", name.encode()))


cdef class Tun(FramedTun):
    """A tun(4) device; see the stub."""

    cdef bint transient  # the kernel destroys it with its last descriptor (FreeBSD 15)

    def __init__(self, name: str = "ginnel%d", *, offload: bool = True) -> None:
        fd = os.open("/dev/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        given = ""
        try:
            answer = fcntl.ioctl(fd, TUNGIFNAME, bytes(sizeof(ifreq)))
            given = answer[:IFNAMSIZ].partition(b"\0")[0].decode("ascii")
            self.transient = make_transient(fd)
            # One peer and no broadcast domain: no neighbour is ever looked for. IPv6 wants multicast.
            for request, value in ((TUNSIFMODE, IFF_POINTOPOINT | IFF_MULTICAST), (TUNSIFHEAD, 1)):
                fcntl.ioctl(fd, request, struct.pack("=i", value))
            FramedTun.__init__(self, take_name(given, name), fd)
        except BaseException:
            os.close(fd)
            if given and not self.transient:
                destroy(given)
            raise

    def close(self) -> None:
        """Close the descriptor, and destroy the device where the kernel would keep it. Idempotent."""
        opened = self.fd >= 0
        FramedTun.close(self)
        if opened and not self.transient:
            destroy(self.name)


def make_transient(fd: int) -> bool:
    """Whether the kernel will destroy the device when nobody has it open, a crash included."""
    try:
        fcntl.ioctl(fd, TUNSTRANSIENT, struct.pack("=i", 1))
    except OSError as error:
        if error.errno != errnos.ENOTTY:
            raise
        return False
    return True


def take_name(given: str, wanted: str) -> str:
    """Rename the device `given` to `wanted`, in which %d stands for its own unit."""
    name = wanted.replace("%d", given.removeprefix(UNIT_PREFIX), 1)
    encoded = name.encode("ascii")
    if not 0 < len(encoded) < IFNAMSIZ or b"\0" in encoded:
        raise ValueError("not an interface name")
    if name != given:
        with control_socket() as control:
            rename(control.fileno(), given.encode(), encoded)
    return name
