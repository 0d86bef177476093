"""Whose a profile is, what becomes of it when it is replaced, and what others see of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ginnel_service.ipc import sight
from ginnel_service.ipc.access import Policy
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    Diagnosis,
    ErrorInfo,
    Finding,
    Machine,
    PathStatus,
    ProfileChange,
    ProfileSummary,
    Snapshot,
    Statistics,
    TunnelDiagnosis,
)
from ginnel_service.profiles.model import ProfileError
from ginnel_service.profiles.secrets import Secrets
from ipc.callers import NOBODY, PROFILE, calling, owned_by, serve

SECRETS = {"psk": "c2VjcmV0IQ=="}
US = os.geteuid()
#: We are a member of the group of administrators, and not root.
MEMBER = Policy(admin_uids=frozenset(), admin_gids=frozenset({os.getegid()}))
PRIVATE = "gw.secret.example"
STATUS = ConnectionStatus(
    name="theirs",
    state="up",
    server=PRIVATE,
    addresses=("10.9.0.1/32",),
    dns=("10.9.0.53",),
    domains=(PRIVATE,),
    subnets=("10.0.0.0/8",),
    gateway_product=PRIVATE,
    routes=("10.0.0.0/8",),
    ike_suite="aes256gcm16-prfsha384-ecp384",
    peer=PRIVATE,
    path=PathStatus(local="192.0.2.1:4500", remote="192.0.2.9:4500"),
    device="ginnel0",
    octets_in=7,
    rtt_ms=3.0,
    error=ErrorInfo(code="device_down", params={"server": PRIVATE}),
)


def test_an_administrator_makes_a_profile_of_the_machine(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller:
            assert (await caller.call("hello"))["result"]["role"] == "admin"
            made = await caller.call("profile.create", profile=PROFILE, secrets=SECRETS, system=True)
            assert made["result"] == {}
            assert service.profiles["office"].owner_uid == 0
            changed = {**PROFILE, "server": "other.example.org"}
            again = await caller.call("profile.create", profile=changed, secrets=SECRETS, replace=True)
            assert again["result"] == {}
            assert service.profiles["office"].owner_uid == 0  # it stays the machine's
            assert service.profiles["office"].server == "other.example.org"

    serve(tmp_path, scenario, policy=MEMBER)


def test_a_person_makes_none_of_the_machine(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller:
            refused = await caller.call("profile.create", profile=PROFILE, secrets=SECRETS, system=True)
            assert refused["error"]["message"] == "not_permitted"
            assert refused["error"]["data"]["action"] == "create_system_profile"
            assert service.profiles == {}

    serve(tmp_path, scenario, policy=NOBODY)


@pytest.mark.parametrize("policy", [NOBODY, MEMBER], ids=["person", "administrator"])
@pytest.mark.parametrize("replace", [False, True])
def test_a_name_of_somebody_else_is_neither_replaced_nor_told_about(
    tmp_path: Path, policy: Policy, replace: bool
) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        theirs = msgspec.structs.replace(owned_by(US + 1), server=PRIVATE)
        service.profiles["office"], service.secrets["office"] = theirs, Secrets(psk=b"theirs")
        async with calling(path) as caller:
            answer = await caller.call(
                "profile.create", profile=PROFILE, secrets=SECRETS, replace=replace, keep_secrets=True
            )
            assert answer["error"]["message"] == ("not_permitted" if replace else "profile_exists")
            assert PRIVATE not in str(answer)
            asked = await caller.call("profile.validate", profile=PROFILE, keep_secrets=True)
            assert asked["error"]["message"] == "not_permitted"
        assert service.profiles["office"] == theirs
        assert service.secrets["office"].psk == b"theirs"

    serve(tmp_path, scenario, policy=policy)


def test_root_changes_a_persons_profile_without_taking_it(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(4711)
        service.secrets["office"] = Secrets(psk=b"theirs")
        changed = {**PROFILE, "server": "other.example.org"}
        async with calling(path) as caller:
            await caller.call("profile.create", profile=changed, replace=True, keep_secrets=True)
            assert service.profiles["office"].owner_uid == 4711
            assert service.secrets["office"].psk == b"theirs"
            # Handed to the machine it needs secrets of its own: those were given by its owner.
            taken = await caller.call(
                "profile.create", profile=changed, replace=True, keep_secrets=True, system=True
            )
            assert taken["error"]["message"] == "profile_invalid"
            await caller.call("profile.create", profile=changed, secrets=SECRETS, replace=True, system=True)
            assert service.profiles["office"].owner_uid == 0
            assert service.secrets["office"].psk == b"secret!"

    serve(tmp_path, scenario)


def test_an_administrator_ends_what_a_person_has_and_does_not_use_it(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["office"] = owned_by(US + 1)
        async with calling(path) as caller:
            for method in ("connection.up", "profile.show", "profile.remove", "connection.rekey"):
                refused = await caller.call(method, name="office")
                assert refused["error"]["message"] == "not_permitted"
            await service.up("office")
            snapshot = (await caller.call("snapshot"))["result"]
            assert snapshot["connections"][0]["server"] == "vpn.example.org"
            assert (await caller.call("connection.down", name="office"))["result"]["state"] == "down"

    serve(tmp_path, scenario, policy=MEMBER)


def none_of_them(name: str) -> bool:
    return False


def _texts(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


def test_of_anothers_connection_anyone_sees_what_the_machine_shows_anyway() -> None:
    seen = sight.of_status(STATUS, none_of_them, none_of_them)
    assert PRIVATE not in _texts(seen)
    assert (seen.name, seen.state, seen.device, seen.octets_in) == ("theirs", "up", "ginnel0", 7)
    assert (seen.addresses, seen.routes) == (("10.9.0.1/32",), ("10.0.0.0/8",))
    assert seen.error == ErrorInfo(code="device_down")
    assert (seen.path, seen.rtt_ms, seen.ike_suite) == (None, None, "")
    assert sight.of_status(STATUS, lambda name: name == "theirs", none_of_them) == STATUS


def test_whatever_else_speaks_of_it_says_no_more() -> None:
    summary = ProfileSummary(
        name="theirs", server=PRIVATE, owner_uid=5, error=ErrorInfo(code="x", params={"file": PRIVATE})
    )
    snapshot = Snapshot(connections=(STATUS,), profiles=(summary,))
    diagnosis = Diagnosis(
        version="1",
        machine=Machine(system="", libcrypto=""),
        tunnels=(TunnelDiagnosis(name="theirs", error=STATUS.error, counters={"drop_seal": 1}),),
        findings=(
            Finding(id="drop_seal", severity="warning", connection="theirs", params={"count": 1}),
            Finding(id="dns_in_tunnel", severity="ok", connection="theirs", params={"servers": PRIVATE}),
            Finding(id="tun_present", severity="ok", params={"of": "the machine"}),
        ),
    )
    blind = [
        sight.of_snapshot(snapshot, none_of_them, none_of_them),
        sight.of_summary(summary, none_of_them, none_of_them),
        sight.of_change(ProfileChange(name="theirs", summary=summary), none_of_them, none_of_them),
        sight.of_change(ProfileChange(name="theirs"), none_of_them, none_of_them),
        sight.of_statistics(Statistics(name="theirs", rtt_ms=1.0), lambda name: False),
        sight.of_diagnosis(diagnosis, none_of_them, none_of_them),
    ]
    assert PRIVATE not in "".join(map(_texts, blind))
    told = sight.of_diagnosis(diagnosis, none_of_them, none_of_them)
    assert [finding.params for finding in told.findings] == [{"count": 1}, {}, {"of": "the machine"}]
    assert sight.of_diagnosis(diagnosis, lambda name: True, none_of_them) == diagnosis


def test_a_stranger_sees_that_much_by_every_call_and_event(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        service.profiles["theirs"] = msgspec.structs.replace(owned_by(US + 1, "theirs"), server=PRIVATE)
        service.connections["theirs"] = STATUS
        service.tunnels = (TunnelDiagnosis(name="theirs", error=STATUS.error),)
        async with calling(path) as caller:
            said = [
                await caller.call("subscribe", topics=["state", "profile", "statistics"]),
                await caller.call("snapshot"),
                await caller.call("profile.list"),
                await caller.call("diagnose"),
                await caller.call("diagnose", name="theirs"),
            ]
            service.publish(STATUS)
            service._tell_of("theirs")
            said += [await caller.read(), await caller.read()]
            assert PRIVATE not in str(said)
            assert "theirs" in str(said[-1])

    serve(tmp_path, scenario, policy=NOBODY)


def test_what_is_wrong_with_anothers_profile_is_told_in_one_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async def broken(name: str) -> Diagnosis:
            raise ProfileError("profile_invalid", name=name, file=PRIVATE)

        monkeypatch.setattr(service, "diagnose", broken)
        for owner, params in ((US + 1, {"name": "theirs"}), (US, {"name": "theirs", "file": PRIVATE})):
            service.profiles["theirs"] = owned_by(owner, "theirs")
            async with calling(path) as caller:
                error = (await caller.call("diagnose", name="theirs"))["error"]
                assert error["message"] == "profile_invalid"
                assert {key: value for key, value in error["data"].items() if value} == params

    serve(tmp_path, scenario, policy=NOBODY)


def test_who_gets_a_profile_sees_all_of_it_at_once_and_who_loses_it_no_more(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        theirs = msgspec.structs.replace(owned_by(US + 1, "theirs"), server=PRIVATE)
        mine = msgspec.structs.replace(theirs, owner_uid=US)
        service.profiles["theirs"] = theirs
        async with calling(path) as caller:
            await caller.call("subscribe", topics=["state", "profile"])
            for owned, profile in ((False, theirs), (True, mine), (False, theirs)):
                await service.create_profile(profile, Secrets(psk=b"x"), replace=True)
                service.publish(STATUS)
                told = [await caller.read(), await caller.read()]
                assert [each["method"] for each in told] == ["profile", "state"]
                assert all((PRIVATE in str(each)) is owned for each in told)

    serve(tmp_path, scenario, policy=NOBODY)


def test_versions_of_the_protocol_are_agreed_on(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async with calling(path) as caller:
            for version in (0, 2, 99):
                refused = await caller.call("hello", protocol=version)
                assert refused["error"]["message"] == "protocol_unsupported"
                assert refused["error"]["data"] == {"wanted": version, "spoken": "1"}
            assert (await caller.call("hello", protocol=1))["result"]["protocol"] == 1

    serve(tmp_path, scenario)


def test_a_profile_is_validated_whatever_it_holds_and_stored_by_nobody(tmp_path: Path) -> None:
    async def scenario(service: FakeService, path: Path) -> None:
        async def fields(profile: dict[str, Any], **more: Any) -> list[str]:
            answer = await caller.call("profile.validate", profile=profile, **more)
            return [problem["field"] for problem in answer["result"]["problems"]]

        async with calling(path) as caller:
            assert await fields(PROFILE, secrets=SECRETS) == []
            assert await fields(PROFILE) == []  # nothing is said about secrets
            assert await fields(PROFILE, secrets={}) == ["psk"]
            assert await fields({"name": 3, "scripts": [], "network": {"mtu": "x"}}) == [
                "name",
                "network.mtu",
                "scripts",
                "server",
            ]
            assert await fields({**PROFILE, "server": "a\nb"}, secrets=SECRETS) == ["server"]
            assert service.profiles == {}
            service.profiles["office"] = owned_by(US)
            service.secrets["office"] = Secrets(psk=b"kept")
            assert await fields(PROFILE, keep_secrets=True) == []

    serve(tmp_path, scenario, policy=NOBODY)
