from __future__ import annotations

import socket

import pytest

from ginnel_service.ipc.access import Action, Peer, Policy
from ginnel_service.ipc.peercred import peer_of

ROOT = Peer(uid=0, gid=0, pid=1)
ADMIN = Peer(uid=1000, gid=1000, pid=2, groups=frozenset({27}))
ALICE = Peer(uid=1001, gid=1001, pid=3)
POLICY = Policy(admin_gids=frozenset({27}))
OWNED = [Action.READ_PROFILE, Action.CHANGE_PROFILE, Action.USE_CONNECTION, Action.READ_LOG]


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("owner", [None, 0, 1001, 4711])
@pytest.mark.parametrize("peer", [ROOT, ADMIN])
def test_administrators_may_do_everything(peer: Peer, owner: int | None, action: Action) -> None:
    assert POLICY.role(peer) == "admin"
    assert POLICY.may(peer, action, owner)


@pytest.mark.parametrize("action", OWNED)
@pytest.mark.parametrize(("owner", "allowed"), [(1001, True), (0, False), (1002, False), (None, False)])
def test_a_person_may_use_their_own_alone(action: Action, owner: int | None, allowed: bool) -> None:
    assert POLICY.role(ALICE) == "user"
    assert POLICY.may(ALICE, action, owner) is allowed


@pytest.mark.parametrize("action", [Action.READ_STATUS, Action.CREATE_PROFILE])
def test_anyone_may_read_a_status_and_create(action: Action) -> None:
    assert POLICY.may(ALICE, action)


def test_a_primary_group_counts_as_a_group() -> None:
    assert POLICY.role(Peer(uid=5, gid=27, pid=1)) == "admin"


def test_the_kernel_names_the_peer() -> None:
    import os

    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer = peer_of(ours)
    assert (peer.uid, peer.gid, peer.pid) == (os.geteuid(), os.getegid(), os.getpid())
    assert peer.groups == frozenset(os.getgroups())
