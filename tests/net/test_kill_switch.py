"""The kill switch seen from the next host: what leaves the client, and what does not.

 client (the switch)          router (the sniffer)         gateway
[ 192.0.2.10, 192.168.7.10 ]--[ .1, 192.168.7.1 ]--------[ 198.51.100.2 ]
[ 2001:db8:1::10, fd12::10 ]--[ ::1, fd12::1 ]-----------[ 2001:db8:2::2 ]
"""

from __future__ import annotations

import secrets
import signal
import sys
import time

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab, Process
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, Service, ping
from helpers import leaks, machine
from helpers.lan import add_lan
from helpers.leaks import Allowed, Kind, Sniffer, tempt

pytestmark = pytest.mark.netns

OUTSIDE = Internet.GATEWAY
ROUTER = ("192.0.2.1", "2001:db8:1::1")
LAN = ("192.168.7.1", "fd12::1")
PROFILE = {"name": "office", "local": {"id": CLIENT_ID}, "remote": {"id": GATEWAY_ID}}
GROUPS = ("224.0.0.251",)
EVERYWHERE = (*OUTSIDE, *ROUTER, *LAN, *GROUPS)
NOTHING = Allowed()
REFUSED = ("EPERM", "EHOSTUNREACH")  # by the call itself, or by the ICMP error that it caused
ON_THE_LAN = Allowed(lan=("192.168.7.0/24", "fd12::/64", "224.0.0.0/24", "ff02::/16", "fe80::/10"))


@pytest.fixture
def net(lab: Lab) -> Internet:
    made = Internet(lab)
    add_lan(made)
    return made


def sniffing(net: Internet) -> Sniffer:
    return Sniffer(net.router, "client")


def test_without_it_everything_leaves_and_is_seen(net: Internet) -> None:
    with sniffing(net) as sniffer:
        said = tempt(net.client, *EVERYWHERE)
    found = sniffer.leaks(NOTHING)
    for attempt in said:
        what, address = attempt.split()[0], attempt.split()[-1]
        name = {"tcp": "TCP", "udp": "UDP", "icmp": "ICMP"}[what]
        assert any(f"> {address} " in words and words.startswith(name) for words in found), attempt
    assert said[f"icmp {OUTSIDE[0]}"] == "ok"
    assert said[f"icmp {OUTSIDE[1]}"] == "ok"


def test_nothing_leaves_and_programs_hear_so_at_once(net: Internet) -> None:
    machine.switch(net.client)
    with sniffing(net) as sniffer:
        said = tempt(net.client, *EVERYWHERE)
    assert sniffer.leaks(NOTHING) == []
    for attempt, outcome in said.items():
        if attempt.startswith("tcp"):
            assert outcome == "ECONNREFUSED", attempt
        elif attempt.startswith("udp") and "224" not in attempt:
            assert outcome in REFUSED, (attempt, outcome)
        elif attempt.startswith("icmp"):
            assert outcome != "ok", attempt


def test_it_is_lifted_without_a_trace(net: Internet) -> None:
    before = net.client.run(["nft", "list", "ruleset"]).stdout
    machine.lift(net.client)  # there is none
    machine.switch(net.client, lan=True, portal=True, devices=["tun0"])
    machine.switch(net.client)
    machine.lift(net.client)
    assert net.client.run(["nft", "list", "ruleset"]).stdout == before
    assert tempt(net.client, OUTSIDE[0])[f"icmp {OUTSIDE[0]}"] == "ok"


def test_rules_of_others_stay_as_they_are(net: Internet) -> None:
    net.client.masquerade("router")
    machine.switch(net.client)
    machine.lift(net.client)
    assert "masquerade" in net.client.run(["nft", "list", "ruleset"]).stdout


def test_loopback_and_own_addresses_work(net: Internet) -> None:
    machine.switch(net.client)
    for address in ("127.0.0.1", "::1", "192.0.2.10", "2001:db8:1::10"):
        net.client.run(["ping", "-n", "-c", "1", "-W", "2", address])


def test_neighbours_are_found_and_answered(net: Internet) -> None:
    """Without neighbour discovery even the tunnel's own packets would find no way over IPv6."""
    machine.switch(net.client)
    net.client.ip("neigh flush all")
    with sniffing(net) as sniffer:
        assert _marked_udp(net.client, OUTSIDE[1]) == "ECONNREFUSED"  # said by the gateway's ICMP
        assert _marked_udp(net.client, OUTSIDE[0]) == "ECONNREFUSED"
    allowed = Allowed(gateways=frozenset(OUTSIDE), udp_ports=frozenset({33}))
    assert sniffer.leaks(allowed) == []
    assert len(sniffer.of_kind(Kind.TUNNEL, allowed)) == 2


