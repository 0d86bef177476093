"""A flood of hostile datagrams beats on a data plane's socket while a transfer runs through it.

GINNEL_HOSTILE says how many; `make soak` sends ten million.

    space a: sender --TCP--> TUN --[DataPlane a]-- 127.0.0.1 --\\
    space u:                                        attacker ----> 127.0.0.2 --\\
    space b:                 receiver <-- TUN --[DataPlane b]-- 127.0.0.2 <----/
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.spaces import End, Space, Tunnel, tunnel
from ginnel_core import Selector, StrayEsp, live_objects
from helpers import attacker

COUNT = int(os.environ.get("GINNEL_HOSTILE", "1000000"))
#: An attacker on a slow machine sends this many a second.
LEAST_RATE = 20_000
STRAYS = 16  # as in ginnel_core.loop
OWN, BUSY = 0x2000, 0x1000
MEMORY_OCTETS = 32 << 20
IKE = bytes(range(1, 29))
SO_ATTACH_FILTER, SO_RCVBUFFORCE, SOL_PACKET, PACKET_STATISTICS, ETH_P_ALL = 26, 33, 263, 6, 3

pytestmark = [pytest.mark.alone, pytest.mark.netns, pytest.mark.timeout(60 + COUNT / LEAST_RATE)]


@dataclass
class Transfer:
    """Random octets over TCP from a to b for as long as the block runs, hashed at both ends."""

    octets: int = 0
    seconds: float = 0.0
    hashes: list[str] = field(default_factory=list)


@contextmanager
def transferring(joined: Tunnel) -> Iterator[Transfer]:
    listener = joined.b.space.socket(socket.SOCK_STREAM, (joined.b.inner, 0))
    listener.listen()
    sender = joined.a.space.socket(socket.SOCK_STREAM)
    sender.connect(listener.getsockname())
    receiver, _ = listener.accept()
    over = threading.Event()
    done = Transfer()

    def send() -> None:
        digest, block = hashlib.sha256(), random.Random(7).randbytes(1 << 20)
        while not over.is_set():
            sender.sendall(block)
            digest.update(block)
        sender.shutdown(socket.SHUT_WR)
        done.hashes.append(digest.hexdigest())

    def receive() -> None:
        digest, buffer = hashlib.sha256(), memoryview(bytearray(1 << 18))
        while count := receiver.recv_into(buffer):
            digest.update(buffer[:count])
            done.octets += count
        done.hashes.append(digest.hexdigest())

    threads = [threading.Thread(target=target) for target in (send, receive)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        over.set()
        for thread in threads:
            thread.join()
        done.seconds = time.monotonic() - begun
        for each in (listener, sender, receiver):
            each.close()


class Sink:
    """Where witnesses arrive. `numbers` has them in the order that they came in."""

    def __init__(self, end: End) -> None:
        self.socket = end.space.socket(socket.SOCK_DGRAM, (end.inner, attacker.SINK_PORT))
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.numbers: list[int] = []
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self) -> None:
        buffer = bytearray(2048)
        while self.socket.recv_into(buffer):
            self.numbers.append(int.from_bytes(buffer[:8], "big"))

    def settle(self, sender: End) -> None:
        """Wait for an empty datagram sent through the tunnel: all that came before has been dealt with."""
        with sender.space.socket(socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.socket.getsockname())
        self.thread.join(30)
        assert not self.thread.is_alive()

    def close(self) -> None:
        with suppress(OSError):  # ENOTCONN, yet it wakes the reader
            self.socket.shutdown(socket.SHUT_RD)
        self.thread.join()
        self.socket.close()


class Trap:
    """Counts the packets of a device that are marked or no IPv4: all that the attacker wants to get in."""

    def __init__(self, end: End) -> None:
        # bpf(4)'s classic machine, packet(7): version 4 and another DSCP than the mark's do not pass
        program = [
            (0x30, 0, 0, 0),  # ldb [0]
            (0x54, 0, 0, 0xF0),  # and
            (0x15, 0, 3, 0x40),  # jeq, else accept
            (0x30, 0, 0, 1),  # ldb [1]
            (0x54, 0, 0, 0xFC),
            (0x15, 0, 1, attacker.MARK),  # jeq, else refuse
            (0x06, 0, 0, 1),  # accept
            (0x06, 0, 0, 0),
        ]
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
        with end.space.inside():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        wanted = struct.pack("@HP", len(program), ctypes.addressof(code))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, wanted)
        self.socket.bind((end.tun.name, ETH_P_ALL))

    def caught(self) -> int:
        """Since the last call."""
        packets, _ = struct.unpack("=II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        return int(packets)

    def close(self) -> None:
        self.socket.close()


def only(host: str) -> list[Selector]:
    return [Selector(attacker.UDP, 0, 65535, socket.inet_aton(host), socket.inet_aton(host))]


def flood(joined: Tunnel, own_key: bytes, busy_key: bytes) -> tuple[Counter[str], float]:
    """Run the attacker in the space under the tunnel: what it sent, and in how many seconds."""
    target = joined.b.udp.local
    with joined.under.inside():
        running = subprocess.Popen(
            [sys.executable, attacker.__file__, target.host, str(target.port), str(COUNT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
    with running:
        try:
            told, _ = running.communicate(struct.pack(">I20sI20s", OWN, own_key, BUSY, busy_key))
        except BaseException:
            running.kill()
            raise
    assert running.returncode == 0
    report = json.loads(told)
    return Counter(report["sent"]), report["seconds"]


def kernel_drops(space: Space) -> int:
    """Receives that found a socket's buffer full: each one datagram or one train."""
    names, values = (
        line.split() for line in space.run("grep", "Udp:", "/proc/self/net/snmp").stdout.splitlines()
    )
    return int(values[names.index("RcvbufErrors")])


