"""Whom the kernel names, on this system for real and on the others as octets of their struct xucred."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ginnel_service.ipc.access import Peer
from ginnel_service.ipc.peercred import XUCRED_OCTETS, parse_xucred, peer_of

#: As the kernels lay it out on 64-bit machines: version, uid, count and padding, sixteen groups.
HEAD = bytes.fromhex("00000000 f5010000 0300 0000 14000000 50000000 0c000000") + bytes(4 * 13)
#: FreeBSD goes on with padding and a union of a pointer and the pid.
TAIL = bytes.fromhex("00000000 d2040000 00000000")

CROWD = """
import os, socket, sys
os.setgroups(range(1000, 1000 + int(sys.argv[2])))
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
with socket.socket(socket.AF_UNIX) as caller:
    caller.connect(sys.argv[1])
    caller.recv(1)
"""


def test_the_kernel_names_the_peer() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer = peer_of(ours)
    assert (peer.uid, peer.gid, peer.pid) == (os.geteuid(), os.getegid(), os.getpid())
    assert peer.groups == frozenset(os.getgroups())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can join groups")
@pytest.mark.parametrize("count", [0, 1, 256, 257, 4000])
def test_every_group_counts_however_many_there_are(count: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="ginnel-groups-") as folder,  # where everyone may enter
        socket.socket(socket.AF_UNIX) as listener,
    ):
        Path(folder).chmod(0o755)
        path = Path(folder) / "s"
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen()
        listener.settimeout(20)
        with subprocess.Popen([sys.executable, "-I", "-c", CROWD, str(path), str(count)]) as child:
            connection, _ = listener.accept()
            with connection:
                peer = peer_of(connection)
                assert peer.pid == child.pid
    assert (peer.uid, peer.gid) == (65534, 65534)
    assert peer.groups == frozenset(range(1000, 1000 + count))


def test_xucred_of_macos_is_read() -> None:
    assert len(HEAD) == 76
    peer = parse_xucred(HEAD, "darwin", pid=77)
    assert peer == Peer(uid=501, gid=20, pid=77, groups=frozenset({20, 80, 12}))


def test_xucred_of_freebsd_is_read() -> None:
    assert XUCRED_OCTETS == len(HEAD + TAIL) == 88
    peer = parse_xucred(HEAD + TAIL, "freebsd14")
    assert peer == Peer(uid=501, gid=20, pid=1234, groups=frozenset({20, 80, 12}))


def test_groups_beyond_the_count_are_no_groups() -> None:
    """The rest of the array is whatever was there: 0 is the gid of wheel."""
    only = HEAD[:8] + struct.pack("=h", 1) + HEAD[10:]
    assert parse_xucred(only, "darwin").groups == {20}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD[:-1],
        struct.pack("=I", 1) + HEAD[4:],
        HEAD[:8] + struct.pack("=h", 0) + HEAD[10:],
        HEAD[:8] + struct.pack("=h", 17) + HEAD[10:],
        HEAD[:8] + struct.pack("=h", -1) + HEAD[10:],
    ],
)
def test_what_is_no_xucred_is_nobody(data: bytes) -> None:
    with pytest.raises(OSError, match="credentials are"):
        parse_xucred(data, "darwin")
