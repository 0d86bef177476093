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
from functools import partial
from pathlib import Path

from .access import Peer, Policy
from .calls import CHEAP
from .connection import Connection, refusal_line
from .limits import Bucket, Limits
from .peercred import peer_of
from .routing import Router
from .service import Service, ServiceError

log = logging.getLogger("ginnel.ipc")

#: Octets of sun_path without the closing NUL (unix(7)).
SUN_PATH_MAX = 107
BACKLOG = 128
#: How many are let in before others that want something of the event loop have their turn.
AT_ONCE = 32
REST_S = 1.0
#: How long the door stays shut for each caller that was refused: so who knocks without end takes a small
#: part of a processor, and whoever waits behind them is let in within a moment (`BACKLOG` of them).
SHUT_S = 0.002
COMPLAINT_S = 60.0


class Server:
    """Serves `service` at `path` from `start` to `close`. Owns the socket and every connection."""

    def __init__(
        self, service: Service, path: Path, *, policy: Policy | None = None, limits: Limits | None = None
    ) -> None:
        self.service = service
        self.policy = policy or Policy(admin_uids=frozenset({0, os.geteuid()}))
        self.limits = limits or Limits()
        self._path = path
        self._busy = refusal_line(ServiceError("busy", limit=self.limits.connections_per_uid).info)
        self._inode = 0
        self._listener: socket.socket | None = None
        self._connections: set[Connection] = set()
        self._welcomes: set[asyncio.Task[object]] = set()
        self._buckets: dict[int, Bucket] = {}
        self._complaints: dict[int, float] = {}  # of whom something was said in the log, and when
        self.router = Router(lambda: self._connections, service.prompts)

    async def start(self) -> None:
        """Bind and listen. Raises OSError: EADDRINUSE when another service answers there."""
        self._listener = _bind(self._path)
        self._inode = self._path.lstat().st_ino
        self._listener.listen(BACKLOG)
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    async def close(self) -> None:
        """Stop listening, end every connection and wait for its tasks. Idempotent."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        asyncio.get_running_loop().remove_reader(listener)
        listener.close()
        await asyncio.gather(*self._welcomes, return_exceptions=True)
        for connection in tuple(self._connections):
            await connection.end()
        with suppress(FileNotFoundError):
            if self._path.lstat().st_ino == self._inode:
                self._path.unlink()

    def _accept(self) -> None:
        """Let in who is waiting, a few at a time. Who is refused costs as little as can be."""
        assert self._listener is not None
        refused = 0
        for _ in range(AT_ONCE):
            try:
                client, _ = self._listener.accept()
            except BlockingIOError:
                break
            except OSError as error:
                log.error("nobody is let in for a while: %s", error.strerror)
                self._rest(self._listener, REST_S)
                return
            client.setblocking(False)
            peer = self._admit(client)
            if peer is None:
                refused += 1
                with client, suppress(OSError):
                    client.send(self._busy)
                continue
            self._welcome(client, Connection(self, peer))
        if refused:
            self._rest(self._listener, refused * SHUT_S)

    def _rest(self, listener: socket.socket, seconds: float) -> None:
        """Out of descriptors or memory, or of patience; those who wait go on waiting."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)

        def go_on() -> None:
            if self._listener is listener:
                loop.add_reader(listener, self._accept)

        loop.call_later(seconds, go_on)

    def _welcome(self, client: socket.socket, connection: Connection) -> None:
        self._connections.add(connection)
        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.connect_accepted_socket(lambda: connection, client))
        self._welcomes.add(task)
        task.add_done_callback(partial(self._welcomed, connection))

    def _welcomed(self, connection: Connection, task: asyncio.Task[object]) -> None:
        self._welcomes.discard(task)
        if task.cancelled() or task.exception() is not None:
            self.forget(connection)

    def _admit(self, client: socket.socket) -> Peer | None:
        """Who it is, or None when it is not to be served."""
        try:
            peer = peer_of(client)
        except OSError as error:
            log.warning("a caller without credentials is refused: %s", error)
            return None
        if self._has_room(peer):
            return peer
        self.complain(peer, "has too many connections, or all have, or connects too often: refused")
        return None

    def complain(self, peer: Peer, what: str) -> None:
        """Once a minute of each person, for they could fill the log with it."""
        now = asyncio.get_running_loop().time()
        if now - self._complaints.get(peer.uid, -COMPLAINT_S) >= COMPLAINT_S:
            self._complaints[peer.uid] = now
            log.warning("uid %d (pid %d) %s", peer.uid, peer.pid, what)

    def _has_room(self, peer: Peer) -> bool:
        """Administrators find room where the rest have taken all that they may."""
        limits = self.limits
        now = asyncio.get_running_loop().time()
        bucket = self.bucket(peer.uid)
        if bucket.wait_s(CHEAP, now):  # what is seen at a glance first
            return False
        held = Counter(other.peer.uid for other in self._connections)
        room = limits.connections
        if self.policy.role(peer) != "admin":
            room -= limits.connections_reserved
        if held.total() >= room or held[peer.uid] >= limits.connections_per_uid:
            return False
        bucket.take(CHEAP, now)
        return True

    def may_subscribe(self, connection: Connection) -> bool:
        """Whether one more subscriber of that person's is not too many."""
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
        here = {other.peer.uid for other in self._connections}
        self._buckets = {
            uid: bucket for uid, bucket in self._buckets.items() if uid in here or not bucket.full(now)
        }

    def _of(self, uid: int) -> Iterator[Connection]:
        return (each for each in self._connections if each.peer.uid == uid)


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
            cause = "the socket of somebody else is in the way: remove it"
            raise OSError(errno.EPERM, cause, str(path)) from None
    raise OSError(errno.EADDRINUSE, "another service is listening", str(path))
