"""Inner packets written field by field, and a TUN device whose other side is the kernel."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

from core.spaces import Space

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
UDP, ICMP, ICMP6 = 17, 1, 58
NEAR4, FAR4 = "10.9.0.1", "10.9.0.2"
NEAR6, FAR6 = "fd00:9::1", "fd00:9::2"
DF, MF = 0x4000, 0x2000


def internet_sum(data: bytes) -> int:
    """RFC 1071's one's-complement sum; 0xffff where a checksum in `data` is right."""
    total: int = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def with_checksum(data: bytes, at: int, before: bytes = b"") -> bytes:
    """`data` with the right checksum at offset `at`, which also covers `before`."""
    blank = data[:at] + bytes(2) + data[at + 2 :]
    return blank[:at] + struct.pack(">H", internet_sum(before + blank) ^ 0xFFFF) + blank[at + 2 :]


def ipv4(
    payload: bytes = bytes(range(64)),
    protocol: int = UDP,
    *,
    source: str = NEAR4,
    target: str = FAR4,
    tos: int = 0,
    place: int = 0,
    options: bytes = b"",
    identification: int = 7,
) -> bytes:
    header = 20 + len(options)
    head = struct.pack(
        ">BBHHHBBH", 0x40 | header // 4, tos, header + len(payload), identification, place, 64, protocol, 0
    )
    return with_checksum(head + ip_address(source).packed + ip_address(target).packed + options, 10) + payload


def ipv6(
    payload: bytes = bytes(range(64)),
    following: int = UDP,
    *,
    source: str = NEAR6,
    target: str = FAR6,
    traffic_class: int = 0,
) -> bytes:
    head = struct.pack(">IHBB", 6 << 28 | traffic_class << 20 | 0xBEEF, len(payload), following, 64)
    return head + ip_address(source).packed + ip_address(target).packed + payload


def pcap(path: Path, packets: list[bytes]) -> Path:
    """A capture of raw IP packets."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for packet in packets:
            file.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
    return path


class Device:
    """A bare TUN device: what the kernel sends into it is read, what is written the kernel receives."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def read(self, wanted: Callable[[bytes], bool]) -> bytes:
        """The next packet that is `wanted`; the kernel also sends some of its own."""
        while select.select([self.fd], [], [], 20)[0]:
            packet = os.read(self.fd, 65536)
            if wanted(packet):
                return packet
        raise AssertionError("nothing was sent")

    def write(self, packet: bytes) -> None:
        assert os.write(self.fd, packet) == len(packet)


@contextlib.contextmanager
def device() -> Iterator[tuple[Space, Device]]:
    """A namespace whose TUN device has the near addresses and leads to the far ones."""
    space = Space()
    try:
        with space.inside():
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"inner0", IFF_TUN | IFF_NO_PI))
                space.ip("link set inner0 up mtu 1500")
                space.ip(f"address add {NEAR4}/24 dev inner0")
                space.ip(f"address add {NEAR6}/64 dev inner0 nodad")
                space.wait_for(NEAR6)
                yield space, Device(fd)
            finally:
                os.close(fd)
    finally:
        space.close()
