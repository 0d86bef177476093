"""What this machine offers a tunnel, as far as any process can tell without rights or a tunnel."""

from __future__ import annotations

import errno
import fcntl
import os
import platform
import re
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from ginnel_core.about import libcrypto

from ..ipc.schema import Machine, TunAccess

TUN: Final = "/dev/net/tun"
CPU_INFO: Final = Path("/proc/cpuinfo")
#: What makes ciphers fast: the flags line of x86, the Features line of ARM.
CPU_FEATURES: Final = ("aes", "vaes", "pclmulqdq", "vpclmulqdq", "pmull", "avx2", "avx512f")
AES: Final = "aes"

_TUNGETFEATURES: Final = 0x800454CF
_IFF_VNET_HDR: Final = 0x4000
_SOL_UDP: Final = 17
_UDP_SEGMENT: Final = 103
_UDP_GRO: Final = 104
_USO_SINCE: Final = (6, 2)


def look() -> Machine:
    """Opens and closes /dev/net/tun and a UDP socket; sends nothing and makes no device."""
    linux = sys.platform == "linux"
    access, vnet_header = _tun() if linux else ("unknown", None)
    offloads: dict[str, bool] = {}
    if vnet_header is not None:
        offloads |= dict.fromkeys(("tun_checksum", "tun_tcp4", "tun_tcp6"), vnet_header)
        offloads["tun_udp"] = vnet_header and kernel_version(platform.release()) >= _USO_SINCE
    if linux:
        offloads |= _udp_offloads()
    return Machine(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        libcrypto=libcrypto(),
        cpu=cpu_features(_cpu_info()) if linux else {},
        tun=access,
        offloads=offloads,
    )


def cpu_features(text: str) -> dict[str, bool]:
    """Of the first processor of /proc/cpuinfo: which of CPU_FEATURES it has; empty when that is unknown."""
    match = re.search(r"^(flags|Features)\s*:(.*)$", text, re.MULTILINE)
    if match is None:
        return {}
    flags = set(match[2].split())
    arm = match[1] == "Features"
    names = (AES, "pmull") if arm else tuple(name for name in CPU_FEATURES if name != "pmull")
    return {name: name in flags for name in names}


def kernel_version(release: str) -> tuple[int, int]:
    """The first two numbers of a kernel's release; (0, 0) when there are none."""
    match = re.match(r"(\d+)\.(\d+)", release)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _cpu_info() -> str:
    with suppress(OSError):
        return CPU_INFO.read_text("ascii", "replace")
    return ""


def _tun() -> tuple[TunAccess, bool | None]:
    """Whether the device can be opened, and whether it knows IFF_VNET_HDR (TUNGETFEATURES)."""
    try:
        descriptor = os.open(TUN, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        denied = error.errno in {errno.EPERM, errno.EACCES}
        return ("not_permitted" if denied else "missing"), None
    try:
        answer = fcntl.ioctl(descriptor, _TUNGETFEATURES, struct.pack("=I", 0))
        return "present", bool(struct.unpack("=I", answer)[0] & _IFF_VNET_HDR)
    except OSError:
        return "present", None
    finally:
        os.close(descriptor)


def _udp_offloads() -> dict[str, bool]:
    """Whether a UDP socket takes the options (udp(7)); they change nothing before something is sent."""
    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        for name, option, value in (("udp_segment", _UDP_SEGMENT, 1400), ("udp_gro", _UDP_GRO, 1)):
            try:
                trial.setsockopt(_SOL_UDP, option, value)
                found[name] = True
            except OSError:
                found[name] = False
    return found
