"""The UDP socket of macOS and FreeBSD, on Linux: by single calls, and a stand-in for Darwin's batches.

What differs between the systems in constants is os_compat.h's; here its Linux column is at work.
"""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from ginnel_core import Endpoint
from platforms.conftest import MsgX

pytestmark = pytest.mark.slow  # it builds what it tests

V4 = socket.inet_aton("127.0.0.1")
OTHER = socket.inet_aton("127.0.0.2")
V6 = socket.inet_pton(socket.AF_INET6, "::1")
LARGEST = 65507
BOUND_S = 10

Datagram = tuple[bytes, int, tuple[bytes, int], tuple[bytes, int]]


class Pair:
    """Two sockets, and what the loops would have around them."""

    def __init__(self, seam: ModuleType, udp: ModuleType, *, host: str, far: str, offload: bool) -> None:
        self.seam = seam
        self.near = udp.UdpSocket(host, 0, offload=offload)
        self.far = udp.UdpSocket(far, 0, offload=offload)
        self.arena, self.other = seam.arena(), seam.arena()
        self.to = socket.inet_pton(self.far.family, far), self.far.local.port

    def send(self, *packets: tuple[bytes, int, int], local: bytes | None = None) -> Any:
        source = None if local is None else (local, 0)
        return self.seam.send(self.near, self.arena, [(*packet, self.to, source) for packet in packets])

    def receive(self, least: int) -> list[Datagram]:
        """All that has arrived once there are `least`: a busy kernel delivers a little later."""
        found: list[Datagram] = []
        while select.select([self.far], [], [], BOUND_S if len(found) < least else 0)[0]:
            found += self.seam.receive(self.far, self.other)
        return found

    def close(self) -> None:
        self.near.close()
        self.far.close()


@pytest.fixture(params=[False, True], ids=["singly", "batched"])
def offload(request: pytest.FixtureRequest, msg_x: MsgX) -> bool:
    assert msg_x.batches == 0
    return bool(request.param)


@pytest.fixture(params=["127.0.0.1", "::1"])
def pair(
    seam: ModuleType, udp_bsd: ModuleType, offload: bool, request: pytest.FixtureRequest
) -> Iterator[Pair]:
    made = Pair(seam, udp_bsd, host=request.param, far=request.param, offload=offload)
    yield made
    made.close()


@pytest.fixture
def batched(seam: ModuleType, udp_bsd: ModuleType, msg_x: MsgX) -> Iterator[Pair]:
    assert msg_x.batches == 0
    made = Pair(seam, udp_bsd, host="127.0.0.1", far="127.0.0.1", offload=True)
    yield made
    made.close()


def batches(send: bool, receive: bool) -> dict[str, bool]:
    """Of features: neither system has UDP_SEGMENT or UDP_GRO."""
    return {"udp_segment": False, "udp_gro": False, "batched_send": send, "batched_receive": receive}


def payloads(found: list[Datagram]) -> list[bytes]:
    return [datagram[0] for datagram in found]


def test_datagrams_cross_with_their_addresses_and_tos_octets(pair: Pair, offload: bool, msg_x: MsgX) -> None:
    assert pair.near.features == batches(offload, offload)
    assert pair.send((b"one", 0, 0), (b"two", 0, 0xB9), (b"", 0, 3)) == [(0, 3, 0, 0)]
    remote = pair.to[0], pair.near.local.port
    assert pair.receive(3) == [
        (b"one", 0, remote, pair.to),
        (b"two", 0xB9, remote, pair.to),
        (b"", 3, remote, pair.to),
    ]
    assert msg_x.batches == (2 if offload else 0)


def test_a_train_leaves_as_datagrams(pair: Pair) -> None:
    assert pair.send((b"aaabbbc", 3, 0), (b"dddd", 3, 1), (b"ee", 3, 0)) == [(0, 3, 0, 0)]
    assert payloads(pair.receive(6)) == [b"aaa", b"bbb", b"c", b"ddd", b"d", b"ee"]


def test_more_datagrams_than_a_batch_holds_go_all_in_order(pair: Pair) -> None:
    octets = bytes(range(200))
    assert pair.send((octets, 1, 0), (octets, 3, 0)) == [(0, 2, 0, 0)]
    sent = [octets[at : at + 1] for at in range(200)] + [octets[at : at + 3] for at in range(0, 200, 3)]
    assert payloads(pair.receive(len(sent))) == sent


