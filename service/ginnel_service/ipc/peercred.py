"""Whom the kernel says is at the other end of a unix socket, and that alone: no pid is looked up.

    Linux            SO_PEERCRED and SO_PEERGROUPS (unix(7), socket(7))
    macOS, FreeBSD   LOCAL_PEERCRED, which gives a struct xucred (unix(4), sys/ucred.h)

Linux says every group. The others keep 16 in the struct, so that of who is in more some do not count: an
administrator may go unrecognised, and nobody is taken for one.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
import sys
from typing import Final, Protocol

from .access import Peer

_SO_PEERGROUPS: Final = 59  # asm-generic/socket.h
_MAX_OPTION: Final = 1024  # what Python reads of an option: 256 groups
_NGROUPS_MAX: Final = 65536  # linux/limits.h

_SOL_LOCAL: Final = 0  # sys/un.h of both
_LOCAL_PEERCRED: Final = 1
_XUCRED_VERSION: Final = 0
_XU_NGROUPS: Final = 16
#: u_int cr_version; uid_t cr_uid; short cr_ngroups; gid_t cr_groups[16], the effective one first.
#: FreeBSD has a union behind it, as wide as a pointer, with the pid (`cr_pid`, 0 in those before 13).
_XUCRED: Final = struct.Struct(f"=IIh2x{_XU_NGROUPS}I")
_XUCRED_PID: Final = struct.Struct("=4xi4x")
XUCRED_OCTETS: Final = {"darwin": _XUCRED.size, "freebsd": _XUCRED.size + _XUCRED_PID.size}


class HasOptions(Protocol):
    """A socket, or asyncio's stand-in for one."""

    def fileno(self) -> int: ...

    def getsockopt(self, level: int, option: int, length: int, /) -> bytes: ...


def peer_of(connection: HasOptions) -> Peer:
    """Raises OSError where the kernel does not say."""
    if sys.platform == "linux":
        return _linux_peer(connection)
    system = "freebsd" if sys.platform.startswith("freebsd") else sys.platform
    if system not in XUCRED_OCTETS:
        raise OSError(errno.ENOTSUP, f"peer credentials are not read on {system}")
    return decode_xucred(connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, XUCRED_OCTETS[system]), system)


def decode_xucred(data: bytes, system: str) -> Peer:
    """What a 64-bit `system` ("darwin" or "freebsd") answers. Raises OSError for what it would not say."""
    if len(data) != XUCRED_OCTETS[system]:
        raise OSError(errno.EPROTO, f"credentials of {len(data)} octets")
    version, uid, count, *groups = _XUCRED.unpack_from(data)
    if version != _XUCRED_VERSION or not 1 <= count <= _XU_NGROUPS:
        raise OSError(errno.EPROTO, f"credentials of version {version} with {count} groups")
    pid = _XUCRED_PID.unpack_from(data, _XUCRED.size)[0] if system == "freebsd" else 0
    return Peer(uid=uid, gid=groups[0], pid=pid, groups=frozenset(groups[:count]))


def _linux_peer(connection: HasOptions) -> Peer:
    pid, uid, gid = struct.unpack("iII", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _MAX_OPTION)
    except OSError as error:
        if error.errno != errno.ERANGE:
            raise
        raw = _all_groups(connection.fileno())
    groups = frozenset(group for (group,) in struct.iter_unpack("I", raw))
    return Peer(uid=uid, gid=gid, pid=pid, groups=groups)


def _all_groups(descriptor: int) -> bytes:
    """SO_PEERGROUPS of who is in more groups than Python has room for."""
    libc = ctypes.CDLL(None, use_errno=True)
    room = ctypes.create_string_buffer(4 * _NGROUPS_MAX)
    length = ctypes.c_uint32(len(room))
    if libc.getsockopt(descriptor, socket.SOL_SOCKET, _SO_PEERGROUPS, room, ctypes.byref(length)) != 0:
        raise OSError(ctypes.get_errno(), "SO_PEERGROUPS")
    return room.raw[: length.value]
