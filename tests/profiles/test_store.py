from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from ginnel_service.profiles.certificates import MAX_KEY_OCTETS
from ginnel_service.profiles.keys import KeyRing
from ginnel_service.profiles.model import Local, Profile, ProfileError, parse_profile
from ginnel_service.profiles.secrets import (
    MAX_PASSWORD,
    MAX_PKCS12_OCTETS,
    MAX_PSK_OCTETS,
    Secrets,
    SecretStore,
)
from ginnel_service.profiles.store import ProfileStore

OFFICE = Profile(name="office", server="vpn.example.org", local=Local(id="alice@example.org"))
HOME = msgspec.structs.replace(OFFICE, name="home")
PSK = b"correct horse battery staple"


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "profiles")


def code_of(store: ProfileStore, name: str) -> ProfileError:
    with pytest.raises(ProfileError) as caught:
        store.get(name)
    return caught.value


def test_what_is_put_is_got_and_listed(store: ProfileStore) -> None:
    store.put(OFFICE)
    store.put(HOME)
    assert store.get("office") == OFFICE
    assert [listed.name for listed in store.list()] == ["home", "office"]


def test_files_are_for_the_service_alone(store: ProfileStore, tmp_path: Path) -> None:
    store.put(OFFICE)
    directory = tmp_path / "profiles"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "office.toml").stat().st_mode) == 0o600
    assert os.listdir(directory) == ["office.toml"]


def test_an_existing_profile_is_replaced_only_when_asked(store: ProfileStore) -> None:
    store.put(OFFICE)
    changed = msgspec.structs.replace(OFFICE, port=4711)
    with pytest.raises(ProfileError, match="profile_exists"):
        store.put(changed)
    assert store.get("office") == OFFICE
    store.put(changed, replace=True)
    assert store.get("office") == changed


def test_an_invalid_profile_is_not_stored(store: ProfileStore) -> None:
    with pytest.raises(ProfileError, match="profile_invalid"):
        store.put(msgspec.structs.replace(OFFICE, port=0))
    assert store.list() == ()


@pytest.mark.parametrize("name", ["nowhere", "../office", "", "a/b", "office\0"])
def test_a_name_that_is_not_there_is_unknown(store: ProfileStore, name: str) -> None:
    assert code_of(store, name).code == "unknown_profile"


def test_removing_twice_is_unknown(store: ProfileStore) -> None:
    store.put(OFFICE)
    store.remove("office")
    with pytest.raises(ProfileError, match="unknown_profile"):
        store.remove("office")


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"name = \xff", b'name = "office', b"x" * (1 << 20)])
def test_a_corrupt_file_is_named_and_hides_no_other(
    store: ProfileStore, tmp_path: Path, content: bytes
) -> None:
    store.put(HOME)
    file = tmp_path / "profiles" / "office.toml"
    file.write_bytes(content)
    error = code_of(store, "office")
    assert (error.code, error.name, error.file) == ("profile_corrupt", "office", str(file))
    assert error.cause
    assert [(listed.name, listed.profile is None) for listed in store.list()] == [
        ("home", False),
        ("office", True),
    ]
    store.remove("office")
    assert [listed.name for listed in store.list()] == ["home"]


def test_a_torn_write_leaves_the_old_profile(store: ProfileStore, tmp_path: Path) -> None:
    store.put(OFFICE)
    (tmp_path / "profiles" / ".office.toml.tmp").write_bytes(b'name = "off')
    assert store.get("office") == OFFICE
    assert [listed.name for listed in store.list()] == ["office"]
    store.put(msgspec.structs.replace(OFFICE, port=501), replace=True)
    assert store.get("office").port == 501
    assert os.listdir(tmp_path / "profiles") == ["office.toml"]


def test_every_truncation_of_a_file_raises_profile_errors_alone(store: ProfileStore, tmp_path: Path) -> None:
    store.put(OFFICE)
    file = tmp_path / "profiles" / "office.toml"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with suppress(ProfileError):
            store.get("office")


def test_a_symbolic_link_is_not_followed(store: ProfileStore, tmp_path: Path) -> None:
    store.put(HOME)
    target = tmp_path / "target"
    target.write_bytes((tmp_path / "profiles" / "home.toml").read_bytes())
    (tmp_path / "profiles" / "office.toml").symlink_to(target)
    assert code_of(store, "office").code == "profile_corrupt"
    store.put(OFFICE, replace=True)
    assert target.read_bytes().startswith(b'version = 1\nname = "home"')
    assert store.get("office") == OFFICE


