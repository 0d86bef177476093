"""A server on a socket of its own, for as long as a scenario lasts, and clients that can misbehave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ginnel_service.ipc.access import Policy
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.limits import Limits
from ginnel_service.ipc.server import Server
from ginnel_service.profiles.model import Local, Profile

PROFILE = {"name": "office", "server": "vpn.example.org", "local": {"id": "alice@example.org"}}
NOBODY = Policy(admin_uids=frozenset())


class Caller:
    """A client that can also misbehave."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._id = 0

    async def read(self) -> dict[str, Any]:
        line = await asyncio.wait_for(self.reader.readline(), 20)
        assert line, "the server hung up"
        found: dict[str, Any] = json.loads(line)
        return found

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._id += 1
        request = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}
        self.writer.write(json.dumps(request).encode() + b"\n")
        while (answer := await self.read()).get("id") != self._id:
            pass
        return answer


@asynccontextmanager
async def calling(path: Path) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_unix_connection(str(path), limit=1 << 24)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()


def serve(
    tmp_path: Path,
    scenario: Callable[[FakeService, Path], Awaitable[None]],
    *,
    policy: Policy | None = None,
    limits: Limits | None = None,
) -> Server:
    """Run `scenario` against a server, in a loop of its own."""
    service, path = FakeService(), tmp_path / "run" / "ginneld.sock"
    server = Server(service, path, policy=policy, limits=limits)

    async def run() -> None:
        await server.start()
        try:
            await scenario(service, path)
        finally:
            await server.close()
        assert not path.exists()

    asyncio.run(run())
    return server


def owned_by(uid: int, name: str = "office") -> Profile:
    return Profile(name=name, server="vpn.example.org", local=Local(id="alice"), owner_uid=uid)
