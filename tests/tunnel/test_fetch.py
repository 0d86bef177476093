"""The fetcher against servers of every kind, over loopback: real sockets, so times are bounds only."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ginnel_service.ike.events import Endpoint, Fetch
from ginnel_service.tunnel import fetch
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.fetch import Fetcher, FetchError, may_be_asked, parse_url
from helpers.authority import NOW, Authority

CRL = Authority().crl()


class Server:
    """Answers each connection with what `answers` gives for its path, once `hold` is set, or drips octets."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.requests: list[bytes] = []
        self.drip = False
        self.open = self.most = 0
        self.busy = asyncio.Event()
        self.hold = asyncio.Event()
        self.hold.set()

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            size = 0
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            self.requests.append(head + await reader.readexactly(size))
            if self.open == fetch.AT_ONCE:
                self.busy.set()
            await self.hold.wait()
            answer = self.answers.get(head.split()[1].decode(), b"HTTP/1.1 404 Not Found\r\n\r\n")
            while self.drip:
                writer.write(b"H")
                await writer.drain()
                await asyncio.sleep(0.02)
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()

    def url(self, path: str) -> str:
        return f"http://pki.example.org:{self.port}{path}"


def ok(body: bytes, *headers: str) -> bytes:
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def to(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


async def here(name: str, port: int) -> tuple[Endpoint, ...]:
    if name == "no.example.org":
        raise TunnelError("name_not_resolved", server=name)
    return (Endpoint("127.0.0.1", port),)


def run(act: Callable[[Server, Fetcher], Awaitable[None]], **options: Any) -> None:
    async def main() -> None:
        server = Server()
        await server.start()
        allowed = options.pop("allowed", lambda host: True)
        try:
            await asyncio.wait_for(act(server, Fetcher(here, allowed=allowed, **options)), 30)
        finally:
            server.server.close()
            await server.server.wait_closed()

    asyncio.run(main())


def test_a_body_comes_by_get_and_by_post() -> None:
    async def act(server: Server, fetcher: Fetcher) -> None:
        server.answers = {"/a?b=c": ok(b"found"), "/ocsp": ok(b"good")}
        assert await fetcher.fetch(Fetch(server.url("/a?b=c"))) == b"found"
        assert (
            await fetcher.fetch(Fetch(server.url("/ocsp"), b"question", "application/ocsp-request"))
            == b"good"
        )
        get, post = server.requests
        assert get.startswith(b"GET /a?b=c HTTP/1.1\r\n")
        assert b"Host: pki.example.org" in get
        assert post.startswith(b"POST /ocsp ")
        assert b"Content-Type: application/ocsp-request" in post
        assert post.endswith(b"question")

    run(act)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",  # cut off
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"SSH-2.0-server\r\n",
        b"\x00" * 100,
        b"",
        ok(bytes(101)),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(101),
    ],
)
def test_what_is_no_good_answer_is_nothing(answer: bytes) -> None:
    async def act(server: Server, fetcher: Fetcher) -> None:
        server.answers = {"/": answer}
        assert await fetcher.fetch(Fetch(server.url("/"), limit_octets=100)) is None

    run(act)


def test_the_limit_itself_still_fits() -> None:
    async def act(server: Server, fetcher: Fetcher) -> None:
        server.answers = {"/": ok(bytes(100))}
        assert await fetcher.fetch(Fetch(server.url("/"), limit_octets=100)) == bytes(100)

    run(act)


def test_redirects_are_followed_three_times_and_to_http_only() -> None:
    async def act(server: Server, fetcher: Fetcher) -> None:
        server.answers = {
            "/3": to("/2"),
            "/2": to(server.url("/1"), 308),
            "/1": to("0", 301),
            "/0": ok(b"there"),
            "/loop": to("/loop"),
            "/https": to("https://pki.example.org/"),
            "/file": to("file:///etc/passwd"),
            "/none": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
        }
        assert await fetcher.fetch(Fetch(server.url("/3"))) == b"there"
        for path in ("/loop", "/https", "/file"):
            assert await fetcher.fetch(Fetch(server.url(path))) is None
        assert len(server.requests) == 4 + 4 + 2
        assert await fetcher.fetch(Fetch(server.url("/none"))) is None

    run(act)


def test_a_server_that_drips_octets_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "TIMEOUT_S", 0.5)

    async def act(server: Server, fetcher: Fetcher) -> None:
        server.drip = True
        began = time.monotonic()
        assert await fetcher.fetch(Fetch(server.url("/"))) is None
        assert time.monotonic() - began < 5

    run(act)