def test_a_fifo_does_not_stall_the_store(store: ProfileStore, tmp_path: Path) -> None:
    store.put(HOME)
    os.mkfifo(tmp_path / "profiles" / "office.toml", 0o600)
    assert code_of(store, "office").cause == "not a regular file"


def test_a_directory_that_others_can_write_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "open"
    directory.mkdir()
    directory.chmod(0o777)
    with pytest.raises(OSError, match="writable by others") as refused:
        ProfileStore(directory).put(OFFICE)
    assert (refused.value.strerror, refused.value.filename) == ("writable by others", str(directory))


def test_a_directory_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OSError, match="link"):
        ProfileStore(tmp_path / "link").put(OFFICE)


def test_a_file_under_another_name_is_invalid(store: ProfileStore, tmp_path: Path) -> None:
    store.put(HOME)
    os.rename(tmp_path / "profiles" / "home.toml", tmp_path / "profiles" / "office.toml")
    error = code_of(store, "office")
    assert [problem.field for problem in error.problems] == ["name"]


def test_the_number_of_profiles_is_bounded(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "profiles", limit=1)
    store.put(OFFICE)
    store.put(OFFICE, replace=True)
    with pytest.raises(ProfileError, match="profile_invalid"):
        store.put(HOME)


def test_secrets_come_back_and_never_show(tmp_path: Path) -> None:
    noticed: list[tuple[bytes, str]] = []

    def notice(secret: bytes, name: str) -> None:
        noticed.append((secret, name))

    store = SecretStore(tmp_path / "secrets", KeyRing(tmp_path / "keys"), notice=notice)
    store.put("office", Secrets(psk=PSK))
    assert store.get("office").psk == PSK
    assert noticed == [(PSK, "office")] * 2
    assert "correct" not in repr(store.get("office"))
    assert "correct" not in str(store.get("office").__rich_repr__())
    assert stat.S_IMODE((tmp_path / "secrets" / "office.secrets").stat().st_mode) == 0o600
    store.remove("office")
    store.remove("office")
    assert store.get("office") == Secrets()


def test_corrupt_secrets_are_reported_without_their_content(tmp_path: Path) -> None:
    store = SecretStore(tmp_path / "secrets", KeyRing(tmp_path / "keys"))
    store.put("office", Secrets(psk=PSK))
    (tmp_path / "secrets" / "office.secrets").write_bytes(b'{"psk": "correct horse"}')
    with pytest.raises(ProfileError, match="profile_corrupt") as caught:
        store.get("office")
    assert "correct" not in str(caught.value)


def test_many_profiles_are_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []

    def parse(data: bytes) -> Profile:
        parsed.append(data)
        return parse_profile(data)

    monkeypatch.setattr("ginnel_service.profiles.store.parse_profile", parse)
    store = ProfileStore(tmp_path / "profiles")
    names = [f"office-{number}" for number in range(200)]
    for name in names:
        store.put(msgspec.structs.replace(OFFICE, name=name))
    for _ in range(3):
        assert sorted(listed.name for listed in store.list()) == sorted(names)
        assert [store.get(name).name for name in names] == names
    assert len(parsed) == len(names)


def test_a_file_that_was_changed_by_hand_is_read_again(store: ProfileStore, tmp_path: Path) -> None:
    store.put(OFFICE)
    file = tmp_path / "profiles" / "office.toml"
    assert store.get("office") == OFFICE
    file.write_bytes(file.read_bytes().replace(b"port = 500\n", b"port = 501\n"))
    assert [listed.profile for listed in store.list()] == [msgspec.structs.replace(OFFICE, port=501)]
    file.unlink()
    assert code_of(store, "office").code == "unknown_profile"
    store.put(HOME)
    file.symlink_to(tmp_path / "profiles" / "home.toml")
    assert code_of(store, "office").code == "profile_corrupt"
    assert [listed.profile for listed in store.list()] == [HOME, None]


def test_secrets_at_their_largest_are_read_again(tmp_path: Path) -> None:
    largest = Secrets(
        psk=bytes(MAX_PSK_OCTETS),
        password="\1" * MAX_PASSWORD,
        private_key=bytes(MAX_KEY_OCTETS),
        ppk=bytes(MAX_PSK_OCTETS),
        pkcs12=bytes(MAX_PKCS12_OCTETS),
        pkcs12_password="\1" * MAX_PASSWORD,
    )
    secrets = SecretStore(tmp_path / "secrets", KeyRing(tmp_path / "keys"))
    secrets.put("office", largest)
    assert secrets.get("office") == largest
