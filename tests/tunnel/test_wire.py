"""Which of a machine's addresses a session's datagrams leave from."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from ginnel_core import DataPlane, FramedTun, UdpSocket
from ginnel_service.ike.events import Endpoint, Path
from ginnel_service.tunnel.wire import KEEPALIVE, Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Of a machine with all addresses of 127.0.0.0/8."""
    with ExitStack() as stack:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        stack.enter_context(theirs)
        ours.setblocking(False)
        device = FramedTun("tun0", ours.detach())
        stack.callback(device.close)
        udp = UdpSocket("0.0.0.0", 0)
        stack.callback(udp.close)
        plane = DataPlane(device, [udp])
        stack.callback(plane.stop)
        yield Wire(plane, [])


@pytest.mark.parametrize("data", [b"message", KEEPALIVE])
def test_what_leaves_has_the_address_of_its_path(wire: Wire, data: bytes) -> None:
    """A NAT keeps the mapping that it sees used."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(5)
        peer.bind(("127.0.0.1", 0))
        wire.send(data, Path(Endpoint("127.0.0.9", 0), Endpoint(*peer.getsockname()), True))
        got, sender = peer.recvfrom(100)
    assert got == (KEEPALIVE if data == KEEPALIVE else bytes(4) + data)
    assert sender[0] == "127.0.0.9"
