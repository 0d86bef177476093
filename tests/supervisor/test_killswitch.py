"""When traffic is stopped, for whom, and what a crash or a stop leaves of that. Packets are in tests/net."""

from __future__ import annotations

import asyncio
import errno
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.ipc.mirror import Mirror
from ginnel_service.ipc.service import ServiceError
from ginnel_service.net.base import KillSwitch, NetworkError, Wanted
from ginnel_service.profiles.files import PrivateDirectory
from ginnel_service.profiles.model import KillSwitch as Mode
from ginnel_service.profiles.model import Network, ProfileError
from ginnel_service.profiles.store import ProfileStore
from ginnel_service.supervisor.killswitch import reinstall
from ginnel_service.supervisor.wanted import WantedFile
from ginnel_service.tunnel.errors import TunnelError

from .scene import Diary, World, serve

CONNECTING, ALWAYS = Mode(mode="connecting"), Mode(mode="always")
CLOSED = KillSwitch()
UP = KillSwitch(devices=("ginnel0",))


def test_it_is_on_from_up_to_down_and_lets_the_tunnel_through(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        assert world.network.told == []
        await it.supervisor.up("office")
        assert world.network.told == [CLOSED]  # before anything of the attempt
        assert world.gateway.links == []
        await it.until("up")
        assert world.network.told[:2] == [CLOSED, UP]
        assert isinstance(world.network.told[2], Wanted)  # no route leads where nothing passes
        assert it.kill_switch.blocking
        assert not it.status().blocked
        await it.supervisor.down("office")
        assert world.network.told[3:] == ["office", CLOSED, None]  # no route any more, then no device
        assert not it.kill_switch.blocking
        await it.supervisor.close()

    serve(tmp_path, act)


def test_where_sockets_bear_no_mark_the_gateways_addresses_pass_as_they_become_known(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        world.network.socket_mark = 0  # macOS, FreeBSD
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        await it.supervisor.up("office")
        await it.until("up")
        (first,) = UP.devices
        opened = world.network.told[1]
        assert isinstance(opened, KillSwitch)
        assert opened.devices == (first,)
        assert len(opened.gateways) == 1
        barrier = it.supervisor._keeper.barrier("office")
        barrier.found_at(["198.51.100.9", "2001:db8::9"])
        barrier.found_at(["198.51.100.9"])  # nothing new
        await it.supervisor.down("office")
        switches = [told for told in world.network.told if isinstance(told, KillSwitch)]
        known = {*opened.gateways, ip_address("198.51.100.9"), ip_address("2001:db8::9")}
        assert [set(switch.gateways) for switch in switches] == [set(), set(opened.gateways), known, set()]
        barrier.found_at(["198.51.100.9"])  # of a connection that is gone
        assert world.network.kill_switch is None
        await it.supervisor.close()

    serve(tmp_path, act)


def test_a_tunnel_without_one_tells_the_system_nothing(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        await it.supervisor.up("office")
        await it.until("up")
        await it.supervisor.down("office")
        await it.supervisor.close()
        assert not [told for told in world.network.told if told is None or isinstance(told, KillSwitch)]

    serve(tmp_path, act)


def test_it_stays_while_a_connection_comes_back(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        await it.supervisor.up("office")
        await it.until("up")
        it.host.link.lose_device()
        await it.until("reconnecting")
        assert it.status().blocked
        assert world.network.kill_switch == CLOSED
        await it.until("up")
        assert world.network.kill_switch == UP
        assert None not in world.network.told
        await it.supervisor.close()

    serve(tmp_path, act)


def test_what_gave_up_stays_stopped_until_the_person_lets_go(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        it.host.refuse = TunnelError("tun_not_permitted")
        await it.supervisor.up("office")
        await it.until("failed")
        assert it.status().blocked
        assert world.network.kill_switch == CLOSED
        await it.supervisor.down("office")
        assert world.network.kill_switch is None
        await it.supervisor.close()

    serve(tmp_path, act)


def test_always_is_on_as_long_as_the_profile_says_so(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=ALWAYS)
        assert world.network.kill_switch == CLOSED
        await it.supervisor.up("office")
        await it.until("up")
        assert world.network.kill_switch == UP
        await it.supervisor.down("office")
        assert world.network.kill_switch == CLOSED
        await it.create(kill_switch=ALWAYS, network=Network(lan=True))
        assert world.network.kill_switch == KillSwitch(lan=True)
        await it.create()
        assert world.network.kill_switch is None
        await it.create(kill_switch=ALWAYS)
        await it.supervisor.remove_profile("office")
        assert world.network.kill_switch is None
        await it.supervisor.close()

    serve(tmp_path, act)


def test_a_connection_that_is_wanted_up_is_behind_it_as_soon_as_its_profile_says_so(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        await it.supervisor.up("office")
        await it.until("up")
        await it.create(kill_switch=CONNECTING)
        assert world.network.kill_switch == UP
        it.host.link.lose_device()
        await it.until("reconnecting")
        assert world.network.kill_switch == CLOSED
        await it.create()
        assert world.network.kill_switch is None
        await it.until("up")
        await it.create(kill_switch=CONNECTING)
        assert world.network.kill_switch == UP
        await it.supervisor.close()
        it = world.start()
        assert world.network.kill_switch == CLOSED
        await it.supervisor.start()
        await it.until("up")
        await it.supervisor.down("office")
        assert world.network.kill_switch is None
        await it.create(kill_switch=ALWAYS)
        await it.create(kill_switch=CONNECTING)
        assert world.network.kill_switch is None
        await it.supervisor.close()

    serve(tmp_path, act)


def test_it_is_one_for_all_profiles(tmp_path: Path) -> None:
    """Another's tunnel passes as well, and the LAN is open only where everyone leaves it open."""

    async def act(world: World) -> None:
        it = world.start()
        await it.create(name="lan", kill_switch=ALWAYS, network=Network(lan=True))
        await it.create(name="office", kill_switch=ALWAYS)
        await it.create(name="plain")
        assert world.network.kill_switch == CLOSED
        await it.supervisor.up("plain")
        await it.until("up", name="plain")
        assert world.network.kill_switch == UP
        await it.supervisor.remove_profile("office")
        assert world.network.kill_switch == KillSwitch(devices=("ginnel0",), lan=True)
        assert [each.name for each in it.kill_switch.profiles] == ["lan"]
        await it.supervisor.close()

    serve(tmp_path, act)


@pytest.mark.parametrize("mode", [CONNECTING, ALWAYS])
@pytest.mark.parametrize("orderly", [False, True])
def test_it_outlives_the_service_and_what_was_up_comes_back(
    tmp_path: Path, mode: Mode, orderly: bool
) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=mode)
        await it.supervisor.up("office")
        await it.until("up")
        if orderly:
            await it.supervisor.close()
            assert world.network.kill_switch == CLOSED  # the device is gone, what it stops is not
        world.network.told.clear()
        world.network.kill_switch = None  # as after a reboot
        again = world.start()
        assert world.network.told == [CLOSED]  # before anything else
        await again.supervisor.start()
        await again.until("up")
        assert world.network.kill_switch == UP
        await again.supervisor.down("office")
        assert world.network.kill_switch == (CLOSED if mode is ALWAYS else None)
        await again.supervisor.close()
        if not orderly:
            await it.supervisor.close()

    serve(tmp_path, act)


def test_what_was_down_stays_down_at_the_next_start(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        await it.supervisor.up("office")
        await it.until("up")
        await it.supervisor.down("office")
        await it.supervisor.close()
        world.network.told.clear()
        again = world.start()
        await again.supervisor.start()
        await asyncio.sleep(1)
        assert world.network.told == []
        assert again.state() == "down"
        await again.supervisor.close()

    serve(tmp_path, act)


def test_a_profile_that_cannot_be_read_opens_nothing_and_root_gets_out(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=ALWAYS)
        await it.supervisor.close()
        (tmp_path / "profiles" / "office.toml").write_text("name = ")
        (tmp_path / "profiles" / "office.toml").chmod(0o600)
        world.network.kill_switch = None
        again = world.start()
        assert world.network.kill_switch == CLOSED
        with pytest.raises(ProfileError, match="profile_corrupt"):
            await again.supervisor.kill_switch_off(("office",), force=False)
        assert world.network.kill_switch == CLOSED
        await again.supervisor.kill_switch_off(("office",), force=True)
        assert world.network.kill_switch is None
        await again.supervisor.close()
        assert world.start().kill_switch.blocking is False

    serve(tmp_path, act)


def test_profiles_that_none_can_be_read_of_open_nothing(tmp_path: Path) -> None:
    """A disk that fails, or a directory that others may write to and that is therefore not trusted."""

    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=ALWAYS)
        await it.supervisor.close()
        (tmp_path / "profiles").chmod(0o777)
        world.network.kill_switch = None
        reinstall(world.network, ProfileStore(tmp_path / "profiles"), WantedFile(tmp_path / "wanted"))
        assert world.network.kill_switch == CLOSED
        again = world.start()
        await again.supervisor.start()
        assert [each.name for each in again.kill_switch.profiles] == ["office"]
        with pytest.raises(OSError, match="writable by others"):
            await again.supervisor.kill_switch_off(("office",), force=False)
        assert world.network.kill_switch == CLOSED
        await again.supervisor.kill_switch_off(("office",), force=True)  # root gets out
        assert world.network.kill_switch is None
        await again.supervisor.close()

    serve(tmp_path, act)


def test_off_changes_the_profile_and_leaves_the_connection(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=ALWAYS)
        await it.supervisor.up("office")
        await it.until("up")
        status = await it.supervisor.kill_switch_off(("office",), force=False)
        assert not status.blocking
        assert world.network.kill_switch is None
        assert it.state() == "up"
        assert (await it.supervisor.show_profile("office")).kill_switch.mode == "off"
        assert status in it.events
        await it.supervisor.close()

    serve(tmp_path, act)


@pytest.mark.parametrize("broken", [False, True])
def test_a_full_disk_keeps_nobody_from_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=ALWAYS)
        await it.create(name="home", kill_switch=ALWAYS)
        if broken:
            for name in ("office", "home"):
                (tmp_path / "profiles" / f"{name}.toml").write_text("name = ")
        with monkeypatch.context() as patched:
            patched.setattr(PrivateDirectory, "write", full)
            with pytest.raises(ServiceError, match="kill_switch_not_kept") as refused:
                await it.supervisor.kill_switch_off(("home", "office"), force=True)
            assert refused.value.params == {"errno": errno.ENOSPC}
            assert world.network.kill_switch is None
            assert not it.kill_switch.blocking
            assert it.kill_switch in it.events
            assert WantedFile(world.root / "wanted").now.holds  # and the next start finds it so
        assert not (await it.supervisor.kill_switch_off((), force=True)).blocking  # what can be is written
        assert not WantedFile(world.root / "wanted").now.holds
        await it.supervisor.close()

    serve(tmp_path, act)


def test_clients_hear_of_a_connection_that_is_stopped_no_more_or_from_now_on(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        mirror = Mirror(it.supervisor.snapshot())
        it.supervisor.attach(mirror.take)
        await it.create(kill_switch=CONNECTING)
        it.host.refuse = TunnelError("tun_not_permitted")
        await it.supervisor.up("office")
        await it.until("failed")
        assert mirror.connections["office"].blocked
        await it.supervisor.kill_switch_off(("office",), force=False)
        assert mirror.snapshot() == it.supervisor.snapshot()
        assert not mirror.connections["office"].blocked
        await it.create(kill_switch=ALWAYS)
        assert mirror.snapshot() == it.supervisor.snapshot()
        assert mirror.connections["office"].blocked
        await it.supervisor.close()

    serve(tmp_path, act)


def test_a_captive_portal_may_be_reached_for_a_while(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        with pytest.raises(ServiceError, match="kill_switch_off"):
            await it.supervisor.open_portal(60)
        await it.create(kill_switch=ALWAYS)
        status = await it.supervisor.open_portal(60)
        assert status.portal_until is not None
        assert world.network.kill_switch == KillSwitch(portal=True)
        await it.supervisor.open_portal(120)  # once more, and longer
        await asyncio.sleep(119)
        assert world.network.kill_switch == KillSwitch(portal=True)
        await asyncio.sleep(2)
        assert world.network.kill_switch == CLOSED
        assert it.kill_switch.portal_until is None
        assert it.kill_switch in it.events
        await it.supervisor.open_portal(60)
        await it.supervisor.close()
        assert world.network.kill_switch == CLOSED

    serve(tmp_path, act)


def test_a_captive_portals_time_goes_on_while_the_machine_sleeps(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=ALWAYS)
        await it.supervisor.open_portal(300)
        await asyncio.sleep(10)
        it.host.slept_s += 3600  # it wakes up in another network
        await asyncio.sleep(6)
        assert world.network.kill_switch == CLOSED
        assert it.kill_switch.portal_until is None
        await it.supervisor.close()

    serve(tmp_path, act)


def test_without_a_firewall_nothing_is_connected_as_if_there_were_one(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)

        def refuse(wanted: KillSwitch | None) -> None:
            raise NetworkError("firewall_unavailable", "set the kill switch", 95)

        world.network.set_kill_switch = refuse  # type: ignore[method-assign]
        with pytest.raises(ServiceError, match="network_refused"):
            await it.supervisor.up("office")
        assert it.state() == "down"
        assert not it.kill_switch.blocking
        assert world.gateway.links == []
        await it.supervisor.close()

    serve(tmp_path, act)


def test_what_could_not_be_put_up_at_the_start_is_told_and_tried_again(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=ALWAYS)
        await it.supervisor.close()
        world.network = Diary()  # the machine was started anew
        real = world.network.set_kill_switch

        def refuse(wanted: KillSwitch | None) -> None:
            raise NetworkError("firewall_unavailable", "set the kill switch", 95)

        world.network.set_kill_switch = refuse  # type: ignore[method-assign]
        it = world.start()
        assert it.kill_switch.error is not None
        assert it.kill_switch.error.code == "network_refused"
        with pytest.raises(ServiceError, match="network_refused"):
            await it.supervisor.up("office")
        assert world.gateway.links == []
        world.network.set_kill_switch = real  # type: ignore[method-assign]
        await it.supervisor.up("office")
        assert world.network.told == [CLOSED]
        assert it.kill_switch.error is None
        await it.supervisor.close()

    serve(tmp_path, act)


def test_what_was_refused_at_one_moment_is_not_wanted_at_the_next_start(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        await it.create(name="home", kill_switch=CONNECTING)

        def refuse(wanted: KillSwitch | None) -> None:
            raise NetworkError("firewall_unavailable", "set the kill switch", 95)

        world.network.set_kill_switch = refuse  # type: ignore[method-assign]
        both = (it.supervisor.up(name) for name in ("office", "home"))
        refused = await asyncio.gather(*both, return_exceptions=True)
        assert [getattr(each, "code", "") for each in refused] == ["network_refused"] * 2
        assert WantedFile(world.root / "wanted").now.up == ()
        await it.supervisor.close()

    serve(tmp_path, act)


def test_behind_it_names_are_asked_outside_and_the_last_addresses_will_do(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        await it.supervisor.up("office")
        await it.until("up")
        assert it.host.asked == [("vpn.example.org", True)]
        await it.supervisor.close()
        again = world.start()
        again.host.names.clear()
        await again.supervisor.start()
        await again.until("up")
        await again.supervisor.close()

    serve(tmp_path, act)


def test_without_one_names_are_asked_as_by_everyone(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        await it.supervisor.up("office")
        await it.until("up")
        assert it.host.asked == [("vpn.example.org", False)]
        it.host.names.clear()
        it.host.link.lose_device()
        await it.until("reconnecting")
        while it.status().next_try_s is None or it.status().error is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(10)
        error = it.status().error
        assert error is not None
        assert error.code == "name_not_resolved"
        await it.supervisor.close()

    serve(tmp_path, act)
