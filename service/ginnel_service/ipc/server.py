"""The service's door: a unix socket that anyone may knock at and the kernel names the caller.

Whatever a client sends or fails to read costs it its own connection at most: messages, requests under
way, connections and pending output are all bounded, and a slow reader is dropped.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import stat
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .access import Peer, Policy
from .connection import Connection
from .peercred import peer_of
from .prompts import PromptRouter
from .schema import MAX_MESSAGE_OCTETS
from .service import Service

log = logging.getLogger("ginnel.ipc")

#: Octets of sun_path without the closing NUL (unix(7)).
SUN_PATH_MAX = 107


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of the server as a whole and of each connection."""

    connections: int = 256
    connections_per_uid: int = 64
    reserved: int = 16  # of the connections, for administrators
    message_octets: int = MAX_MESSAGE_OCTETS
    pending_octets: int = 4 * MAX_MESSAGE_OCTETS  # not yet read by the client
    requests: int = 16  # of one connection, under way at once
    requests_at_once: int = 400  # of one uid, before it has to slow down to `requests_per_s`
    requests_per_s: float = 200.0


class Allowance:
    """A token bucket: `burst` requests at once, then `per_s` in a second."""

    def __init__(self, burst: float, per_s: float, now: float) -> None:
        self._burst = self._left = burst
        self._per_s = per_s
        self._counted = now

    def take(self, now: float) -> float:
        """Take one and return 0, or how long until there is one."""
        self._left = min(self._burst, self._left + (now - self._counted) * self._per_s)
        self._counted = now
        if self._left < 1:
            return (1 - self._left) / self._per_s
        self._left -= 1
        return 0.0


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
        self._allowances: dict[int, Allowance] = {}
        self.prompts = PromptRouter(lambda: service.snapshot().prompts, lambda: tuple(self._connections))

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
        held = Counter(other.peer.uid for other in self._connections if other.peer is not None)
        room = self.limits.connections
        if self.policy.role(peer) != "admin":
            room -= self.limits.reserved
        if held.total() >= room or held[peer.uid] >= self.limits.connections_per_uid:
            log.warning("uid %d has too many connections, or all have: refused", peer.uid)
            return None
        self._connections.add(connection)
        return peer

    def forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if len(self._allowances) > self.limits.connections:
            here = {each.peer.uid for each in self._connections if each.peer is not None}
            self._allowances = {uid: it for uid, it in self._allowances.items() if uid in here}

    def rest_s(self, uid: int) -> float:
        """Count one request of `uid`; when it has made too many lately, how long it rests instead."""
        now = asyncio.get_running_loop().time()
        allowance = self._allowances.get(uid)
        if allowance is None:
            allowance = Allowance(self.limits.requests_at_once, self.limits.requests_per_s, now)
            self._allowances[uid] = allowance
        return allowance.take(now)


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
    """Remove the socket of a service that is gone. Raises EADDRINUSE when it is not gone."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise OSError(errno.EADDRINUSE, "another service is listening", str(path))
