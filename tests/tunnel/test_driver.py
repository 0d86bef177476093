"""A connection from `up` to `down` against the real responder, in virtual time, with nothing left behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_interface, ip_network

import msgspec
import pytest

from ginnel_core import DeviceLost, PathTooBig, SaExpiring
from ginnel_core import Endpoint as PlaneEndpoint
from ginnel_service.gateway.config import parse
from ginnel_service.ike.events import Endpoint
from ginnel_service.net.base import DeviceState, NetworkError
from ginnel_service.profiles.model import Dns as ProfileDns
from ginnel_service.profiles.model import Ike, Profile, Timing
from ginnel_service.supervisor.status import connection_status, tunnel_diagnosis
from ginnel_service.tunnel.errors import TunnelError
from ginnel_service.tunnel.states import Step
from tunnel.fakes import FakeGateway
from tunnel.scene import GATEWAY, PROFILE, S, Scene, scene

#: As people have it: minutes until a silent gateway is given up.
PATIENT = msgspec.structs.replace(PROFILE, timing=Timing())


def test_up_goes_through_every_step_and_configures_the_machine() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED, S.FAILED)
        assert it.states == [S.RESOLVING, S.CONNECTING, S.CONNECTED]
        steps = list(dict.fromkeys(step for state, step in it.seen if state is S.CONNECTING))
        assert steps == [Step.INIT, Step.AUTH, Step.CONFIGURING]
        wanted = it.host.network.owners["office"]
        assert wanted.device == "ginnel0"
        assert wanted.addresses == (ip_interface("10.77.0.2/32"), ip_interface("fd77::2/128"))
        assert wanted.routes == (ip_network("0.0.0.0/0"), ip_network("::/0"))
        assert wanted.bypass == (ip_network("192.0.2.0/24"),)
        assert wanted.mtu == 1400
        plane = it.host.link.plane
        assert len(plane.inbound_sas) == len(plane.outbound_sas) == 1
        (outbound,) = plane.outbound_sas.values()
        assert tuple(outbound["peer"]) == ("198.51.100.2", 4500)
        status = it.tunnel.status()
        assert status.facts.peer == "vpn.example.org"
        assert status.established_at is not None
        assert status.traffic.octets_in == 300

    scene(act)


def test_down_tells_the_gateway_and_takes_everything_back() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await it.tunnel.down()
        assert it.host.clean
        assert it.gateway.responder.sessions == ()

    scene(act)


def test_down_does_not_wait_long_for_a_silent_gateway() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        before = asyncio.get_running_loop().time()
        await it.tunnel.down()
        assert asyncio.get_running_loop().time() - before <= 2.1

    scene(act)


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.005, 0.015, 0.025, 0.035, 0.041])
def test_down_at_any_moment_leaves_nothing(after_s: float) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await asyncio.sleep(after_s)

    scene(act)


def test_a_wrong_key_fails_at_once_and_for_good() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "authentication_failed"
        assert it.host.clean

    scene(act, psk=b"wrong battery")


def test_no_common_proposal_fails() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "no_proposal_chosen"

    scene(
        act,
        gateway='ike_proposals = ["aes256-sha512-ecp384"]\n' + GATEWAY,
        profile=_offering("aes128gcm16-prfsha256-x25519"),
    )


def test_a_silent_gateway_is_unreachable() -> None:
    async def act(it: Scene) -> None:
        it.gateway.silent = True
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "unreachable"
        assert it.host.clean

    scene(act)


def test_an_unknown_name_fails() -> None:
    async def act(it: Scene) -> None:
        it.host.names.clear()
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "name_not_resolved"

    scene(act)


@pytest.mark.parametrize("code", ["tun_not_permitted", "tun_unavailable", "port_busy", "network_refused"])
def test_what_the_machine_refuses_is_named(code: str) -> None:
    async def act(it: Scene) -> None:
        it.host.refuse = TunnelError(code)
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == code

    scene(act)


def test_a_refused_route_ends_the_session_with_a_goodbye() -> None:
    async def act(it: Scene) -> None:
        it.host.network.fail_with = NetworkError("refused", "add a route", 17)
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert (error.code, error.params["errno"]) == ("network_refused", 17)
        assert it.gateway.responder.sessions == ()
        assert it.host.clean

    scene(act)


def test_up_works_again_after_a_failure() -> None:
    async def act(it: Scene) -> None:
        it.host.refuse = TunnelError("port_busy", port=4500)
        it.tunnel.up()
        await it.until(S.FAILED)
        it.host.refuse = None
        it.tunnel.up()
        await it.until(S.CONNECTED)
        assert it.tunnel.status().error is None

    scene(act)


def test_up_twice_is_refused() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        with pytest.raises(TunnelError, match="already_up"):
            it.tunnel.up()

    scene(act)


def test_the_second_address_is_tried_when_there_is_no_way_to_the_first() -> None:
    async def act(it: Scene) -> None:
        it.host.names["vpn.example.org"] = (Endpoint("2001:db8::2", 500), Endpoint("198.51.100.2", 500))
        it.host.unreachable.add("2001:db8::2")
        it.tunnel.up()
        await it.until(S.CONNECTED)

    scene(act)


DEAD, GOOD = Endpoint("198.51.100.9", 500), Endpoint("198.51.100.2", 500)


def dead(it: Scene, *hosts: str) -> None:
    """These of the gateway's addresses stay silent."""
    for host in hosts:
        it.host.others[host] = silent = FakeGateway(parse(GATEWAY.encode()))
        silent.silent = True


