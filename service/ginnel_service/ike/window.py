"""Message IDs and windows of one IKE SA (RFC 7296 sections 2.1 to 2.3), window size 1 in both directions.

A peer that says SET_WINDOW_SIZE allows us more, which we need not use; we allow it one, the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from .fragments import Parcel, Reassembly

if TYPE_CHECKING:
    from .events import Path
    from .exchanges.base import Exchange
    from .payloads import Payload
    from .protect import Protector
    from .retransmit import Transmission

LAST_ID: Final = 0xFFFFFFFF  # an IKE SA that used it up "MUST be closed" (section 2.2)
#: A response is sent as it is so many times, then in the smallest fragments: the peer keeps asking.
REPEATS_AS_IS: Final = 1


@dataclass(slots=True)
class Outstanding:
    """Our one request that awaits its response."""

    exchange: Exchange
    message_id: int
    transmission: Transmission
    payloads: tuple[Payload, ...]


@dataclass(slots=True)
class Pending:
    """The peer's request that we have yet to answer, and where it came from."""

    exchange: int
    path: Path


class Arrival(Enum):
    """What a request's message ID says about it."""

    NEW = "new"
    REPEATED = "repeated"  # send the same response again
    STRAY = "stray"  # neither, or being answered: ignore


class RequestWindow:
    """Our requests."""

    def __init__(self) -> None:
        self.next_id = 0
        self.outstanding: Outstanding | None = None
        self.ended: Outstanding | None = None  # the last one that was answered
        self.assembly = Reassembly()  # of its response

    def begin(self, outstanding: Outstanding) -> None:
        assert self.outstanding is None
        self.outstanding = outstanding
        self.next_id = outstanding.message_id + 1

    def end(self) -> None:
        self.ended, self.outstanding = self.outstanding, None
        self.assembly.clear()

    def take_back(self) -> Outstanding | None:
        """The outstanding request, which will not be answered under its Message ID any more."""
        taken, self.outstanding = self.outstanding, None
        self.assembly.clear()
        return taken


class ResponseWindow:
    """The peer's requests, and the cached response to its last one."""

    def __init__(self) -> None:
        self.expected_id = 0
        self.pending: Pending | None = None
        self.response: Parcel | None = None
        self.opener: Protector | None = None  # what opened its last request, and opens it again
        self.assembly = Reassembly()  # of its next request
        # The last message that moved the window (RFC 6311), what it said, and what answered it
        self.sync_request = self.sync_response = b""
        self.synced_id = -1
        self._repeated = 0

    def judge(self, message_id: int) -> Arrival:
        if message_id == self.expected_id and self.pending is None:
            return Arrival.NEW
        if message_id == self.expected_id - 1 and self.response is not None:
            return Arrival.REPEATED
        return Arrival.STRAY

    def received(self, pending: Pending, opener: Protector | None) -> None:
        """The next request is complete; IKE_INTERMEDIATE changes the keys after its answer."""
        self.pending = pending
        self.opener = opener
        self.assembly.clear()

    def answered(self, response: Parcel) -> None:
        self.response = response
        self.pending = None
        self.expected_id += 1
        self._repeated = 0

    def synchronise(self, message_id: int) -> None:
        """The peer goes on with `message_id`, and what it asked before is void."""
        self.expected_id = self.synced_id = message_id
        self.pending = self.response = None
        self.assembly.clear()

    def repeat(self) -> tuple[bytes, ...]:
        """The response once more; in smaller pieces when the same ones did not help before."""
        assert self.response is not None
        if self._repeated >= REPEATS_AS_IS:
            self.response.shrink()
        self._repeated += 1
        return self.response.datagrams
