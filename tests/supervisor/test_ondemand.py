"""What rules, boot and login begin and end by themselves."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from ginnel_service.ipc.service import ServiceError
from ginnel_service.net.base import Way
from ginnel_service.profiles.model import Dns, KillSwitch, OnDemand, OnDemandRule, Start
from tunnel.scene import PROFILE

from .scene import Served, World, serve

HOME, CAFE = Way("192.0.2.10", 2, "192.0.2.1"), Way("192.0.2.77", 3, "192.0.2.65")
RULES = OnDemand(
    enabled=True,
    rules=(
        OnDemandRule(action="disconnect", ssids=("home",)),
        OnDemandRule(action="ignore", interface="ethernet"),
        OnDemandRule(action="connect"),
    ),
)


async def be_at(it: Served, *way: Way, ssid: str = "") -> None:
    it.host.said = replace(it.host.said, ssid=ssid, interface="wifi" if ssid else "ethernet")
    it.host.go_to(*way)
    await asyncio.sleep(2)


class Slow:
    """A prober whose servers answer after five seconds."""

    answer = True

    def __init__(self, host: object) -> None:
        pass

    async def probe(self, url: str) -> bool:
        await asyncio.sleep(5)
        return self.answer


def test_rules_connect_and_disconnect_as_the_machine_moves(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=RULES)
        await it.supervisor.start()
        await asyncio.sleep(1)
        assert it.state() == "down"
        assert (it.rules().action, it.rules().rule) == ("ignore", 2)
        await be_at(it, CAFE, ssid="cafe")
        assert it.state() == "up"
        await be_at(it, HOME, ssid="home")
        assert it.state() == "down"
        assert (it.rules().action, it.rules().rule) == ("disconnect", 1)
        await it.supervisor.close()
        assert not it.host.watching

    serve(tmp_path, act)


def test_a_person_puts_rules_off_and_brings_them_back(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=RULES)
        await it.supervisor.start()
        await be_at(it, CAFE, ssid="cafe")
        await it.supervisor.down("office")
        assert it.rules().state == "paused"
        await be_at(it, HOME)
        await be_at(it, CAFE, ssid="cafe")
        assert it.state() == "down"
        await it.supervisor.close()
        again = world.start()  # the same boot
        again.host.said = replace(again.host.said, ssid="cafe", interface="wifi")
        await again.supervisor.start()
        await asyncio.sleep(1)
        assert again.rules().state == "paused"
        assert again.state() == "down"
        await again.supervisor.change_on_demand("office", "resume")
        await asyncio.sleep(1)
        assert again.state() == "up"
        await again.supervisor.change_on_demand("office", "pause")
        assert again.state() == "up"
        await again.supervisor.down("office")
        await again.supervisor.up("office")
        assert again.rules().state == "on"
        await again.supervisor.close()

    serve(tmp_path, act)


def test_another_boot_brings_rules_back(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=RULES)
        await it.supervisor.change_on_demand("office", "pause")
        await it.supervisor.close()
        file = tmp_path / "wanted" / "wanted.json"
        file.write_text(file.read_text().replace('"boot":"', '"boot":"earlier-'))
        again = world.start()
        assert again.rules().state == "on"
        await again.supervisor.close()

    serve(tmp_path, act)


def test_what_a_person_does_stands_until_the_machine_is_elsewhere(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=RULES)
        await it.supervisor.start()
        await be_at(it, HOME, ssid="home")
        await it.supervisor.up("office")
        await it.until("up")
        await be_at(it, HOME, ssid="home")  # news, and nothing new
        assert it.state() == "up"
        await be_at(it, CAFE, ssid="cafe")
        await be_at(it, HOME, ssid="home")
        assert it.state() == "down"
        await it.supervisor.close()

    serve(tmp_path, act)


def test_a_machine_that_takes_another_temporary_address_has_not_moved(tmp_path: Path) -> None:
    first = Way("2001:db8:1:2:a1b2:c3d4:e5f6:1", 2, "fe80::1")
    second = first._replace(local="2001:db8:1:2:9988:7766:5544:3322")
    elsewhere = first._replace(local="2001:db8:1:3:9988:7766:5544:3322")

    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=RULES)
        await it.supervisor.start()
        it.host.said = replace(it.host.said, ssid="home", interface="wifi")
        for way, state in ((second, "up"), (elsewhere, "down")):
            it.host.go_to(HOME, first)
            await asyncio.sleep(2)
            await it.supervisor.up("office")
            await it.until("up")
            it.host.go_to(HOME, way)
            await asyncio.sleep(2)
            assert it.state() == state
            if state == "up":
                await it.supervisor.down("office")
                await it.supervisor.change_on_demand("office", "resume")
                await asyncio.sleep(1)
        await it.supervisor.close()

    serve(tmp_path, act)


def test_who_connects_while_the_rules_still_ask_stays_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(world: World) -> None:
        it = world.start()
        rule = OnDemandRule(action="disconnect", probe="http://a.example/")
        await it.create(on_demand=OnDemand(enabled=True, rules=(rule,)))
        await it.supervisor.start()
        await asyncio.sleep(10)
        await be_at(it, CAFE)  # which is being looked at now
        await it.supervisor.up("office")
        await asyncio.sleep(10)
        assert it.rules().rule == 1
        assert it.state() == "up"
        await be_at(it, HOME)
        await asyncio.sleep(10)
        assert it.state() == "down"
        await it.supervisor.close()

    monkeypatch.setattr("ginnel_service.supervisor.supervisor.Prober", Slow)
    serve(tmp_path, act)


def test_what_a_tunnel_of_ours_says_of_names_is_not_the_networks_word(tmp_path: Path) -> None:
    rules = OnDemand(
        enabled=True,
        rules=(
            OnDemandRule(action="connect", dns_servers=("192.0.2.53",)),
            OnDemandRule(action="disconnect"),
        ),
    )

    async def act(world: World) -> None:
        it = world.start()
        it.host.said = replace(it.host.said, dns_servers=("192.0.2.53",))
        await it.create(on_demand=rules, dns=Dns(servers=("10.77.0.53",)))
        await it.supervisor.start()
        await it.until("up")
        it.host.said = replace(it.host.said, dns_servers=("10.77.0.53",))
        it.host.go_to(HOME)
        await asyncio.sleep(3)
        assert it.state() == "up"
        await it.supervisor.close()

    serve(tmp_path, act)


def test_rules_are_turned_on_and_off_in_the_profile(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=OnDemand(rules=(OnDemandRule(action="connect"),)))
        await it.supervisor.start()
        with pytest.raises(ServiceError, match="on_demand_off"):
            await it.supervisor.change_on_demand("office", "pause")
        await it.supervisor.change_on_demand("office", "on")
        await it.until("up")
        assert (await it.supervisor.show_profile("office")).on_demand.enabled
        await it.supervisor.change_on_demand("office", "off")
        assert not (await it.supervisor.show_profile("office")).on_demand.enabled
        assert it.state() == "up"
        assert not it.host.watching or it.rules().state == "off"
        await it.supervisor.close()

    serve(tmp_path, act)


def test_a_rule_that_disconnects_lets_go_of_the_kill_switch(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=RULES, kill_switch=KillSwitch(mode="connecting"))
        await it.supervisor.start()
        await be_at(it, CAFE, ssid="cafe")
        assert world.network.kill_switch is not None
        await be_at(it, HOME, ssid="home")
        assert world.network.kill_switch is None
        await it.supervisor.close()

    serve(tmp_path, act)


def test_boot_connects_what_says_so_and_goes_on_trying(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(start=Start(at="boot"))
        await it.create(name="plain")
        await it.supervisor.close()
        again = world.start()
        again.host.go_to()
        again.host.unreachable.add("198.51.100.2")
        await again.supervisor.start()
        await again.until("reconnecting")
        assert again.status().waits_for == "network"
        again.host.unreachable.clear()
        again.host.go_to(HOME)
        await again.until("up")
        assert again.state("plain") == "down"
        await again.supervisor.close()

    serve(tmp_path, act)


def test_login_connects_the_persons_own_profiles(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        me = os.getuid()
        await it.create(name="mine", start=Start(at="login"), owner_uid=me)
        await it.create(name="others", start=Start(at="login"), owner_uid=me + 1)
        await it.create(name="plain", owner_uid=me)
        begun = await it.supervisor.begin_session(me)
        assert [status.name for status in begun] == ["mine"]
        await it.until("up", name="mine")
        assert await it.supervisor.begin_session(me) == ()
        await it.supervisor.close()

    serve(tmp_path, act)


def test_an_idle_connection_stays_down_until_the_machine_moves(tmp_path: Path) -> None:
    timing = msgspec.structs.replace(PROFILE.timing, idle_s=60.0)

    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=RULES, timing=timing)
        await it.supervisor.start()
        await be_at(it, CAFE, ssid="cafe")
        await it.until("down")
        await asyncio.sleep(3600)
        assert it.state() == "down"
        await be_at(it, HOME)
        await be_at(it, CAFE, ssid="cafe")
        assert it.state() == "up"
        await it.supervisor.close()

    serve(tmp_path, act)


def test_nobodys_slow_servers_hold_up_the_rules_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Absent(Slow):
        answer = False

    async def act(world: World) -> None:
        it = world.start()
        rules = tuple(OnDemandRule(action="connect", probe=f"http://{n}.example/") for n in range(64))
        await it.create(name="another", owner_uid=1001, on_demand=OnDemand(enabled=True, rules=rules))
        await it.create(owner_uid=1000, on_demand=RULES)
        await it.supervisor.start()
        await asyncio.sleep(1)
        for _ in range(2):  # also while those of the other are still under way
            await be_at(it, CAFE, ssid="cafe")
            await asyncio.sleep(25)
            assert it.state() == "up"
            await be_at(it, HOME, ssid="home")
            await asyncio.sleep(25)
            assert it.state() == "down"
        await it.supervisor.close()

    monkeypatch.setattr("ginnel_service.supervisor.supervisor.Prober", Absent)
    serve(tmp_path, act)


def test_rules_that_were_changed_while_a_server_was_asked_are_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(world: World) -> None:
        it = world.start()
        rule = OnDemandRule(action="connect", probe="http://a.example/")
        await it.create(on_demand=OnDemand(enabled=True, rules=(rule,)))
        await it.supervisor.start()
        await asyncio.sleep(2)
        await it.supervisor.change_on_demand("office", "off")
        await asyncio.sleep(10)
        assert it.state() == "down"
        await it.supervisor.close()

    monkeypatch.setattr("ginnel_service.supervisor.supervisor.Prober", Slow)
    serve(tmp_path, act)
