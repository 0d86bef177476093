"""Message IDs and windows of one IKE SA (RFC 7296 sections 2.1 to 2.3), window size 1 in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .exchanges.base import Exchange
    from .retransmit import Transmission


@dataclass(slots=True)
class Outstanding:
    """Our one request that awaits its response."""

    exchange: Exchange
    message_id: int
    transmission: Transmission


class Arrival(Enum):
    """What a request's message ID says about it."""

    NEW = "new"
    REPEATED = "repeated"  # send the same response again
    STRAY = "stray"  # neither: ignore


class RequestWindow:
    """Our requests."""

    def __init__(self) -> None:
        self.next_id = 0
        self.outstanding: Outstanding | None = None
        self.ended: Outstanding | None = None  # the last one that was answered

    def begin(self, outstanding: Outstanding) -> None:
        assert self.outstanding is None
        self.outstanding = outstanding
        self.next_id = outstanding.message_id + 1

    def end(self) -> None:
        self.ended, self.outstanding = self.outstanding, None


class ResponseWindow:
    """The peer's requests, and the cached response to its last one."""

    def __init__(self) -> None:
        self.expected_id = 0
        self.last_response: bytes | None = None

    def judge(self, message_id: int) -> Arrival:
        if message_id == self.expected_id:
            return Arrival.NEW
        if message_id == self.expected_id - 1 and self.last_response is not None:
            return Arrival.REPEATED
        return Arrival.STRAY

    def answered(self, response: bytes) -> None:
        self.last_response = response
        self.expected_id += 1
