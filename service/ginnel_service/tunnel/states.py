"""The states of a connection as people see them, and which may follow which.

    disconnected -> resolving -> connecting -> connected
                        ^             |            |
                        |             v            v
                        +------- reconnecting <----+        failed: from anywhere that tries; `up` tries again

`disconnecting` may interrupt whatever is under way and always ends in `disconnected`.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class ConnectionState(Enum):
    DISCONNECTED = "disconnected"
    RESOLVING = "resolving"  # the gateway's name and the way to it
    CONNECTING = "connecting"  # see Step
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"  # resumes its session, or waits for its next attempt
    DISCONNECTING = "disconnecting"
    FAILED = "failed"  # gave up; the cause is kept until the next `up` or `down`

    @property
    def active(self) -> bool:
        """Whether something runs or is open."""
        return self not in {ConnectionState.DISCONNECTED, ConnectionState.FAILED}


class Step(Enum):
    """How far `connecting` has come."""

    INIT = "init"  # IKE_SA_INIT
    AUTH = "auth"  # IKE_AUTH
    CONFIGURING = "configuring"  # addresses and routes


_S = ConnectionState

#: The legal moves; `connecting` may follow itself, one step at a time.
MOVES: Final[dict[ConnectionState, frozenset[ConnectionState]]] = {
    _S.DISCONNECTED: frozenset({_S.RESOLVING}),
    _S.RESOLVING: frozenset({_S.CONNECTING, _S.RECONNECTING, _S.FAILED, _S.DISCONNECTING}),
    _S.CONNECTING: frozenset({_S.CONNECTING, _S.CONNECTED, _S.RECONNECTING, _S.FAILED, _S.DISCONNECTING}),
    _S.CONNECTED: frozenset({_S.RECONNECTING, _S.FAILED, _S.DISCONNECTING}),
    _S.RECONNECTING: frozenset({_S.RESOLVING, _S.RECONNECTING, _S.CONNECTED, _S.FAILED, _S.DISCONNECTING}),
    _S.DISCONNECTING: frozenset({_S.DISCONNECTED}),
    _S.FAILED: frozenset({_S.RESOLVING, _S.DISCONNECTED}),
}
