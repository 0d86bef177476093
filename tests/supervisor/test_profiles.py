"""What becomes of profiles when something goes wrong between two files, and of what they leave behind."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ginnel_service import logs
from ginnel_service.ipc.schema import ConnectionStatus
from ginnel_service.logs import RingHandler
from ginnel_service.profiles.files import PrivateDirectory
from ginnel_service.profiles.keys import KeyRing
from ginnel_service.profiles.model import KillSwitch, Profile, ProfileError
from ginnel_service.profiles.secrets import Secrets, SecretStore
from ginnel_service.profiles.store import ProfileStore
from ginnel_service.supervisor.profile_desk import ProfileDesk
from ginnel_service.tunnel.errors import TunnelError
from tunnel.scene import PROFILE

from .scene import PSK, Served, World, serve

OTHER = msgspec.structs.replace(PROFILE, server="other.example.org")


def broken(*_: Any) -> None:
    raise OSError(errno.EIO, "Input/output error")


def full_for(suffix: str) -> Callable[..., None]:
    """A disk that has no room for files that end so."""
    real = PrivateDirectory.write

    def write(self: PrivateDirectory, name: str, data: bytes, *, replace: bool) -> None:
        if name.endswith(suffix):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, name, data, replace=replace)

    return write


async def refused(it: Served, monkeypatch: pytest.MonkeyPatch, suffix: str, profile: Profile) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(PrivateDirectory, "write", full_for(suffix))
        with pytest.raises(OSError, match="No space"):
            await it.supervisor.create_profile(profile, Secrets(psk=b"another"), replace=True)


@pytest.mark.parametrize("suffix", [".toml", ".secrets"])
def test_a_disk_that_has_no_room_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await refused(it, monkeypatch, suffix, OTHER)
        assert it.supervisor.snapshot().profiles == ()
        await it.create()
        # Room for the profile alone: what takes its place is the one before
        await refused(it, monkeypatch, suffix, OTHER)
        assert it.supervisor.snapshot().profiles[0].server == PROFILE.server
        secrets = SecretStore(world.root / "secrets", KeyRing(world.root / "keys"))
        assert secrets.get("office") == PSK
        await it.supervisor.up("office")
        await it.until("up")
        await it.supervisor.close()

    serve(tmp_path, act)


def test_a_password_is_kept_although_the_profile_changed_meanwhile_unless_it_would_go_elsewhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = ProfileDesk(
        ProfileStore(tmp_path / "profiles"), SecretStore(tmp_path / "secrets", KeyRing(tmp_path / "keys"))
    )
    desk.create(PROFILE, PSK, replace=False, keep_secrets=False)
    desk.change(msgspec.structs.replace(PROFILE, kill_switch=KillSwitch(mode="always")))
    desk.remember(PROFILE, password="first")  # what the tunnel was made of
    assert desk.secrets_of("office") == msgspec.structs.replace(PSK, password="first")
    for other in (OTHER, msgspec.structs.replace(PROFILE, owner_uid=PROFILE.owner_uid + 1)):
        caplog.clear()
        desk.change(other)
        desk.remember(PROFILE, password="second")
        assert desk.secrets_of("office").password == "first"
        assert "a password was not kept" in caplog.text


@pytest.mark.parametrize(
    ("field", "octets"), [("psk", 1 << 20), ("ppk", 1 << 20), ("private_key", 100_000), ("pkcs12", 100_000)]
)
def test_a_secret_that_nobody_could_read_again_is_refused_whether_it_is_used_or_not(
    tmp_path: Path, field: str, octets: int
) -> None:
    async def act(world: World) -> None:
        it = world.start()
        secrets = msgspec.structs.replace(PSK, **{field: bytes(octets)})
        with pytest.raises(ProfileError, match="profile_invalid") as refused:
            await it.supervisor.create_profile(PROFILE, secrets, replace=True)
        assert [problem.field for problem in refused.value.problems] == [field]
        await it.supervisor.close()

    serve(tmp_path, act)


def test_who_gets_a_name_does_not_read_the_log_of_who_had_it(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        ring = RingHandler()
        it = world.start(ring)
        logger = logging.getLogger("ginnel")
        logger.addHandler(ring)
        logger.setLevel(logging.INFO)
        try:
            await it.create()
            await it.supervisor.up("office")
            await it.until("up")
            await it.supervisor.down("office")
            assert any(each.connection == "office" for each in await it.supervisor.tail_log(1000))
            await it.supervisor.remove_profile("office")
            told = await it.supervisor.tail_log(1000)
            assert told
            assert not any(each.connection for each in told)
        finally:
            logger.removeHandler(ring)
        await it.supervisor.close()

    serve(tmp_path, act)


@pytest.mark.parametrize("renamed", [False, True])
def test_who_gets_a_name_does_not_learn_by_trial_the_secrets_of_who_had_it(
    tmp_path: Path, renamed: bool
) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        logs.protect(PSK.psk, "office")  # as ginneld's store does
        logs.protect(b"271828", "office")  # an answer
        if renamed:
            await it.supervisor.rename_profile("office", "home")
        else:
            await it.supervisor.remove_profile("office")
        words = f"{PSK.psk.decode()}, 271828"
        assert logs.redact(words, "office") == words
        await it.supervisor.close()

    serve(tmp_path, act)


def test_secrets_that_cannot_be_removed_keep_their_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody could ask for it again."""

    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        with monkeypatch.context() as patched:
            patched.setattr(SecretStore, "remove", broken)
            with pytest.raises(OSError, match="Input/output"):
                await it.supervisor.remove_profile("office")
        await it.supervisor.remove_profile("office")
        assert not (world.root / "secrets" / "office.secrets").exists()
        await it.supervisor.close()

    serve(tmp_path, act)


