"""What a tunnel gets of the machine, where two ways lead to it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from ginnel_service.ike.events import Endpoint, Fetch
from ginnel_service.net.base import FakeNetwork
from ginnel_service.tunnel import fetch, system
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.system import SystemHost

WHAT = Fetch("http://crl.example/list")


@pytest.mark.parametrize("way", ["system", "outside"])
def test_what_is_fetched_is_found_by_either_way_to_names(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a kill switch the system's resolver hangs, and past it names are asked for ever."""

    async def run() -> None:
        async def answer(works: bool) -> tuple[Endpoint, ...]:
            if not works:
                await asyncio.sleep(60)
                raise TunnelError("name_not_resolved", server="crl.example", detail="")
            return (Endpoint("127.0.0.1", server.sockets[0].getsockname()[1]),)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlist")
            writer.close()

        monkeypatch.setattr(system, "resolve_name", lambda name, port: answer(way == "system"))
        monkeypatch.setattr(system, "resolve_outside", lambda name, port, mark: answer(way == "outside"))
        monkeypatch.setattr(fetch, "may_be_asked", lambda host: True)
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            with ThreadPoolExecutor(1) as executor:
                assert await SystemHost(FakeNetwork(), executor).fetch(WHAT) == b"list"

    asyncio.run(run())