def test_of_several_addresses_a_silent_one_costs_seconds_and_no_error() -> None:
    async def act(it: Scene) -> None:
        it.host.names["vpn.example.org"] = (DEAD, Endpoint("198.51.100.8", 500), GOOD)
        dead(it, DEAD.host, "198.51.100.8")
        it.tunnel.up()
        began = asyncio.get_running_loop().time()
        await it.until(S.CONNECTED, S.FAILED)
        assert it.tunnel.state is S.CONNECTED
        assert asyncio.get_running_loop().time() - began < 20
        assert it.states == [S.RESOLVING, S.CONNECTING, S.CONNECTED]
        assert it.tunnel.status().error is None

    scene(act, profile=PATIENT)


def test_the_last_address_that_there_is_a_way_to_gets_all_the_time() -> None:
    async def act(it: Scene) -> None:
        it.host.names["vpn.example.org"] = (GOOD, Endpoint("2001:db8::2", 500))
        it.host.unreachable.add("2001:db8::2")
        it.gateway.silent = True
        it.tunnel.up()
        await asyncio.sleep(30)
        assert it.states == [S.RESOLVING, S.CONNECTING]
        it.gateway.silent = False
        await it.until(S.CONNECTED, S.FAILED)
        assert it.states == [S.RESOLVING, S.CONNECTING, S.CONNECTED]

    scene(act, profile=PATIENT)


def test_addresses_that_are_all_silent_are_unreachable_once() -> None:
    async def act(it: Scene) -> None:
        it.host.names["vpn.example.org"] = (DEAD, GOOD)
        dead(it, DEAD.host)
        it.gateway.silent = True
        it.tunnel.up()
        await it.until(S.FAILED)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "unreachable"
        assert len(it.gateway.links) == 1

    scene(act)


def test_a_vanished_gateway_is_noticed_and_reached_again() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        await it.until(S.RECONNECTING)
        status = it.tunnel.status()
        assert status.error is not None
        assert status.error.code == "peer_vanished"
        while it.tunnel.status().next_try_s is None:  # noqa: ASYNC110  (first it is tried where it stood)
            await asyncio.sleep(0.01)
        status = it.tunnel.status()
        assert status.next_try_s is not None
        assert 4 <= status.next_try_s <= 6
        assert it.host.clean
        it.gateway.silent = False
        await it.until(S.CONNECTED)
        assert it.tunnel.status().error is None
        assert len(it.gateway.links) == 2

    scene(act)


def test_traffic_keeps_a_silent_ike_alive_without_questions() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)  # by then the path's MTU is confirmed
        it.gateway.silent = True
        loop = asyncio.get_running_loop()
        end = loop.time() + 120
        while loop.time() < end:
            it.host.link.plane.last_used_s = loop.time()
            await asyncio.sleep(5)
        assert it.tunnel.state is S.CONNECTED

    scene(act)


def test_a_gateway_that_closes_is_connected_to_again() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.close()
        await it.until(S.RECONNECTING)
        await it.until(S.CONNECTED)

    scene(act)


def test_a_lost_device_is_made_again() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.link.lose_device()
        await it.until(S.RECONNECTING)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "device_lost"
        await it.until(S.CONNECTED)
        assert len(it.gateway.links) == 2

    scene(act)


