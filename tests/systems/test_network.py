"""Devices, addresses and routes of the machine, by what its own programs say of them."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ginnel_core import Tun
from ginnel_service.net.base import Dns, KillSwitch, NetworkError, Wanted
from ginnel_service.net.machine import SystemNetwork, repair, way
from systems.conftest import (
    ADDRESS4,
    ADDRESS6,
    MTU,
    ROUTE4,
    ROUTE6,
    eventually,
    output,
    packet_of,
    routes,
    wanted,
)

pytestmark = [pytest.mark.darwin, pytest.mark.freebsd]

HOST4, HOST6 = str(ROUTE4[7]), str(ROUTE6[7])


def interfaces() -> str:
    return output("ifconfig", "-l")


def test_a_device_is_there_until_it_is_closed() -> None:
    device = Tun()
    name = device.name
    assert name.startswith("utun" if sys.platform == "darwin" else "ginnel")
    assert name in interfaces().split()
    device.close()
    eventually(lambda: name not in interfaces().split(), f"{name} is gone")


def test_addresses_and_mtu_are_as_wanted(device: Tun, network: SystemNetwork) -> None:
    network.apply("t", wanted(device.name))
    told = output("ifconfig", device.name)
    assert str(ADDRESS4.ip) in told
    assert str(ADDRESS6.ip) in told
    assert f"mtu {MTU}" in told
    assert "tentative" not in told
    network.withdraw("t")
    told = output("ifconfig", device.name)
    assert str(ADDRESS4.ip) not in told
    assert str(ADDRESS6.ip) not in told


@pytest.mark.parametrize("family", ["-inet", "-inet6"])
def test_routes_lead_into_the_device(device: Tun, network: SystemNetwork, family: str) -> None:
    host = HOST4 if family == "-inet" else HOST6
    network.apply("t", wanted(device.name))
    assert device.name in output("route", "-n", "get", family, host)
    beside = way(host, 0)  # that of our own packets
    assert beside is None or beside.device != socket.if_nametoindex(device.name)
    network.withdraw("t")
    assert device.name not in output("route", "-n", "get", family, host)


@pytest.mark.parametrize(
    ("family", "host", "source"),
    [(socket.AF_INET, HOST4, ADDRESS4), (socket.AF_INET6, HOST6, ADDRESS6)],
    ids=["ipv4", "ipv6"],
)
def test_packets_come_and_go_with_the_right_family(
    device: Tun, network: SystemNetwork, family: int, host: str, source: object
) -> None:
    network.apply("t", wanted(device.name))
    with socket.socket(family, socket.SOCK_DGRAM) as asker:
        asker.settimeout(5)
        asker.connect((host, 7))
        asker.send(b"question")
        packet = packet_of(device)
        assert packet.endswith(b"question")
        assert asker.getsockname()[0] == str(getattr(source, "ip", ""))
        os.write(device.fileno(), family_word(family) + answer_to(packet, b"answer"))
        assert asker.recv(100) == b"answer"


def family_word(family: int) -> bytes:
    return family.to_bytes(4, "big")


def answer_to(packet: bytes, payload: bytes) -> bytes:
    """A UDP datagram back to where `packet` came from."""
    v6 = packet[0] >> 4 == 6
    header, at, size = (40, 8, 16) if v6 else (20, 12, 4)
    source, destination = packet[at : at + size], packet[at + size : at + 2 * size]
    ports = packet[header + 2 : header + 4] + packet[header : header + 2]
    length = (8 + len(payload)).to_bytes(2, "big")
    pseudo = destination + source + (b"\0\0" + length + b"\0\0\0\x11" if v6 else b"\0\x11" + length)
    udp = ports + length + checksum(pseudo + ports + length + b"\0\0" + payload).to_bytes(2, "big") + payload
    if v6:
        return packet[:4] + length + b"\x11\x40" + destination + source + udp
    ip = b"\x45\0" + (20 + len(udp)).to_bytes(2, "big") + b"\0\0\0\0\x40\x11"
    return ip + checksum(ip + b"\0\0" + destination + source).to_bytes(2, "big") + destination + source + udp


def checksum(octets: bytes) -> int:
    """RFC 1071."""
    padded = octets + bytes(len(octets) % 2)
    total = sum(int.from_bytes(padded[at : at + 2], "big") for at in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def test_the_table_ends_as_it_began(state: Path) -> None:
    before = routes()
    with contextlib.closing(Tun()) as device, contextlib.closing(SystemNetwork(state)) as network:
        network.apply("t", wanted(device.name))
        assert routes() != before
    eventually(lambda: routes() == before, "routes are as before")


def test_what_a_killed_service_left_is_undone(state: Path) -> None:
    before = routes()
    device = Tun()
    child = os.fork()
    if child == 0:  # which has no time to withdraw anything
        SystemNetwork(state).apply("t", wanted(device.name))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert device.name in output("route", "-n", "get", HOST4)
    assert repair(state)
    assert device.name not in output("route", "-n", "get", HOST4)
    device.close()
    eventually(lambda: routes() == before, "routes are as before")


def test_a_full_tunnel_leaves_the_gateway_reachable_outside(device: Tun, network: SystemNetwork) -> None:
    """The traps of both systems: the gateway's way must not lead into the tunnel that it carries."""
    gateway = IPv4Address("203.0.113.1")
    outside = way(str(gateway), 0)
    assert outside is not None, "the machine needs a default route for this"
    both = wanted(device.name)
    network.apply(
        "t",
        Wanted(
            device=device.name,
            mtu=MTU,
            addresses=both.addresses,
            routes=(ROUTE4.supernet(new_prefix=0),),
            gateways=(gateway,),
        ),
    )
    assert device.name in output("route", "-n", "get", HOST4)
    if sys.platform != "darwin":  # which binds sockets to the uplink instead (IP_BOUND_IF)
        assert device.name not in output("route", "-n", "get", str(gateway))
    network.withdraw("t")
    assert way(str(gateway), 0) == outside


def test_the_tunnels_name_servers_are_asked(device: Tun, network: SystemNetwork) -> None:
    both = wanted(device.name)
    dns = Dns(servers=(IPv4Address(HOST4),), search=("ginnel.test",))
    network.apply(
        "t", Wanted(device=device.name, mtu=MTU, addresses=both.addresses, routes=both.routes, dns=dns)
    )

    def asked() -> str:
        return output("scutil", "--dns") if sys.platform == "darwin" else Path("/etc/resolv.conf").read_text()

    eventually(lambda: HOST4 in asked(), f"{HOST4} is asked")
    network.withdraw("t")
    eventually(lambda: HOST4 not in asked(), f"{HOST4} is not asked any more")


def test_the_kill_switch_stands_until_it_is_lifted(network: SystemNetwork) -> None:
    anchor = "com.apple/ginnel.killswitch" if sys.platform == "darwin" else "ginnel/killswitch"
    switch = KillSwitch(lan=True, portal=True)  # whoever runs this may be on the LAN, over SSH
    heard = sys.platform == "darwin" or 'anchor "ginnel/*"' in output("pfctl", "-s", "rules")
    if not heard:  # on FreeBSD /etc/pf.conf has to call our anchors
        with pytest.raises(NetworkError):
            network.set_kill_switch(switch)
        return
    network.set_kill_switch(switch)
    try:
        assert "block" in output("pfctl", "-a", anchor, "-s", "rules")
    finally:
        network.set_kill_switch(None)
    assert "block" not in output("pfctl", "-a", anchor, "-s", "rules")