def test_nothing_there_is_told_as_such(pair: Pair) -> None:
    assert pair.seam.receive(pair.far, pair.other) == errno.EAGAIN


@pytest.mark.parametrize("chosen", [V4, OTHER])
def test_the_source_address_can_be_chosen(
    seam: ModuleType, udp_bsd: ModuleType, offload: bool, chosen: bytes
) -> None:
    pair = Pair(seam, udp_bsd, host="0.0.0.0", far="127.0.0.1", offload=offload)
    pair.send((b"x", 0, 0xFF), (b"y", 0, 0), local=chosen)
    assert [(found[1], found[2][0]) for found in pair.receive(2)] == [(0xFF, chosen), (0, chosen)]
    pair.close()


def test_a_bound_socket_keeps_its_address(pair: Pair) -> None:
    """FreeBSD would refuse the datagram (ip(4), IP_SENDSRCADDR)."""
    pair.send((b"x", 0, 0), local=OTHER if pair.near.family == socket.AF_INET else V6)
    assert [found[2][0] for found in pair.receive(1)] == [pair.to[0]]


def test_what_is_too_large_is_passed_over_and_counted(pair: Pair, offload: bool) -> None:
    large = bytes(LARGEST + 3)
    train = large + b"xx", LARGEST + 3, 0
    said = pair.send((b"first", 0, 0), (large, 0, 0), (b"next", 0, 0), train, (b"last", 0, 0))
    assert said == [(errno.EMSGSIZE, 2, 0, 1), (errno.EMSGSIZE, 4, 0, 2), (0, 5, 0, 0)]
    # the batched call does not tell that the first had gone
    sent = [b"first", b"first", b"next", b"next", b"last"] if offload else [b"first", b"next", b"last"]
    assert payloads(pair.receive(len(sent))) == sent


def test_a_call_that_takes_a_part_is_called_again(batched: Pair, msg_x: MsgX) -> None:
    msg_x.set(atmost=3)
    assert batched.send((b"abcdefgh", 1, 0)) == [(0, 1, 0, 0)]
    assert msg_x.batches == 3
    assert b"".join(payloads(batched.receive(8))) == b"abcdefgh"


@pytest.mark.parametrize("refusal", [errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_system_that_refuses_batches_gets_single_datagrams(
    batched: Pair, msg_x: MsgX, refusal: int
) -> None:
    msg_x.set(refusal=refusal)
    assert batched.send((b"ab", 1, 0)) == [(0, 1, 0, 0)]
    assert batched.near.features == batches(False, True)
    assert payloads(batched.receive(2)) == [b"a", b"b"]
    assert batched.far.features == batches(True, False)


def test_a_passing_error_of_a_batch_changes_nothing(batched: Pair, msg_x: MsgX) -> None:
    msg_x.set(refusal=errno.EAGAIN)
    assert batched.send((b"ab", 1, 0)) == [(errno.EAGAIN, 0, 0, 0)]
    assert batched.near.features["batched_send"]
    assert batched.receive(0) == []


def test_python_sends_with_and_without_a_source_address(
    seam: ModuleType, udp_bsd: ModuleType, offload: bool
) -> None:
    pair = Pair(seam, udp_bsd, host="0.0.0.0", far="127.0.0.1", offload=offload)
    to = ("127.0.0.1", pair.to[1])
    pair.near.send_parts([b"a", b"b"], to, None, False)
    pair.near.send_parts([bytes(9000)], to, (OTHER, 0), False)
    pair.near.send_parts([b"c"], to, (OTHER, 0), True)
    found = [(datagram[0], datagram[2][0]) for datagram in pair.receive(3)]
    assert found == [(b"ab", V4), (bytes(9000), OTHER), (b"c", OTHER)]
    pair.close()


def test_a_closed_socket_says_so(pair: Pair) -> None:
    pair.near.close()
    assert pair.near.fileno() == -1
    assert pair.seam.receive(pair.near, pair.arena) == errno.EBADF


def test_the_local_endpoint_is_known(pair: Pair) -> None:
    host = socket.inet_ntop(pair.near.family, pair.to[0])
    assert pair.near.local == Endpoint(host, pair.near.local.port)


def test_a_mark_that_the_system_lacks_is_refused(udp_bsd: ModuleType) -> None:
    with pytest.raises(ValueError, match="mark"):
        udp_bsd.UdpSocket("127.0.0.1", 0, mark=1)