def test_counters_and_traffic_survive_an_attempt() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.link.plane.counted["drop_integrity"] = 2
        it.host.link.lose_device()
        await it.until(S.RECONNECTING)
        assert it.tunnel.counters() == {"packets_in": 3, "drop_integrity": 2}
        assert tunnel_diagnosis(it.tunnel).device == ""
        await it.until(S.CONNECTED)
        assert it.tunnel.counters() == {"packets_in": 6, "drop_integrity": 2}
        assert it.tunnel.traffic().octets_in == 600
        assert connection_status(it.tunnel).drops == 2
        await it.tunnel.down()
        it.tunnel.up()
        await it.until(S.CONNECTED)
        assert it.tunnel.counters() == {"packets_in": 3, "drop_integrity": 0}

    scene(act)


def test_a_diagnosis_tells_how_device_and_packet_path_stand() -> None:
    async def act(it: Scene) -> None:
        assert tunnel_diagnosis(it.tunnel).counters == {}
        it.tunnel.up()
        await it.until(S.CONNECTED)
        told = tunnel_diagnosis(it.tunnel)
        assert (told.name, told.state, told.device, told.device_up) == ("office", "up", "ginnel0", True)
        assert (told.mtu, told.replay_window) == (1400, 4096)
        assert told.features == {"tun_tcp4": True, "udp_segment": False}
        assert told.buffers[0].receive_octets == 1 << 24
        it.host.link.set_device(DeviceState(up=False, mtu=1400))
        told = tunnel_diagnosis(it.tunnel)
        assert told.device_up is False
        assert told.error is not None
        assert told.error.code == "device_down"

    scene(act)


def test_a_lost_socket_is_named_as_such() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.link.happen(DeviceLost("udp4", 9))
        await it.until(S.RECONNECTING)
        error = it.tunnel.status().error
        assert error is not None
        assert (error.code, error.params) == ("socket_lost", {"errno": 9})

    scene(act)


def test_what_a_device_lost_when_set_down_comes_back_when_it_is_up_again() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        wanted = it.host.network.owners["office"]
        for _ in range(2):
            it.host.network.owners.clear()
            it.host.link.set_device(DeviceState(up=False, mtu=1400))
            it.host.link.set_device(DeviceState(up=False, mtu=1400))
            await asyncio.sleep(0.1)
            assert it.tunnel.status().facts.device_down
            assert not it.host.network.owners  # whoever set it down meant it
            it.host.link.set_device(DeviceState(up=True, mtu=1400))
            await asyncio.sleep(0.1)
            assert it.host.network.owners == {"office": wanted}
            assert not it.tunnel.status().facts.device_down
        assert it.tunnel.state is S.CONNECTED
        assert it.states == [S.RESOLVING, S.CONNECTING, S.CONNECTED]

    scene(act)


def test_dns_that_somebody_else_changed_is_set_again_at_most_once_a_second() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(2)  # by then the path's MTU is confirmed, and nothing else is wanted
        owners = it.host.network.owners
        wanted = owners.pop("office")
        assert wanted.dns is not None
        for _ in range(3):
            it.host.link.dns_changed()
        await asyncio.sleep(0.1)
        assert owners == {"office": wanted}
        owners.clear()
        await asyncio.sleep(0.5)
        assert not owners
        await asyncio.sleep(0.6)
        assert owners == {"office": wanted}
        await asyncio.sleep(2)
        it.host.network.fail_with = NetworkError("dns_refused", "ask 10.77.0.1 for all names", 1)
        it.host.link.dns_changed()
        await asyncio.sleep(0.1)
        assert it.tunnel.state is S.CONNECTED

    scene(act)


def test_a_tunnel_without_dns_has_none_to_set_again() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.network.owners.clear()
        it.host.link.dns_changed()
        await asyncio.sleep(0.1)
        assert not it.host.network.owners

    scene(act, profile=msgspec.structs.replace(PROFILE, dns=ProfileDns(mode="off")))


def test_down_is_clean_whatever_happens_to_the_device() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        for up in (False, True):
            it.host.link.set_device(DeviceState(up=up, mtu=1400))

    scene(act)


def test_a_device_removed_while_it_comes_up_is_a_lost_device() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.host.link.set_device(DeviceState(up=False, mtu=1400))
        await asyncio.sleep(0.1)
        it.host.network.fail_with = NetworkError("refused", "bring ginnel0 up", 19)
        it.host.link.set_device(DeviceState(up=True, mtu=1400))
        it.host.link.state = None
        await it.until(S.RECONNECTING)
        error = it.tunnel.status().error
        assert error is not None
        assert error.code == "device_lost"

    scene(act)


