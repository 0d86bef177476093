"""Several SAs on one plane: each packet goes with the right one, wherever its peer moves."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest

from core.inner import with_checksum
from core.routed import (
    INNER_A,
    INNER_B,
    LEFT,
    RIGHT,
    Routed,
    Transfer,
    datagram_socket,
    drops,
    routed,
)
from core.spaces import ANY, PATIENCE_S, PORT
from ginnel_core import Endpoint, PeerMoved, Selector
from helpers.esp import BY_NAME, SPI

pytestmark = pytest.mark.netns

ECHO = 8 << 8
MOVES = 20


def narrow(protocol: int = 0, ports: tuple[int, int] = (0, 65535), host: str = "") -> list[Selector]:
    address = (socket.inet_aton(host),) * 2 if host else (bytes(4), b"\xff" * 4)
    return [Selector(protocol, *ports, *address)]


def pair(
    made: Routed, spi: int, local: list[Selector], remote: list[Selector], peer: Endpoint | None = None
) -> Callable[[], int]:
    """An SA from a to b under selectors; what it returns tells how many packets it carried."""
    keys = {"spi": spi, "encr": 20, "encr_key": spi.to_bytes(20, "big")}
    install_in: Callable[..., None] = made.b.plane.install_inbound
    install_out: Callable[..., int] = made.a.plane.install_outbound
    install_in(**keys, local=remote, remote=local)
    handle = install_out(**keys, local=local, remote=remote, peer=peer or made.b.udp.local)
    return lambda: made.a.plane.outbound(handle).packets


def test_each_packet_goes_with_the_most_specific_sa() -> None:
    with routed() as made:
        far = INNER_B[4]
        carried = {
            "host": pair(made, 0x101, narrow(), narrow(host=far)),
            "wide": pair(made, 0x102, ANY, ANY),  # newer, but less specific
            "port": pair(made, 0x103, narrow(), narrow(17, (700, 710), far)),
            "echo": pair(made, 0x104, narrow(), narrow(1, (ECHO, ECHO + 255), far)),
        }
        with datagram_socket(made.a.space) as sender:
            for count, (host, port) in enumerate(
                [(far, 700), (far, 710), (far, 711), (far, 699), ("10.9.0.77", 700)], start=1
            ):
                for _ in range(count):
                    sender.sendto(b"?", (host, port))
        made.a.space.run("ping", "-c", "6", "-i", "0.01", "-W", "0.1", far)
        made.b.wait_counter("packets_in", 21)
        assert {name: count() for name, count in carried.items()} == {
            "host": 3 + 4, "wide": 5, "port": 1 + 2, "echo": 6,
        }  # fmt: skip
        for spi, wanted in ((0x101, 7), (0x102, 5), (0x103, 3), (0x104, 6)):
            assert made.b.plane.inbound(spi).packets == wanted
        assert set(drops(made.b)) <= {"drop_no_sa"}  # for its answers


def test_transfers_of_two_sas_do_not_disturb_each_other() -> None:
    """One by its port, the other the rest; both leave the device in turns."""
    with routed() as made:
        made.join(0x1000)
        first = Transfer(made.a, made.b, 16 << 20)
        port = first.port
        carried = pair(made, 0x201, narrow(), narrow(6, (port, port), INNER_B[4]))
        second = Transfer(made.a, made.b, 16 << 20)
        third = Transfer(made.b, made.a, 16 << 20, 6)
        assert [each.whole() for each in (first, second, third)] == [True] * 3
        assert carried() > 100
        assert made.a.plane.outbound(made.a.handles[0]).packets > 1000
        assert not drops(made.b)


def test_two_connections_share_the_plane() -> None:
    """Two peers, each with its SA; what is for the one never goes to the other."""
    with routed() as made, datagram_socket(made.right, RIGHT[4], 4600) as other:
        made.join(0x1000)
        pair(made, 0x301, narrow(), narrow(host="10.9.0.99"), Endpoint(RIGHT[4], 4600))
        transfer = Transfer(made.a, made.b, 4 << 20)
        with datagram_socket(made.a.space) as sender:
            for number in range(100):
                sender.sendto(bytes([number]), ("10.9.0.99", 9))
        got = [other.recv(2000) for _ in range(100)]
        assert {struct.unpack_from(">I", each)[0] for each in got} == {0x301}
        assert [struct.unpack_from(">I", each, 4)[0] for each in got] == list(range(1, 101))
        assert transfer.whole()
        assert not drops(made.b)


def follow(made: Routed, moves: int, seen: list[str], ended: threading.Event) -> None:
    """As the service does: end b sends to where end a was last seen."""
    while len(seen) < moves and not ended.is_set():
        for event in made.b.plane.events():
            if isinstance(event, PeerMoved):
                made.b.plane.move_outbound(made.b.handles[0], event.remote)
                seen.append(f"{event.remote.host}:{event.remote.port}")
        ended.wait(0.002)


@pytest.mark.parametrize("nat", [False, True], ids=["own-address", "nat-rebinding"])
def test_no_packet_is_lost_while_the_peer_moves(nat: bool) -> None:
    """Nor of a transfer. What end b still sends to the address before arrives, as in a network."""
    with routed(wildcard=True) as made:
        peers = (made.b.udp.local, Endpoint(LEFT[4], PORT))
        for sender, receiver, spi, peer in (
            (made.a, made.b, 0x1000, peers[0]), (made.b, made.a, 0x1001, peers[1]),
        ):  # fmt: skip
            keys = {"spi": spi, "encr": 20, "encr_key": bytes(20), "local": ANY, "remote": ANY}
            install_in: Callable[..., None] = receiver.plane.install_inbound
            install_out: Callable[..., int] = sender.plane.install_outbound
            install_in(**keys)
            sender.handles.append(install_out(**keys, peer=peer))
        with made.left.inside():
            for number in range(MOVES):
                made.left.ip(f"addr add 192.0.2.{100 + number}/24 dev outer")
        with made.router.inside():
            for number in range(MOVES):  # so that no packet waits for an address resolution
                made.router.ip(f"neigh replace 192.0.2.{100 + number} lladdr {mac(made)} dev toleft")
        if nat:
            rebind(made, 0)
        assert made.ping()
        seen: list[str] = []
        made.b.plane.events()
        ended = threading.Event()
        following = threading.Thread(target=follow, args=(made, MOVES, seen, ended))
        following.start()
        answers: list[dict[int, float]] = []
        moved = threading.Event()

        def ping() -> None:
            while not moved.is_set():
                answers.append(made.a.space.round_trips(made.b.inner, 500, "-i", "0.001"))

        pinging = threading.Thread(target=ping)
        pinging.start()
        transfer = Transfer(made.a, made.b, 8 << 20)
        deadline = time.monotonic() + 2 * PATIENCE_S
        for number in range(MOVES):
            moved.wait(0.02)
            while len(seen) < number and time.monotonic() < deadline:
                moved.wait(0.005)
            if nat:
                rebind(made, number + 1)
            else:
                made.a.plane.move_outbound(
                    made.a.handles[0], made.b.udp.local, (f"192.0.2.{100 + number}", 0)
                )
        following.join(PATIENCE_S)
        moved.set()
        pinging.join()
        ended.set()
        following.join()
        assert {len(each) for each in answers} == {500}
        assert transfer.whole()
        assert len(seen) == MOVES
        assert seen[-1] == (f"192.0.2.2:{5000 + MOVES}" if nat else f"192.0.2.{99 + MOVES}:{PORT}")
        assert not drops(made.a)
        assert not drops(made.b)


def mac(made: Routed) -> str:
    found = re.search(r"link/ether (\S+)", made.left.run("ip", "link", "show", "outer").stdout)
    assert found is not None
    return found[1]


def rebind(made: Routed, number: int) -> None:
    """The router gives end a's datagrams another source port; what comes back to older ones still passes."""
    made.firewall(
        f'oifname "toright" udp sport {PORT} udp sport set {5000 + number}\n'
        f'oifname "toleft" udp dport 5000-5999 udp dport set {PORT}'
    )