def test_no_news_comes_of_a_profile_that_is_gone(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        it.host.refuse = TunnelError("tun_not_permitted")
        await it.supervisor.up("office")
        await it.until("failed")
        tunnel = it.supervisor._connections.tunnels["office"]
        it.supervisor._connections._changed(tunnel)  # a fact, to be told in a moment
        await it.supervisor.remove_profile("office")
        last = len(it.events)
        await it.create(name="home")
        await it.supervisor.up("home")
        await it.until("failed", name="home")
        news = [each for each in it.events[last:] if isinstance(each, ConnectionStatus)]
        assert {each.name for each in news} == {"home"}
        await it.supervisor.close()

    serve(tmp_path, act)


def test_a_broken_profile_among_others_leaves_every_kill_switch_as_it_is(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        for name in ("office", "work"):
            await it.create(name=name, kill_switch=KillSwitch(mode="always"))
        (world.root / "profiles" / "work.toml").write_text("nonsense")
        with pytest.raises(ProfileError, match="profile_corrupt"):
            await it.supervisor.kill_switch_off(("office", "work"), force=False)
        assert (await it.supervisor.show_profile("office")).kill_switch.mode == "always"
        assert [each.name for each in it.kill_switch.profiles] == ["office", "work"]
        await it.supervisor.close()

    serve(tmp_path, act)


def test_the_doctor_looks_at_a_profile_whose_secrets_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        (world.root / "secrets" / "office.secrets").write_bytes(b"nonsense")

        async def examine(profile: Profile, secrets: Secrets | None, tunnels: object) -> tuple[()]:
            asked.append(secrets)
            return ()

        async def diagnose(name: str) -> Any:
            return msgspec.defstruct("Found", [("findings", tuple, ())])()

        monkeypatch.setattr(it.supervisor._examiner, "examine", examine)
        monkeypatch.setattr(it.supervisor, "diagnose", diagnose)
        await it.supervisor.examine("office")
        assert asked == [None]
        await it.supervisor.close()

    serve(tmp_path, act)


@pytest.fixture
def folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk to which `Office` and `office` are one name, as macOS' is."""

    def folding(real: Callable[..., Any]) -> Callable[..., Any]:
        def method(self: PrivateDirectory, name: str, *args: Any, **kwargs: Any) -> Any:
            there = (each for each in self.names() if each.casefold() == name.casefold())
            return real(self, next(there, name), *args, **kwargs)

        return method

    for each in ("stamp", "read", "write", "remove"):
        monkeypatch.setattr(PrivateDirectory, each, folding(getattr(PrivateDirectory, each)))


def test_a_name_that_differs_in_case_alone_reaches_no_other_profile(tmp_path: Path, folded: None) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        for replace in (False, True):
            with pytest.raises(ProfileError, match="profile_exists"):
                await it.supervisor.create_profile(
                    msgspec.structs.replace(PROFILE, name="Office", owner_uid=4711), PSK, replace=replace
                )
        with pytest.raises(ProfileError, match="profile_exists"):
            await it.supervisor.rename_profile("office", "Office")
        with pytest.raises(ProfileError, match="unknown_profile"):
            it.supervisor.owner_of("Office")
        assert [each.name for each in it.supervisor.snapshot().profiles] == ["office"]
        assert await it.supervisor.show_profile("office") == PROFILE
        secrets = SecretStore(world.root / "secrets", KeyRing(world.root / "keys"))
        assert secrets.get("office") == PSK
        await it.supervisor.close()

    serve(tmp_path, act)
