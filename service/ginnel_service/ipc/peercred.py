"""Whom the kernel says is at the other end of a unix socket (unix(7), SO_PEERCRED and SO_PEERGROUPS)."""

from __future__ import annotations

import errno
import socket
import struct
import sys
from typing import Protocol

from .access import Peer

_SO_PEERGROUPS = 59  # asm-generic/socket.h
_MAX_OPTION = 1024  # what Python reads of an option: 256 groups


class HasOptions(Protocol):
    """A socket, or asyncio's stand-in for one."""

    def getsockopt(self, level: int, option: int, length: int, /) -> bytes: ...


def peer_of(connection: HasOptions) -> Peer:
    """Raises OSError where the kernel does not say, which includes every OS but Linux."""
    if sys.platform != "linux":
        raise OSError(f"peer credentials are not read on {sys.platform}")
    pid, uid, gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _MAX_OPTION)
        groups = frozenset(group for (group,) in struct.iter_unpack("I", raw))
    except OSError as error:
        if error.errno != errno.ERANGE:  # more groups than fit; the primary one still counts
            raise
        groups = frozenset()
    return Peer(uid=uid & 0xFFFFFFFF, gid=gid & 0xFFFFFFFF, pid=pid, groups=groups)
