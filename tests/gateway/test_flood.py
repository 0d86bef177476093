"""100,000 IKE_SA_INIT requests from made-up addresses at a running gateway, beside a tunnel in use.

   client              router              gateway             server
[ ginneld ]---------[ spoofer  ]---------[ gateway ]---------[        ]
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Internet, Lab, Process
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, Service, eventually
from helpers import spoofer
from helpers.traffic import Pinging

pytestmark = [pytest.mark.alone, pytest.mark.netns, pytest.mark.slow]

REQUESTS, PER_SECOND = 100_000, 5_000
#: What the gateway's process may grow by, and what one request may cost it.
GROWN_KIB, REQUEST_S = 32_768, 0.001


def program(process: Process) -> Path:
    """/proc of the program itself, not of what entered the namespace for it."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return Path("/proc", children[0] if children else str(process.pid))


def memory_kib(process: Process) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", (program(process) / "status").read_text())
    assert found is not None
    return int(found[1])


def processor_s(process: Process) -> float:
    fields = (program(process) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_flood_of_first_requests_costs_no_tunnel_and_shuts_nobody_out(lab: Lab) -> None:
    net = Internet(lab)
    psk = secrets.token_urlsafe(16)
    gateway = Gateway(net.gateway, psk)
    office = {"server": Internet.GATEWAY[0], "local": {"id": CLIENT_ID}, "remote": {"id": GATEWAY_ID}}
    service = Service(net.client)
    service.create({"name": "office", **office}, psk)
    service.ginnel("up", "office")
    memory, processor = memory_kib(gateway.process), processor_s(gateway.process)

    with Pinging(net.client, interval_s=0.01) as pinging:
        flood = net.router.popen(
            [sys.executable, spoofer.__file__, Internet.GATEWAY[0], str(REQUESTS), str(PER_SECOND)],
            label="spoofer",
        )
        eventually(lambda: processor_s(gateway.process) > processor + 0.5, "the flood to arrive")
        for what in ("child", "ike"):
            service.ginnel("rekey", "office", "--what", what)
            service.wait_for_rekey("office", what)
        assert flood.running()
        eventually(lambda: not flood.running(), "the end of the flood", timeout_s=90)
    assert flood.popen.returncode == 0, flood.tail()
    assert pinging.answered > 500
    grown = memory_kib(gateway.process) - memory
    cost_s = (processor_s(gateway.process) - processor) / REQUESTS
    print(f"{grown} KiB grown, {cost_s * 1e6:.0f} us of processor time for each request")
    assert grown < GROWN_KIB
    assert cost_s < REQUEST_S
    assert not gateway.events("closed")
    assert "Traceback" not in lab.report(100_000)

    # with cookies on, whoever receives at their address gets in
    again = net.router.popen(
        [sys.executable, spoofer.__file__, Internet.GATEWAY[0], str(REQUESTS), str(PER_SECOND)],
        label="spoofer",
    )
    service.ginnel("down", "office")
    service.ginnel("up", "office")
    assert again.running()
    again.stop()
    service.ginnel("down", "office")
