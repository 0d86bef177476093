"""100,000 datagrams of rubbish at both UDP ports of a gateway with an established tunnel: nothing happens."""

from __future__ import annotations

import secrets
import sys

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, Service, ping

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SENDER = """
import random, socket, sys, time
host, seed = sys.argv[1], int(sys.argv[2])
generator = random.Random(seed)
header = bytes(8), bytes((33, 0x20, 34, 8)), bytes(4)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for number in range(100_000):
        body = generator.randbytes(generator.randrange(80))
        kind = number % 4
        if kind == 1:
            length = 28 + len(body)
            body = generator.randbytes(8) + b"".join(header) + length.to_bytes(4, "big") + body
        elif kind == 2:
            body = bytes(4) + body
        elif kind == 3:
            body = bytes(4) + generator.randbytes(8) + b"".join(header) + body
        sender.sendto(body, (host, 4500 if number & 2 else 500))
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
    net.router.run([sys.executable, "-c", SENDER, Internet.GATEWAY[0], "7"], timeout_s=60)
    assert ping(net.client, Internet.SERVER[0], 20).lost == 0
    service.ginnel("rekey", "office")
    service.wait_for_rekey("office", "child")
    assert gateway.process.running()
    assert "Traceback" not in lab.report(100_000)
    assert not gateway.events("closed")
    service.ginnel("down", "office")
    gateway.wait_for("closed")
