"""Whom the kernel says is at the other end of a unix socket: as it was when it connected.

Linux: SO_PEERCRED and SO_PEERGROUPS (unix(7)). macOS and FreeBSD: LOCAL_PEERCRED (unix(4)), which gives a
`struct xucred` with up to 16 groups, of which the first is the effective one. Who is in more of them may not
be recognised as an administrator there; nobody is taken for one.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
import sys
from typing import Protocol

from .access import Peer

_SOL_LOCAL = 0
_LOCAL_PEERCRED = 1
_LOCAL_PEERPID = 2  # macOS
_XUCRED_GROUPS = 16
_GROUPS_AT = 12
_PID_AT = 80  # behind the groups, aligned as a pointer is
XUCRED_OCTETS = 88
_SO_PEERCRED = 17
_SO_PEERGROUPS = 59  # asm-generic/socket.h
_MAX_OPTION = 1024  # what Python reads of an option: 256 groups
_NGROUPS_MAX = 65536  # linux/limits.h


class HasOptions(Protocol):
    """A socket, or asyncio's stand-in for one."""

    def fileno(self) -> int: ...

    def getsockopt(self, level: int, option: int, length: int, /) -> bytes: ...


def peer_of(connection: HasOptions) -> Peer:
    """Raises OSError where the kernel does not say."""
    if sys.platform == "linux":
        return _linux_peer(connection)
    data = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, XUCRED_OCTETS)
    pid = 0
    if sys.platform == "darwin":
        (pid,) = struct.unpack("i", connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, 4))
    return parse_xucred(data, sys.platform, pid)


def parse_xucred(data: bytes, system: str, pid: int = 0) -> Peer:
    """A `struct xucred` of "darwin" or "freebsd...". Raises OSError for what is none.

    Both begin with version, uid and number of groups, and pad before the 16 groups. FreeBSD has room for a
    pointer behind them and keeps the pid there (<sys/ucred.h>); macOS has another option for that.
    """
    if len(data) < _GROUPS_AT + 4 * _XUCRED_GROUPS:
        raise OSError(errno.EINVAL, "the kernel's credentials are cut short")
    version, uid, count = struct.unpack_from("=IIh", data)
    if version != 0 or not 0 < count <= _XUCRED_GROUPS:
        raise OSError(errno.EINVAL, "the kernel's credentials are of another version")
    groups = struct.unpack_from(f"={count}I", data, _GROUPS_AT)
    if not system.startswith("darwin") and len(data) >= _PID_AT + 4:
        (pid,) = struct.unpack_from("=i", data, _PID_AT)
    return Peer(uid=uid, gid=groups[0], pid=pid, groups=frozenset(groups))


def _linux_peer(connection: HasOptions) -> Peer:
    pid, uid, gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, _SO_PEERCRED, 12))
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _MAX_OPTION)
    except OSError as error:
        if error.errno != errno.ERANGE:
            raise
        raw = _all_groups(connection.fileno())
    groups = frozenset(group for (group,) in struct.iter_unpack("I", raw))
    return Peer(uid=uid & 0xFFFFFFFF, gid=gid & 0xFFFFFFFF, pid=pid, groups=groups)


def _all_groups(descriptor: int) -> bytes:
    """SO_PEERGROUPS of who is in more groups than Python has room for."""
    libc = ctypes.CDLL(None, use_errno=True)
    room = ctypes.create_string_buffer(4 * _NGROUPS_MAX)
    length = ctypes.c_uint32(len(room))
    if libc.getsockopt(descriptor, socket.SOL_SOCKET, _SO_PEERGROUPS, room, ctypes.byref(length)) != 0:
        raise OSError(ctypes.get_errno(), "SO_PEERGROUPS")
    return room.raw[: length.value]