def test_waits_grow_while_the_gateway_stays_away() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        waits = []
        for _ in range(3):
            await it.until(S.RECONNECTING)
            waits.append(it.tunnel.status().next_try_s or 0)
            await it.until(S.RESOLVING)
        assert min(waits[1:]) > 2 * waits[0]  # at the limit they differ by their jitter

    scene(act)


def test_the_tunnels_mtu_follows_the_path_and_new_sas_know_it() -> None:
    async def act(it: Scene) -> None:
        it.gateway.carries = 1380
        it.tunnel.up()
        await it.until(S.CONNECTED)
        wanted = it.host.network.owners["office"]
        assert wanted.mtu == 1400
        await asyncio.sleep(3)
        facts = it.tunnel.status().facts
        assert facts.path_mtu == 1380
        assert it.host.network.owners["office"] == replace(wanted, mtu=1318)
        assert facts.wanted == it.host.network.owners["office"]
        it.tunnel.rekey("child")
        await asyncio.sleep(15)
        plane = it.host.link.plane
        assert [sa["path_mtu"] for sa in plane.outbound_sas.values()] == [1380]
        assert it.tunnel.state is S.CONNECTED

    scene(act)


def test_what_a_router_says_lowers_the_tunnels_mtu_at_once() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)
        assert it.tunnel.status().facts.path_mtu == 1464
        it.host.link.happen(PathTooBig(PlaneEndpoint("203.0.113.7", 4500), 1300))
        assert it.tunnel.status().facts.path_mtu == 1464
        it.host.link.happen(PathTooBig(PlaneEndpoint("198.51.100.2", 4500), 1440))
        assert it.tunnel.status().facts.path_mtu == 1440
        await asyncio.sleep(0.1)
        assert it.host.network.owners["office"].mtu == 1378
        it.host.link.happen(PathTooBig(PlaneEndpoint("198.51.100.2", 0), 1420))  # the kernel's own refusal
        assert it.tunnel.status().facts.path_mtu == 1420
        (outbound,) = it.host.link.plane.outbound_sas.values()
        assert outbound["path_mtu"] == 1420

    scene(act)


def test_a_device_with_ipv6_keeps_the_mtu_that_ipv6_needs() -> None:
    async def act(it: Scene) -> None:
        it.gateway.carries = 1300
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(3)
        assert it.tunnel.status().facts.path_mtu == 1300
        assert it.host.network.owners["office"].mtu == 1280

    scene(act)


def test_a_device_without_ipv6_goes_lower() -> None:
    async def act(it: Scene) -> None:
        it.gateway.carries = 1300
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(3)
        assert it.host.network.owners["office"].mtu == 1238

    network = msgspec.structs.replace(PROFILE.network, ipv6=False, subnets=("0.0.0.0/0",))
    scene(act, profile=msgspec.structs.replace(PROFILE, network=network))


def test_an_mtu_that_a_person_fixed_is_what_is_asked_for() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)
        assert it.tunnel.status().facts.path_mtu == 1364
        assert it.host.network.owners["office"].mtu == 1300

    network = msgspec.structs.replace(PROFILE.network, mtu=1300)
    scene(act, profile=msgspec.structs.replace(PROFILE, network=network))


def test_a_device_whose_mtu_will_not_change_is_no_reason_to_end() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)
        it.host.network.fail_with = NetworkError("refused", "set the MTU", 22)
        it.host.link.happen(PathTooBig(PlaneEndpoint("198.51.100.2", 4500), 1400))
        await asyncio.sleep(1)
        assert it.tunnel.state is S.CONNECTED
        (outbound,) = it.host.link.plane.outbound_sas.values()
        assert outbound["path_mtu"] == 1400

    scene(act)


def test_a_path_that_begins_to_drop_is_noticed_by_its_silence() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(10)
        it.gateway.carries = 1400
        loop = asyncio.get_running_loop()
        for _ in range(20):
            it.host.link.plane.last_sent_s = loop.time()
            await asyncio.sleep(0.25)
        await asyncio.sleep(3)
        assert it.tunnel.status().facts.path_mtu == 1400

    scene(act)


def test_an_sa_near_its_limit_is_rekeyed() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        (spi,) = it.host.link.plane.inbound_sas
        it.host.link.happen(SaExpiring("in", spi, "octets"))
        await asyncio.sleep(1)
        assert it.tunnel.status().facts.child_rekeys == 1
        await asyncio.sleep(10)
        assert spi not in it.host.link.plane.inbound_sas
        assert len(it.host.link.plane.inbound_sas) == 1
        assert it.tunnel.traffic().octets_in == 600

    scene(act)


