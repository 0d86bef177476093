"""Two data planes on what macOS and FreeBSD share: sockets without trains, devices with a frame."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from core.spaces import ANY
from ginnel_core import DataPlane, FramedTun, IkeDatagram
from platforms.conftest import MsgX

pytestmark = pytest.mark.slow  # it builds what it tests

FRAME = struct.pack("!I", socket.AF_INET)
PACKETS = 64
IKE = bytes(range(1, 29))


def ip_sum(header: bytes) -> int:
    total = sum(int.from_bytes(header[at : at + 2], "big") for at in range(0, 20, 2))
    total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - ((total & 0xFFFF) + (total >> 16))


def inner(number: int, octets: int) -> bytes:
    """A UDP datagram without a checksum, in IPv4."""
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 28 + octets, number, 0, 64, 17, 0, b"\x0a\0\0\1", b"\x0a\0\0\2"
    )
    head = head[:10] + struct.pack("!H", ip_sum(head)) + head[12:]
    return head + struct.pack("!HHHH", 1000, 2000, 8 + octets, 0) + bytes([number & 0xFF]) * octets


class End:
    """A data plane, and its system's side of the device."""

    def __init__(self, stack: contextlib.ExitStack, udp: ModuleType, offload: bool) -> None:
        ours, self.system = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stack.enter_context(self.system)
        ours.setblocking(False)
        self.system.settimeout(5)
        device = FramedTun("tun0", ours.detach())
        stack.callback(device.close)
        self.udp: Any = udp.UdpSocket("127.0.0.1", 0, offload=offload)
        stack.callback(self.udp.close)
        self.plane = DataPlane(device, [self.udp])
        stack.callback(self.plane.stop)
        self.plane.start()


@pytest.fixture(params=[False, True], ids=["singly", "batched"])
def ends(udp_bsd: ModuleType, msg_x: MsgX, request: pytest.FixtureRequest) -> Iterator[tuple[End, End]]:
    assert msg_x.batches == 0
    keys: dict[str, Any] = {"encr": 20, "encr_key": bytes(range(20)), "local": ANY, "remote": ANY}
    with contextlib.ExitStack() as stack:
        a, b = (End(stack, udp_bsd, request.param) for _ in range(2))
        b.plane.install_inbound(spi=0x1000, **keys)
        a.plane.install_outbound(spi=0x1000, peer=b.udp.local, **keys)
        yield a, b


@pytest.mark.parametrize("octets", [0, 100, 1300])
def test_packets_cross_whole_and_in_order(ends: tuple[End, End], octets: int) -> None:
    sent = [inner(number, octets) for number in range(PACKETS)]
    for packet in sent:
        ends[0].system.send(FRAME + packet)
    assert [ends[1].system.recv(2000) for _ in sent] == [FRAME + packet for packet in sent]
    assert {
        name for name, count in ends[1].plane.counters().items() if name.startswith("drop_") and count
    } == set()
    assert not any(
        value for name, value in ends[0].plane.features().items() if name.startswith(("tun", "udp"))
    )


def test_ike_shares_the_socket(ends: tuple[End, End]) -> None:
    a, b = ends
    b.system.setblocking(True)
    a.plane.send_ike(IKE, b.udp.local)
    with socket.socket(fileno=socket.dup(b.plane.ike_fileno())) as readable:
        readable.settimeout(5)
        readable.recv(1, socket.MSG_PEEK)
    assert b.plane.receive_ike() == IkeDatagram(IKE, b.udp.local, a.udp.local)
