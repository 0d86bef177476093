"""Secrets at rest: sealed, bound to their profile, moved to a better key, and never lost."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import msgspec
import pytest

from ginnel_service.profiles import files
from ginnel_service.profiles.keys import CREDENTIAL, MAGIC, KeyRing, KeyUnusableError, is_sealed, system_key
from ginnel_service.profiles.model import ProfileError
from ginnel_service.profiles.secrets import Secrets, SecretStore

OFFICE = Secrets(psk=b"correct horse", password="battery staple")
HOME = Secrets(psk=b"another horse")
SYSTEM = bytes(range(32))


def store(root: Path, credential: bytes | None = None) -> SecretStore:
    return SecretStore(root / "secrets", KeyRing(root / "keys", credential))


def file(root: Path, name: str) -> Path:
    return root / "secrets" / f"{name}.secrets"


def plain(root: Path, name: str, secrets: Secrets) -> None:
    """As versions before sealing wrote them."""
    directory = files.PrivateDirectory(root / "secrets")
    directory.write(f"{name}.secrets", msgspec.json.encode(secrets), replace=True)


def refusal(kept: SecretStore, name: str) -> ProfileError:
    with pytest.raises(ProfileError) as caught:
        kept.get(name)
    return caught.value


@pytest.mark.parametrize("credential", [None, SYSTEM])
def test_what_rests_on_disk_shows_no_secret(tmp_path: Path, credential: bytes | None) -> None:
    store(tmp_path, credential).put("office", OFFICE)
    data = file(tmp_path, "office").read_bytes()
    for value in OFFICE.values:
        assert value not in data
    assert store(tmp_path, credential).get("office") == OFFICE
    assert stat.S_IMODE(file(tmp_path, "office").stat().st_mode) == 0o600


def test_the_key_of_our_own_is_private_and_the_systems_is_never_written(tmp_path: Path) -> None:
    store(tmp_path).put("office", OFFICE)
    (key,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert store(tmp_path).key_origin == "file"
    other = tmp_path / "other"
    store(other, SYSTEM).put("office", OFFICE)
    assert list((other / "keys").iterdir()) == []
    assert store(other, SYSTEM).key_origin == "credential"


def test_any_changed_octet_is_noticed(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.put("office", OFFICE)
    whole = file(tmp_path, "office").read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        file(tmp_path, "office").write_bytes(changed)
        refused = refusal(kept, "office")
        within_id = len(MAGIC) <= place < len(MAGIC) + 8
        assert refused.code == ("secrets_locked" if within_id else "profile_corrupt")
        assert "horse" not in str(refused)
    for length in range(len(whole)):
        file(tmp_path, "office").write_bytes(whole[:length])
        assert refusal(kept, "office").code in ("profile_corrupt", "secrets_locked")


def test_a_file_belongs_to_its_profile(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.put("office", OFFICE)
    kept.put("home", HOME)
    shutil.copy(file(tmp_path, "office"), file(tmp_path, "home"))
    assert refusal(kept, "home").code == "profile_corrupt"
    assert kept.get("office") == OFFICE


def test_the_same_secrets_look_different_each_time(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.put("office", OFFICE)
    first = file(tmp_path, "office").read_bytes()
    kept.put("office", OFFICE)
    assert file(tmp_path, "office").read_bytes() != first


def test_plain_files_of_former_versions_are_read_and_then_sealed(tmp_path: Path) -> None:
    plain(tmp_path, "office", OFFICE)
    plain(tmp_path, "home", HOME)
    (tmp_path / "secrets" / ".office.secrets.tmp").write_bytes(b'{"password": "half a wri')
    kept = store(tmp_path)
    assert kept.get("office") == OFFICE
    assert kept.renew() == ["secrets sealed: home, office"]
    assert sorted(os.listdir(tmp_path / "secrets")) == ["home.secrets", "office.secrets"]
    assert is_sealed(file(tmp_path, "office").read_bytes())
    assert (kept.get("office"), kept.get("home")) == (OFFICE, HOME)
    assert kept.renew() == []


def test_a_key_of_the_system_takes_over_and_the_file_goes(tmp_path: Path) -> None:
    store(tmp_path).put("office", OFFICE)
    kept = store(tmp_path, SYSTEM)
    assert kept.get("office") == OFFICE
    assert kept.renew() == ["secrets sealed anew: office"]
    assert list((tmp_path / "keys").iterdir()) == []
    assert store(tmp_path, SYSTEM).get("office") == OFFICE


def test_without_its_key_a_secret_is_kept_and_the_error_says_which(tmp_path: Path) -> None:
    store(tmp_path, SYSTEM).put("office", OFFICE)
    before = file(tmp_path, "office").read_bytes()
    bare = store(tmp_path)
    assert bare.renew() == []
    refused = refusal(bare, "office")
    assert (refused.code, refused.file) == ("secrets_locked", str(file(tmp_path, "office")))
    assert bare.locked() == ("office",)
    bare.put("home", HOME)
    assert file(tmp_path, "office").read_bytes() == before
    again = store(tmp_path, SYSTEM)
    assert again.renew() == ["secrets sealed anew: home"]
    assert (again.get("office"), again.get("home")) == (OFFICE, HOME)
    assert again.locked() == ()


def test_a_key_of_our_own_that_is_put_back_opens_what_it_locked(tmp_path: Path) -> None:
    store(tmp_path).put("office", OFFICE)
    (key,) = (tmp_path / "keys").iterdir()
    key.rename(tmp_path / key.name)
    bare = store(tmp_path)
    bare.put("home", HOME)
    assert refusal(bare, "office").code == "secrets_locked"
    (tmp_path / key.name).rename(key)
    both = store(tmp_path)
    both.renew()
    assert (both.get("office"), both.get("home")) == (OFFICE, HOME)
    assert len(list((tmp_path / "keys").iterdir())) == 1


class Crash(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("step", range(1, 40))
def test_a_crash_anywhere_in_a_change_of_keys_loses_nothing(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every system call that changes the disk is the last one once."""
    plain(tmp_path, "home", HOME)
    store(tmp_path).put("office", OFFICE)
    calls = 0

    def dying(name: str) -> None:
        real = getattr(os, name)

        def call(*args: object, **more: object) -> object:
            nonlocal calls
            calls += 1
            if calls == step:
                raise Crash
            return real(*args, **more)

        monkeypatch.setattr(os, name, call)

    for name in ("open", "fsync", "rename", "unlink", "link"):
        dying(name)
    try:
        store(tmp_path, SYSTEM).renew()
        crashed = False
    except Crash:
        crashed = True
    monkeypatch.undo()
    assert crashed == (calls >= step)
    after = store(tmp_path, SYSTEM)
    assert (after.get("office"), after.get("home")) == (OFFICE, HOME)
    after.renew()
    assert (after.get("office"), after.get("home")) == (OFFICE, HOME)
    assert list((tmp_path / "keys").iterdir()) == []
    assert sorted(os.listdir(tmp_path / "secrets")) == ["home.secrets", "office.secrets"]


def test_the_systems_key_is_a_credential(tmp_path: Path) -> None:
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert system_key({}) is None
    assert system_key(environment) is None
    (tmp_path / CREDENTIAL).write_bytes(SYSTEM)
    assert system_key(environment) == SYSTEM


def test_a_system_key_that_cannot_be_used_is_not_replaced_by_a_lesser_one(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusableError):
        KeyRing(tmp_path / "keys", b"short")
    (tmp_path / CREDENTIAL).mkdir()
    with pytest.raises(KeyUnusableError):
        system_key({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert not (tmp_path / "keys").exists()
