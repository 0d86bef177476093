"""When a session probes its path's MTU: once established, when told to, and never before other requests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .events import PathMtuChanged
from .exchanges.path_probe import PathProbe
from .pathmtu import FLOOR_IPV4, FLOOR_IPV6, PathMtuSearch
from .sa import SaState

if TYPE_CHECKING:
    from .session import Session


class Prober:
    """Idle until `begin`. Starts over when the session's path changes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._search: PathMtuSearch | None = None
        self._path = session.path
        self._wanted = 0
        self._told = 0
        self._sent_at = self._heard_at = -math.inf

    @property
    def path_mtu(self) -> int | None:
        """The size of outer packets that is known to arrive on the session's path, if one is."""
        search = self._search
        if search is None or self._path != self._session.path or not (search.settled or search.reduced):
            return None
        return search.current

    # What a driver tells, by way of the session

    def begin(self, wanted: int, now: float) -> None:
        """Find out whether outer packets of `wanted` octets arrive; once more only for other needs."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._restart(now)

    def too_big(self, mtu: int, now: float) -> None:
        if self._search is not None:
            self._search.too_big(mtu, now)
            self._tell()

    def heard(self, at: float) -> None:
        """When the last ESP packet came in."""
        self._heard_at = at

    def sent(self, at: float, now: float) -> None:
        """When the last ESP packet went out."""
        self._sent_at = at
        if self._search is not None and self._probes:
            self._search.watch(self._sent_at, self._heard_at, now)
            self._tell()

    def peer_probed(self, size: int, now: float) -> None:
        """The peer asks for less than we send: its direction of the path shrank, so ours may have."""
        if self._search is not None and size < self._search.current:
            self._search.doubt(now)

    # What a probe found

    def answered(self, size: int, now: float) -> None:
        assert self._search is not None
        self._search.answered(size, now)
        self._tell()

    def lost(self, size: int, now: float) -> None:
        assert self._search is not None
        self._search.lost(size, now)
        self._tell()

    def unclear(self, now: float) -> None:
        assert self._search is not None
        self._search.unclear(now)

    # Time

    def deadline(self) -> float:
        """When `advance` is due."""
        if self._search is None or not self._probes or not self._may_ask():
            return math.inf
        return self._search.deadline() if self._path == self._session.path else -math.inf

    def advance(self, now: float) -> None:
        """Ask the next question, if there is one and nothing else is being asked."""
        if self._search is None or not self._probes or not self._may_ask():
            return
        if self._path != self._session.path:
            self._restart(now)
        size = self._search.next_size(now)
        if size is not None:
            self._session.talk.enqueue(self._session.talk.current, PathProbe(size), now)

    @property
    def _probes(self) -> bool:
        return self._session.config.timing.path_mtu_raise_s > 0

    def _may_ask(self) -> bool:
        current = self._session.talk.current
        idle = current.requests.outstanding is None and not current.queue
        path = self._session.path  # a stream carries frames of any size (RFC 9329)
        return idle and current.state is SaState.ALIVE and path.encapsulated and not path.stream

    def _restart(self, now: float) -> None:
        self._path = self._session.path
        floor = FLOOR_IPV6 if ":" in self._path.remote.host else FLOOR_IPV4
        if self._search is None:
            raise_s = self._session.config.timing.path_mtu_raise_s
            self._search = PathMtuSearch(self._wanted, floor, now, raise_s)
        else:
            self._search.restart(self._wanted, floor, now)
        self._tell()

    def _tell(self) -> None:
        search = self._search
        assert search is not None
        if search.current != self._told and (search.settled or search.reduced):
            self._told = search.current
            self._session.emit(PathMtuChanged(search.current))
