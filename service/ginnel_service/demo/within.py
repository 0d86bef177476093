"""A gateway in a thread of this process, on loopback, with nothing behind it but this process again.

In the place of its TUN device it has one end of a socket pair. The other end is a host made of `packets` and
`tcp`, which answers pings at any address and serves a page and a file.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

import msgspec

from ginnel_core import FramedTun
from ginnel_service.gateway.config import GatewayConfig
from ginnel_service.gateway.server import Gateway
from ginnel_service.net.base import FakeNetwork
from ginnel_service.tunnel.errors import TunnelError

from . import packets
from .lab import LabError
from .tcp import WebServer

START_S: Final = 15.0
BURST: Final = 64  # packets between two turns of the event loop
#: Whole windows of several connections; the systems' defaults for datagrams are of a few packets (unix(4)).
BUFFER_OCTETS: Final = 1 << 20
_FAMILY: Final = {4: struct.pack("!I", socket.AF_INET), 6: struct.pack("!I", socket.AF_INET6)}
_FRAME: Final = 4


class HostBehind:
    """The host on the other end of `device`, which it owns: from now until `close`. Belongs to a loop."""

    def __init__(self, device: socket.socket, web: WebServer) -> None:
        self._device = device
        self._web = web
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(device, self._receive)

    def close(self) -> None:
        self._loop.remove_reader(self._device)
        if self._timer is not None:
            self._timer.cancel()
        self._device.close()

    def _receive(self) -> None:
        for _ in range(BURST):
            try:
                data = self._device.recv(65535 + _FRAME)
            except BlockingIOError:
                break
            packet = packets.parse(data[_FRAME:])
            if packet is None:
                continue
            if packet.protocol == packets.TCP:
                self._send(self._web.received(packet, self._loop.time()))
            elif (answer := packets.answer_echo(packet)) is not None:
                self._send([packets.build(answer)])
        self._arm()

    def _advance(self) -> None:
        self._send(self._web.advance(self._loop.time()))
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._web.deadline()
        self._timer = None if due is None else self._loop.call_at(due, self._advance)

    def _send(self, whole: list[bytes]) -> None:
        for packet in whole:
            with suppress(OSError):  # no room: lost, as on any network
                self._device.send(_FAMILY[packet[0] >> 4] + packet)


class GatewayWithin:
    """`config`, on ports of the kernel's choice, with `web` behind it: `start`, later `close`.

    `port` is where IKE and ESP go.
    """

    def __init__(self, config: GatewayConfig, web: WebServer) -> None:
        self.port = 0
        self._config = msgspec.structs.replace(config, ike_port=0, natt_port=0)
        self._web = web
        self._failure = ""
        self._ready = threading.Event()
        self._end: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=self._run, name="gateway")

    def start(self) -> None:
        """Raises LabError."""
        self._thread.start()
        self._ready.wait(START_S)
        if not self.port:
            self.close()
            raise LabError(f"the gateway did not start: {self._failure or 'it took too long'}")

    def close(self) -> None:
        """Idempotent."""
        with suppress(RuntimeError):  # its loop has ended already
            self._end()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except (OSError, TunnelError) as error:
            self._failure = str(error)
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        self._end = lambda: loop.call_soon_threadsafe(stop.set)
        ours, behind = _pair()
        with ThreadPoolExecutor(1, "ginnel-net") as executor:
            gateway = Gateway(
                self._config,
                FakeNetwork(),  # nothing of the machine's is its own
                executor,
                open_device=lambda name: FramedTun(name, ours.detach()),
                failed=stop.set,
            )
            host = HostBehind(behind, self._web)
            try:
                await gateway.start()
                self.port = int(gateway.listening[-1].rpartition(":")[2])
                self._ready.set()
                await stop.wait()
            finally:
                await gateway.close()
                host.close()
                ours.close()


def _pair() -> tuple[socket.socket, socket.socket]:
    """Of datagrams, as macOS's have no SOCK_SEQPACKET."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in pair:
        end.setblocking(False)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            with suppress(OSError):  # where so much is refused, the system's own has to do
                end.setsockopt(socket.SOL_SOCKET, option, BUFFER_OCTETS)
    return pair
