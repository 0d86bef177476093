"""How long two clients take to connect, in turn: a process beside them, in their network namespace.

    python -m benchmarks.stopwatch --vici PATH --charon PID --ginnel PATH --ginneld PID --device NAME \\
        --address HOST --times N KIND...

The clock starts when the command leaves for a control socket that is open already. It tells when the control
socket says connected, when the first echo, of one a millisecond, is answered through the tunnel, and how long
the IKE exchanges took on the wire, from the first IKE_SA_INIT to the last answer of IKE_AUTH; and what CPU
time the client used until then. A line of JSON for each connection.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Sequence
from typing import Any, Protocol

from ginnel_service.ipc.client import Client, Notification, Response
from ginnel_service.ipc.schema import ConnectionStatus, HelloParams, NameParams, SubscribeParams

from .procfs import threads_s
from .vici import Vici

EVERY_NS = 1_000_000  # between echoes
LIMIT_NS = 20 * 10**9
SETTLE_S = 0.03  # what ended is forgotten at both ends
#: Until the tunnel stands there is no way, or a device without an address.
NO_WAY_YET = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.EPERM)
ECHO, ECHO_REPLY = 8, 0
IKE_SA_INIT, IKE_AUTH, RESPONSE = 34, 35, 0x20
SO_TIMESTAMPNS = 35  # socket(7); not in Python's socket module


class Initiator(Protocol):
    """A client that is running."""

    key: str
    pid: int

    @property
    def socket(self) -> socket.socket:
        """Readable when there may be news."""

    def begin(self, kind: str) -> None: ...
    def connected(self) -> bool:
        """Read what came. Raises OSError when the attempt has failed."""

    def end(self, kind: str) -> None:
        """Disconnect, and wait for it."""


class CharonInitiator:
    key = "strongswan"

    def __init__(self, path: str, pid: int) -> None:
        self.pid = pid
        self._vici = Vici(path)
        self.socket = self._vici.socket

    def begin(self, kind: str) -> None:
        self._vici.send("initiate", {"child": kind, "ike": kind, "timeout": "15000"})

    def connected(self) -> bool:
        self._vici.receive()
        return True

    def end(self, kind: str) -> None:
        self._vici.send("terminate", {"ike": kind, "timeout": "15000"})
        self._vici.receive()


class GinnelInitiator:
    key = "ginnel"

    def __init__(self, path: str, pid: int) -> None:
        self.pid = pid
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self._client = Client()
        self._kind = ""
        self._call("hello", HelloParams(client="benchmark"))
        self._call("subscribe", SubscribeParams(topics=("state",)))

    def begin(self, kind: str) -> None:
        self._kind = kind
        _, data = self._client.request("connection.up", NameParams(name=kind))
        self.socket.sendall(data)

    def connected(self) -> bool:
        states = [
            said.event.state
            for said in self._read()
            if isinstance(said, Notification) and isinstance(said.event, ConnectionStatus)
        ]
        if "failed" in states:
            raise OSError(f"ginneld failed to connect {self._kind}")
        return "up" in states

    def end(self, kind: str) -> None:
        self._call("connection.down", NameParams(name=kind))

    def _call(self, method: str, params: Any) -> None:
        number, data = self._client.request(method, params)
        self.socket.sendall(data)
        while not any(isinstance(said, Response) and said.id == number for said in self._read()):
            pass

    def _read(self) -> list[Response | Notification]:
        data = self.socket.recv(1 << 16)
        if not data:
            raise OSError("ginneld closed its socket")
        found = self._client.feed(data)
        for said in found:
            if isinstance(said, Response) and said.error is not None:
                raise OSError(f"ginneld refuses: {said.error.code}")
        return found


class Echoes:
    """Echo requests to one address, and whether one was answered (RFC 792)."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.socket.setblocking(False)
        self._address = address
        self._first = self._next = 0

    def begin(self) -> None:
        """What was sent before counts no more."""
        drain(self.socket)
        self._first = self._next

    def send(self) -> None:
        data = struct.pack(">BBHHH", ECHO, 0, 0, os.getpid() & 0xFFFF, self._next)
        words = sum(struct.unpack(">4H", data))
        data = data[:2] + struct.pack(">H", ~((words & 0xFFFF) + (words >> 16)) & 0xFFFF) + data[4:]
        self._next = (self._next + 1) & 0xFFFF
        try:
            self.socket.sendto(data, (self._address, 0))
        except OSError as error:
            if error.errno not in NO_WAY_YET:
                raise

    def answered(self) -> bool:
        """Read what came."""
        while True:
            try:
                packet = self.socket.recv(2048)
            except BlockingIOError:
                return False
            kind, _, _, who, number = struct.unpack_from(">BBHHH", packet, (packet[0] & 15) * 4)
            ours = kind == ECHO_REPLY and who == os.getpid() & 0xFFFF
            if ours and (number - self._first) & 0xFFFF < (self._next - self._first) & 0xFFFF:
                return True


