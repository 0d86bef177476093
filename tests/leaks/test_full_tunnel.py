"""A tunnel that takes everything, without a kill switch: what leaves beside it while it stands.

Programs that bind to a device, or mark their packets as ours, need a kill switch to be stopped; none is here.
What they send to the gateway's own address goes through the tunnel like all else (CVE-2023-36673).
"""

from __future__ import annotations

import signal
import time

import pytest

from ginnel_service.demo.lab import Internet, Lab, Process
from helpers.leaks import Allowed, Kind

from .walk import LAN, NAME, Walk

pytestmark = pytest.mark.netns

GATEWAYS = frozenset(Internet.GATEWAY)
#: A connection that a busy machine loses lets things out, without a kill switch; none shall be lost here.
PATIENT = {"liveness_s": 30.0}
LEASE = """#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr replace "$ip/24" dev "$interface"
set -- $staticroutes lease "$1"
while [ "$1" != lease ]; do ip route replace "$1" via "$2" dev "$interface"; shift 2; done
echo "lease $2"
"""
#: Option 121 with routes to what belongs into the tunnel (CVE-2024-3661).
POOL = """interface client
start 192.168.7.50
end 192.168.7.50
opt subnet 255.255.255.0
opt lease 60
opt staticroutes 10.77.0.0/24 192.168.7.1, 198.51.100.2/32 192.168.7.1
"""


def test_nothing_leaves_but_what_the_profile_keeps_out(lab: Lab) -> None:
    it = Walk(lab, sly=False)
    bypass = Allowed(gateways=GATEWAYS, bypass=(f"{LAN[0]}/32", f"{LAN[1]}/128"))
    with it:
        it.state("before", None)
        it.create(timing=PATIENT)
        it.service.ginnel("up", NAME)
        it.begin_anew()
        it.state("up", carries=(4, 6))
        with it.meanwhile("rekeying"):
            it.service.ginnel("rekey", NAME, "--what", "ike")
            it.service.wait_for_rekey(NAME, "ike")
        with it.meanwhile("moving"):
            it.roaming.to_antenna()
            it.wait_for_path("203.0.113.10")
        it.to_router()
        it.wait_for_path("192.0.2.10")
        it.state("on the first uplink again", carries=(4, 6))
        it.service.ginnel("down", NAME)
        it.create(timing=PATIENT, network={"bypass": list(bypass.bypass)})
        it.service.ginnel("up", NAME)
        it.begin_anew()
        it.state("with a bypass", bypass, carries=(4, 6))
    out = it.packets("with a bypass", Kind.BYPASS)
    assert all(any(f"> {address} " in words for words in out) for address in LAN)


def test_a_family_that_the_tunnel_lacks_does_not_leave_beside_it(lab: Lab) -> None:
    it = Walk(lab, {"pool_ipv6": ""}, sly=False)
    it.create(timing=PATIENT)
    with it:
        it.service.ginnel("up", NAME)
        it.begin_anew()
        it.state("IPv4 alone", carries=(4,))
        it.service.ginnel("down", NAME)
        it.state("down", None)
        it.create(timing=PATIENT, network={"ipv6_outside": "allow"})
        it.service.ginnel("up", NAME)
        it.state("IPv6 outside as the profile says", None)
    assert all(":" in words.split()[1] for words in it.packets("IPv6 outside as the profile says", Kind.LEAK))


@pytest.mark.parametrize("mode", ["off", "connecting"])
def test_a_lease_and_its_routes_pull_nothing_out(lab: Lab, mode: str) -> None:
    it = Walk(lab, sly=mode != "off")
    script, pool = lab.directory / "lease.sh", lab.directory / "pool.conf"
    script.write_text(LEASE)
    script.chmod(0o755)
    pool.write_text(f"{POOL}lease_file {lab.directory}/leases\npidfile {lab.directory}/pid\n")
    (lab.directory / "leases").touch()
    it.net.router.popen(["busybox", "udhcpd", "-f", str(pool)], label="udhcpd")
    it.create(timing=PATIENT, kill_switch={"mode": mode})
    asks = ["busybox", "udhcpc", "-f", "-i", "router", "-O", "staticroutes", "-s", str(script)]
    with it:
        it.service.ginnel("up", NAME)
        it.begin_anew()
        with it.meanwhile("a lease and its renewal"):
            client = it.client.popen(asks, label="udhcpc")
            _until(client, "lease bound")
            client.popen.send_signal(signal.SIGUSR1)
            _until(client, "lease renew")
        routes = it.client.run(["ip", "route", "show", "table", "main"]).stdout
        it.state("with its routes", carries=(4, 6))
        # TunnelCrack (CVE-2023-36672): the link itself claims to be what is behind the tunnel
        it.client.ip("addr add 10.77.0.9/24 dev router", "addr add fd77:7::9/64 dev router nodad")
        it.client.wait_for("fd77:7::9")
        it.state("on a link that claims the inside", carries=(4, 6))
    assert "10.77.0.0/24 via 192.168.7.1" in routes, "the network did claim it"
    seen = it.packets("a lease and its renewal", Kind.UPKEEP)
    assert any("ports 68 67" in words for words in seen)


def _until(process: Process, words: str) -> None:
    until = time.monotonic() + 15
    while words not in process.log.read_text():
        assert process.running(), process.tail()
        assert time.monotonic() < until, process.tail()
        time.sleep(0.01)
