"""Two data planes carry real traffic between network namespaces."""

from __future__ import annotations

import gc
import mmap
import os
import random
import resource
import select
import socket
import struct
import threading
from collections.abc import Callable

import pytest

from core.spaces import ANY, End, Tunnel, tunnel
from ginnel_core import (
    DataPlane,
    DeviceLost,
    Endpoint,
    Event,
    FramedTun,
    PeerMoved,
    SaExpiring,
    Selector,
    StrayEsp,
    Tun,
    UdpSocket,
    live_objects,
)

pytestmark = pytest.mark.netns

IKE = bytes(range(1, 29))
EVERY = (bytes(4), b"\xff" * 4)


def drops(end: End) -> dict[str, int]:
    counters = end.plane.counters()
    return {name: value for name, value in counters.items() if name.startswith("drop_") and value}


def stray(joined: Tunnel) -> socket.socket:
    return joined.under.socket(socket.SOCK_DGRAM, ("127.0.0.9", 0))


@pytest.mark.parametrize(
    ("encr", "key", "integ"),
    [
        (20, bytes(range(20)), 0),
        (20, bytes(range(36)), 0),
        (28, bytes(range(36)), 0),
        (12, bytes(range(16)), 12),
        (12, bytes(range(32)), 12),
    ],
)
@pytest.mark.parametrize("esn", [False, True])
def test_ping_crosses_under_each_cipher(encr: int, key: bytes, integ: int, esn: bool) -> None:
    with tunnel() as made:
        made.join(0x1000, key, encr, integ=integ, integ_key=bytes(range(32)) if integ else b"", esn=esn)
        assert made.ping(20)
        assert made.ping(5, size=1372)
        assert made.a.plane.outbound(made.a.handles[0]).packets >= 25
        assert made.b.plane.inbound(0x1000).packets >= 25
        assert made.b.plane.inbound(0x1000).last_used_s > 0
        unexpected = set(drops(made.a)) | set(drops(made.b))
        assert not unexpected


def test_ipv6_crosses_over_ipv6() -> None:
    with tunnel(version=6) as made:
        made.join(0x1000)
        assert made.ping(5, size=1352)
        assert made.b.plane.inbound(0x1000).packets >= 5


def test_udp_and_tcp_cross_whole(joined: Tunnel) -> None:
    sent = random.Random(1).randbytes(3_000_000)
    listener = joined.b.space.socket(socket.SOCK_STREAM, (joined.b.inner, 0))
    listener.listen()
    client = joined.a.space.socket(socket.SOCK_STREAM)
    client.connect(listener.getsockname())
    accepted, _ = listener.accept()

    def write() -> None:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)

    writer = threading.Thread(target=write)
    writer.start()
    got = b"".join(iter(lambda: accepted.recv(65536), b""))
    writer.join()
    assert got == sent
    receiver = joined.b.space.socket(socket.SOCK_DGRAM, (joined.b.inner, 0))
    sender = joined.a.space.socket(socket.SOCK_DGRAM)
    sender.sendto(sent[:1300], receiver.getsockname())
    assert receiver.recv(2000) == sent[:1300]
    for each in (listener, client, accepted, receiver, sender):
        each.close()


def test_ike_is_split_off_with_its_addresses(joined: Tunnel) -> None:
    joined.a.plane.send_ike(IKE, joined.b.udp.local)
    got = joined.b.wait_ike()
    assert got == (IKE, joined.b.udp.local, joined.a.udp.local)
    assert joined.b.plane.receive_ike() is None
    assert joined.b.plane.counters()["ike_in"] == 1


