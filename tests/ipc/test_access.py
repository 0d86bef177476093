from __future__ import annotations

import grp
from types import SimpleNamespace

import pytest

from ginnel_service.ipc.access import Action, Peer, Policy, admin_gids

ROOT = Peer(uid=0, gid=0, pid=1)
ADMIN = Peer(uid=1000, gid=1000, pid=2, groups=frozenset({27}))
ALICE = Peer(uid=1001, gid=1001, pid=3)
POLICY = Policy(admin_gids=frozenset({27}))
ANYONE = [Action.READ_STATUS, Action.CREATE_PROFILE]
OWNED = [
    Action.READ_PROFILE,
    Action.CHANGE_PROFILE,
    Action.USE_CONNECTION,
    Action.END_CONNECTION,
    Action.READ_DETAILS,
    Action.READ_LOG,
]
OF_OTHERS = [Action.END_CONNECTION, Action.READ_DETAILS, Action.READ_LOG]
GROUPS = {"ginnel": 990, "admin": 80, "wheel": 0, "staff": 20}


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("owner", [None, 0, 1001, 4711])
def test_root_may_do_everything(owner: int | None, action: Action) -> None:
    assert POLICY.role(ROOT) == "admin"
    assert POLICY.may(ROOT, action, owner)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("owner", [None, 0, 1000])
def test_administrators_manage_the_service_system_profiles_and_their_own(
    owner: int | None, action: Action
) -> None:
    assert POLICY.role(ADMIN) == "admin"
    assert POLICY.may(ADMIN, action, owner)


@pytest.mark.parametrize("action", OWNED)
def test_administrators_watch_and_end_what_another_person_has_and_no_more(action: Action) -> None:
    assert POLICY.may(ADMIN, action, 1001) is (action in OF_OTHERS)


@pytest.mark.parametrize("action", OWNED)
@pytest.mark.parametrize(("owner", "allowed"), [(1001, True), (0, False), (1002, False), (None, False)])
def test_a_person_may_use_their_own_alone(action: Action, owner: int | None, allowed: bool) -> None:
    assert POLICY.role(ALICE) == "user"
    assert POLICY.may(ALICE, action, owner) is allowed


@pytest.mark.parametrize("action", [Action.CREATE_SYSTEM_PROFILE, Action.CHANGE_SERVICE])
def test_a_person_does_not_act_for_the_machine(action: Action) -> None:
    assert not POLICY.may(ALICE, action)


@pytest.mark.parametrize("action", ANYONE)
def test_anyone_may_read_a_status_and_create(action: Action) -> None:
    assert POLICY.may(ALICE, action)


def test_a_primary_group_counts_as_a_group() -> None:
    assert POLICY.role(Peer(uid=5, gid=27, pid=1)) == "admin"


@pytest.mark.parametrize(
    ("system", "missing", "gid"),
    [
        ("linux", (), 990),
        ("linux", ("ginnel",), None),  # wheel and admin mean other things there
        ("darwin", (), 990),
        ("darwin", ("ginnel",), 80),
        ("freebsd14", (), 990),
        ("freebsd14", ("ginnel",), 0),
        ("freebsd14", ("ginnel", "wheel"), None),
    ],
)
def test_the_group_of_administrators_is_ours_else_the_systems(
    monkeypatch: pytest.MonkeyPatch, system: str, missing: tuple[str, ...], gid: int | None
) -> None:
    there = {name: SimpleNamespace(gr_gid=number) for name, number in GROUPS.items() if name not in missing}
    monkeypatch.setattr(grp, "getgrnam", there.__getitem__)
    assert admin_gids(system=system) == (frozenset() if gid is None else {gid})


def test_a_group_that_was_chosen_has_to_be_there() -> None:
    assert admin_gids("root") == {grp.getgrnam("root").gr_gid}
    with pytest.raises(KeyError):
        admin_gids("no-such-group-here")
