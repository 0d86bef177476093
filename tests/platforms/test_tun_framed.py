"""The frame of macOS's and FreeBSD's TUN devices, on Linux: a socket pair stands in for the device."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from types import ModuleType

import pytest

from ginnel_core import FramedTun

pytestmark = pytest.mark.slow  # it builds what it tests

Device = tuple[FramedTun, socket.socket]

IPV4 = b"\x45" + bytes(range(1, 40))
IPV6 = b"\x60" + bytes(range(1, 60))


@pytest.fixture
def device() -> Iterator[Device]:
    """A device, and its system's side."""
    ours, systems = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    made = FramedTun("tun0", ours.detach())
    with systems:
        yield made, systems
    made.close()


@pytest.mark.parametrize(
    ("packet", "family"), [(IPV4, socket.AF_INET), (IPV6, socket.AF_INET6)], ids=["IPv4", "IPv6"]
)
def test_a_packet_is_written_behind_its_family(
    device: Device, seam: ModuleType, packet: bytes, family: int
) -> None:
    assert seam.write(device[0], [packet[:20], packet[20:]]) == 0
    assert device[1].recv(100) == struct.pack("!I", family) + packet


def test_a_packet_is_read_without_its_frame(device: Device, seam: ModuleType) -> None:
    arena = seam.arena()
    device[1].send(struct.pack("!I", socket.AF_INET) + IPV4)
    device[1].send(struct.pack("!I", socket.AF_INET6) + bytes(65535))
    assert seam.read(device[0], arena) == IPV4
    assert seam.read(device[0], arena) == bytes(65535)
    assert seam.read(device[0], arena) == errno.EAGAIN


def test_what_the_machine_sends_itself_comes_back_to_it(device: Device, seam: ModuleType) -> None:
    own = bytes([10, 9, 0, 5])
    looped = struct.pack("!I", socket.AF_INET) + IPV4[:12] + own + own + IPV4[20:]
    device[1].send(looped)
    device[1].send(struct.pack("!I", socket.AF_INET) + IPV4)
    arena = seam.arena()
    assert seam.read(device[0], arena) == errno.EAGAIN
    assert device[1].recv(100) == looped
    assert seam.read(device[0], arena) == IPV4


def test_a_frame_with_nothing_behind_it_is_an_error(device: Device, seam: ModuleType) -> None:
    device[1].send(bytes(4))
    assert seam.read(device[0], seam.arena()) == errno.EIO


def test_it_has_a_name_no_offloads_and_closes_once(device: Device) -> None:
    assert (device[0].name, device[0].offloads) == ("tun0", 0)
    device[0].close()
    device[0].close()
    assert device[0].fileno() == -1
    assert device[1].recv(1) == b""