def device_packets(end: End) -> int:
    """What the stack took from the device so far."""
    line = end.space.run("grep", f"{end.tun.name}:", "/proc/self/net/dev").stdout
    return int(line.partition(":")[2].split()[1])


def at_rest(end: End) -> tuple[dict[str, int], int]:
    """The counters of the packet path and of its device, when the transfer's last words have passed both."""
    while True:
        before, packets = end.plane.counters(), device_packets(end)
        time.sleep(0.05)
        if before == end.plane.counters() and packets == device_packets(end):
            return before, packets


def memory_octets() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def fates(before: dict[str, int], after: dict[str, int]) -> Counter[str]:
    """What became of the datagrams that were not carried, in REASONS' words."""
    grown = Counter({name: after[name] - before[name] for name in after})
    found = Counter({name[5:]: count for name, count in grown.items() if name.startswith("drop_") and count})
    found["ike"] = found.pop("ike_queue_full", 0) + grown["ike_in"]
    found["keepalive"] = grown["keepalives_in"]
    return found


def merge_replays(fate: Counter[str]) -> None:
    """A number that the window no longer spans is too old, or taken for one with another high half."""
    fate["integrity"] += fate.pop("replay", 0) + fate.pop("replay_too_old", 0)


def test_a_flood_of_hostile_datagrams_changes_nothing_for_a_transfer() -> None:
    own_key, busy_key = os.urandom(20), os.urandom(20)
    with tunnel() as joined, closing(Trap(joined.b)) as trap, closing(Sink(joined.b)) as sink:
        a, b = joined.a, joined.b
        joined.join(BUSY, busy_key, esn=True)
        b.plane.install_inbound(spi=OWN, encr=20, encr_key=own_key, local=only(b.inner), remote=only(a.inner))
        assert joined.ping(attacker.SPENT, interval_s=0.002)
        gc.collect()
        objects, memory = live_objects(), memory_octets()
        before, device_before = b.plane.counters(), device_packets(b)

        with transferring(joined) as transfer:
            sent, seconds = flood(joined, own_key, busy_key)
        sink.settle(a)
        after, device_after = at_rest(b)
        lost = kernel_drops(joined.under)
        print(
            f"{sent.total():,} hostile datagrams in {seconds:.1f} s, {sent.total() / seconds:,.0f} a second, "
            f"beside {transfer.octets * 8 / transfer.seconds / 1e6:,.0f} Mbit/s over TCP; "
            f"{lost} receives lost before the packet path; {(memory_octets() - memory) >> 10:,} KiB grown"
        )

        # nothing hostile came through, and nothing right was harmed
        assert transfer.hashes[0] == transfer.hashes[1]
        assert transfer.octets > 0
        assert trap.caught() == 0
        assert sorted(set(sink.numbers)) == sink.numbers
        assert len(sink.numbers) == b.plane.inbound(OWN).packets
        told = b.plane.events()  # none of them moved the peer, and few made a noise
        assert len(told) <= STRAYS
        assert all(isinstance(event, StrayEsp) for event in told)
        carried = after["packets_in"] - before["packets_in"]
        assert carried + attacker.SPENT == b.plane.inbound(OWN).packets + b.plane.inbound(BUSY).packets
        assert device_after - device_before == after["writes_in"] - before["writes_in"]

        # every datagram met one fate, the one that it should
        found, expected = fates(before, after), Counter[str]()
        found["none"] = b.plane.inbound(OWN).packets
        for kind, count in sent.items():
            expected[attacker.REASONS[kind]] += count
        assert expected.total() - lost * attacker.TRAIN <= found.total() <= expected.total()
        assert found["replay"] >= expected["replay"] - lost * attacker.TRAIN
        merge_replays(found)
        merge_replays(expected)
        assert found.keys() == expected.keys()
        assert lost or found == expected

        # nothing stays behind
        assert live_objects() == objects
        assert memory_octets() - memory < MEMORY_OCTETS
        queued = 0
        while b.plane.receive_ike() is not None:
            queued += 1
        assert queued == after["ike_in"]
        assert after["drop_ike_queue_full"] > 0
        a.plane.send_ike(IKE, b.udp.local)
        assert b.wait_ike().data == IKE
        assert joined.ping(3, tos=attacker.MARK)
        assert trap.caught() == 6  # it does catch, both ways
