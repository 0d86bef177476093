"""IKE and ESP over TCP in a lab whose router lets no UDP through, or lets it through again.

   client              router              gateway             server
[ ginneld ]------[ drops UDP ]-------[ gateway ]---------[ a file ]
"""

from __future__ import annotations

import secrets
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab, environment
from ginnel_service.demo.rig import (
    CLIENT_ID,
    GATEWAY_ID,
    FileServer,
    Gateway,
    GatewayOptions,
    Service,
    eventually,
    ping,
)
from ginnel_service.tunnel.transport import ASK_S
from helpers.wireshark import Capture, fields

pytestmark = pytest.mark.netns
MEGABYTE = 1 << 20


def profile(outside: int = 0, **transport: Any) -> dict[str, Any]:
    return {
        "name": "office",
        "server": Internet.GATEWAY[outside],
        "local": {"id": CLIENT_ID},
        "remote": {"id": GATEWAY_ID},
        "transport": transport,
    }


def block_udp(router: Host) -> None:
    rules = (
        "table inet blocked {\n chain on {\n  type filter hook forward priority 0\n"
        "  meta l4proto udp drop\n }\n}\n"
    )
    router.run(["nft", "-f", "-"], stdin=rules)


def unblock(router: Host) -> None:
    router.run(["nft", "delete", "table", "inet", "blocked"])


def connected(
    lab: Lab, *, outside: int = 0, tls: bool = False, port: int = 4500, **more: Any
) -> tuple[Internet, Gateway, Service]:
    """A tunnel over TCP, because UDP is blocked."""
    net = Internet(lab, **more)
    block_udp(net.router)
    psk = secrets.token_urlsafe(16)
    gateway = Gateway(net.gateway, psk, GatewayOptions(tls=tls, tcp_ports=[port]))
    service = Service(net.client)
    service.create(profile(outside, tls=tls, tcp_port=port), psk)
    service.ginnel("up", "office", "--timeout", "20")
    assert service.status("office")["path"]["stream"] is True
    return net, gateway, service


