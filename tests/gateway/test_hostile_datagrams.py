"""100,000 truncated, mutated and random datagrams at the UDP ports of each side change nothing."""

from __future__ import annotations

import secrets
import sys

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, Service, ping

pytestmark = [pytest.mark.alone, pytest.mark.netns, pytest.mark.slow]

SENDER = """
import random, socket, sys, time
from ginnel_service.ike.config import PskAuth, SessionConfig
from ginnel_service.ike.events import Endpoint, Path
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.ike.selectors import everything
from ginnel_service.ike.session import Session

host, ports, count = sys.argv[1], [int(port) for port in sys.argv[2].split(",")], int(sys.argv[3])
generator = random.Random(7)
config = SessionConfig(
    local_id=Identity.parse_text("a@example.org"), remote_id=None, local_auth=(PskAuth(b"no"),),
    remote_auth=(PskAuth(b"no"),), local_ts=everything(),
    remote_ts=everything(),
)
path = Path(Endpoint("192.0.2.66", 500), Endpoint("192.0.2.67", 500), False)
session = Session(config, path, random=generator.randbytes, now=0.0, utc=lambda: 0.0)
session.connect(0.0)
((request, _),) = session.datagrams()


def datagram(kind):
    body = generator.randbytes(generator.randrange(120))
    if kind == 0:
        return body
    if kind == 1:
        length = (28 + len(body)).to_bytes(4, "big")
        return generator.randbytes(8) + bytes(8) + bytes((33, 0x20, 34, 8)) + bytes(4) + length + body
    if kind == 2:
        return request[: generator.randrange(len(request))]
    changed = bytearray(request)
    for _ in range(generator.randrange(1, 6)):
        changed[generator.randrange(len(changed))] = generator.randrange(256)
    return bytes(changed)


family = socket.AF_INET6 if ":" in host else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as sender:
    for number in range(count):
        marker = bytes(4) if number & 8 else b""
        sender.sendto(marker + datagram(number & 3), (host, ports[number >> 2 & 1]))
        if number % 500 == 0:
            time.sleep(0.01)
"""


def test_rubbish_costs_no_tunnel(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    service.create(
        {
            "name": "office",
            "server": Internet.GATEWAY[0],
            "local": {"id": CLIENT_ID},
            "remote": {"id": GATEWAY_ID},
        },
        psk,
    )
    service.ginnel("up", "office")
    host, port = service.status("office")["path"]["local"].rsplit(":", 1)
    send = [sys.executable, "-c", SENDER]
    net.router.run([*send, Internet.GATEWAY[0], "500,4500", "100000"], timeout_s=100)
    net.router.run([*send, host, f"{port},{port}", "100000"], timeout_s=100)
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    service.ginnel("rekey", "office")
    service.wait_for_rekey("office", "child")
    assert gateway.process.running()
    assert service.process.running()
    assert "Traceback" not in lab.report(100_000)
    assert not gateway.events("closed")
    service.ginnel("down", "office")
    gateway.wait_for("closed")
