"""A profile under another name, with all that was wanted of it, whatever ends the service meanwhile."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.ipc.schema import ProfileChange
from ginnel_service.ipc.service import ServiceError
from ginnel_service.logs import RingHandler
from ginnel_service.profiles.files import PrivateDirectory
from ginnel_service.profiles.keys import KeyRing
from ginnel_service.profiles.model import KillSwitch, OnDemand, OnDemandRule, ProfileError
from ginnel_service.profiles.secrets import Secrets, SecretStore
from ginnel_service.profiles.store import ProfileStore
from ginnel_service.tunnel.errors import TunnelError

from .scene import PSK, Served, World, serve

ALWAYS, CONNECTING = KillSwitch(mode="always"), KillSwitch(mode="connecting")
RULES = OnDemand(enabled=True, rules=(OnDemandRule(action="connect"),))


class Killed(BaseException):
    """The service ends here."""


def secrets_of(world: World, name: str) -> Secrets:
    return SecretStore(world.root / "secrets", KeyRing(world.root / "keys")).get(name)


def names(it: Served) -> list[str]:
    return [each.name for each in it.supervisor.snapshot().profiles]


def test_secrets_and_the_kill_switch_go_with_it_and_nothing_opens(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=ALWAYS)
        told = len(world.network.told)
        await it.supervisor.rename_profile("office", "work")
        assert names(it) == ["work"]
        assert [each.name for each in it.kill_switch.profiles] == ["work"]
        assert world.network.told[told:] == []
        assert it.events[-2:] == [
            ProfileChange(name="work", summary=it.supervisor.snapshot().profiles[0]),
            ProfileChange(name="office", new_name="work"),
        ]
        assert os.listdir(world.root / "secrets") == ["work.secrets"]
        await it.supervisor.up("work")
        await it.until("up", name="work")
        await it.supervisor.close()
        assert secrets_of(world, "work") == PSK

    serve(tmp_path, act)


def test_a_disk_without_room_for_the_other_name_keeps_no_secrets_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()

        def full(*_: Any, **__: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(ProfileStore, "put", full)
            with pytest.raises(OSError, match="No space"):
                await it.supervisor.rename_profile("office", "work")
        assert os.listdir(world.root / "secrets") == ["office.secrets"]
        assert secrets_of(world, "office") == PSK
        await it.supervisor.close()

    serve(tmp_path, act)


def test_rules_that_were_put_off_stay_off(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(on_demand=RULES)
        await it.supervisor.change_on_demand("office", "pause")
        await it.supervisor.rename_profile("office", "work")
        assert it.rules("work").state == "paused"
        await it.supervisor.change_on_demand("work", "resume")
        await it.until("up", name="work")
        await it.supervisor.close()

    serve(tmp_path, act)


def test_what_is_up_or_taken_or_no_name_is_refused_and_stays(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        await it.create(name="home")
        with pytest.raises(ProfileError, match="profile_exists"):
            await it.supervisor.rename_profile("office", "home")
        with pytest.raises(ProfileError, match="profile_exists"):
            await it.supervisor.rename_profile("office", "office")
        for wrong in ("", "../work", "w" * 65):
            with pytest.raises(ProfileError) as caught:
                await it.supervisor.rename_profile("office", wrong)
            assert [each.field for each in caught.value.problems] == ["name"]
        with pytest.raises(ProfileError, match="unknown_profile"):
            await it.supervisor.rename_profile("nowhere", "work")
        await it.supervisor.up("office")
        with pytest.raises(ServiceError, match="already_up"):
            await it.supervisor.rename_profile("office", "work")
        await it.until("up")
        await it.supervisor.close()
        assert (names(it), secrets_of(world, "office")) == (["home", "office"], PSK)

    serve(tmp_path, act)


def test_what_gave_up_behind_a_kill_switch_is_still_wanted(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        it.host.refuse = TunnelError("tun_not_permitted")
        await it.supervisor.up("office")
        await it.until("failed")
        await it.supervisor.rename_profile("office", "work")
        assert it.kill_switch.blocking
        await it.supervisor.close()
        again = world.start()
        await again.supervisor.start()
        await again.until("up", name="work")
        await again.supervisor.down("work")
        assert not again.kill_switch.blocking
        await again.supervisor.close()

    serve(tmp_path, act)


def test_lines_of_the_log_go_with_it() -> None:
    """They are shown to who owns the name, and the old one may be somebody else's next."""
    ring = RingHandler()
    for about in ("office", "home", ""):
        record = logging.LogRecord("ginnel.ike", logging.INFO, "", 0, "a line", None, None)
        record.connection = about
        ring.emit(record)
    ring.hand_over("office", "work")
    assert [each.connection for each in ring.tail(10)] == ["work", "home", ""]


@pytest.mark.parametrize("step", range(6))
def test_whatever_ends_the_service_meanwhile_it_is_there_and_its_kill_switch_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Killed before each change of a file: new secrets, new profile, what is wanted; then what goes."""

    async def act(world: World) -> None:
        it = world.start()
        await it.create(kill_switch=CONNECTING)
        await it.supervisor.up("office")
        await it.supervisor.close()  # it is wanted up, which only the disk remembers
        it = world.start()
        left = iter(range(step))

        def killing(real: Callable[..., None]) -> Callable[..., None]:
            def change(*args: Any, **kwargs: Any) -> None:
                if next(left, None) is None:
                    raise Killed
                real(*args, **kwargs)

            return change

        with monkeypatch.context() as patched, suppress(Killed):
            for each in ("write", "remove"):
                patched.setattr(PrivateDirectory, each, killing(getattr(PrivateDirectory, each)))
            await it.supervisor.rename_profile("office", "work")
        again = world.start()
        found = again.supervisor.snapshot().profiles
        expected = [["office"], ["office"], ["office", "work"], ["office", "work"], ["work"], ["work"]]
        assert [each.name for each in found] == expected[step]
        assert [each.error for each in found] == [None] * len(found)
        assert [secrets_of(world, each.name) for each in found] == [PSK] * len(found)
        assert again.kill_switch.blocking
        await again.supervisor.close()

    serve(tmp_path, act)