def _marked_udp(host: Host, address: str) -> str:
    """What the kernel says of a datagram of a socket with our mark to a closed port."""
    family = "AF_INET6" if ":" in address else "AF_INET"
    program = (
        "import errno, socket\n"
        f"s = socket.socket(socket.{family}, socket.SOCK_DGRAM)\n"
        "s.setsockopt(socket.SOL_SOCKET, 36, 0x676e)\n"
        "s.settimeout(3)\n"
        f"s.connect(({address!r}, 33))\n"
        "s.send(b'sealed')\n"
        "try:\n s.recv(9)\n"
        "except TimeoutError:\n print('silence')\n"
        "except OSError as error:\n print(errno.errorcode[error.errno])\n"
    )
    return host.run([sys.executable, "-c", program]).stdout.strip()


def test_the_lan_is_reached_when_asked_but_not_asked_for_names(net: Internet) -> None:
    machine.switch(net.client, lan=True)
    with sniffing(net) as sniffer:
        said = tempt(net.client, *EVERYWHERE)
    assert sniffer.leaks(ON_THE_LAN) == []
    reached = sniffer.of_kind(Kind.LAN, ON_THE_LAN)
    for address in (*LAN, *GROUPS):
        assert any(f"> {address} " in words for words in reached), address
    for address in LAN:
        assert said[f"icmp {address}"] == "ok"
        assert said[f"udp 53 {address}"] in REFUSED, "names are not asked on the LAN"
    for address in ROUTER:
        assert not any(f"> {address} " in words for words in reached), "on the link, but public"
    net.router.run(["ping", "-n", "-c", "1", "-W", "2", "192.168.7.10"])  # it may ask, too


def test_the_lan_asks_nothing_when_it_is_shut(net: Internet) -> None:
    machine.switch(net.client)
    with sniffing(net) as sniffer:
        for address in ("192.168.7.10", "fd12::10", "192.0.2.10"):
            assert net.router.run(["ping", "-n", "-c", "1", "-W", "1", address], check=False).returncode
    assert sniffer.leaks(NOTHING) == []


def test_a_portal_is_reached_by_names_and_the_web_alone(net: Internet) -> None:
    machine.switch(net.client, portal=True)
    allowed = Allowed(portal=True)
    with sniffing(net) as sniffer:
        said = tempt(net.client, *EVERYWHERE)
    assert sniffer.leaks(allowed) == []
    reached = sniffer.of_kind(Kind.PORTAL, allowed)
    for address in (*OUTSIDE, *ROUTER, *LAN):
        assert any("TCP" in words and f"> {address} " in words and " 443" in words for words in reached)
        assert said[f"udp 53 {address}"] == "ECONNREFUSED", "the portal's own answer arrives"
        assert said[f"udp 443 {address}"] != "ECONNREFUSED"
    machine.switch(net.client)
    with sniffing(net) as sniffer:
        tempt(net.client, OUTSIDE[0])
    assert sniffer.leaks(NOTHING) == []


def test_a_tunnel_takes_everything_and_its_death_lets_nothing_out(net: Internet) -> None:
    machine.switch(net.client, devices=["tun0"])
    tunnel = machine.hold_tunnel(net.client)
    with sniffing(net) as sniffer:
        said = tempt(net.client, *OUTSIDE, *ROUTER, *GROUPS)
        assert said[f"udp 53 {OUTSIDE[0]}"] == "silence", "it went into the tunnel"
        assert said[f"tcp 443 {OUTSIDE[1]}"] == "silence"
        assert said[f"udp bound to router {OUTSIDE[0]}"] in REFUSED
        tunnel.kill()
        said = tempt(net.client, *EVERYWHERE)
        assert said[f"tcp 443 {OUTSIDE[1]}"] == "ECONNREFUSED"
        machine.switch(net.client)
        tempt(net.client, *OUTSIDE)
    assert sniffer.leaks(NOTHING) == []


def test_a_flow_that_was_open_before_is_cut(net: Internet) -> None:
    ping = net.client.popen(["ping", "-n", "-i", "0.01", OUTSIDE[0]])
    while ping.log.read_text().count("ttl=") < 3:
        assert ping.running()
    machine.switch(net.client)
    with sniffing(net) as sniffer:
        tempt(net.client, OUTSIDE[1])
        assert ping.running()
    assert sniffer.leaks(NOTHING) == []
    ping.stop()


def test_what_it_forwards_is_stopped_too(net: Internet, lab: Lab) -> None:
    """A container on a bridge of the client, behind its NAT; between the two nothing changes."""
    guest = container(net, lab)
    with sniffing(net) as sniffer:
        assert tempt(guest, OUTSIDE[0])[f"icmp {OUTSIDE[0]}"] == "ok"
    assert sniffer.leaks(NOTHING), "without the switch it gets out"
    machine.switch(net.client, lan=True, devices=["tun0"])
    with sniffing(net) as sniffer:
        said = tempt(guest, *OUTSIDE, *LAN)
        assert said[f"tcp 443 {OUTSIDE[0]}"] == "ECONNREFUSED"
        guest.run(["ping", "-n", "-c", "1", "-W", "2", "172.17.0.1"])
        net.client.run(["ping", "-n", "-c", "1", "-W", "2", "172.17.0.2"])
        tunnel = machine.hold_tunnel(net.client)
        assert tempt(guest, OUTSIDE[0])[f"tcp 443 {OUTSIDE[0]}"] == "silence", "into the tunnel"
        tunnel.kill()
        tempt(guest, *OUTSIDE)
    assert sniffer.leaks(NOTHING) == []


