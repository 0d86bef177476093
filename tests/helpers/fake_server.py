"""A fake service on a real unix socket, served by a thread of its own, for clients that run in the test's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.schema import Event
from ginnel_service.ipc.server import Server
from ginnel_service.profiles.model import Local, Profile

BOUND_S = 20


class FakeServer:
    """`service` belongs to the thread: change it by `do`, or while there is no client."""

    def __init__(self, path: Path) -> None:
        self.service = FakeService()
        self.path = path
        self._loop = asyncio.new_event_loop()
        self._server: Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def add(self, names: Iterable[str], owner_uid: int = 0) -> None:
        for name in names:
            self.service.profiles[name] = profile(name, owner_uid)

    def do(self, act: Callable[[], None]) -> None:
        """Run `act` in the service's thread, and wait until it is done."""

        async def run() -> None:
            act()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(BOUND_S)

    def publish(self, *events: Event) -> None:
        def publish() -> None:
            for event in events:
                self.service.publish(event)

        self.do(publish)

    def start(self) -> None:
        self._server = Server(self.service, self.path)
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(BOUND_S)

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            asyncio.run_coroutine_threadsafe(server.close(), self._loop).result(BOUND_S)

    def end(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(BOUND_S)
        self._loop.close()


def profile(name: str, owner_uid: int = 0) -> Profile:
    return Profile(
        name=name, server=f"{name}.example.org", owner_uid=owner_uid, local=Local(id="alice@example.org")
    )


@contextmanager
def fake_server(path: Path) -> Iterator[FakeServer]:
    """One that serves; it ends with the block."""
    server = FakeServer(path)
    try:
        server.start()
        yield server
    finally:
        server.end()