def test_local_address_is_the_real_one_on_a_wildcard_socket(joined: Tunnel) -> None:
    with joined.under.inside():
        four, six = UdpSocket("0.0.0.0", 4600), UdpSocket("::", 4600)
    with joined.a.space.inside():
        tun = Tun()
    plane = DataPlane(tun, [four, six])
    plane.start()
    joined.a.plane.send_ike(IKE, ("127.0.0.77", 4600))
    joined.b.plane.send_ike(IKE, ("127.0.0.78", 4600))
    found: set[tuple[Endpoint, Endpoint]] = set()
    while len(found) < 2:
        datagram = plane.receive_ike()
        if datagram is not None:
            found.add((datagram.local, datagram.remote))
    assert found == {
        (Endpoint("127.0.0.77", 4600), joined.a.udp.local),
        (Endpoint("127.0.0.78", 4600), joined.b.udp.local),
    }
    plane.send_ike(IKE, joined.b.udp.local, ("127.0.0.77", 4600))
    assert joined.b.wait_ike().remote == Endpoint("127.0.0.77", 4600)
    plane.send_ike(IKE, ("::1", 4600), ("::1", 4600))
    while (datagram := plane.receive_ike()) is None:
        pass
    assert (datagram.local, datagram.remote) == (Endpoint("::1", 4600), Endpoint("::1", 4600))
    plane.stop()
    for each in (tun, four, six):
        each.close()


def test_keepalives_are_swallowed(joined: Tunnel) -> None:
    joined.a.plane.send_ike(b"\xff", joined.b.udp.local)
    assert joined.b.wait_counter("keepalives_in", 1) == 1
    assert joined.b.plane.receive_ike() is None
    assert not drops(joined.b)


def test_hostile_datagrams_never_pass_and_are_counted(joined: Tunnel) -> None:
    chance = random.Random(7)
    attacker = stray(joined)
    datagrams = [
        b"",
        b"\x00",
        b"\xff\xff",
        bytes(4),
        bytes(31),
        b"\x00\x00\x00\x01" + bytes(60),
        (0x1000).to_bytes(4, "big"),
        (0x1000).to_bytes(4, "big") + bytes(4),
        (0x1000).to_bytes(4, "big") + bytes(31),
        *((0x1000).to_bytes(4, "big") + chance.randbytes(chance.randrange(4, 1500)) for _ in range(300)),
        *(b"\xee" + chance.randbytes(chance.randrange(8, 1500)) for _ in range(300)),
    ]
    for datagram in datagrams:
        attacker.sendto(datagram, joined.b.udp.local)
    attacker.close()
    joined.a.plane.send_ike(IKE, joined.b.udp.local)
    joined.b.wait_ike()
    counters = joined.b.plane.counters()
    assert sum(drops(joined.b).values()) == len(datagrams)
    assert counters["packets_in"] == 0
    assert counters["drop_unknown_spi"] == 301
    assert counters["drop_integrity"] > 200
    assert joined.ping()


def test_a_full_ike_queue_drops_and_counts(joined: Tunnel) -> None:
    attacker = stray(joined)
    for _ in range(3000):
        attacker.sendto(bytes(4) + bytes(2000), joined.b.udp.local)
    attacker.close()
    assert joined.b.wait_counter("drop_ike_queue_full", 1)
    assert joined.ping()


def test_packets_without_an_sa_or_outside_its_selectors_are_dropped() -> None:
    with tunnel() as made:
        assert made.a.space.run("ping", "-c", "1", "-W", "1", made.b.inner).returncode != 0
        assert made.a.wait_counter("drop_no_sa", 1)
        narrow = [Selector(17, 0, 65535, bytes(4), b"\xff" * 4)]
        made.b.plane.install_inbound(spi=5000, encr=20, encr_key=bytes(20), local=narrow, remote=narrow)
        made.a.plane.install_outbound(
            spi=5000, encr=20, encr_key=bytes(20), local=ANY, remote=ANY, peer=made.b.udp.local
        )
        made.a.space.run("ping", "-c", "1", "-W", "1", made.b.inner)
        assert made.b.wait_counter("drop_inbound_selector", 1)
        assert made.b.plane.counters()["packets_in"] == 0


