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
    message_octets: int = MAX_MESSAGE_OCTETS
    pending_octets: int = 4 * MAX_MESSAGE_OCTETS  # not yet read by the client
    requests: int = 16  # of one connection, under way at once


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
        if held.total() >= self.limits.connections or held[peer.uid] >= self.limits.connections_per_uid:
            log.warning("uid %d has too many connections, or all have: refused", peer.uid)
            return None
        self._connections.add(connection)
        return peer

    def forget(self, connection: Connection) -> None:
        self._connections.discard(connection)


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
