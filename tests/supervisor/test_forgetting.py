"""Secrets that a person takes back from the service, one by one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from ginnel_service.profiles.keys import KeyRing
from ginnel_service.profiles.model import ProfileError
from ginnel_service.profiles.secrets import SecretName, Secrets, SecretStore

from .scene import PSK, World, serve

BOTH = msgspec.structs.replace(PSK, password="rosebud")


def stored(world: World) -> Secrets:
    return SecretStore(world.root / "secrets", KeyRing(world.root / "keys")).get("office")


def test_a_stored_password_is_forgotten_and_the_others_stay(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        profile = await it.supervisor.show_profile("office")
        await it.supervisor.create_profile(profile, BOTH, replace=True)
        assert stored(world) == BOTH
        await it.supervisor.create_profile(
            profile, Secrets(), replace=True, keep_secrets=True, forget_secrets=("password",)
        )
        assert stored(world) == PSK
        assert b"rosebud" not in (world.root / "secrets" / "office.secrets").read_bytes()
        await it.supervisor.close()

    serve(tmp_path, act)


def test_one_that_is_given_takes_the_place_of_one_that_goes(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        profile = await it.supervisor.show_profile("office")
        new = Secrets(psk=b"another key")
        await it.supervisor.create_profile(
            profile, new, replace=True, keep_secrets=True, forget_secrets=("psk",)
        )
        assert stored(world) == new
        await it.supervisor.close()

    serve(tmp_path, act)


def test_what_a_profile_cannot_do_without_is_not_forgotten(tmp_path: Path) -> None:
    async def act(world: World) -> None:
        it = world.start()
        await it.create()
        profile = await it.supervisor.show_profile("office")
        table = msgspec.to_builtins(profile)
        gone: tuple[SecretName, ...] = ("psk",)
        problems = await it.supervisor.validate_profile(table, keep_secrets=True, forget_secrets=gone)
        assert [each.field for each in problems] == ["psk"]
        with pytest.raises(ProfileError, match="profile_invalid"):
            await it.supervisor.create_profile(
                profile, Secrets(), replace=True, keep_secrets=True, forget_secrets=gone
            )
        assert stored(world) == PSK
        await it.supervisor.close()

    serve(tmp_path, act)