class Wire:
    """What passes on a device, with the kernel's time (packet(7))."""

    def __init__(self, device: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind((device, 3))  # ETH_P_ALL: what leaves as well

    def begin(self) -> None:
        drain(self._socket)

    def ike_ms(self) -> float:
        """From the first IKE_SA_INIT to the last answer of IKE_AUTH since `begin`."""
        first: int | None = None
        last: int | None = None
        while True:
            try:
                packet, ancillary, _, _ = self._socket.recvmsg(2048, 256)
            except BlockingIOError:
                break
            exchange, flags = ike_exchange(packet)
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
            now = int(seconds) * 10**9 + int(nanoseconds)
            if exchange == IKE_SA_INIT and first is None:
                first = now
            elif exchange == IKE_AUTH and flags & RESPONSE:
                last = now
        if first is None or last is None:
            raise OSError("no IKE exchange was seen")
        return (last - first) / 1e6


def ike_exchange(packet: bytes) -> tuple[int, int]:
    """Exchange type and flags of an IKE message (RFC 7296 section 3.1) in IPv4; zeros for others."""
    udp = (packet[0] & 15) * 4
    if packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_UDP or len(packet) < udp + 8 + 4 + 28:
        return 0, 0
    ports = struct.unpack_from(">HH", packet, udp)
    if 4500 in ports and packet[udp + 8 : udp + 12] == bytes(4):  # RFC 3948's marker
        ike = udp + 12
    elif 500 in ports:
        ike = udp + 8
    else:
        return 0, 0
    return packet[ike + 18], packet[ike + 19]


def drain(waiting: socket.socket) -> None:
    while True:
        try:
            waiting.recv(2048)
        except BlockingIOError:
            return


class Stopwatch:
    def __init__(self, device: str, address: str) -> None:
        self._wire = Wire(device)
        self._echoes = Echoes(address)

    def time(self, client: Initiator, kind: str) -> dict[str, float]:
        """Connect, disconnect, and what it took. Raises OSError."""
        self._wire.begin()
        self._echoes.begin()
        told: int | None = None
        answered: int | None = None
        cpu_s = threads_s(client.pid)
        began = now = echo_at = time.monotonic_ns()
        client.begin(kind)
        while told is None or answered is None:
            if answered is None and now >= echo_at:
                self._echoes.send()
                echo_at = max(echo_at + EVERY_NS, now)
            waiting = [client.socket] if told is None else []
            if answered is None:
                waiting.append(self._echoes.socket)
            wait_ns = max(0, echo_at - time.monotonic_ns()) if answered is None else LIMIT_NS
            ready = select.select(waiting, [], [], wait_ns / 1e9)[0]
            now = time.monotonic_ns()
            if self._echoes.socket in ready and self._echoes.answered():
                answered = now
            if client.socket in ready and client.connected():
                told = now
            if now - began > LIMIT_NS:
                raise OSError(f"{client.key}, {kind}: {'no echo' if told else 'not connected'} in time")
        cpu_s = threads_s(client.pid) - cpu_s
        ike_ms = self._wire.ike_ms()
        client.end(kind)
        time.sleep(SETTLE_S)
        times_ms = {"told_ms": (told - began) / 1e6, "echo_ms": (answered - began) / 1e6, "ike_ms": ike_ms}
        return {**times_ms, "cpu_ms": cpu_s * 1e3}


def run(stopwatch: Stopwatch, clients: Sequence[Initiator], kinds: Sequence[str], times: int) -> None:
    """The first connection of each warms up and does not count; who begins changes each time."""
    for number in range(times + 1):
        for kind in kinds:
            for client in clients if number % 2 else clients[::-1]:
                found = stopwatch.time(client, kind)
                if number:
                    print(json.dumps({"kind": kind, "client": client.key, **found}), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("vici", "ginnel", "device", "address"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("charon", "ginneld"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--times", type=int, required=True)
    parser.add_argument("kinds", nargs="+")
    options = parser.parse_args()
    clients = (
        CharonInitiator(options.vici, options.charon),
        GinnelInitiator(options.ginnel, options.ginneld),
    )
    try:
        run(Stopwatch(options.device, options.address), clients, options.kinds, options.times)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