def test_a_guests_bridge_with_a_name_that_nftables_cannot_write_opens_nothing(net: Internet) -> None:
    net.client.ip("link add br+1 type bridge", "addr add 172.19.0.1/16 dev br+1", "link set br+1 up")
    machine.switch(net.client)
    with sniffing(net) as sniffer:
        tempt(net.client, OUTSIDE[0])
    assert sniffer.leaks(NOTHING) == []


def container(net: Internet, lab: Lab) -> Host:
    guest = lab.host("guest")
    net.client.forward()
    net.client.masquerade("router")
    net.client.ip("link add docker0 type bridge", "addr add 172.17.0.1/16 dev docker0", "link set docker0 up")
    net.client.ip("addr add fd17::1/64 dev docker0 nodad")
    lab.link(guest, net.client, ("172.17.0.2/16", "fd17::2/64"), ())
    net.client.ip("link set guest master docker0")
    net.client.wait_for("fd17::1")
    guest.ip("route add default via 172.17.0.1", "route add ::/0 via fd17::1")
    return guest


@pytest.mark.parametrize("outside", OUTSIDE)
def test_a_service_connects_and_carries_under_it(net: Internet, outside: str) -> None:
    """What leaves is the tunnel's own alone, before there is a tunnel, in it, and after its end."""
    psk = secrets.token_urlsafe(16)
    Gateway(net.gateway, psk)
    service = Service(net.client)
    service.create({**PROFILE, "server": outside}, psk)
    allowed = Allowed(gateways=frozenset(OUTSIDE))
    machine.switch(net.client)
    with sniffing(net) as sniffer:
        tempt(net.client, *Internet.SERVER)
        service.ginnel("up", "office")
        machine.switch(net.client, devices=["ginnel0"])
        for address in Internet.SERVER:
            assert ping(net.client, address, 20).lost == 0
        service.ginnel("down", "office")
        tempt(net.client, *Internet.SERVER)
    assert sniffer.leaks(allowed) == []
    assert len(sniffer.of_kind(Kind.TUNNEL, allowed)) > 40


LEASE = """#!/bin/sh
[ "$1" = bound ] && ip addr replace "$ip/24" dev "$interface"
echo "lease $1"
"""
POOL = """interface client
start 192.168.7.50
end 192.168.7.50
opt subnet 255.255.255.0
opt lease 60
"""


def test_a_lease_is_got_and_renewed(net: Internet) -> None:
    """The client's raw socket knows no packet filter; renewing, it sends and hears as any program."""
    directory = net.lab.directory
    script, pool = directory / "lease.sh", directory / "pool.conf"
    script.write_text(LEASE)
    script.chmod(0o755)
    pool.write_text(f"{POOL}lease_file {directory}/leases\npidfile {directory}/pid\n")
    (directory / "leases").touch()
    machine.switch(net.client)
    with sniffing(net) as sniffer:
        net.router.popen(["busybox", "udhcpd", "-f", str(pool)], label="udhcpd")
        client = net.client.popen(
            ["busybox", "udhcpc", "-f", "-i", "router", "-s", str(script)], label="udhcpc"
        )
        _until(client, "lease bound")
        client.popen.send_signal(signal.SIGUSR1)
        _until(client, "lease renew")
    assert sniffer.leaks(NOTHING) == []
    assert "UDP 192.168.7.50 > 192.0.2.1 ports 68 67" in sniffer.of_kind(Kind.UPKEEP, NOTHING)


def _until(process: Process, words: str) -> None:
    until = time.monotonic() + 30  # the one asks again after 3 s, the other looks for others for 2 s
    while words not in process.log.read_text():
        assert process.running(), process.tail()
        assert time.monotonic() < until, process.tail()
        time.sleep(0.01)


def test_the_sniffer_knows_a_wrapped_packet_from_a_sealed_one() -> None:
    """What can be read is a leak wherever it goes."""
    head = bytes(12) + b"\x08\x00"
    ip = bytes.fromhex("4500 0000 0000 0000 40 11 0000 c000020a c6336402")
    udp = bytes.fromhex("1194 1194 0000 0000")
    allowed = Allowed(gateways=frozenset({"198.51.100.2"}))
    assert leaks.classify(head + ip + udp + bytes(40), allowed).kind is Kind.TUNNEL
    assert leaks.classify(head + ip + udp + leaks.MARKER, allowed).kind is Kind.LEAK
    assert leaks.classify(head + ip + udp, NOTHING).kind is Kind.LEAK
    assert leaks.classify(bytes(12) + b"\x88\xcc" + bytes(50), allowed).kind is Kind.LEAK
    assert leaks.classify(head + ip[:10], allowed).kind is Kind.LEAK