def test_rekeying_under_traffic_loses_nothing(joined: Tunnel) -> None:
    answers: list[dict[int, float]] = []
    pings = threading.Thread(
        target=lambda: answers.append(joined.a.space.round_trips(joined.b.inner, 1500, "-i", "0.001"))
    )
    pings.start()
    spi = 0x1000
    while pings.is_alive():
        joined.join(spi + 0x10, os.urandom(20))
        pings.join(0.05)  # what the older pair sealed is under way
        joined.a.plane.retire_outbound(joined.a.handles.pop(0))
        joined.b.plane.retire_outbound(joined.b.handles.pop(0))
        pings.join(0.05)
        while not joined.arrived(spi + 0x10) and pings.is_alive():
            pings.join(0.005)
        joined.b.plane.retire_inbound(spi)
        joined.a.plane.retire_inbound(spi + 1)
        joined.a.plane.events()
        joined.b.plane.events()
        spi += 0x10
    pings.join()
    assert len(answers[0]) == 1500
    assert spi > 0x1040
    assert not drops(joined.a)
    assert not drops(joined.b)


def test_retired_sas_are_freed_while_the_loops_run(joined: Tunnel) -> None:
    gc.collect()
    before = live_objects()
    planes = {end.plane.event_fileno(): end.plane for end in (joined.a, joined.b)}
    for _ in range(100):
        joined.join(0x9000)
        assert joined.ping(3, interval_s=0)
        joined.b.plane.retire_inbound(0x9000)
        joined.a.plane.retire_inbound(0x9001)
        joined.a.plane.retire_outbound(joined.a.handles.pop())
        joined.b.plane.retire_outbound(joined.b.handles.pop())
        while live_objects() != before:  # a loop that was in a batch tells when it has passed
            ready, _, _ = select.select(planes, [], [], 20)
            assert ready
            assert [planes[fd].events() for fd in ready] == [[]] * len(ready)


def test_a_moved_peer_is_told_once_and_followed(joined: Tunnel) -> None:
    assert joined.ping(3)
    joined.a.plane.move_outbound(joined.a.handles[0], joined.b.udp.local, ("127.0.0.4", 0))
    joined.a.space.run("ping", "-q", "-c", "3", "-i", "0.01", "-W", "1", joined.b.inner)
    assert joined.b.wait_event() == [PeerMoved(0x1000, Endpoint("127.0.0.4", 4500))]
    assert joined.ping(3)
    assert joined.b.plane.events() == []


def test_a_peer_that_moved_before_its_first_packet_is_told() -> None:
    with tunnel() as made:
        here, elsewhere = made.a.udp.local, Endpoint("127.0.0.4", 4500)
        for spi, source in ((0x1000, here), (0x2000, elsewhere)):
            keys = {"spi": spi, "encr": 20, "encr_key": bytes(20), "local": ANY, "remote": ANY}
            made.b.plane.install_inbound(**keys, peer=here)  # type: ignore[arg-type]
            send: Callable[..., int] = made.a.plane.install_outbound
            send(**keys, peer=made.b.udp.local, source=(source.host, 0))
            made.a.space.run("ping", "-q", "-c", "1", "-W", "0.1", made.b.inner)
            assert made.b.wait_counter("packets_in", 1)
        assert made.b.wait_event() == [PeerMoved(0x2000, elsewhere)]
        with pytest.raises(ValueError, match="numeric"):
            made.b.plane.install_inbound(**{**keys, "spi": 0x3000}, peer=("host.example", 1))  # type: ignore[arg-type]


def test_soft_limits_are_told_once() -> None:
    with tunnel() as made:
        made.join(0x1000, soft_packets=5)
        assert made.ping(10)
        assert made.b.wait_event()[0] == SaExpiring("in", 0x1000, "packets")
        events = made.a.wait_event()
        out = SaExpiring("out", 0x1000, "packets", made.a.handles[0])
        assert sorted(events) == [SaExpiring("in", 0x1001, "packets"), out]
        assert made.ping(10)
        assert made.a.plane.events() == []


