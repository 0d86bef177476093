"""ESP that comes before the SA that it is for."""

from __future__ import annotations

import socket
import threading

import pytest

from core.spaces import ANY, Tunnel, tunnel

pytestmark = pytest.mark.netns

KEY = bytes(range(20))


def early(made: Tunnel, count: int) -> socket.socket:
    """`count` numbered datagrams come to b before their SA; the socket has what b's own network gets."""
    inbox = made.b.space.socket(socket.SOCK_DGRAM, (made.b.inner, 7000))
    made.a.plane.install_outbound(
        spi=5000, encr=20, encr_key=KEY, local=ANY, remote=ANY, peer=made.b.udp.local
    )
    with made.a.space.socket(socket.SOCK_DGRAM) as sender:
        for number in range(count):
            sender.sendto(number.to_bytes(2, "big") * 50, (made.b.inner, 7000))
    made.b.wait_counter("drop_unknown_spi", count)
    return inbox


def numbers(inbox: socket.socket, count: int) -> list[int]:
    found = [int.from_bytes(inbox.recv(2), "big") for _ in range(count)]
    inbox.settimeout(0.2)
    with pytest.raises(TimeoutError):
        inbox.recv(2)
    inbox.close()
    return found


def test_what_comes_before_its_sa_waits_for_it() -> None:
    """A gateway sends with a new SA while we still check the signature of the message that makes it."""
    with tunnel() as made:
        inbox = early(made, 20)
        stranger = made.under.socket(socket.SOCK_DGRAM, ("127.0.0.9", 0))
        stranger.sendto((0x7000).to_bytes(4, "big") + bytes(40), made.b.udp.local)
        made.b.wait_counter("drop_unknown_spi", 21)
        made.b.plane.install_inbound(spi=6000, encr=20, encr_key=KEY, local=ANY, remote=ANY)
        made.b.plane.install_inbound(spi=5000, encr=20, encr_key=KEY, local=ANY, remote=ANY)
        assert numbers(inbox, 20) == list(range(20))
        counters = made.b.plane.counters()
        assert (counters["packets_in"], counters["drop_unknown_spi"], counters["drop_replay"]) == (20, 1, 0)
        stranger.close()


def test_only_the_newest_wait_for_their_sa() -> None:
    with tunnel() as made:
        inbox = early(made, 200)
        made.b.plane.install_inbound(spi=5000, encr=20, encr_key=KEY, local=ANY, remote=ANY)
        assert numbers(inbox, 128) == list(range(72, 200))
        assert made.b.plane.counters()["drop_unknown_spi"] == 72


def test_nobody_gets_what_is_out_of_date() -> None:
    with tunnel() as made:
        inbox = early(made, 3)
        threading.Event().wait(1.1)
        made.b.plane.install_inbound(spi=5000, encr=20, encr_key=KEY, local=ANY, remote=ANY)
        assert numbers(inbox, 0) == []
        assert made.b.plane.counters()["drop_unknown_spi"] == 3