def test_padding_and_dummies_for_confidentiality_go_no_further() -> None:
    """RFC 4303 sections 2.7 and 2.6."""
    suite = BY_NAME["aes128gcm16"]
    with (
        routed() as made,
        datagram_socket(made.left) as peer,
        datagram_socket(made.b.space, INNER_B[4]) as receiver,
    ):
        made.b.plane.install_inbound(spi=SPI, encr=suite.encr, encr_key=suite.key, local=ANY, remote=ANY)
        port = receiver.getsockname()[1]
        sequence = 0
        for number in range(20):
            data = bytes([number]) * (number * 10 + 1)
            udp = struct.pack(">HHHH", 9, port, 8 + len(data), 0) + data
            header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0)
            inner = with_checksum(
                header + socket.inet_aton(INNER_A[4]) + socket.inet_aton(INNER_B[4]), 10
            ) + udp  # fmt: skip
            for payload in (
                suite.padded(inner + bytes(number * 40), 4),
                suite.padded(bytes(number * 7), 59),
                suite.padded(b"\xaa" * number, 59),
            ):
                sequence += 1
                peer.sendto(suite.wrap(payload, sequence), made.b.udp.local)
            assert receiver.recv(2000) == data
        assert made.b.wait_counter("drop_dummy", 40) == 40
        assert made.b.plane.counters()["packets_in"] == 20
        assert drops(made.b) == {"drop_dummy": 40}
