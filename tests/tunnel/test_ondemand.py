"""Which rule matches which network, and how a web server is asked whether it is there."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from dataclasses import replace as changed

import pytest

from ginnel_service.ike.events import Endpoint
from ginnel_service.net.base import FakeNetwork, Way
from ginnel_service.profiles.model import OnDemandRule
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.fetch import may_be_asked
from ginnel_service.tunnel.ondemand import Decision, Place, decide, lies_below, matches
from ginnel_service.tunnel.probe import Prober

OFFICE = Place(
    (Way("192.0.2.10", 2, "192.0.2.1"),),
    "wifi",
    "office",
    ("corp.example", "example.net"),
    ("192.0.2.53", "192.0.2.54"),
)


@dataclass
class Said:
    """Who answers what; `asked` is what was asked."""

    good: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    async def probe(self, url: str) -> bool:
        self.asked.append(url)
        return url in self.good

    async def resolves(self, name: str) -> bool:
        self.asked.append(name)
        return name in self.good


def rule(**conditions: object) -> OnDemandRule:
    return OnDemandRule(**{"action": "connect", **conditions})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, True),
        ({"interface": "wifi"}, True),
        ({"interface": "ethernet"}, False),
        ({"ssids": ("home", "office")}, True),
        ({"ssids": ("home",)}, False),
        ({"dns_domains": ("corp.example",)}, True),
        ({"dns_domains": ("example",)}, True),
        ({"dns_domains": ("rp.example",)}, False),
        ({"dns_servers": ("192.0.2.53", "192.0.2.54", "192.0.2.55")}, True),
        ({"dns_servers": ("192.0.2.*",)}, True),
        ({"dns_servers": ("192.0.2.53",)}, False),  # not every one of them
        ({"interface": "wifi", "ssids": ("home",)}, False),
    ],
)
def test_all_conditions_of_a_rule_have_to_be_true(conditions: dict[str, object], expected: bool) -> None:
    assert matches(rule(**conditions), OFFICE) is expected


def test_without_a_network_no_rule_matches() -> None:
    assert not matches(rule(), Place())


def test_what_nobody_can_tell_matches_no_condition_about_it() -> None:
    unknown = changed(OFFICE, interface="", ssid="", dns_servers=(), search=())
    for conditions in ({"interface": "wifi"}, {"ssids": ("",)}, {"dns_servers": ("*",)}):
        assert not matches(rule(**conditions), changed(unknown, ssid="x"))
    assert not matches(rule(dns_domains=("corp.example",)), unknown)


def test_names_are_compared_by_labels() -> None:
    assert lies_below("A.Example.", ("example",))
    assert lies_below("a.example", ("*.example",))
    assert not lies_below("anexample", ("example",))


def decided(rules: list[OnDemandRule], said: Said, place: Place = OFFICE) -> Decision:
    return asyncio.run(decide(rules, place, said))


def test_the_first_rule_that_matches_decides() -> None:
    rules = [rule(ssids=("home",)), rule(action="disconnect"), rule()]
    assert decided(rules, Said()) == Decision("disconnect", 2)
    assert decided(rules[:1], Said()) == Decision("")


def test_a_rule_whose_probe_fails_does_not_match() -> None:
    rules = [rule(action="disconnect", probe="http://a.example/"), rule()]
    assert decided(rules, Said({"http://a.example/"})) == Decision("disconnect", 1)
    assert decided(rules, Said()) == Decision("connect", 2)


def test_nobody_is_asked_about_a_rule_that_does_not_match_anyway() -> None:
    said = Said()
    decided([rule(ssids=("home",), probe="http://a.example/")], said)
    assert said.asked == []


def test_evaluate_connects_where_the_probe_or_a_name_fails() -> None:
    probing = [rule(action="evaluate", domains=("a.example",), probe="https://a.example/")]
    assert decided(probing, Said()) == Decision("connect", 1)
    assert decided(probing, Said({"https://a.example/"})) == Decision("ignore", 1)
    naming = [rule(action="evaluate", domains=("a.example", "b.example"))]
    assert decided(naming, Said({"a.example"})) == Decision("connect", 1)
    assert decided(naming, Said({"a.example", "b.example"})) == Decision("ignore", 1)


class Local:
    """The part of a Host that a probe needs, where every name is on loopback."""

    network = FakeNetwork()

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[bool] = []
        self.connects = False
        self.before: tuple[str, ...] = ()  # addresses of every name that come before the server's

    async def resolve(self, name: str, port: int, *, outside: bool = False) -> tuple[Endpoint, ...]:
        self.asked.append(outside)
        if name == "nowhere.example":
            raise TunnelError("name_not_resolved")
        self.connects = port != 0
        return tuple(Endpoint(host, self.port) for host in (*self.before, "127.0.0.1"))


def probing(
    answer: bytes,
    act: Callable[[Prober, Local, list[bytes]], Awaitable[None]],
    allowed: Callable[[str], bool] = lambda host: True,
) -> None:
    async def run() -> None:
        heard: list[bytes] = []
        served = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                heard.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(answer)
            except asyncio.IncompleteReadError:
                pass
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
            served.set()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        local = Local(server.sockets[0].getsockname()[1])
        async with server:
            await act(Prober(local, allowed=allowed), local, heard)  # type: ignore[arg-type]
            if local.connects and allowed("127.0.0.1"):
                await served.wait()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.0 200\r\n\r\n", True),
        (b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", False),
        (b"SSH-2.0-x 200\r\n", False),
        (b"", False),
        (b"x" * 100_000, False),
        (b"\r\n", False),
    ],
)
def test_only_a_plain_good_answer_counts(answer: bytes, expected: bool) -> None:
    async def act(prober: Prober, local: Local, heard: list[bytes]) -> None:
        assert await prober.probe("http://a.example/there?x=1") is expected
        assert heard[0].startswith(b"GET /there?x=1 HTTP/1.1\r\nHost: a.example\r\n")
        assert local.asked == [True]

    probing(answer, act)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/", "http:///", "http://nowhere.example/", "x", "", "http://a.example/\r\nX: y",
        "https://a.example/",  # whose certificate nobody vouches for
    ],
)  # fmt: skip
def test_what_cannot_be_asked_has_failed(url: str) -> None:
    async def act(prober: Prober, local: Local, heard: list[bytes]) -> None:
        assert not await prober.probe(url)
        assert heard == []

    probing(b"no TLS\r\n\r\n", act)


def test_the_roots_of_the_system_are_read_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def make() -> ssl.SSLContext:
        made.append(threading.get_ident())
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    async def act(prober: Prober, local: Local, heard: list[bytes]) -> None:
        assert not await prober.probe("https://a.example/")
        assert made
        assert threading.get_ident() not in made

    monkeypatch.setattr("ginnel_service.tunnel.probe.ssl.create_default_context", make)
    probing(b"no TLS\r\n\r\n", act)


def test_an_address_that_is_silent_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as every IPv6 address, where a network has a router for them that leads nowhere."""

    async def act(prober: Prober, local: Local, heard: list[bytes]) -> None:
        local.before = ("127.0.0.2",)
        with socket.socket() as silent, socket.socket() as caller:
            silent.bind(("127.0.0.2", local.port))
            silent.listen(0)
            caller.connect(silent.getsockname())  # no room for another
            assert await prober.probe("http://a.example/")

    monkeypatch.setattr("ginnel_service.tunnel.probe.CONNECT_S", 0.1)
    monkeypatch.setattr("ginnel_service.tunnel.probe.TIMEOUT_S", 2.0)
    probing(b"HTTP/1.1 200 OK\r\n\r\n", act)


def test_a_name_is_looked_up_outside_the_tunnels() -> None:
    async def act(prober: Prober, local: Local, heard: list[bytes]) -> None:
        assert await prober.resolves("a.example")
        assert not await prober.resolves("nowhere.example")
        assert local.asked == [True, True]

    probing(b"", act)


def test_nothing_on_loopback_or_the_link_is_asked() -> None:
    """A user's rule would have the service ask, with the service's rights."""

    async def act(prober: Prober, local: Local, heard: list[bytes]) -> None:
        assert not await prober.probe("http://a.example/")
        assert local.connects
        assert heard == []

    probing(b"HTTP/1.1 200 OK\r\n\r\n", act, may_be_asked)
