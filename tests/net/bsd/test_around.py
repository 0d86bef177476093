"""What stands around a tunnel, the kill switch in pf, and repair, on a fake kernel with a fake pf."""

from __future__ import annotations

import errno
from ipaddress import ip_network
from pathlib import Path

import pytest

from ginnel_service.demo.rig import eventually
from ginnel_service.net.base import KillSwitch, NetworkError, Reach
from ginnel_service.net.bsd.around import kill_switch_stands, look_around
from ginnel_service.net.bsd.kernel import layout_of
from ginnel_service.net.bsd.layout import DARWIN, FREEBSD, NET_RT_IFLIST
from ginnel_service.net.bsd.repair import repair
from ginnel_service.net.dns.darwin import ScutilDns
from ginnel_service.net.plan import SetDns
from helpers.bsd_kernel import ETHERNET, IFT_ETHER, FakeKernel
from helpers.dynamic_store import DynamicStore
from helpers.packet_filter import FakePf, Packet
from net.bsd.world import bury, device, full, home, join, network, open_tun, other_uplink, part, uplink


def test_surroundings_are_links_routes_and_ways(kernel: FakeKernel, tmp_path: Path) -> None:
    ours = network(kernel, tmp_path)
    ours.apply("a", full(kernel))
    found = look_around(("8.8.8.8", "192.168.1.9"), 0, kernel)
    assert Reach(ip_network("192.168.1.0/24"), uplink(kernel), on_link=True) in found.reaches
    assert Reach(ip_network("0.0.0.0/1"), device(kernel)) in found.reaches
    assert found.tunnels == {device(kernel)}
    assert found.ways == (("8.8.8.8", uplink(kernel)), ("192.168.1.9", uplink(kernel)))
    ours.close()


def test_an_interface_that_comes_meanwhile_is_not_seen_yet(kernel: FakeKernel) -> None:
    dump = kernel.dump

    def dump_and_plug_in(what: int) -> bytes:
        found = dump(what)
        if what == NET_RT_IFLIST and not kernel.index("ue0"):
            kernel.attach("ue0", ETHERNET, IFT_ETHER)
            kernel.hold("ue0", "10.1.1.1/24")
            kernel.route("203.0.113.0/24", via="10.1.1.2", dev="ue0")
        return found

    kernel.dump = dump_and_plug_in  # type: ignore[method-assign]
    found = look_around(("203.0.113.9",), 0, kernel)
    assert not found.ways
    assert "ue0" not in {reach.device for reach in found.reaches}
    assert look_around(("203.0.113.9",), 0, kernel).ways == (("203.0.113.9", "ue0"),)


def test_the_kill_switch_follows_the_links_and_is_put_back(kernel: FakeKernel, tmp_path: Path) -> None:
    pf = FakePf()
    ours = network(kernel, tmp_path, pf)
    ours.set_kill_switch(KillSwitch(lan=True))
    web = Packet(device=uplink(kernel), proto="tcp")
    near, elsewhere = (Packet(target=host, dport=631) for host in ("192.168.1.9", "10.0.5.9"))
    assert [pf.passes(packet) for packet in (web, near, elsewhere)] == [False, True, False]
    part(kernel, uplink(kernel))
    join(kernel, other_uplink(kernel), "10.0.5.5/24", "10.0.5.1")
    eventually(lambda: pf.passes(elsewhere), "the other LAN")
    assert not pf.passes(near)
    pf.anchors.clear()
    pf.texts.clear()
    kernel.hold(other_uplink(kernel), "10.0.5.6/24")  # whatever happens, it is looked at
    eventually(lambda: not pf.passes(web), "the kill switch")
    ours.close()
    assert not pf.passes(web), "it outlives who set it"
    assert kill_switch_stands(kernel, pf)
    ours.set_kill_switch(None)
    assert pf.passes(web)
    assert not kill_switch_stands(kernel, pf)
    assert not pf.enabled
    ours.close()


def test_a_kill_switch_that_pf_does_not_hear_is_refused(kernel: FakeKernel, tmp_path: Path) -> None:
    pf = FakePf()
    pf.main = ['anchor "somebody/*" all']
    ours = network(kernel, tmp_path, pf)
    with pytest.raises(NetworkError) as error:
        ours.set_kill_switch(KillSwitch())
    assert error.value.code == "firewall_unavailable"
    ours.close()


def test_repair_needs_no_journal(kernel: FakeKernel, tmp_path: Path) -> None:
    kernel.detach(device(kernel))
    before = kernel.snapshot()
    open_tun(kernel)
    pf = FakePf()
    dead = network(kernel, tmp_path, pf)
    dead.apply("a", full(kernel, bypass=(ip_network("192.0.2.0/24"),), blocked=(ip_network("64:ff9b::/96"),)))
    dead.set_kill_switch(KillSwitch())
    dead._kill_switch.close()
    bury(dead)
    kernel.detach(device(kernel))
    (tmp_path / "network.journal").unlink()
    words = repair(tmp_path, kernel=kernel, pfctl=pf)
    assert "removed: the route that keeps 192.0.2.0/24 out of the tunnels, or blocks it" in words
    assert "removed: the kill switch" in words
    assert kernel.snapshot() == before
    assert not pf.enabled
    assert repair(tmp_path, kernel=kernel, pfctl=pf) == []


def test_repair_leaves_a_tunnel_that_is_there(kernel: FakeKernel, tmp_path: Path) -> None:
    ours = network(kernel, tmp_path / "gateway")
    ours.apply("a", full(kernel))
    repair(tmp_path / "service", kernel=kernel, pfctl=FakePf())
    assert kernel.send_packet("8.8.8.8") == device(kernel)
    ours.close()


def test_repair_is_refused_while_the_service_runs(kernel: FakeKernel, tmp_path: Path) -> None:
    ours = network(kernel, tmp_path)
    ours.recover()
    with pytest.raises(NetworkError) as error:
        repair(tmp_path, kernel=kernel, pfctl=FakePf())
    assert error.value.code == "already_running"
    ours.close()


def test_repair_takes_away_dns_that_no_journal_knows_of(tmp_path: Path) -> None:
    store = DynamicStore("192.0.2.53")
    before = dict(store.keys)
    ScutilDns(store).set(SetDns("utun4", ("10.0.0.53",)))
    words = repair(tmp_path, kernel=home(DARWIN), pfctl=FakePf(), scutil=store)
    assert words == ["removed: the DNS servers of a tunnel that is gone"]
    assert store.keys == before
    assert repair(tmp_path, kernel=home(DARWIN), pfctl=FakePf(), scutil=store) == []


def test_a_layout_is_known_by_the_systems_name() -> None:
    assert layout_of("darwin") is DARWIN
    assert layout_of("freebsd15") is FREEBSD
    with pytest.raises(OSError, match="route") as refused:
        layout_of("linux")
    assert refused.value.errno == errno.ENOSYS