@pytest.mark.parametrize("what", ["ike", "child"])
def test_a_rekey_on_demand_keeps_the_connection(what: str) -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.tunnel.rekey(what)
        await asyncio.sleep(15)
        facts = it.tunnel.status().facts
        assert (facts.ike_rekeys, facts.child_rekeys) == ((1, 0) if what == "ike" else (0, 1))
        assert it.tunnel.state is S.CONNECTED
        assert len(it.host.link.plane.outbound_sas) == 1

    scene(act)


def test_a_rekey_needs_a_connection() -> None:
    async def act(it: Scene) -> None:
        with pytest.raises(TunnelError, match="not_up"):
            it.tunnel.rekey("ike")

    scene(act)


def _offering(proposal: str) -> Profile:
    return msgspec.structs.replace(PROFILE, ike=msgspec.structs.replace(PROFILE.ike, proposals=(proposal,)))


def test_weak_algorithms_are_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def act(it: Scene) -> None:
        assert it.tunnel.weak == ("modp1024",)
        with caplog.at_level("WARNING", "ginnel.tunnel"):
            it.tunnel.up()
        assert "weak algorithms: modp1024" in caplog.text
        caplog.clear()

    weak = Ike(proposals=("aes256-sha256-modp1024",))
    scene(act, profile=msgspec.structs.replace(PROFILE, ike=weak))


def test_the_routes_are_those_of_the_child_sas_that_there_are() -> None:
    subnets = ("10.1.0.0/16", "10.2.0.0/16")

    async def act(it: Scene) -> None:
        def routes() -> set[str]:
            return {str(route) for route in it.host.network.owners["office"].routes}

        it.tunnel.up()
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)
        assert routes() == set(subnets)
        before = it.host.network.owners["office"]
        it.tunnel.rekey("child")
        await asyncio.sleep(10)
        assert it.tunnel.status().facts.child_rekeys == 2
        assert it.host.network.owners["office"] is before  # nothing to do for the machine
        it.gateway.delete_child(subnets[0])
        await asyncio.sleep(1)
        assert routes() == {subnets[1]}
        assert it.tunnel.state is S.CONNECTED
        it.gateway.delete_child(subnets[1])
        await it.until(S.RECONNECTING)
        await it.until(S.CONNECTED)
        await asyncio.sleep(1)
        assert routes() == set(subnets)

    network = msgspec.structs.replace(PROFILE.network, subnets=subnets)
    profile = msgspec.structs.replace(PROFILE, network=network)
    scene(act, profile=profile, gateway='pairing = "single"\n' + GATEWAY)


@pytest.mark.parametrize("after_s", [0.0, 0.5, 1.9])
def test_down_does_not_cut_the_end_of_an_attempt_short(after_s: float) -> None:
    """The gateway is told for a moment that the device is gone, and then the person disconnects, too."""

    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        it.gateway.silent = True
        it.host.link.lose_device()
        await asyncio.sleep(after_s)
        await it.tunnel.down()
        assert it.host.clean

    scene(act, gateway=GATEWAY + "resumption = false\n")


def test_news_of_the_device_while_the_network_is_restored_changes_nothing() -> None:
    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        link, network = it.host.link, it.host.network
        link.set_device(DeviceState(up=False, mtu=1400))
        withdraw = network.withdraw

        def withdrawing(owner: str) -> None:
            withdraw(owner)
            asyncio.get_running_loop().call_soon(link.set_device, DeviceState(up=True, mtu=1400))

        network.withdraw = withdrawing  # type: ignore[method-assign]
        await it.tunnel.down()
        await asyncio.sleep(1.0)
        assert it.host.clean

    scene(act)


def test_a_session_that_stays_does_not_ask_for_the_network_again_once_it_is_restored() -> None:
    """It comes back by its ticket, and so is not closed."""

    async def act(it: Scene) -> None:
        it.tunnel.up()
        await it.until(S.CONNECTED)
        link, network = it.host.link, it.host.network
        passage, withdraw = it.course._passage, network.withdraw

        def withdrawing(owner: str) -> None:
            withdraw(owner)
            network.withdraw = withdraw  # type: ignore[method-assign]
            asyncio.get_running_loop().call_soon(passage.path_mtu_changed, 1300)

        network.withdraw = withdrawing  # type: ignore[method-assign]
        link.lose_device()
        await it.until(S.RECONNECTING)
        assert not network.owners

    scene(act)