def test_soft_limits_tell_sas_of_one_spi_apart() -> None:
    """Two peers may have chosen the same."""
    with tunnel() as made:
        handles = [
            made.a.plane.install_outbound(
                spi=0x1000, encr=20, encr_key=bytes(20), local=ANY, remote=[to], peer=made.b.udp.local,
                soft_packets=1,
            )
            for to in (Selector(17, port, port, *EVERY) for port in (700, 701))
        ]  # fmt: skip
        with made.a.space.socket(socket.SOCK_DGRAM) as sender:
            for port, handle in zip((701, 700), reversed(handles), strict=True):
                sender.sendto(b"?", (made.b.inner, port))
                assert made.a.wait_event() == [SaExpiring("out", 0x1000, "packets", handle)]


def test_unreachable_peers_are_survived(joined: Tunnel) -> None:
    joined.a.plane.move_outbound(joined.a.handles[0], ("192.0.2.1", 4500))
    joined.a.space.run("ping", "-c", "2", "-i", "0.01", "-W", "1", joined.b.inner)
    assert joined.a.wait_counter("drop_send_unreachable", 1)
    joined.a.plane.move_outbound(joined.a.handles[0], joined.b.udp.local)
    assert joined.ping()


def test_datagrams_with_a_bad_checksum_do_not_cost_the_socket(joined: Tunnel) -> None:
    """The kernel discards them after it has woken the loop, which then finds nothing to read."""
    with joined.under.inside():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    target = joined.b.udp.local
    payload = bytes(40)
    udp = struct.pack("!HHHH", 9, target.port, 8 + len(payload), 0xBAD) + payload
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(udp),
        0,
        0,
        64,
        socket.IPPROTO_UDP,
        0,
        *2 * [socket.inet_aton(target.host)],
    )
    with raw:
        for _ in range(200):
            raw.sendto(header + udp, (target.host, 0))
    assert joined.ping(3)
    assert not joined.b.plane.events()
    shown = joined.under.run("cat", "/proc/net/snmp").stdout.splitlines()
    names, values = (line.split() for line in shown if line.startswith("Udp:"))
    assert int(values[names.index("InCsumErrors")]) == 200


def test_a_deleted_device_is_told_and_the_rest_goes_on(joined: Tunnel) -> None:
    with joined.a.space.inside():
        joined.a.space.ip(f"link delete {joined.a.tun.name}")
    assert [event.what for event in joined.a.wait_event() if isinstance(event, DeviceLost)] == ["tun"]
    batches = joined.a.plane.counters()["batches_out"]
    joined.b.plane.send_ike(IKE, joined.a.udp.local)
    assert joined.a.wait_ike().data == IKE
    assert joined.a.plane.counters()["batches_out"] <= batches + 1


def test_a_deleted_device_is_told_behind_more_news_than_there_is_room_for() -> None:
    with tunnel() as made:
        ports = range(1000, 1300)
        for port in ports:
            made.a.plane.install_outbound(
                spi=port, encr=20, encr_key=bytes(20), local=ANY, remote=[Selector(17, port, port, *EVERY)],
                peer=made.b.udp.local, soft_packets=1,
            )  # fmt: skip
        with made.a.space.socket(socket.SOCK_DGRAM) as sender:
            for port in ports:
                sender.sendto(b"?", (made.b.inner, port))
        made.a.wait_counter("packets_out", len(ports))
        with made.a.space.inside():
            made.a.space.ip(f"link delete {made.a.tun.name}")
        told: list[Event] = []
        while not any(isinstance(event, DeviceLost) for event in told):
            told += made.a.wait_event()
        *others, last = told
        assert isinstance(last, DeviceLost)
        assert last.what == "tun"
        assert all(isinstance(event, SaExpiring) for event in others)
        assert len(told) > 250


