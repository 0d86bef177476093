"""The records a session keeps: IKE SAs and the CHILD SAs that they made. State only; the exchanges act."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from .codes import Flags
from .events import ChildSa, IkeSuite
from .keys import IkeKeys
from .protect import Protector
from .window import RequestWindow, ResponseWindow

if TYPE_CHECKING:
    from .config import RandomBytes
    from .exchanges.base import Exchange
    from .exchanges.followup import HalfMade


#: 0 to 255 are reserved (RFC 4303 section 2.1).
FIRST_CHILD_SPI = 256


class SaState(Enum):
    """The life of one IKE SA."""

    NEGOTIATING = "negotiating"  # before IKE_AUTH is done
    ALIVE = "alive"
    UNDECIDED = "undecided"  # made by the peer's half of a simultaneous rekey, not yet won or lost
    REPLACED = "replaced"  # awaits the Delete of whoever has to send it
    CLOSING = "closing"  # we sent, or are about to send, its Delete


class ChildState(Enum):
    """The life of one CHILD SA."""

    INSTALLED = "installed"
    REPLACED = "replaced"  # the peer rekeyed it and has to delete it
    DELETING = "deleting"  # we sent, or are about to send, its Delete


@dataclass(slots=True, eq=False)
class ChildRecord:
    """A CHILD SA and its timers. `successor` sends in its place once the peer deletes it."""

    sa: ChildSa
    rekey_at: float
    hard_at: float
    state: ChildState = ChildState.INSTALLED
    outbound: bool = False
    successor: ChildRecord | None = None


@dataclass(slots=True, eq=False)
class IkeSa:
    """One IKE SA. `spi_r` is zero and `keys` None until IKE_SA_INIT is through.

    `initiated`: we are this SA's original initiator (RFC 7296 section 2.2), which sets the I flag and the
    direction of the keys; after a rekey it is whoever began that rekey.
    """

    spi_i: bytes
    spi_r: bytes
    initiated: bool
    state: SaState = SaState.NEGOTIATING
    suite: IkeSuite | None = None
    keys: IkeKeys | None = None
    sealer: Protector | None = None
    opener: Protector | None = None
    requests: RequestWindow = field(default_factory=RequestWindow)
    responses: ResponseWindow = field(default_factory=ResponseWindow)
    queue: deque[Exchange] = field(default_factory=deque)
    rekey_at: float = math.inf
    hard_at: float = math.inf
    gone_at: float = math.inf  # dropped without a word: the peer should have deleted it by then
    # The raw IKE_SA_INIT messages and nonces, which IKE_AUTH signs (section 2.15)
    init_request: bytes = b""
    init_response: bytes = b""
    nonce_i: bytes = b""
    nonce_r: bytes = b""
    # What IKE_INTERMEDIATE adds to that: the chunks of both sides (RFC 9242 section 3.3.2), then IntAuth
    int_auth_i: bytes = b""
    int_auth_r: bytes = b""
    int_auth: bytes = b""
    ppk: bool = False  # a postquantum pre-shared key is mixed in (RFC 8784)
    half_made: HalfMade | None = None  # what the peer has to complete (RFC 9370)
    token: bytes = field(default=b"", repr=False)  # by which the peer tells that it crashed (RFC 6290)
    after_answer: Callable[[], None] | None = None  # once the answer under construction is sealed

    @property
    def our_spi(self) -> bytes:
        return self.spi_i if self.initiated else self.spi_r

    @property
    def held(self) -> bool:
        """Whether the peer is about to replace it, and what changes SAs has to wait."""
        return self.half_made is not None and self.half_made.replaces is self

    def use(self, suite: IkeSuite, keys: IkeKeys, random: RandomBytes) -> None:
        """Take the negotiated keys into use."""
        self.suite, self.keys = suite, keys
        from_initiator = Protector(suite, keys.ei, keys.ai, random)
        from_responder = Protector(suite, keys.er, keys.ar, random)
        self.sealer, self.opener = (
            (from_initiator, from_responder) if self.initiated else (from_responder, from_initiator)
        )

    def flags(self, *, response: bool) -> int:
        return (Flags.INITIATOR if self.initiated else 0) | (Flags.RESPONSE if response else 0)


def is_usable_spi(spi: bytes) -> bool:
    """Whether a peer may name its new SA so: an IKE SPI "MUST NOT be zero" (RFC 7296 section 3.1)."""
    if len(spi) == 4:
        return int.from_bytes(spi, "big") >= FIRST_CHILD_SPI
    return len(spi) == 8 and any(spi)


def new_ike_spi(random: RandomBytes) -> bytes:
    """Eight random octets that are not all zero (RFC 7296 section 3.1)."""
    spi = bytes(8)
    while not any(spi):
        spi = random(8)
    return spi
