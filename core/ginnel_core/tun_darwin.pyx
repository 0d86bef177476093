"""macOS's TUN device: utun, a kernel control (net/if_utun.h, sys/kern_control.h), which needs root."""

import contextlib
import fcntl
import re
import socket
import struct

from ginnel_core.tun_framed cimport FramedTun

cdef extern from "os_compat.h":
    unsigned long CTLIOCGINFO
    int PF_SYSTEM, SYSPROTO_CONTROL, UTUN_OPT_IFNAME, UTUN_OPT_MAX_PENDING_PACKETS, IFNAMSIZ

CONTROL = b"com.apple.net.utun_control"
CTL_NAME_OCTETS = 96  # MAX_KCTL_NAME
#: Packets that wait for us; the kernel's default of one stops the interface after each.
PENDING_PACKETS = 256


def unit(name: str) -> int:
    """The kernel control's unit of an interface name, 0 for any: utun0 is unit 1."""
    found = re.fullmatch(r"utun(%d|0|[1-9][0-9]{0,4})", name)
    if found is None:
        raise ValueError("macOS names its TUN devices utun and a number")
    return 0 if found[1] == "%d" else int(found[1]) + 1


cdef class Tun(FramedTun):
    """A utun device; see the stub."""

    def __init__(self, name: str = "utun%d", *, offload: bool = True) -> None:
        wanted = unit(name)
        with socket.socket(PF_SYSTEM, socket.SOCK_DGRAM, SYSPROTO_CONTROL) as opened:
            request = struct.pack(f"=I{CTL_NAME_OCTETS}s", 0, CONTROL)  # struct ctl_info
            control = struct.unpack_from("=I", fcntl.ioctl(opened, CTLIOCGINFO, request))[0]
            opened.connect((control, wanted))
            given = opened.getsockopt(SYSPROTO_CONTROL, UTUN_OPT_IFNAME, IFNAMSIZ)
            with contextlib.suppress(OSError):
                opened.setsockopt(SYSPROTO_CONTROL, UTUN_OPT_MAX_PENDING_PACKETS, PENDING_PACKETS)
            opened.setblocking(False)
            FramedTun.__init__(self, given.partition(b"\0")[0].decode("ascii"), opened.detach())
