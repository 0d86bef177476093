"""A connected tunnel whose device, sockets or DNS somebody else changes, in virtual time."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from ginnel_core import DeviceLost
from ginnel_service.net.base import DeviceState, NetworkError
from ginnel_service.profiles.model import Dns as ProfileDns
from ginnel_service.supervisor.status import tunnel_diagnosis
from tunnel.scene import GATEWAY, PROFILE, S, Scene, scene


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
        await asyncio.sleep(0.04)
        assert not owners  # whoever writes may be in the midst of it
        await asyncio.sleep(0.06)
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
