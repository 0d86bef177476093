"""The device's MTU follows what the path to the gateway carries, in virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec

from ginnel_core import Endpoint as PlaneEndpoint
from ginnel_core import PathTooBig
from ginnel_service.net.base import NetworkError
from tunnel.scene import PROFILE, S, Scene, scene


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
