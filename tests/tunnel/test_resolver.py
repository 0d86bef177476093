"""The stub resolver that passes a kill switch, against a name server on loopback."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike.events import Endpoint
from ginnel_service.tunnel import resolver
from ginnel_service.tunnel.dns_messages import addresses_in, question
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.resolver import name_servers, resolve_outside


def answer(asked: bytes, *records: bytes, flags: int = 0x8180) -> bytes:
    return asked[:2] + struct.pack("!5H", flags, 1, len(records), 0, 0) + asked[12:] + b"".join(records)


def record(kind: int, content: bytes, name: bytes = b"\xc0\x0c") -> bytes:
    return name + struct.pack("!HHIH", kind, 1, 60, len(content)) + content


ADDRESS = {1: bytes([198, 51, 100, 2]), 28: bytes.fromhex("20010db8000200000000000000000002")}
ALIAS = record(5, b"\x03gw1\xc0\x10")


def kind_of(asked: bytes) -> int:
    return int(struct.unpack("!H", asked[-4:-2])[0])


def asking(reply: Callable[[bytes], bytes | None], name: str, **more: object) -> tuple[Endpoint, ...]:
    async def run() -> tuple[Endpoint, ...]:
        class Server(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, addr: object) -> None:
                said = reply(data)
                if said is not None:
                    self.transport.sendto(said, addr)  # type: ignore[attr-defined]

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
        at = Endpoint(*transport.get_extra_info("sockname"))
        try:
            return await resolve_outside(name, 500, mark=0, servers=[at], **more)  # type: ignore[arg-type]
        finally:
            transport.close()

    return asyncio.run(run())


def test_a_name_is_found_in_both_families_behind_an_alias() -> None:
    found = asking(
        lambda asked: answer(
            asked, ALIAS, record(kind_of(asked), ADDRESS[kind_of(asked)], b"\x03gw1\xc0\x10")
        ),
        "vpn.example.org",
    )
    assert found == (Endpoint("2001:db8:2::2", 500), Endpoint("198.51.100.2", 500))


def test_one_family_will_do() -> None:
    def reply(asked: bytes) -> bytes:
        return answer(asked, record(1, ADDRESS[1])) if kind_of(asked) == 1 else answer(asked)

    assert asking(reply, "vpn.example.org") == (Endpoint("198.51.100.2", 500),)


@pytest.mark.parametrize(
    "reply",
    [
        answer,
        lambda asked: answer(asked, flags=0x8183),  # there is no such name
        lambda asked: answer(asked, flags=0x8182),  # server failure
        lambda asked: answer(asked, flags=0x8185),  # refused
        lambda asked: asked,  # no answer at all
        lambda asked: asked[:2] + answer(question("other.example", "A").to_wire(), record(1, ADDRESS[1]))[2:],
        lambda asked: asked[:2] + b"\xff" * 40,
        lambda asked: asked[:2],
    ],
)
def test_what_is_no_answer_is_no_address(
    reply: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "TIMEOUT_S", 0.2)
    with pytest.raises(TunnelError, match="name_not_resolved"):
        asking(reply, "vpn.example.org")


def test_an_answer_that_somebody_guessed_is_passed_over() -> None:
    def reply(asked: bytes) -> bytes | None:
        return answer(bytes(2) + asked[2:], record(1, ADDRESS[1])) if asked[:2] != bytes(2) else None

    with pytest.raises(TunnelError, match="no answer"):
        asking(reply, "vpn.example.org")


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_any_part_of_an_answer_is_survived(cut: int) -> None:
    asked = question("vpn.example.org", "A")
    whole = answer(asked.to_wire(), ALIAS, record(1, ADDRESS[1], b"\x03gw1\xc0\x10"))
    try:
        assert addresses_in(whole[:cut], asked) in ([], ["198.51.100.2"])
    except ValueError:
        assert cut < len(whole)
    assert addresses_in(whole, asked) == ["198.51.100.2"]
    looping = answer(asked.to_wire(), b"\xc0\x0c" * 20)
    assert addresses_in(looping, asked) == []


@given(st.binary(max_size=200), st.integers(0, 80))
def test_whatever_a_server_says_is_addresses_or_an_error(noise: bytes, at: int) -> None:
    asked = question("vpn.example.org", "A")
    whole = answer(asked.to_wire(), ALIAS, record(1, ADDRESS[1], b"\x03gw1\xc0\x10"))
    for data in (noise, whole[:at] + noise, whole[:at] + noise + whole[at + len(noise) :]):
        with suppress(ValueError):
            assert all(ip_address(found) for found in addresses_in(data, asked))


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64, ".".join(["abcdefgh"] * 40)])
def test_what_is_no_name_is_not_asked(name: str) -> None:
    with pytest.raises(TunnelError, match="name_not_resolved"):
        asking(lambda asked: pytest.fail("somebody was asked"), name)


def test_the_machines_own_list_comes_first(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(
        "# 203.0.113.1 vpn.example.org\n192.0.2.9 a VPN.example.org # b\nnonsense vpn.example.org\n"
    )
    found = asking(lambda asked: pytest.fail("somebody was asked"), "vpn.example.org.", hosts=hosts)
    assert found == (Endpoint("192.0.2.9", 500),)


def test_servers_outside_this_machine_are_asked_first(tmp_path: Path) -> None:
    stub, upstream = tmp_path / "resolv.conf", tmp_path / "upstream"
    stub.write_text("search x\nnameserver 127.0.0.53\nnameserver nonsense\noptions edns0\n")
    upstream.write_text("nameserver 192.0.2.53\nnameserver fe80::1%eth0\nnameserver 127.0.0.53\n")
    found = [server.host for server in name_servers([stub, upstream, tmp_path / "none"])]
    assert found == ["192.0.2.53", "fe80::1%eth0", "127.0.0.53"]