def test_only_so_many_run_at_once_and_cancelling_ends_them() -> None:
    async def act(server: Server, fetcher: Fetcher) -> None:
        server.hold.clear()
        server.answers = {f"/{number}": ok(b"x") for number in range(9)}
        tasks = [asyncio.create_task(fetcher.fetch(Fetch(server.url(f"/{n}")))) for n in range(9)]
        await server.busy.wait()
        await asyncio.sleep(0.05)  # for one too many to show itself
        assert server.most == fetch.AT_ONCE
        tasks[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
        server.hold.set()
        assert await asyncio.gather(*tasks[1:]) == [b"x"] * 8

    run(act)


def test_a_crowd_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "WAITING", 1)

    async def act(server: Server, fetcher: Fetcher) -> None:
        server.hold.clear()
        server.answers = {f"/{number}": ok(b"x") for number in range(9)}
        tasks = [asyncio.create_task(fetcher.fetch(Fetch(server.url(f"/{n}")))) for n in range(9)]
        await server.busy.wait()
        server.hold.set()
        assert (await asyncio.gather(*tasks)).count(None) == 9 - fetch.AT_ONCE - 1
        assert await fetcher.fetch(Fetch(server.url("/8"))) == b"x"

    run(act)


def test_a_crl_is_kept_until_its_next_update_and_other_things_not_at_all() -> None:
    now = NOW

    async def act(server: Server, fetcher: Fetcher) -> None:
        nonlocal now
        server.answers = {"/crl": ok(CRL), "/other": ok(b"other")}
        for _ in range(2):
            assert await fetcher.fetch(Fetch(server.url("/crl"))) == CRL
            assert await fetcher.fetch(Fetch(server.url("/other"))) == b"other"
        assert len(server.requests) == 3
        now += fetch.CACHED_S + 1
        assert await fetcher.fetch(Fetch(server.url("/crl"))) == CRL
        assert len(server.requests) == 4
        assert await fetcher.fetch(Fetch(server.url("/crl"), limit_octets=10)) is None

    run(act, utc=lambda: now)


def test_a_crl_that_is_out_of_date_is_fetched_each_time() -> None:
    async def act(server: Server, fetcher: Fetcher) -> None:
        server.answers = {"/crl": ok(CRL)}
        for count in (1, 2):
            assert await fetcher.fetch(Fetch(server.url("/crl"))) == CRL
            assert len(server.requests) == count

    run(act, utc=lambda: NOW + 10 * 86400)


def test_what_no_reader_takes_is_for_the_session_to_judge() -> None:
    async def act(server: Server, fetcher: Fetcher) -> None:
        version = b"\x02\x01\x01"  # of CRLs: 2, counted from 0
        broken = CRL.replace(version, b"\x02\x01\x05", 1)
        server.answers = {"/crl": ok(broken)}
        assert await fetcher.fetch(Fetch(server.url("/crl"))) == broken

    run(act)


def test_this_machine_is_never_asked() -> None:
    async def act(server: Server, fetcher: Fetcher) -> None:
        server.answers = {"/": ok(b"inside")}
        assert await fetcher.fetch(Fetch(server.url("/"))) is None
        assert server.requests == []

    run(act, allowed=may_be_asked)
    for host in (
        "127.0.0.1",
        "::1",
        "169.254.169.254",
        "fe80::1%2",
        "0.0.0.0",
        "ff02::1",
        "::ffff:127.0.0.1",
    ):
        assert not may_be_asked(host)
    for host in ("192.0.2.1", "10.0.0.1", "2001:db8::1", "fd00::1"):
        assert may_be_asked(host)


def test_a_name_that_does_not_resolve_and_a_closed_port_are_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def act(server: Server, fetcher: Fetcher) -> None:
        assert await fetcher.fetch(Fetch("http://no.example.org/")) is None
        assert await fetcher.fetch(Fetch(f"http://pki.example.org:{port}/")) is None

    run(act)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://",
        "http:///x",
        "http://user@a.example/",
        "http://a.example:99999/",
        "http://[::1/",
        "http://a.example/x y",
        "http://a.example/\r\nX: y",
        "http://a.example/\x00",
        "http://a.example/é",
        "http://a.example/" + "x" * 3000,
    ],
)
def test_what_is_no_plain_http_url_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        parse_url(url)
