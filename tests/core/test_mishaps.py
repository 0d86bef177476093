"""What befalls the packet path from outside amid a transfer: it goes on, and losses are counted."""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import time
from collections.abc import Iterator

import pytest

from core.routed import (
    INNER_A,
    INNER_B,
    LEFT,
    Routed,
    Transfer,
    datagram_socket,
    default_routes,
    drops,
    routed,
)
from core.spaces import End
from core.test_children import mac
from core.test_too_big import forge_too_big
from ginnel_core import DeviceLost

pytestmark = pytest.mark.netns


@contextlib.contextmanager
def carrying(made: Routed, inside: int = 4) -> Iterator[None]:
    """A transfer each way while the block runs, and for a while afterwards."""
    both = [Transfer(made.a, made.b, 4 << 30, inside), Transfer(made.b, made.a, 4 << 30, inside)]
    progress(both)
    yield
    progress(both)
    for each in both:
        each.enough()


def progress(transfers: list[Transfer]) -> None:
    """Wait until each has carried another megabyte."""
    before = [each.received for each in transfers]
    deadline = time.monotonic() + 20
    while any(each.received < was + (1 << 20) for each, was in zip(transfers, before, strict=True)):
        assert time.monotonic() < deadline
        transfers[0].threads[0].join(0.01)


def nothing_told(*ends: End) -> bool:
    return not any(end.plane.events() for end in ends)


@pytest.mark.parametrize("outside", [4, 6])
def test_a_link_that_goes_down_and_comes_back(outside: int) -> None:
    with routed(outside) as made:
        made.join(0x1000)
        with carrying(made):
            with made.left.inside():
                made.left.ip("link set outer down")
            made.a.space.run("ping", "-c", "3", "-i", "0.01", "-W", "0.1", made.b.inner)
            assert made.a.wait_counter("drop_send_unreachable", 3)
            with made.left.inside():
                made.left.ip("link set outer up")
                made.left.ip("addr replace 2001:db8:1::2/64 dev outer nodad")  # which the kernel took away
            default_routes(made.left, "192.0.2", "2001:db8:1")
        assert nothing_told(made.a, made.b)
        assert made.a.plane.features()["udp_segment"]
        assert drops(made.a).keys() <= {"drop_send_unreachable", "drop_receive_error"}


def test_a_firewall_that_refuses_what_is_sent() -> None:
    with routed() as made:
        made.join(0x1000)
        with carrying(made):
            made.firewall("udp dport 4500 drop", made.left, "output")
            made.a.space.run("ping", "-c", "3", "-i", "0.01", "-W", "0.1", made.b.inner)
            assert made.a.wait_counter("drop_send_denied", 3)
            with pytest.raises(PermissionError):
                made.a.plane.send_ike(bytes(100), made.b.udp.local)
            made.firewall("", made.left, "output")
        assert nothing_told(made.a, made.b)
        assert made.a.plane.features()["udp_segment"]
        assert drops(made.a).keys() == {"drop_send_denied"}


def test_a_device_without_room() -> None:
    """ENOBUFS, which the kernel tells of a full queue (udp(7) under IP_RECVERR)."""
    with routed() as made:
        made.join(0x1000)
        narrow = "tc qdisc add dev outer root tbf rate 200kbit burst 2kb limit 4kb"
        if made.left.run(*shlex.split(narrow)).returncode != 0:
            pytest.skip("the kernel has no token bucket (sch_tbf)")
        with datagram_socket(made.a.space, INNER_A[4]) as sender:
            for _ in range(200):
                sender.sendto(bytes(1300), (INNER_B[4], 9))
        assert made.a.wait_counter("drop_send_full", 100)
        made.left.run(*shlex.split("tc qdisc del dev outer root"))
        with carrying(made):
            pass
        assert nothing_told(made.a, made.b)
        assert made.a.plane.features()["udp_segment"]


def test_errors_that_come_back_do_not_keep_the_processor_busy_while_a_socket_is_full() -> None:
    """The loop that waits for room leaves the only processor to the one that fetches them."""
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    try:
        with routed() as made, datagram_socket(made.a.space, INNER_A[4]) as sender:
            made.join(0x1000)
            with socket.socket(fileno=os.dup(made.a.udp.fileno())) as full:
                full.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
            with made.router.inside():  # an answer would wait behind what fills the device
                made.router.ip(f"neigh replace {LEFT[4]} lladdr {mac(made)} dev toleft nud permanent")
            narrow = "tc qdisc add dev outer root tbf rate 200kbit burst 2kb limit 40mb"
            if made.left.run(*shlex.split(narrow)).returncode != 0:
                pytest.skip("the kernel has no token bucket (sch_tbf)")
            sender.setblocking(False)
            began, used = time.monotonic(), time.process_time() - time.thread_time()
            while time.monotonic() < began + 1:
                with contextlib.suppress(BlockingIOError):
                    for _ in range(100):
                        sender.sendto(bytes(1300), (INNER_B[4], 9))
                forge_too_big(made, 4, 1499)
                made.a.wait_counter("errors_back", 1)
            used = time.process_time() - time.thread_time() - used
            assert used < 0.25 * (time.monotonic() - began)
            assert made.a.wait_counter("drop_send_full", 1)
    finally:
        os.sched_setaffinity(0, processors)


def test_a_device_that_is_removed_amid_a_transfer() -> None:
    """Its end carries IKE still and counts what it cannot deliver; the other end notices nothing."""
    with routed() as made:
        made.join(0x1000)
        both = [Transfer(made.a, made.b, 4 << 30), Transfer(made.b, made.a, 4 << 30)]
        progress(both)
        with made.b.space.inside():
            made.b.space.ip(f"link delete {made.b.tun.name}")
        assert [event.what for event in made.b.wait_event() if isinstance(event, DeviceLost)] == ["tun"]
        before = made.b.plane.counters()["drop_tun_write"]
        made.a.space.run("ping", "-c", "3", "-i", "0.01", "-W", "0.1", made.b.inner)
        assert made.b.wait_counter("drop_tun_write", before + 3)
        made.a.plane.send_ike(bytes(100), made.b.udp.local)
        assert len(made.b.wait_ike().data) == 100
        made.b.plane.send_ike(bytes(101), made.a.udp.local)
        assert len(made.a.wait_ike().data) == 101
        assert nothing_told(made.a, made.b)
        assert not drops(made.a)
        for each in both:
            each.abandon()