def test_starting_and_stopping_leaks_nothing(joined: Tunnel) -> None:
    gc.collect()
    before = live_objects()
    descriptors = len(os.listdir("/proc/self/fd"))
    for _ in range(100):
        with joined.under.inside():
            udp = UdpSocket("127.0.0.5", 0)
        with joined.a.space.inside():
            tun = Tun()
        plane = DataPlane(tun, [udp])
        plane.install_inbound(spi=700, encr=20, encr_key=bytes(20), local=ANY, remote=ANY)
        plane.start()
        plane.install_outbound(spi=800, encr=20, encr_key=bytes(20), local=ANY, remote=ANY, peer=udp.local)
        plane.stop()
        plane.stop()
        tun.close()
        udp.close()
    del plane, tun, udp
    gc.collect()
    assert live_objects() == before
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_a_socket_may_serve_one_data_plane_after_the_other() -> None:
    """Where the memory of each is depends on what else is allocated meanwhile."""
    some = random.Random(3)
    others: list[mmap.mmap] = []
    sender, udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), UdpSocket("127.0.0.1", 0)
    for _ in range(40):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        tun = FramedTun("tun0", ours.detach())
        plane = DataPlane(tun, [udp])
        plane.start()
        sender.sendto(bytes(4) + IKE, udp.local)
        select.select([plane.ike_fileno()], [], [], 5)
        received = plane.receive_ike()
        plane.stop()
        tun.close()
        theirs.close()
        assert received is not None
        assert received.data == IKE
        others.append(mmap.mmap(-1, 4096 * some.randint(1, 1200)))
        if some.random() < 0.5:
            others.pop(some.randrange(len(others))).close()
        del plane, tun
        others.append(mmap.mmap(-1, 4096 * some.randint(1, 1200)))
    for other in others:
        other.close()
    sender.close()
    udp.close()


def test_a_device_takes_one_descriptor_or_leaves_none_behind(joined: Tunnel) -> None:
    with joined.a.space.inside():
        free = os.dup(0)
        os.close(free)
        limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, most))
        try:
            tun = Tun()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    assert tun.fileno() == free
    tun.close()


def test_misuse_is_refused(joined: Tunnel) -> None:
    plane = joined.a.plane
    good = {"spi": 300, "encr": 20, "encr_key": bytes(20), "local": ANY, "remote": ANY}
    changes: list[dict[str, object]] = [
        {"spi": 255},
        {"spi": 2**32},
        {"spi": 0x1001},
        {"encr": 3},
        {"encr_key": bytes(19)},
        {"integ": 12},
        {"encr": 12, "encr_key": bytes(16)},
        {"encr": 12, "encr_key": bytes(16), "integ": 12, "integ_key": bytes(20)},
        {"local": []},
        {"local": [ANY[0]] * 65, "remote": [ANY[0]] * 64},
        {"remote": [Selector(0, 0, 65535, bytes(4), bytes(16))]},
        {"remote": [Selector(0, 5, 4, bytes(4), bytes(4))]},
        {"replay_window": 63},
        {"replay_window": 65537},
    ]
    for change in changes:
        if "replay_window" in change or change.get("spi") == 0x1001:
            with pytest.raises(ValueError, match=r"replay|in use"):
                plane.install_inbound(**{**good, **change})  # type: ignore[arg-type]
        else:
            with pytest.raises(ValueError, match=r".+"):
                plane.install_outbound(**{**good, **change}, peer=joined.b.udp.local)  # type: ignore[arg-type]
    for peer in (("::1", 4500), ("host.example", 4500)):
        with pytest.raises(ValueError, match=r".+"):
            plane.install_outbound(**good, peer=peer)  # type: ignore[arg-type]
    for call in (
        lambda: plane.retire_inbound(1),
        lambda: plane.retire_outbound(99),
        lambda: plane.inbound(1),
    ):
        with pytest.raises(KeyError):
            call()
    plane.stop()
    with pytest.raises(RuntimeError):
        plane.start()


def test_esp_without_an_sa_is_told_and_leaves_room_for_other_news(joined: Tunnel) -> None:
    stranger = stray(joined)
    for spi in range(0x7000, 0x7000 + 1000):
        stranger.sendto(spi.to_bytes(4, "big") + bytes(40), joined.b.udp.local)
    first, *others = joined.b.wait_event()
    joined.b.wait_counter("drop_unknown_spi", 1000)
    others += joined.b.plane.events()
    assert isinstance(first, StrayEsp)
    assert first.spi == 0x7000
    assert first.local == joined.b.udp.local
    assert first.remote.port == stranger.getsockname()[1]
    assert len(others) <= 50  # a burst of them, whoever sends how many
    stranger.close()
