"""The service's door: a unix socket that anyone may knock at and the kernel names the caller.

Whatever a client sends or fails to read costs it its own connection at most: see `limits`.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .access import Peer, Policy
from .calls import CHEAP
from .connection import Connection
from .limits import Bucket, Limits
from .peercred import peer_of
from .routing import Router
from .service import Service

log = logging.getLogger("ginnel.ipc")

#: Octets of sun_path without the closing NUL (unix(7)).
SUN_PATH_MAX = 107


class Server:
    """Serves `service` at `path` from `start` to `close`. Owns the socket and every connection."""

    def __init__(
        self, service: Service, path: Path, *, policy: Policy | None = None, limits: Limits | None = None
    ) -> None:
        self.service = service
        self.policy = policy or Policy(admin_uids=frozenset({0, os.geteuid()}))
        self.limits = limits or Limits()
        self._path = path
        self._inode = 0
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._buckets: dict[int, Bucket] = {}
        self.router = Router(lambda: self._connections, service.prompts)

    async def start(self) -> None:
        """Bind and listen. Raises OSError: EADDRINUSE when another service answers there."""
        listener = _bind(self._path)
        self._inode = self._path.lstat().st_ino
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: Connection(self), sock=listener, backlog=128)

    async def close(self) -> None:
        """Stop listening, end every connection and wait for its tasks. Idempotent."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for connection in tuple(self._connections):
            await connection.end()
        with suppress(FileNotFoundError):
            if self._path.lstat().st_ino == self._inode:
                self._path.unlink()

    def admit(self, connection: Connection, client: socket.socket) -> Peer | None:
        """Who it is, or None when it is not to be served."""
        if self._server is None:
            return None
        try:
            peer = peer_of(client)
        except OSError as error:
            log.warning("a caller without credentials is refused: %s", error)
            return None
        if not self._has_room(peer):
            log.warning("uid %d has too many connections, or all have: refused", peer.uid)
            return None
        self._connections.add(connection)
        return peer

    def _has_room(self, peer: Peer) -> bool:
        """Administrators find room where the rest have taken all that they may."""
        limits = self.limits
        held = Counter(other.peer.uid for other in self._connections if other.peer is not None)
        room = limits.connections
        if self.policy.role(peer) != "admin":
            room -= limits.connections_reserved
        now = asyncio.get_running_loop().time()
        bucket = self.bucket(peer.uid)
        if held.total() >= room or held[peer.uid] >= limits.connections_per_uid or bucket.wait_s(CHEAP, now):
            return False
        bucket.take(CHEAP, now)
        return True

    def may_subscribe(self, connection: Connection) -> bool:
        """Whether one more subscriber of that person's is not too many."""
        assert connection.peer is not None
        others = (other for other in self._of(connection.peer.uid) if other is not connection)
        return sum(bool(other.topics) for other in others) < self.limits.subscribers_per_uid

    def held(self, uid: int) -> int:
        """Octets that one person's clients make us keep."""
        return sum(connection.held for connection in self._of(uid))

    def bucket(self, uid: int) -> Bucket:
        """What one person's clients share."""
        return self._buckets.setdefault(uid, Bucket(self.limits.rate_per_uid))

    def forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        now = asyncio.get_running_loop().time()
        here = {other.peer.uid for other in self._connections if other.peer is not None}
        self._buckets = {
            uid: bucket for uid, bucket in self._buckets.items() if uid in here or not bucket.full(now)
        }

    def _of(self, uid: int) -> Iterator[Connection]:
        return (each for each in self._connections if each.peer is not None and each.peer.uid == uid)


def _bind(path: Path) -> socket.socket:
    if len(os.fsencode(path)) > SUN_PATH_MAX:
        cause = f"a socket's path may have {SUN_PATH_MAX} octets; choose a shorter --runtime-dir"
        raise OSError(errno.ENAMETOOLONG, cause, str(path))
    with suppress(FileExistsError):
        path.parent.mkdir(mode=0o755, parents=True)
    found = path.parent.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, os.geteuid()) or found.st_mode & 0o022:
        raise OSError(errno.EPERM, "the socket's directory is a link, or is not ours alone", str(path.parent))
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear(path)
        listener.bind(str(path))
        path.chmod(0o666)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _clear(path: Path) -> None:
    """Remove the socket of a service that is gone. Raises EADDRINUSE when it is not, EPERM for another's."""
    if path.is_symlink():
        path.unlink()
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except PermissionError:
            raise OSError(
                errno.EPERM, "the socket of somebody else is in the way: remove it", str(path)
            ) from None
    raise OSError(errno.EADDRINUSE, "another service is listening", str(path))