@pytest.mark.slow
@pytest.mark.parametrize("outside", [0, 1], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_a_tunnel_comes_up_by_tcp_where_udp_is_silent(lab: Lab, tls: bool, outside: int) -> None:
    net, gateway, service = connected(lab, outside=outside, tls=tls, port=443 if tls else 4500)
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    assert ping(net.client, Internet.SERVER[1], 50).lost == 0
    files = FileServer(net.server, 100 * MEGABYTE)
    down, up = files.download(net.client, Internet.SERVER[0]), files.upload(net.client, Internet.SERVER[0])
    assert down.sha256 == up.sha256 == files.sha256
    print(f"tls={tls} down {down.megabits_s:.0f} up {up.megabits_s:.0f} Mbit/s")
    service.ginnel("rekey", "office")
    service.wait_for_rekey("office", "child")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    assert gateway.events("established")[0]["remote"].startswith("tcp ")
    service.ginnel("down", "office")
    gateway.wait_for("closed")


def reset(router: Host) -> None:
    """From now on the router ends every TCP connection: each side gets a reset when it sends."""
    rules = (
        "table inet cutting {\n chain on {\n  type filter hook forward priority 0\n"
        "  meta l4proto tcp reject with tcp reset\n }\n}\n"
    )
    router.run(["nft", "-f", "-"], stdin=rules)


@pytest.mark.slow
def test_a_stream_that_is_cut_is_made_anew(lab: Lab) -> None:
    net, gateway, service = connected(lab)
    before = service.status("office")
    client = before["path"]["local"].rpartition(":")[2]
    net.client.run(["ss", "-K", "dport", "=", "4500"])
    eventually(
        lambda: service.status("office")["path"]["local"].rpartition(":")[2] != client, "another stream"
    )
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    reset(net.router)
    ping_fails = net.client.run(["ping", "-c", "1", "-W", "1", Internet.SERVER[0]], check=False)
    assert ping_fails.returncode != 0
    net.router.run(["nft", "delete", "table", "inet", "cutting"])
    eventually(
        lambda: (
            net.client.run(["ping", "-c", "1", "-W", "1", Internet.SERVER[0]], check=False).returncode == 0
        ),
        "traffic after the reset",
    )
    after = service.status("office")
    assert after["path"]["stream"] is True
    assert after["established_at"] == before["established_at"]
    assert gateway.events("closed") == []
    assert len(gateway.events("moved")) >= 2


@pytest.mark.slow
def test_udp_that_falls_silent_gives_way_to_tcp_and_no_connection_is_lost(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    service.create({**profile(), "timing": {"liveness_s": 2}}, psk)
    service.ginnel("up", "office")
    before = service.status("office")
    assert before["path"]["stream"] is False
    block_udp(net.router)
    service.wait_for("office", lambda status: status["path"]["stream"] is True, "TCP", timeout_s=20)
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    assert service.status("office")["established_at"] == before["established_at"]
    assert gateway.events("closed") == []


@pytest.mark.slow
def test_udp_is_used_again_when_it_gets_through(lab: Lab) -> None:
    net, gateway, service = connected(lab)
    unblock(net.router)
    service.wait_for("office", lambda status: status["path"]["stream"] is False, "UDP", timeout_s=ASK_S + 10)
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    gateway.wait_for("moved")
    assert gateway.events("closed") == []
    eventually(
        lambda: net.gateway.run(["ss", "-Htn", "state", "established", "sport", "=", "4500"]).stdout == "",
        "the end of the stream",
    )
    assert ping(net.client, Internet.SERVER[0], 50).lost == 0
    assert service.status("office")["path"]["stream"] is False


def test_the_status_tells_of_tcp(lab: Lab) -> None:
    net, _, service = connected(lab)
    shown = net.client.run(
        [sys.executable, "-m", "ginnel_service.cli.main", "status", "office"],
        env={"GINNEL_SOCKET": str(service.socket), "COLUMNS": "200"},
    ).stdout
    assert f"to {Internet.GATEWAY[0]}:4500, in TCP" in shown


@pytest.mark.interop
def test_wireshark_reads_the_messages_of_the_stream(lab: Lab) -> None:
    net = Internet(lab)
    block_udp(net.router)
    psk = secrets.token_urlsafe(16)
    Gateway(net.gateway, psk)
    service = Service(net.client)
    service.create(profile(tcp="always"), psk)
    capture = Capture(net.gateway, "router", "tcp port 4500")
    service.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    service.ginnel("down", "office")
    capture.stop()
    ours, theirs = streams(capture.file)
    assert ours.startswith(b"IKETCP")
    sent, received = messages(ours[6:]), messages(theirs)
    datagrams = capture.file.with_name("datagrams.pcap")
    write_datagrams(datagrams, [*sent, *received])
    seen = fields(datagrams, "isakmp", "isakmp.exchangetype")
    assert {int(found) for (found,) in seen} >= {34, 35, 37}  # IKE_SA_INIT, IKE_AUTH, INFORMATIONAL
    assert len(fields(datagrams, "esp", "esp.spi")) >= 2 * 20
    assert fields(datagrams, "_ws.malformed", "frame.number") == []


def streams(capture: Path) -> tuple[bytes, bytes]:
    """What each side sent in the first TCP connection of a capture, as tshark puts it together."""
    done = subprocess.run(
        ["tshark", "-n", "-r", str(capture), "-q", "-z", "follow,tcp,raw,0"],
        capture_output=True, text=True, check=True, timeout=60, env=environment(),
    )  # fmt: skip
    sent, received = b"", b""
    for line in done.stdout.splitlines():
        if line.startswith("\t"):
            received += bytes.fromhex(line.strip())
        elif line and all(digit in "0123456789abcdef" for digit in line):
            sent += bytes.fromhex(line)
    return sent, received


def messages(stream: bytes) -> list[bytes]:
    """RFC 9329 section 3, in as few words as possible."""
    found = []
    while stream:
        size = int.from_bytes(stream[:2], "big")
        assert 2 < size <= len(stream)
        found.append(stream[2:size])
        stream = stream[size:]
    return found


def write_datagrams(file: Path, payloads: list[bytes]) -> None:
    """A capture (pcap, LINKTYPE_RAW) of UDP datagrams between two ports 4500, IPv4."""
    with file.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for number, payload in enumerate(payloads):
            udp = struct.pack(">HHHH", 4500, 4500, 8 + len(payload), 0) + payload
            packet = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0, 1, 2) + udp
            out.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)


@pytest.mark.slow
def test_a_gateway_that_sends_something_else_over_tcp_does_no_harm(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    for said in (b"GET / HTTP/1.1\r\n\r\n", b"IKETCP\x00\x01", b"\x16\x03\x01", b"IKE", b"IKETCP\xff\xff"):
        hostile = (
            f"import socket; s = socket.create_connection(({Internet.GATEWAY[0]!r}, 4500)); s.settimeout(20);"
            f"s.sendall({said!r}); print(len(s.recv(100)))"
        )
        done = net.client.run([sys.executable, "-c", hostile], check=False)
        assert done.stdout.strip() == "0" or "reset" in done.stderr.lower(), (said[:20], done.stderr)
    service.create(profile(tcp="always"), psk)
    service.ginnel("up", "office")
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    assert gateway.process.running()
